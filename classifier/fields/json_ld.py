"""Reads what a page says of its article in JSON-LD (schema.org), however broken."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

import msgspec

from copydesk.classifier.types import clean

MAX_NODES = 2_000
"""Nodes of one page that are looked at."""

MAX_VALUES = 200
"""Values of one property that are read: authors, keywords."""

MAX_DEPTH = 12
"""Values inside values that are followed."""

MAX_CHARACTERS = 4_000
"""Characters of a value that are kept."""

MAX_NUMBER = 10**15
"""Larger numbers are no time, not in milliseconds either."""

_INNER = ("@graph", "mainEntity", "mainEntityOfPage", "itemReviewed")
"""Properties whose values describe the page itself; others, such as `itemListElement`, list other pages."""

_ORGANISATIONS = re.compile(r"organi[sz]ation|corporation|brand|company|agency", re.IGNORECASE)
_ARTICLES = re.compile(r"article$|posting$|^report$|^review$|^recipe$|^interview$|^liveblog", re.IGNORECASE)
_PAGES = re.compile(r"page$|^(?:video|audio)object$|^creativework$|episode$", re.IGNORECASE)
_SITES = re.compile(r"^website$|organi[sz]ation$|^corporation$", re.IGNORECASE)
_LONGEST_KNOWN_TYPE = 40
"""Characters of a type of which is remembered what it is."""

_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_LOOSE = re.compile(
    r'"(headline|datePublished|dateModified|articleSection|description|inLanguage)"\s*:\s*"((?:[^"\\]|\\.){0,4000})"'
)
_LOOSE_AUTHOR = re.compile(
    r'"author"\s*:\s*[\[{\s]{0,20}(?:"@type"\s*:\s*"\w{1,30}"\s*,\s*)?"name"\s*:\s*"((?:[^"\\]|\\.){0,200})"'
)
_LENIENT = json.JSONDecoder(strict=False)
"""Takes raw line breaks in strings, and anything after the value."""

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class JsonLd:
    """What JSON-LD says of the page's article, as written, entities decoded; all empty without an article.

    Attributes:
        kind: The type of the node that is read, such as "NewsArticle"; of a page's node if no article has one.
        headline: The property `headline`, or `name` of an article without one.
        body_length: Characters of `articleBody`.
        authors: Names in the order of the page.
        organisations: Those authors that the page calls organisations.
        published: The property `datePublished`, or `dateCreated` or `uploadDate` without one.
        modified: The property `dateModified`.
        publisher: The name of the publisher.
        section: The property `articleSection`, the first of several.
        tags: The property `keywords`, uncut if it is one string.
        description: The property `description`.
        image: The address of the first image.
        language: The property `inLanguage`.
        url: The property `url`, or the address in `mainEntityOfPage` without one.
    """

    kind: str = ""
    headline: str = ""
    body_length: int = 0
    authors: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    published: str = ""
    modified: str = ""
    publisher: str = ""
    section: str = ""
    tags: tuple[str, ...] = ()
    description: str = ""
    image: str = ""
    language: str = ""
    url: str = ""


class StatedArticle(NamedTuple):
    """What an article in JSON-LD is called, and its addresses as written."""

    headline: str
    addresses: Sequence[str]


SAYS_NOTHING = JsonLd()
"""What a page without JSON-LD says."""


def read_json_ld(scripts: Iterable[str], *, choose: Callable[[Sequence[StatedArticle]], int] = lambda _: 0) -> JsonLd:
    """Read the scripts of one page; its own article's node is read, and the page's own where that says nothing.

    Of several articles with a headline, `choose` returns the number of the page's own, by default the first one's.

    Takes time linear in the length of the scripts. Text that is no JSON after repair is searched for the properties'
    names.
    """
    nodes: list[Node] = []
    for script in scripts:
        if len(nodes) < MAX_NODES:
            nodes.extend(_nodes(_parse(script), MAX_NODES - len(nodes)))
    if not nodes:
        return SAYS_NOTHING
    articles: list[Node] = []
    pages: list[Node] = []
    sites: list[Node] = []
    for node in nodes:
        for wanted, found in zip(_sorts(_types(node)), (articles, pages, sites), strict=True):
            if wanted:
                found.append(node)
    if not articles and not pages and not sites:
        return SAYS_NOTHING
    own = _own_articles(articles, choose)
    return _read([*own, *pages[:1]], sites, {key: node for node in nodes if (key := _id(node))})


def _own_articles(articles: list[Node], choose: Callable[[Sequence[StatedArticle]], int]) -> list[Node]:
    """Return the page's own article, and the first one if that has no headline."""
    named = [node for node in articles if _text(node.get("headline"))]
    unnamed = articles[:1] if articles[:1] != named[:1] else []
    if len(named) < 2:
        return [*named, *unnamed]
    number = choose([StatedArticle(_text(node.get("headline")), _own_addresses(node)) for node in named])
    return [named[number], *unnamed]


def _own_addresses(node: Node) -> list[str]:
    found = (node.get("url"), node.get("mainEntityOfPage"), node.get("@id"))
    return [address for value in found for address in _addresses(value, {}, {})]


def _read(nodes: list[Node], sites: list[Node], by_id: Mapping[str, Node]) -> JsonLd:
    """Read each property of the first node that has it."""

    def first(*names: str, text: Callable[[object], str] = _text) -> str:
        found = (text(node.get(name)) for name in names for node in nodes)
        return next(filter(None, found), "")

    def names_of(name: str) -> list[tuple[str, bool]]:
        found = (list(islice(_names(node.get(name), by_id, {}), MAX_VALUES)) for node in nodes)
        return next(filter(None, found), [])

    own = nodes[0] if nodes else {}
    authors = names_of("author") or names_of("creator")
    publishers = names_of("publisher") or [(name, True) for site in sites if (name := _text(site.get("name")))]
    is_page = bool(nodes) and not any(_ARTICLES.search(name) for name in _types(own))
    return JsonLd(
        kind=next(iter(_types(own)), ""),
        headline=first("headline") or ("" if is_page else first("name")),
        body_length=len(body) if isinstance(body := own.get("articleBody"), str) else 0,
        authors=tuple(name for name, _ in authors),
        organisations=tuple(name for name, is_organisation in authors if is_organisation),
        published=first("datePublished", "dateCreated", "uploadDate", text=_time),
        modified=first("dateModified", text=_time),
        publisher=publishers[0][0] if publishers else "",
        section=first("articleSection"),
        tags=tuple(islice(_texts(_first(nodes, "keywords")), MAX_VALUES)),
        description=first("description"),
        image=next(_addresses(_first(nodes, "image") or _first(nodes, "thumbnailUrl"), by_id, {}), ""),
        language=first("inLanguage"),
        url=first("url") or next(_addresses(own.get("mainEntityOfPage"), {}, {}), ""),
    )


def _first(nodes: list[Node], name: str) -> object:
    return next(filter(None, (node.get(name) for node in nodes)), None)


def _parse(script: str) -> object:
    """Parse one script; None if it is empty, a node of what can be found if it is broken."""
    try:
        return msgspec.json.decode(script)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        pass
    text = script.replace("<![CDATA[", "").replace("]]>", "")
    text = text[min((at for mark in "[{" if (at := text.find(mark)) >= 0), default=0) :]
    for attempt in (text, _TRAILING_COMMA.sub(r"\1", text), html.unescape(text)):
        try:
            return _LENIENT.raw_decode(attempt)[0]
        except (ValueError, RecursionError):
            continue
    return _search(text)


def _search(text: str) -> Node | None:
    """Find the properties in text that is no JSON, such as a script that was cut off."""
    found: dict[str, Any] = {}
    for name, value in _LOOSE.findall(text):
        found.setdefault(name, _unescape(value))
    if (author := _LOOSE_AUTHOR.search(text)) is not None:
        found["author"] = _unescape(author[1])
    return {"@type": "Article", **found} if found else None


def _unescape(value: str) -> str:
    try:
        return str(json.loads(f'"{value}"', strict=False))
    except ValueError:
        return value


def _nodes(root: object, room: int) -> Iterator[Node]:
    """Return the nodes that describe the page, outer ones first."""
    level = [root]
    for _ in range(MAX_DEPTH):
        inner: list[object] = []
        for value in level:
            if isinstance(value, list):
                inner.extend(value[:room])
            elif isinstance(value, dict) and room > 0:
                room -= 1
                yield value
                inner.extend(value[name] for name in _INNER if isinstance(value.get(name), (dict, list)))
        if not inner:
            return
        level = inner


def _types(node: Node) -> list[str]:
    found = node.get("@type")
    values = found if isinstance(found, list) else [found]
    return [value.rpartition("/")[2].strip() for value in values[:MAX_VALUES] if isinstance(value, str)]


def _sorts(types: list[str]) -> tuple[bool, bool, bool]:
    """Return whether one of a node's types is that of an article, of a page, of a site."""
    if len(types) == 1 and len(types[0]) <= _LONGEST_KNOWN_TYPE:
        return _sorts_of_short(types[0])
    return any(map(_ARTICLES.search, types)), any(map(_PAGES.search, types)), any(map(_SITES.search, types))


@lru_cache(maxsize=256)
def _sorts_of_short(name: str) -> tuple[bool, bool, bool]:
    """Do the same for one name, and remember the answer: the same few are on most pages."""
    return bool(_ARTICLES.search(name)), bool(_PAGES.search(name)), bool(_SITES.search(name))


def _id(node: Node) -> str:
    found = node.get("@id")
    return found if isinstance(found, str) and len(node) > 1 else ""


def _text(value: object) -> str:
    """Return a value's first text, white space folded and entities decoded."""
    return next(_texts(value), "")


def _time(value: object) -> str:
    """Return a time as text; some pages write seconds or milliseconds since 1970 as a number."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < MAX_NUMBER:
        return str(int(value))
    return _text(value)


def _texts(value: object, depth: int = 0) -> Iterator[str]:
    """Return the texts of a value that may be a list, or a node with `@value` or `name`."""
    if isinstance(value, str):
        text = _folded(value)
        if text:
            yield text
    elif depth < MAX_DEPTH and isinstance(value, list):
        for each in value[:MAX_VALUES]:
            yield from _texts(each, depth + 1)
    elif depth < MAX_DEPTH and isinstance(value, dict):
        yield from _texts(value.get("@value") or value.get("name"), depth + 1)


def _folded(value: str) -> str:
    text = value[:MAX_CHARACTERS]
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if not text.isascii():
        text = clean(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))
    return " ".join(text.split())


def _names(
    value: object, by_id: Mapping[str, Node], known: dict[int, list[tuple[str, bool]]], depth: int = 0
) -> Iterator[tuple[str, bool]]:
    """Return names of persons and organisations, and whether each is an organisation.

    `known` has the names of the nodes that were read already: many references to one node cost no more than one.
    """
    if isinstance(value, list) and depth < MAX_DEPTH:
        for each in value[:MAX_VALUES]:
            yield from _names(each, by_id, known, depth + 1)
    elif isinstance(value, dict):
        node = value if "name" in value else by_id.get(str(value.get("@id")), value)
        if id(node) not in known:
            is_organisation = any(_ORGANISATIONS.search(name) for name in _types(node))
            names = list(islice(_texts(node.get("name")), MAX_VALUES)) or [_full_name(node)]
            known[id(node)] = [(name, is_organisation) for name in names if name]
        yield from known[id(node)]
    else:
        yield from ((name, False) for name in _texts(value))


def _full_name(node: Node) -> str:
    """Return a person's given and family name, empty if the node has neither."""
    return " ".join(filter(None, (_text(node.get("givenName")), _text(node.get("familyName")))))


def _addresses(value: object, by_id: Mapping[str, Node], known: dict[int, str], depth: int = 0) -> Iterator[str]:
    """Return the addresses of pictures or pages.

    `known` has the address of each node that was read already; a node that refers to itself has none.
    """
    if isinstance(value, list) and depth < MAX_DEPTH:
        for each in value[:MAX_VALUES]:
            yield from _addresses(each, by_id, known, depth + 1)
    elif isinstance(value, dict) and depth < MAX_DEPTH:
        node = by_id.get(str(value.get("@id")), value)
        if id(node) not in known:
            known[id(node)] = ""
            inner = node.get("url") or node.get("contentUrl") or node.get("@id")
            known[id(node)] = next(_addresses(inner, by_id, known, depth + 1), "")
        if known[id(node)]:
            yield known[id(node)]
    elif isinstance(value, str):
        yield from _texts(value)
