"""Scores authors and dates against what Fundus stored: `python -m copydesk.training.field_scores FOLDER`."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from copydesk.classifier import Page, classify, load_model
from copydesk.classifier.errors import UnreadablePage
from copydesk.classifier.types import Fields
from copydesk.training.corpora import fundus_record, load_linearise
from copydesk.training.corpora.pages import read_html


@dataclass(frozen=True, slots=True)
class FieldReference:
    """What Fundus stored for a page: the authors, and the time of publication in ISO 8601, empty if there is none."""

    authors: tuple[str, ...]
    published: str


def read_references(folder: Path) -> dict[str, FieldReference]:
    """Return the reference of each page of a folder with `corpora/fundus` and `gold` that Fundus stored one for."""
    linearise = load_linearise(folder / "gold" / "linearise.py")
    found = {}
    for path, html in _fundus_pages(folder):
        page = path.name.removesuffix(".html.gz")
        stored = path.parent / f"{re.sub(r'_[0-9]{4}_.*', '', page)}.json"
        record = fundus_record(stored, linearise(html)) if stored.exists() else None
        if record is not None:
            authors = tuple(str(author) for author in record.get("authors") or ())
            found[page] = FieldReference(authors, str(record.get("publishing_date") or "").replace(" ", "T"))
    return found


def score_fields(answers: Mapping[str, Fields], references: Mapping[str, FieldReference]) -> dict[str, float]:
    """Score the fields of pages, by page id; pages without a reference are left out.

    Names count as equal without regard to case and white space. Authors are counted over all pages together. A date is
    right if its day is, as the page writes it.
    """
    pairs = [(fields, references[page]) for page, fields in answers.items() if page in references]
    names = [(_normalized(fields.authors), _normalized(reference.authors)) for fields, reference in pairs]
    right = sum(len(found & expected) for found, expected in names)
    n_found, n_expected = sum(len(found) for found, _ in names), sum(len(expected) for _, expected in names)
    dated = [(fields.published or "", reference.published) for fields, reference in pairs if reference.published]
    right_days = sum(found[:10] == expected[:10] for found, expected in dated)
    return {
        "pages": len(pairs),
        "authors precision": right / max(1, n_found),
        "authors recall": right / max(1, n_expected),
        "authors f1": 2 * right / max(1, n_found + n_expected),
        "dated pages": len(dated),
        "date accuracy": right_days / max(1, len(dated)),
    }


def _normalized(names: Iterable[str]) -> set[str]:
    return {" ".join(unicodedata.normalize("NFKC", name).casefold().split()) for name in names}


def _fundus_pages(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted((folder / "corpora" / "fundus").rglob("*.html.gz")):
        yield path, read_html(path)


def _peer_fields(html: str) -> Fields:
    """Read the same fields with trafilatura."""
    from trafilatura.metadata import extract_metadata

    found = extract_metadata(html)
    authors = tuple(filter(None, (found.author or "").split("; "))) if found is not None else ()
    return Fields(authors=authors, published=found.date if found is not None else None)


def main(folder: Path) -> None:
    """Print the scores of the model of this checkout, and of trafilatura, on all pages of Fundus."""
    references = read_references(folder)
    htmls = {path.name.removesuffix(".html.gz"): html for path, html in _fundus_pages(folder)}
    answers = classify((Page(page, html=html) for page, html in htmls.items()), load_model())
    own = {page: answer for page, answer in zip(htmls, answers, strict=True) if not isinstance(answer, UnreadablePage)}
    peer = {page: _peer_fields(html) for page, html in htmls.items()}
    for name, fields in (("copydesk", own), ("trafilatura", peer)):
        scores = score_fields(fields, references)
        print(name, *(f"{what} {value:.3f}" for what, value in scores.items()), sep="  ")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
