"""Reads authors and dates where the page shows them: in blocks labelled byline and date, and in `time` elements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from copydesk.classifier.arrays import spans_of
from copydesk.classifier.fields.bylines import MAX_LINE, is_date
from copydesk.classifier.fields.date_words import LED_TO_DATES
from copydesk.classifier.fields.dates import (
    MAX_CHARACTERS,
    Date,
    cut_dates,
    find_dates,
    is_before,
    may_have_date,
    read_date,
)
from copydesk.classifier.fields.glued_words import is_row_of_links
from copydesk.classifier.fields.incomplete_dates import is_weekday
from copydesk.classifier.fields.introductions import mentions_author, names_editor
from copydesk.classifier.fields.names import clean_names, is_initials, names_author, without_outlet, without_place
from copydesk.classifier.types import KINDS, PARTS, Blocks, Kind, places_of

MAX_BYLINE = 200
"""Characters of a byline; longer blocks are biographies."""

MAX_BARE_NAME = 60
"""Characters before the date of a byline that does not begin with "By" or the like."""

MAX_SPAN = 366
"""Days from which two dates with a dash between them are not those of publication and change: a choice."""

NEAR = 12
"""Blocks before an article's first paragraph, and a third as many after it, where its byline and date are looked for if
no block is labelled so."""

MAX_BLOCKS = 200
"""Blocks of one kind that are searched."""

_AUTHOR_NAME = re.compile(r"author|byline|autor(?:en|in|es)?\b|verfasser|writer")
_WITHOUT_SPACES = re.compile("[\u0e00-\u0e7f\u3041-\u30ff\u3400-\u9fff가-힣]")
"""A letter of a script that writes a full name as one word, at its beginning."""
_EXCLAIMED = re.compile(r"[!?]\W{0,3}$")
"""How a greeting or a question ends, which is no byline."""

_AFTER_MARK = re.compile(r"\s[|•·]\s")
_MARK_AFTER, _MARK_BEFORE = re.compile(r"\s*[|•·・]|\son behalf of"), re.compile(r"[|•·・]\s*$")
_PICTURE = re.compile(r"\W{0,3}(?:photo|foto|bild|image|picture|crédit|credit|©)", re.IGNORECASE)
_LABELLED = {
    name: KINDS.index(name)
    for name in (Kind.BYLINE, Kind.DATE, Kind.METADATA, Kind.TEXT, Kind.HEADLINE, Kind.STANDFIRST)
}
OF_OTHERS = frozenset(KINDS.index(name) for name in (Kind.TEASER, Kind.TEASER_HEADING, Kind.COMMENT))
"""Kinds of blocks that may name the authors and dates of other stories."""

_UNRELATED = OF_OTHERS | {KINDS.index(Kind.FURNITURE)}
_PART = frozenset(KINDS.index(part) for part in PARTS)


def block_authors(page: Blocks, kinds: Sequence[int]) -> tuple[str, ...]:
    """Return the names in the first byline that begins as one, or in the first other one.

    If no block labelled byline has any, blocks of metadata are searched that begin so or are in an element named so,
    those near the text first. A name that is a link with `rel=tag` is a subject, unless "By" or the like is before it.
    """
    others: tuple[str, ...] = ()
    introduced = False
    for number in _numbers(kinds, Kind.BYLINE):
        text = _text(page, number)
        names, introduces = _names(page, number, labelled=True)
        if names and (introduces or introduced):
            return names
        if len(cut_dates(text).partition("\n")[0]) <= MAX_BARE_NAME:
            others = others or names
        introduced = not names and names_author(f"{text[:MAX_BYLINE]} ")
    for number in _numbers(kinds, Kind.DATE):
        names, introduces = _names(page, number)
        if names and introduces:
            return names
        if not others and _stands_beside_date(_text(page, number), names):
            others = names
    if others:
        return others
    numbers = dict.fromkeys([*_near(kinds), *_numbers(kinds, Kind.METADATA)])
    if page.markup is None and not mentions_author("\n".join([text[:MAX_BYLINE] for text in _texts(page, [*numbers])])):
        return ()  # as for most texts: one search takes less time than one in each block
    for number in numbers:
        text = _text(page, number)
        named = len(text) <= MAX_BARE_NAME and _is_named_author(page, number)
        if len(text) <= MAX_BYLINE and (named or mentions_author(text)):
            names, introduces = _names(page, number)
            if names and (introduces or (named and any(" " in name or _WITHOUT_SPACES.match(name) for name in names))):
                return names
    return ()


def _names(page: Blocks, number: int, *, labelled: bool = False) -> tuple[tuple[str, ...], bool]:
    """Return the names in a byline, which end at a date, and whether they begin with "By" or the like.

    A block `labelled` byline may name a place after a name: "Ada Quill in Kiel". "Editor:" does not count as "By":
    another line names the author. A line below a picture names its photographer, and has no names here.
    """
    byline = _text(page, number)
    if len(byline) > MAX_BYLINE or _PICTURE.match(byline) or _EXCLAIMED.search(byline):
        return (), False
    found: tuple[str, ...] = ()
    for line in cut_dates(byline).splitlines():
        text = line.strip(" |•·,-–—/")
        if not names_author(text):
            text = next((part for part in _tails(text) if names_author(part)), text)
        introduces = names_author(text)
        if not introduces and is_row_of_links(text):
            continue
        if labelled and not introduces:
            text = without_place(text)
        if (introduces or not found) and (names := clean_names([without_outlet(text)], shown=True)):
            subjects = {value for block, name, value in page.head.properties if block == number and name == "tag"}
            persons = tuple(name for name in names if name not in subjects)
            persons = persons[:introduces] + tuple(name for name in persons[introduces:] if not is_initials(name))
            if introduces:
                return persons or names, not names_editor(text)
            found = persons
    return found, False


def _tails(line: str) -> Iterator[str]:
    """Yield what is after each mark of a line such as "Kiel | By Ada Quill"."""
    return (line[mark.end() :] for mark in _AFTER_MARK.finditer(line))


def _stands_beside_date(text: str, names: Sequence[str]) -> bool:
    """Return whether a text is one name of two or three words beside a date, with a mark between."""
    if len(names) != 1 or not 1 <= names[0].count(" ") <= 2 or len(text) > MAX_BYLINE:
        return False
    before, name, after = text.partition(names[0])
    if not name or (_MARK_AFTER.match(after) is None and _MARK_BEFORE.search(before) is None):
        return False
    return cut_dates(text) != text


def _is_named_author(page: Blocks, number: int) -> bool:
    """Return whether the element around a block, or the one around that, is named as an author's."""
    if page.markup is None:
        return False
    element = page.markup.elements[number]
    names = (
        f"{page.markup.inline[number]} {page.markup.names[element]} {page.markup.names[page.markup.parents[element]]}"
    )
    return _AUTHOR_NAME.search(names.lower()) is not None


def block_dates(page: Blocks, kinds: Sequence[int], *, month_first: bool) -> list[Date]:
    """Return the dates in blocks labelled date or byline; in metadata, near the text first, if those have none.

    If there are none either, lines of the headline and the standfirst count that are nothing but a date.
    """
    labelled = sorted({*_numbers(kinds, Kind.DATE), *_numbers(kinds, Kind.BYLINE)})
    for numbers in (labelled, _near(kinds), _numbers(kinds, Kind.METADATA)):
        texts = [text[:MAX_CHARACTERS] for text in _texts(page, numbers)]
        if not may_have_date("\n".join(texts)):  # takes less time than a search in each block
            continue
        found: list[Date] = []
        before = ""
        for text in texts:
            dates = list(find_dates(f"{before} {text}", month_first=month_first))
            found += () if _is_life(text, dates) else dates
            before = text if len(text) < 30 and not (found or dates or _names_person(text)) else ""
        if found:
            return found
    lines = [line for text in _texts(page, _numbers(kinds, Kind.HEADLINE)[:1]) for line in text.splitlines()]
    lines += _texts(page, _numbers(kinds, Kind.STANDFIRST)[:1])
    dated = [line for line in lines if len(line) <= MAX_LINE and may_have_date(line) and _is_date(line)]
    return [date for line in dated for date in find_dates(line, month_first=month_first)]


def _names_person(text: str) -> bool:
    """Return whether a text says who wrote or reviewed the article, and its last word does not lead to a date."""
    last = text.split()[-1].strip(":")
    leads_to_date = last.islower() or last.lower() in LED_TO_DATES
    return not leads_to_date and (names_author(text) or names_editor(text))


def _is_date(line: str) -> bool:
    return is_date(" ".join(word for word in line.split() if not is_weekday(word)))


def _is_life(text: str, dates: Sequence[Date]) -> bool:
    """Return whether a text is nothing but two dates years apart, as those of a person's birth and death."""
    if len(dates) != 2 or not is_before(dates[0].iso, dates[1].iso, days=MAX_SPAN):
        return False
    return not cut_dates(text).strip(" \n–—-")


def time_dates(page: Blocks, kinds: Sequence[int], *, month_first: bool) -> list[Date]:
    """Return the dates of `time` elements: in blocks labelled date or byline, or near the text, or in the article."""
    times = [(number, iso) for number, value in page.head.times if number < len(kinds) and (iso := read_date(value))]
    wanted = (_LABELLED[Kind.DATE], _LABELLED[Kind.BYLINE])
    near = set(_near(kinds)) if times else set()
    chosen = (
        [time for time in times if kinds[time[0]] in wanted]
        or [time for time in times if time[0] in near]
        or [time for time in times if kinds[time[0]] not in _UNRELATED][:1]
    )
    flags: dict[int, Iterator[Date]] = {}
    found = []
    for number, iso in chosen:
        if number not in flags:
            flags[number] = iter(list(find_dates(_text(page, number), month_first=month_first)))
        shown = next(flags[number], None)
        found.append(Date(iso, shown is not None and shown.changed))
    return found


def _numbers(kinds: Sequence[int], kind: Kind) -> list[int]:
    return list(islice(places_of(_LABELLED[kind], kinds), MAX_BLOCKS))


def _near(kinds: Sequence[int]) -> list[int]:
    """Return the numbers of the blocks of metadata around the article's first paragraph."""
    first = next(places_of(_LABELLED[Kind.TEXT], kinds), None)
    if first is None:
        return []
    around = range(max(0, first - NEAR), min(len(kinds), first + NEAR // 3))
    return [number for number in around if kinds[number] not in _UNRELATED and kinds[number] not in _PART]


def _text(page: Blocks, number: int) -> str:
    start, end = page.blocks[number]
    return page.text[start:end]


def _texts(page: Blocks, numbers: Sequence[int]) -> list[str]:
    return [page.text[start:end] for start, end in spans_of(page.blocks)[numbers].tolist()] if numbers else []
