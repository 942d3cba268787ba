"""Reads the titles that a page declares in its head, and compares blocks with them.

Used to choose the title, and to keep a headline in the body when the block alone looks like furniture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import NamedTuple

from copydesk.classifier.fields import JsonLd, cut_dates
from copydesk.classifier.types import Head, clean

MAX_TITLE = 600
"""Characters of the longest text that is read as a title: a choice; the longest headline of the corpora has 260."""

MAX_SITE = 40
"""Letters of a site's name; some sites give the headline in its place: a choice."""

MAX_DECLARED = 12
"""Different titles of one page that blocks are compared with."""

_META_NAMES = (
    *("og:title", "headline", "parsely-title", "sailthru.title", "cxenseparse:title", "citation_title", "dc.title"),
    *("dc:title", "dcterms.title", "twitter:title", "title"),
)
"""Names of `meta` that give a headline, the most exact first."""

_SITE_NAMES = frozenset(("og:site_name", "application-name", "apple-mobile-web-app-title", "al:ios:app_name"))
_HOST = re.compile(r"(?:https?:)?//(?:www\.|m\.|amp\.)?([^/:?#\s]{1,200})", re.IGNORECASE)
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
"""A word, or one character of a script without spaces between words."""

_GAPS = "".join(chr(code) if chr(code).isalnum() or chr(code) == "_" else " " for code in range(128))
"""For each character of ASCII itself or a space: splitting what it translates takes a third of the time of `_WORD`."""

_MARK = re.compile(r"[-–—:•·/~|｜ㅣ»«›：_]")
"""One character that every separator contains."""

_LONG_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]{1,4}|[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
"""A word, or four characters of a script without spaces between words."""

_SEPARATOR = re.compile(
    r"((?=[\s:|｜ㅣ»«›：_])(?:\s+[-–—:•·/~]+\s+|(?<=\S):\s+|\s*(?:[|｜ㅣ»«›]|::)\s*|(?<=\S)[：_](?=\S)))"
)
"""What stands between a headline and the name of its site."""

_GLUED_COLON = re.compile(r"(?<=[^\W\d_]):(?=[^\W\d_])")
"""A colon between two letters, as where kicker, colon and headline are in elements of their own."""

_OPENING = "«»„“”\"'‘‚¿¡([#$€£"
"""Marks with which the first word of a title may begin."""

_KICKER = re.compile(r"(?:\s[-–—:•·|»]|[|»])\s*$")
"""How a section before a headline ends; an English headline may itself have a colon without a space before."""

_ADDED = re.compile(r"\s+(?:\((?:[\w-]+\.)+[a-z]{2,}\)\s*\d*|[/|•·–-]\s+[A-Z][a-z]{2,8}\.?\s+20\d\d)$")
"""The address of a source and a number of comments, or a month, after a headline."""

_LINK_SIGN = "¶ "
"""What manuals put after a heading: the sign of a link to the heading itself."""

_SHARE = 0.6
"""Share of a heading that a declared title at its end has at least, if what is before is cut off: a choice."""

_PARTING = re.compile(r"[-–—:•·/|»](?=\s)")
"""A mark between two parts of a heading, and not between two words."""

_LOOSE_COLON = re.compile(r"(?<=\S)\s+:\s*(?=\S)|(?<=[^\W\d_]{3}):(?=[A-ZÄÖÜ][a-zäöüß])")
"""A colon with a space before, or none after, but not as in "Bürger:innen" and "C:Temp"."""

_ELLIPSIS = ("…", "...")
_SHORT_PART = 4
"""Words up to which the last part of a title counts as the site's name or a section, whatever it says: a choice."""

LIKE_A_PART = 0.95
"""Agreement of a block with a part of a title: a choice, less than that with the whole one."""


class DeclaredTitle(NamedTuple):
    """A title from the head.

    Attributes:
        text: The title without the site's name, as written.
        words: Its normalised words.
        bag: The same words as a set.
        found_in: The first place that declares it: "json-ld", "meta", "title".
        places: How many places declare the same words.
    """

    text: str
    words: str
    bag: frozenset[str]
    found_in: str
    places: int


@dataclass(frozen=True, slots=True)
class Declared:
    """What a page declares of its title.

    Attributes:
        titles: The titles, the most exact first.
        letters: The text of each title by its letters without spaces: a page may have lost some between elements.
        parts: The longer parts of those with a separator, normalised: what is cut off may be the name of the site.
        sites: The site's names as letters without spaces.
    """

    titles: tuple[DeclaredTitle, ...]
    letters: Mapping[str, str]
    parts: frozenset[str]
    sites: frozenset[str]

    def agreement(self, text: str) -> float:
        """Return the greatest similarity of a text with one of the titles, in [0, 1]."""
        words = normalise(clean(text))
        if words in self.parts or words.replace(" ", "") in self.letters:
            return max(LIKE_A_PART, *(similarity(words, title) for title in self.titles))
        return max((similarity(words, title) for title in self.titles), default=0.0)

    def with_spaces(self, text: str) -> str:
        """Return a text, or the title with the same letters and more spaces.

        Where a title is only what follows the colon of a kicker, a space is put after that colon.
        """
        same = self.letters.get(normalise(text).replace(" ", ""))
        if same is not None and len(same.split()) > len(text.split()):
            return same
        colon = _GLUED_COLON.search(text)
        words = normalise(text[colon.end() :]) if colon is not None else ""
        if colon is not None and (words in self.parts or words.replace(" ", "") in self.letters):
            return f"{text[: colon.end()]} {text[colon.end() :]}"
        return text

    def support(self, words: str) -> float:
        """Return the mean similarity of normalised words with what each place declares, in [0, 1]."""
        places = sum(title.places for title in self.titles)
        return sum(title.places * similarity(words, title) for title in self.titles) / places if places else 0.0


_NOTHING = Declared((), {}, frozenset(), frozenset())


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case."""
    return text.lower().translate(_GAPS).split() if text.isascii() else _WORD.findall(text.casefold())


def count_words(text: str) -> int:
    """Return the number of words, of scripts without spaces between words that of every four characters."""
    return len(text.translate(_GAPS).split() if text.isascii() else _LONG_WORD.findall(text))


def normalise(text: str) -> str:
    """Return the words of a text in lower case with a space around each; empty if it has none."""
    if len(text) <= MAX_TITLE:
        return _normalise_title(text)
    words = words_of(text)
    return f" {' '.join(words)} " if words else ""


@lru_cache(maxsize=64)  # a page's title is compared five times; longer texts would take up memory
def _normalise_title(text: str) -> str:
    words = words_of(text)
    return f" {' '.join(words)} " if words else ""


def similarity(words: str, title: DeclaredTitle) -> float:
    """Return 1 for the words of the title, much if one contains most of the other, else the share of common words."""
    if words == title.words:
        return 1.0
    short, long = (words, title.words) if len(words) <= len(title.words) else (title.words, words)
    if not short:
        return 0.0
    if short in long:
        ratio = len(short) / len(long)
        return 0.5 + 0.5 * ratio if short.count(" ") > 3 else ratio
    bag = set(words.split())
    return 1.8 * len(bag & title.bag) / (len(bag) + len(title.bag))


def read_declared(head: Head, json_ld: JsonLd) -> Declared:
    """Read the titles in the head, the most exact first, without those that only name the site."""
    if not (head.title or head.metas or head.canonical or head.json_ld):  # plain text
        return _NOTHING
    sites = _site_names(head, json_ld)
    places: dict[str, list[str]] = {}
    for found_in, text in _sources(head, json_ld):
        if text:
            places.setdefault(text, []).append(found_in)
    found: dict[str, DeclaredTitle] = {}
    for text, found_ins in places.items():
        title = without_site(tidy(text), sites, guess="title" in found_ins and "json-ld" not in found_ins)
        words = normalise(title)
        if words in found:
            found[words] = found[words]._replace(places=found[words].places + len(found_ins))
        elif words and len(found) < MAX_DECLARED and not _is_site(title, sites):
            found[words] = DeclaredTitle(title, words, frozenset(words.split()), found_ins[0], len(found_ins))
    parts = {words for title in found.values() for words in _long_parts(title.text)}
    letters = {words.replace(" ", ""): title.text for words, title in reversed(found.items())}
    return Declared(tuple(found.values()), letters, frozenset(parts), sites)


def _sources(head: Head, json_ld: JsonLd) -> Iterator[tuple[str, str]]:
    yield "json-ld", json_ld.headline
    metas = dict(reversed(head.metas))
    yield from (("meta", metas[name]) for name in _META_NAMES if name in metas)
    yield "title", head.title


def tidy(text: str) -> str:
    """Fold white space, and remove entities that were escaped twice and invisible characters."""
    text = text[:MAX_TITLE]
    return clean(" ".join((unescape(text) if "&" in text else text).split())).lstrip(":|·•– ")


def _site_names(head: Head, json_ld: JsonLd) -> frozenset[str]:
    """Return the names of the page's site as letters without spaces, in lower case."""
    texts = {json_ld.publisher, *[content for name, content in head.metas if name in _SITE_NAMES]}
    addresses = [head.canonical, *[content for name, content in head.metas if name == "og:url"]]
    for host in {found[1].lower() for address in addresses if (found := _HOST.match(address))}:
        texts |= {host, *[label for label in host.split(".")[:-1] if len(label) > 3]}
    return frozenset([name for name in map(letters_of, texts) if 1 < len(name) <= MAX_SITE])


def letters_of(text: str) -> str:
    """Return a text as its letters and digits, in lower case and without spaces."""
    return "".join(words_of(text[:MAX_TITLE]))


def _is_site(text: str, sites: frozenset[str]) -> bool:
    """Return whether a text is the name of the site, with at most as many letters more."""
    letters = letters_of(text)
    size = len(letters)
    if letters in sites:
        return True
    for site in sites if size > 3 else ():
        if letters in site or (len(site) > 3 and size <= 2 * len(site) and site in letters):
            return True
    return False


def parts_of(title: str) -> list[str]:
    """Return the parts of a title, and the separators between them at the odd places."""
    return _SEPARATOR.split(title) if _MARK.search(title) else [title]


def without_site(title: str, sites: frozenset[str], *, guess: bool = True) -> str:
    """Cut the name of the site and its sections from a title's end or beginning.

    `guess` says whether a short last part is cut too that is not known to be the site's name.
    """
    parts = parts_of(title)
    texts, separators = parts[::2], parts[1::2]
    if len(texts) < 2 or len(texts) > 12:
        return title
    first, last = 0, len(texts)
    site_at = next((n for n in range(last - 1, 0, -1) if _is_site(texts[n], sites)), 0)
    if site_at and sum(map(len, texts[site_at:])) < len(title) / 2 + len(texts[site_at]):
        last = site_at
        mark = separators[site_at - 1].strip()
        while last > 1 and separators[last - 1].strip() == mark and _is_short(texts[last - 1], texts[: last - 1]):
            last -= 1
    elif _is_site(texts[0], sites):
        first = 1
    elif guess and separators[-1].strip() not in (":", "：", "/") and _is_short(texts[-1], texts[:-1]):
        last -= 1
    kept = "".join(parts[2 * first : 2 * last - 1]).strip()
    return kept or title


def _long_parts(title: str) -> Iterator[str]:
    """Yield a title without its first and without its last part, normalised, if it is at least half of the title."""
    parts = parts_of(title)
    for part in ("".join(parts[2:]), "".join(parts[:-2])):
        if 2 * len(part) >= len(title) and count_words(part) > 2:
            yield normalise(part)


def _is_short(part: str, rest: Sequence[str]) -> bool:
    return count_words(part) <= _SHORT_PART and len(part) < sum(map(len, rest))


def as_headline(text: str, declared: Declared, language: str) -> str:
    """Return a heading as the head writes it, where the page glues something to it.

    A declared title of the same words is taken if it has a mark where the page has none. Otherwise a section or a date
    before a declared title is cut off, and after it an address or a month; at the end also the name of the site, and
    the sign of a link to the heading itself. German has no space before a colon, but one after it.
    """
    text = text.rstrip(_LINK_SIGN) or text
    words = normalise(text)
    same = [title.text for title in declared.titles if title.words == words]
    if same:
        n_marks = _count_marks(text)
        text = next((title for title in same if _count_marks(title) > n_marks), text)
    else:
        text = next(filter(None, (_without_additions(text, words, title) for title in declared.titles)), text)
    parts = _SEPARATOR.split(text) if declared.sites and _MARK.search(text) else ()
    if len(parts) > 2 and letters_of(parts[-1]) in declared.sites and 2 * len(parts[-1]) < len(text):
        text = "".join(parts[:-2]).strip() or text
    return _LOOSE_COLON.sub(": ", text) if ":" in text and language[:2].lower() == "de" else text


def _count_marks(text: str) -> int:
    return len(_PARTING.findall(text))


def _without_additions(text: str, words: str, title: DeclaredTitle) -> str:
    """Return what of a text a title declares that is at least half of it; empty if that is not all but an addition."""
    if title.found_in == "title" or 2 * len(title.words) < len(words):
        return ""
    n_words = title.words.count(" ") - 1
    if words.endswith(title.words) and len(title.words) >= _SHARE * len(words):
        before = text[: list(_WORD.finditer(text))[-n_words].start()].rstrip(_OPENING)
        return text[len(before) :].lstrip() if _KICKER.search(before) or not cut_dates(before).strip() else ""
    if words.startswith(title.words):
        end = list(_WORD.finditer(text))[n_words - 1].end()
        added = _ADDED.search(text, end)
        return text[: added.start()] if added is not None and not words_of(text[end : added.start()]) else ""
    return ""


def is_cut(title: str) -> bool:
    """Return whether a title ends in an ellipsis."""
    return title.endswith(_ELLIPSIS)


def lines_of(text: str) -> tuple[str, ...]:
    """Return a block's text, and if it has several lines the first, and the others: one may be a byline or a kicker."""
    first, _, others = text.partition("\n")
    return (text, first, others) if others else (text,)
