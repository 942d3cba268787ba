"""Reads authors and dates where the page shows them: in blocks labelled byline and date, and in `time` elements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copydesk.classifier.fields.dates import Date, cut_dates, find_dates, read_date
from copydesk.classifier.fields.names import clean_names, names_author
from copydesk.classifier.types import KINDS, PARTS, Blocks, Kind

MAX_BYLINE = 200
"""Characters of a byline; longer blocks are biographies."""

MAX_BARE_NAME = 60
"""Characters of a byline without "By"."""

NEAR = 12
"""Blocks before an article's first paragraph, and a third as many after it, where its byline and date are looked for if
no block is labelled so."""

_LABELLED = {name: KINDS.index(name) for name in (Kind.BYLINE, Kind.DATE, Kind.METADATA, Kind.TEXT, Kind.STANDFIRST)}
_OF_OTHERS = {KINDS.index(name) for name in (Kind.TEASER, Kind.TEASER_HEADING, Kind.COMMENT, Kind.FURNITURE)}
_PART = frozenset(KINDS.index(part) for part in PARTS)


def block_authors(page: Blocks, kinds: Sequence[int]) -> tuple[str, ...]:
    """Return the names in the first byline with any; in the metadata near the text if no block is labelled byline."""
    introduced = False
    for number in _numbers(kinds, Kind.BYLINE):
        text = _text(page, number)
        if len(text) > (MAX_BYLINE if names_author(text) else MAX_BARE_NAME) and not introduced:
            continue
        names = clean_names(cut_dates(text).splitlines())
        if names:
            return names
        introduced = names_author(f"{text} ")
    if _LABELLED[Kind.BYLINE] not in kinds:
        for number in _near(kinds):
            text = _text(page, number)
            if len(text) <= MAX_BYLINE and names_author(text) and (names := clean_names(cut_dates(text).splitlines())):
                return names
    return ()


def block_dates(page: Blocks, kinds: Sequence[int], *, month_first: bool) -> list[Date]:
    """Return the dates in blocks labelled date or byline; in the metadata near the text if no block is labelled so."""
    labelled = sorted({*_numbers(kinds, Kind.DATE), *_numbers(kinds, Kind.BYLINE)})
    for numbers in (labelled, _near(kinds)):
        found: list[Date] = []
        before = ""
        for number in numbers:
            text = _text(page, number)
            found += find_dates(f"{before} {text}"[:300], month_first=month_first)
            before = text if len(text) < 30 and not found else ""
        if found:
            return found
    return []


def time_dates(page: Blocks, kinds: Sequence[int], *, month_first: bool) -> list[Date]:
    """Return the dates of `time` elements, those in blocks labelled date or byline if there are any."""
    times = [(number, iso) for number, value in page.head.times if number < len(kinds) and (iso := read_date(value))]
    wanted = (_LABELLED[Kind.DATE], _LABELLED[Kind.BYLINE])
    chosen = [time for time in times if kinds[time[0]] in wanted]
    if not chosen:
        near = set(_near(kinds))
        chosen = [time for time in times if time[0] in near]
    flags: dict[int, Iterator[Date]] = {}
    found = []
    for number, iso in chosen:
        if number not in flags:
            flags[number] = iter(list(find_dates(_text(page, number), month_first=month_first)))
        shown = next(flags[number], None)
        found.append(Date(iso, shown is not None and shown.changed))
    return found


def _numbers(kinds: Sequence[int], kind: Kind) -> list[int]:
    wanted = _LABELLED[kind]
    return [number for number, each in enumerate(kinds) if each == wanted]


def _near(kinds: Sequence[int]) -> list[int]:
    """Return the numbers of the blocks of metadata around the article's first paragraph."""
    paragraph = _LABELLED[Kind.TEXT]
    first = next((number for number, each in enumerate(kinds) if each == paragraph), None)
    if first is None:
        return []
    around = range(max(0, first - NEAR), min(len(kinds), first + NEAR // 3))
    return [number for number in around if kinds[number] not in _OF_OTHERS and kinds[number] not in _PART]


def _text(page: Blocks, number: int) -> str:
    return page.text[slice(*page.blocks[number])]
