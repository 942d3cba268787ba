"""The common output of all corpora: pages to learn from, and the errors of files that are not a valid corpus."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from copydesk.classifier import KINDS, CopydeskError

GOLD_CODES = ("E", "M", "C", "B", "T", "H")
"""One letter for each group of kinds, in the order of `copydesk.classifier.model.GROUPS`."""
PART_CODES = ("N", "S", "E", "U", "L", "Q", "X", "P", "K", "A", "D", "M", "C", "B", "T", "H")
"""One letter for each kind, in the order of `copydesk.classifier.types.KINDS`."""
CODE_OF_KIND: dict[str, str] = dict(zip(KINDS, PART_CODES, strict=True))
GROUP_CODE = {code: code for code in GOLD_CODES} | dict.fromkeys("NSULQXPK", "E") | dict.fromkeys("AD", "M")
"""The code of the group that each kind's code falls under."""

ONE_STORY = ("article", "news")
"""Types of pages that have one article."""

SECOND_LEVEL = frozenset({"co", "com", "org", "net", "gov", "ac", "edu", "or", "ne"})
"""Labels before a country's ending that do not name a site: bbc.co.uk is one site, not co.uk."""

_LANG = re.compile(r"<html[^>]{0,2000}?\blang\s*=\s*[\"']?([a-zA-Z]{2})", re.IGNORECASE)


LANGUAGES_APART = ("es", "fr", "ja", "ko")
"""Languages whose pages are one group each in cross-validation: models are scored on them without having seen any."""


Scored = Literal["nothing", "groups", "parts"]
"""What of a page's labels is compared with answers: nothing, its codes as GOLD_CODES, or as PART_CODES too."""


class CorpusError(CopydeskError):
    """A folder or file that is not a valid corpus."""

    code = "corpus"


@dataclass(frozen=True, slots=True)
class TrainingPage:
    """One page to learn from, with its known properties.

    Attributes:
        id: Unique within its corpus.
        corpus: `wcxb-dev`, `fundus` or the name of a user's file.
        site: Group for cross-validation: all pages of a site are in one fold.
        page_type: `article`, `forum`, ... or `news`.
        language: Two letters, `und` where the page does not specify it.
        html: The page, empty where only text is known.
        texts: The blocks of its plain-text form, in page order.
        codes: Hand-labelled code of each of `texts`, of PART_CODES; None where there are no hand labels.
        title: The page's title by a reference, empty where it is not known.
        has_parts: Whether the codes tell the kinds of a group apart; if not they are of GOLD_CODES.
        scored: What of the codes scores are computed from. Labels that come with this package, see `own_labels`, only
            teach, so that scores stay those of the same pages.
        reference: The page's body by a reference extraction; None where there is none.
    """

    id: str
    corpus: str
    site: str
    page_type: str
    language: str
    html: str
    texts: tuple[str, ...]
    codes: tuple[str, ...] | None
    reference: str | None
    title: str = ""
    has_parts: bool = False
    scored: Scored = "parts"


def registered_domain(host: str) -> str:
    """Return the part of a host name that names the site: `news.bbc.co.uk` gives `bbc.co.uk`."""
    labels = host.lower().split(":")[0].rstrip(".").split(".")
    if len(labels) >= 3 and len(labels[-1]) == 2 and labels[-2] in SECOND_LEVEL:
        return ".".join(labels[-3:])
    return ".".join(labels[-2:])


def group_of(site: str, language: str) -> str:
    """Return the group of a page in cross-validation: its site, or its language if that is scored without examples."""
    return f"pages in {language}" if language in LANGUAGES_APART else site


def read_html(path: Path) -> str:
    try:
        with gzip.open(path, "rt", encoding="utf-8", errors="replace") as file:
            return file.read()
    except (OSError, EOFError) as error:
        raise CorpusError(f"{path}: {error!r}; expected a page as gzipped HTML") from error


def read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CorpusError(f"{path}: {error!r}; expected a JSON file in UTF-8") from error


def declared_language(html: str) -> str:
    match = _LANG.search(html[:20000])
    return match.group(1).lower() if match else "und"
