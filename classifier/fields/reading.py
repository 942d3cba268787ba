"""Reads all fields of a page but its title, each from the best place that says it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from copydesk.classifier.fields import metas as names_of
from copydesk.classifier.fields.addresses import host_name, resolve
from copydesk.classifier.fields.authors import choose_authors
from copydesk.classifier.fields.dates import Date, is_before, read_date
from copydesk.classifier.fields.elements import text_line, text_lines
from copydesk.classifier.fields.json_ld import SAYS_NOTHING, JsonLd
from copydesk.classifier.fields.languages import decide_language, detect_language, normalize_language
from copydesk.classifier.fields.metas import Metas
from copydesk.classifier.fields.names import clean_names
from copydesk.classifier.fields.page_blocks import OF_OTHERS, block_authors, block_dates, time_dates
from copydesk.classifier.types import Blocks, Fields

MAX_TAGS, MAX_TAG_CHARACTERS = 50, 80
"""Keywords of one page that are kept, and the characters of one; longer ones are sentences."""

MAX_SITE_CHARACTERS, MAX_SECTION_CHARACTERS = 100, 80
"""Characters of a site's and a section's name; longer ones are slogans, and are left out."""

MAX_DESCRIPTION = 2_000
"""Characters of a description that are kept."""

_MONTH_FIRST = frozenset(("", "US", "PH"))
"""Regions in which English pages write the month first; without a region they are taken for American ones."""

_DAY_FIRST_HOSTS = (".uk", ".ie", ".au", ".nz", ".za", ".in", ".pk", ".ng", ".ke", ".gh", ".tz", ".na", ".sg", ".my")
"""Endings of hosts whose English pages write the day first."""

_URL_DAY = re.compile(r"/((?:19|20)\d\d)[/-](\d\d)[/-](\d\d)(?=[/-]|$)")
_TITLE_ENDS = re.compile(r"\s+[|–—·•:»-]{1,2}\s+")
_DESCRIPTION_ENDS = re.compile(r"\s+(?:[–—·•»-]|:?:)\s+|\s*[|｜]\s*")
"""What stands between a description and the name of its site."""
_EMPTY_DESCRIPTION, _DESCRIPTION_END = re.compile(rf"[|｜].{{0,{MAX_SITE_CHARACTERS}}}"), re.compile(r"(?:\s*[|｜])+$")
"""What a template makes of an empty description, and of the empty name of a site after one."""

_MACHINE_MARK = re.compile(
    r"_.*|(?:content-type|locale|(?:sub)?(?:section|category)|nlp [a-z ]{1,40}|(?-i:[a-z]{3,20}[A-Z][a-z]\w{0,20})): .*"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{7,}",
    re.IGNORECASE,
)
"""Keywords that publishing systems leave for programs: flags, settings with their name, numbers and UUIDs. On the 1,694
pages of the corpora these are 53 of 2,674 keywords, on 16 pages. All were looked at: 35 name no subject, 18 have one
behind the name of a setting ("Category: Harbour"). "Sandholm: Part Two" is a tag."""

_UNNAMED = frozenset("blog home homepage news website start startseite".split())
"""What templates write where a site has no name."""

_LETTERS = re.compile(r"[\W_]+")
_ADDRESS = re.compile(r"(?:https?:)?//\S+|www\.\S+", re.IGNORECASE)
"""What is no name, though some pages state it as that of their site or section."""


@dataclass(slots=True)
class _Reading:
    """What is known of a page while its fields are read.

    `is_silent` says that no JSON-LD, metas and microdata say anything, as in plain text.
    """

    page: Blocks
    kinds: Sequence[int]
    url: str
    stated: JsonLd
    found_in: dict[str, str]
    metas: Metas = field(init=False)
    is_silent: bool = field(init=False)

    def __post_init__(self) -> None:
        head = self.page.head
        self.metas = Metas(head.metas)
        self.is_silent = self.stated is SAYS_NOTHING and not (head.metas or head.properties)

    def choose(self, name: str, candidates: Iterable[tuple[str, str]]) -> str:
        """Return the first candidate that is not empty, and note where it was found."""
        for place, value in candidates:
            if value:
                self.found_in[name] = place
                return value
        return ""

    def properties(self, *names: str) -> list[str]:
        """Return the values of microdata with these names, but for those in teasers and comments."""
        kinds = self.kinds
        return [
            value
            for block, name, value in self.page.head.properties
            if name in names and (block >= len(kinds) or kinds[block] not in OF_OTHERS)
        ]


def read_fields(
    page: Blocks, kinds: Sequence[int], body: str, *, url: str, stated: JsonLd, title: tuple[str, str] = ("", "")
) -> Fields:
    """Read all fields but the title, which is given.

    Args:
        page: A segmented page.
        kinds: A number in `KINDS` for each block.
        body: The article's text, by which its language is detected.
        url: Where the page is from; empty if that is not known.
        stated: What its JSON-LD says.
        title: The title, and where it was found.
    """
    reading = _Reading(page, kinds, url, stated, {"title": title[1]} if title[0] else {})
    canonical = _canonical_url(reading)
    language = _languages(reading, body)
    host = host_name(canonical) or host_name(url)
    published, modified = _dates(reading, canonical, _is_month_first(language[0], host))
    site = _site(reading, canonical, host)
    publishers = {site, stated.publisher, host}
    authors, place = choose_authors(_author_places(reading), stated, publishers)
    if authors:
        reading.found_in["authors"] = place
    return Fields(
        title=title[0],
        authors=authors,
        published=published,
        modified=modified,
        site=site,
        language=language[0],
        language_declared=language[1],
        language_detected=language[2],
        canonical_url=canonical,
        found_in=reading.found_in,
        **({} if reading.is_silent else _stated_alone(reading, canonical or url, publishers, authors)),
    )


def read_canonical_url(page: Blocks, *, url: str, stated: JsonLd) -> str:
    """Read the field `canonical_url` alone."""
    return _canonical_url(_Reading(page, (), url, stated, {}))


def _canonical_url(reading: _Reading) -> str:
    base = reading.url or resolve(reading.metas.first_of(names_of.ADDRESS), "") or resolve(reading.stated.url, "")
    stated = [
        ("link", reading.page.head.canonical),
        ("meta", reading.metas.first_of(names_of.ADDRESS)),
        ("json-ld", reading.stated.url),
    ]
    return reading.choose("canonical_url", ((place, resolve(value, base)) for place, value in stated))


def _languages(reading: _Reading, body: str) -> tuple[str, str, str]:
    """Return the language that is believed, the declared and the detected one."""
    stated = [
        ("html", reading.page.head.language),
        ("meta", reading.metas.first_of(names_of.LANGUAGE)),
        ("json-ld", reading.stated.language),
    ]
    declared = reading.choose("language_declared", ((place, normalize_language(value)) for place, value in stated))
    detected = reading.choose("language_detected", [("text", detect_language(body, declared=declared))])
    language = decide_language(declared, detected)
    if language:
        reading.found_in["language"] = reading.found_in["language_declared"] if language == declared else "text"
    return language, declared, detected


def _dates(reading: _Reading, canonical: str, month_first: bool) -> tuple[str | None, str | None]:
    """Return when the article was published and changed, not before.

    Some sites state the time of the request as that of both: then an earlier day that the page shows is believed.
    """

    def read(values: Iterable[str]) -> str:
        return next(filter(None, (read_date(value, month_first=month_first) for value in values)), "") or ""

    def of_metas(names: Iterable[str]) -> str:
        return read(content for contents in reading.metas.all_of(names) for content in contents)

    shown: dict[str, list[Date]] = {}

    def dates(place: str) -> list[Date]:
        if place not in shown:
            find: Callable[..., list[Date]] = time_dates if place == "time" else block_dates
            shown[place] = find(reading.page, reading.kinds, month_first=month_first)
        return shown[place]

    def stated_dates(stated: str, names: Iterable[str], item: str, changed: bool) -> Iterator[tuple[str, str]]:
        own = read([stated])
        if own and not changed and stated == reading.stated.modified:
            for place in ("time", "block"):
                shown_first = next((date.iso for date in dates(place) if not date.changed), own)
                yield place, shown_first if is_before(shown_first, own, days=1) else ""
        yield "json-ld", own
        yield "meta", of_metas(names)
        yield "microdata", read(reading.properties(item))

    def candidates(stated: str, names: Iterable[str], item: str, changed: bool) -> Iterator[tuple[str, str]]:
        if not reading.is_silent:
            yield from stated_dates(stated, names, item, changed)
        since = found_published[:10] if changed else ""
        for place in ("time", "block"):
            yield place, next((date.iso for date in dates(place) if date.changed == changed and date.iso >= since), "")
        if not changed:
            found = _URL_DAY.search(canonical) or _URL_DAY.search(reading.url)
            yield "url", read(["-".join(found.groups())] if found is not None else [])

    found_published = ""
    published = candidates(reading.stated.published, names_of.PUBLISHED, "datePublished", changed=False)
    found_published = reading.choose("published", published)
    modified = candidates(reading.stated.modified, names_of.MODIFIED, "dateModified", changed=True)
    later = ((place, date) for place, date in modified if date and not is_before(date, found_published or date))
    return found_published or None, reading.choose("modified", later) or None


def _is_month_first(language: str, host: str) -> bool:
    primary, _, region = language.partition("-")
    return primary == "en" and region in _MONTH_FIRST and not (region == "" and host.endswith(_DAY_FIRST_HOSTS))


def _site(reading: _Reading, canonical: str, host: str) -> str:
    stated = [
        ("meta", reading.metas.first_of(names_of.SITE)),
        ("json-ld", reading.stated.publisher),
        ("meta", reading.metas.first_of(names_of.APPLICATION)),
        ("title", _title_end(reading.page.head.title, host)),
        (reading.found_in.get("canonical_url", "url") if host_name(canonical) else "url", host),
    ]
    lines = ((place, text_line(value)) for place, value in stated)
    named = ((place, value) for place, value in lines if _is_name(value, MAX_SITE_CHARACTERS))
    return reading.choose("site", ((place, value) for place, value in named if value.lower() not in _UNNAMED))


def _is_name(value: str, most: int) -> bool:
    """Return whether a text has a letter or a digit, up to this many characters, and is no address."""
    return len(value) <= most and _LETTERS.sub("", value) != "" and _ADDRESS.fullmatch(value) is None


def _title_end(title: str, host: str) -> str:
    """Return the part of a title that is in the host's name: "The Pier" of "Ferry runs again | The Pier"."""
    letters = _LETTERS.sub("", host)
    for part in reversed(_TITLE_ENDS.split(title)[1:]):
        key = _LETTERS.sub("", part.lower())
        if len(key) > 2 and key in letters:
            return part.strip()
    return ""


def _author_places(reading: _Reading) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Return the names that each place gives, best place first."""
    if not reading.is_silent:
        yield from _stated_authors(reading)
    yield "block", block_authors(reading.page, reading.kinds)


def _stated_authors(reading: _Reading) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "json-ld", clean_names(name for name in reading.stated.authors if name not in reading.stated.organisations)
    for contents in reading.metas.all_of(names_of.AUTHOR):
        yield "meta", clean_names(contents)
    for contents in reading.metas.all_of(names_of.TURNED_AUTHOR):
        yield "meta", clean_names(" ".join(reversed(name.split(", ", 1))) for name in contents)
    yield "microdata", clean_names(reading.properties("author", "creator"), shown=True)


def _stated_alone(reading: _Reading, base: str, publishers: Iterable[str], authors: Iterable[str]) -> dict[str, Any]:
    """Return the fields that only metas, microdata and JSON-LD give."""
    image = [("meta", reading.metas.first_of(names_of.IMAGE)), ("json-ld", reading.stated.image)]
    return {
        "section": _section(reading),
        "tags": _tags(reading, authors),
        "description": _description(reading, publishers),
        "image": reading.choose("image", [(place, resolve(value, base)) for place, value in image]),
    }


def _section(reading: _Reading) -> str:
    stated = [
        ("json-ld", reading.stated.section),
        ("meta", reading.metas.first_of(names_of.SECTION)),
        ("microdata", next(iter(reading.properties("articleSection")), "")),
    ]
    lines = ((place, text_line(value)) for place, value in stated)
    named = ((place, value) for place, value in lines if _is_name(value, MAX_SECTION_CHARACTERS))
    return reading.choose("section", named)


def _tags(reading: _Reading, authors: Iterable[str]) -> tuple[str, ...]:
    """Return the tags of the first place that has others than the authors' names."""
    names = {name.casefold() for name in authors}
    places: list[tuple[str, Sequence[str]]] = [("json-ld", reading.stated.tags)]
    places += [("meta", contents) for contents in reading.metas.all_of(names_of.TAGS)]
    places.append(("microdata", reading.properties("keywords")))
    for place, values in places:
        tags = dict.fromkeys(
            tag
            for value in values
            for each in re.split(r"[,;、，|\n]", text_lines(value))
            if (tag := " ".join(each.split()).strip(" #\"'"))
        )
        kept = tuple(filter(_is_tag, tags))[:MAX_TAGS]
        if not names.issuperset(map(str.casefold, kept)):
            reading.found_in["tags"] = place
            return kept
    return ()


def _is_tag(value: str) -> bool:
    return len(value) <= MAX_TAG_CHARACTERS and _MACHINE_MARK.fullmatch(value) is None


def _description(reading: _Reading, publishers: Iterable[str]) -> str:
    stated = [("meta", reading.metas.first_of(names_of.DESCRIPTION)), ("json-ld", reading.stated.description)]
    description = reading.choose("description", ((place, _tidy_description(value)) for place, value in stated))
    names = {reading.metas.first_of(names_of.SITE), reading.metas.first_of(names_of.APPLICATION), *publishers}
    return _without_site(description, {_LETTERS.sub("", name.lower()) for name in names})


def _without_site(description: str, sites: Collection[str]) -> str:
    """Cut the name of the site from the end of a description, if a separator is before it; names are their letters."""
    start = max(0, len(description) - MAX_SITE_CHARACTERS)
    for end in _DESCRIPTION_ENDS.finditer(description, start):
        name = _LETTERS.sub("", description[end.end() :].lower())
        if name and name in sites and end.start() > 0:
            return description[: end.start()]
    return description


def _tidy_description(description: str) -> str:
    """Return a description without elements and a separator at its end; empty if it is but the end of a template."""
    text = text_line(description[:MAX_DESCRIPTION])
    return "" if _EMPTY_DESCRIPTION.fullmatch(text) else _DESCRIPTION_END.sub("", text)
