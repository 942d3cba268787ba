"""Scores titles against those of WCXB and Fundus: `python -m copydesk.training.title_scores FOLDER`."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

from copydesk.classifier import Page, classify, load_model
from copydesk.classifier.errors import UnreadablePage
from copydesk.classifier.types import clean
from copydesk.training.corpora import fundus_record, load_linearise
from copydesk.training.corpora.pages import read_html, read_json

LEAST_SHARE = 0.5
"""Share of the longer title that the shorter one has to have, to count as contained in it: a choice."""


def read_title_references(folder: Path) -> dict[str, dict[str, str]]:
    """Return the right title of each page, by page id, for "wcxb-dev" (its articles) and "fundus"."""
    return {corpus: {page: title for page, _, title in _pages(folder, corpus)} for corpus in ("wcxb-dev", "fundus")}


def score_titles(titles: Mapping[str, str], references: Mapping[str, str]) -> dict[str, float]:
    """Score titles by page id; pages without a reference are left out, those without a title are wrong.

    Returns:
        "pages"; the share of titles that are "equal" to the reference, after Unicode normalisation, without case,
        punctuation and white space around; "contained": equal, or one contains the other with at least `LEAST_SHARE`
        of its length; "contained at any length"; and "empty", the share of pages without a title.
    """
    pairs = [(titles[page], reference) for page, reference in references.items() if page in titles]
    n = max(1, len(pairs))
    shares = [contained_share(found, right) for found, right in pairs]
    return {
        "pages": len(pairs),
        "equal": sum(share == 1 for share in shares) / n,
        "contained": sum(share >= LEAST_SHARE for share in shares) / n,
        "contained at any length": sum(share > 0 for share in shares) / n,
        "empty": sum(not _words(found) for found, _ in pairs) / n,
    }


def contained_share(one: str, other: str) -> float:
    """Return the length of the shorter title divided by that of the longer one if that contains its words, else 0."""
    short, long = sorted((_words(one), _words(other)), key=len)
    return len(short) / len(long) if short and short in long else 0.0


def _words(title: str) -> str:
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", clean(title)).casefold()))


def _pages(folder: Path, corpus: str) -> Iterator[tuple[str, str, str]]:
    """Yield id, HTML and right title of each page that has one."""
    root = folder / "corpora" / corpus
    if corpus == "wcxb-dev":
        for page, about in sorted(read_json(root / "pages.json").items()):
            if about["page_type"] == "article":
                title = read_json(root / "ground-truth" / f"{page}.json")["ground_truth"].get("title")
                if title:
                    yield page, read_html(root / "html" / f"{page}.html.gz"), title
        return
    linearise = load_linearise(folder / "gold" / "linearise.py")
    for path in sorted(root.rglob("*.html.gz")):
        page = path.name.removesuffix(".html.gz")
        html = read_html(path)
        stored = path.parent / f"{re.sub(r'_[0-9]{4}_.*', '', page)}.json"
        record = fundus_record(stored, linearise(html)) if stored.exists() else None
        if record is not None and record.get("title"):
            yield page, html, str(record["title"])


def main(folder: Path) -> None:
    """Print the scores of the model of this checkout in both forms; it was trained on these pages."""
    model, linearise = load_model(), load_linearise(folder / "gold" / "linearise.py")
    for corpus in ("wcxb-dev", "fundus"):
        pages = list(_pages(folder, corpus))
        references = {page: title for page, _, title in pages}
        for form in ("html", "text"):
            inputs = (
                Page(page, html=html) if form == "html" else Page(page, text="\n\n".join(linearise(html)))
                for page, html, _ in pages
            )
            answers = zip(references, classify(inputs, model), strict=True)
            titles = {page: "" if isinstance(answer, UnreadablePage) else answer.title for page, answer in answers}
            scores = score_titles(titles, references)
            print(corpus, form, *(f"{name} {value:.3f}" for name, value in scores.items()), sep="  ")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
