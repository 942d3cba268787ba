"""Collects what an HTML page says of itself beside its text: metas, JSON-LD, microdata, times."""

from __future__ import annotations

import re
from collections.abc import Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode

from copydesk.classifier.types import Head

MAX_METAS, MAX_JSON_LD, MAX_TIMES, MAX_PROPERTIES = 500, 50, 500, 30
"""`meta` elements, scripts of JSON-LD, `time` elements and microdata properties of one page that are kept."""

MAX_META_CHARACTERS, MAX_JSON_LD_CHARACTERS, MAX_TIME_CHARACTERS, MAX_PROPERTY_CHARACTERS = 4_000, 1_000_000, 100, 200
"""Characters of each that are kept."""

MAX_PROPERTY_NODES = 30
"""Nodes inside an element up to which its text is the value of a property."""

_PROPERTIES = frozenset(
    ("author", "creator", "datePublished", "dateModified", "publisher", "articleSection", "keywords")
)
"""Microdata whose values are kept; `rel=author` of a link counts as "author"."""

_JSON_LD_NAMES = frozenset(("script:ld+json", "application/ld+json", "json-ld", "ld+json"))
"""Names of a `meta` whose content is JSON-LD."""

_TAG_LINK = re.compile(r"(?:.*[ \t\n\f\r])?tag(?:[ \t\n\f\r].*)?", re.DOTALL)
"""A `rel` with the word "tag": the link leads to a subject."""


class HeadFinder:
    """Collects the elements that say something of the page, wherever they are."""

    def __init__(self) -> None:
        self.title = ""
        self.language = ""
        self.metas: list[tuple[str, str]] = []
        self.canonical = ""
        self.json_ld: list[str] = []
        self.times: list[tuple[int, str]] = []
        self.properties: list[tuple[int, str, str]] = []

    def add(self, tag: str, node: LexborNode) -> str:
        """Add a `meta`, `link` or `script`; return the formula that a script is for, as MathJax reads them."""
        get = node.attributes.get
        if tag == "script":
            kind = (get("type") or "").strip().lower()
            if kind.partition(";")[0].rstrip() == "application/ld+json":  # a charset or a profile may follow
                self.add_json_ld(node.text())
            elif kind.startswith("math/tex"):
                return " ".join(node.text()[:MAX_META_CHARACTERS].split())
        elif tag == "meta":
            name, content = get("property") or get("name") or get("itemprop") or get("http-equiv"), get("content")
            if name and content:
                self.add_meta(name, content)
        elif (get("rel") or "").strip().lower() == "canonical":
            self.add_canonical(get("href") or "")
        return ""

    def add_title(self, title: str) -> None:
        """Add the text of `title`; the first one that has text counts."""
        self.title = self.title or " ".join(title.split())

    def add_meta(self, name: str, content: str) -> None:
        """Add a `meta` element; some frameworks make one of a script of JSON-LD, under the script's name."""
        name = name.strip().lower()
        if name in _JSON_LD_NAMES:
            self.add_json_ld(content)
        else:
            self.metas.append((name, content[:MAX_META_CHARACTERS]))

    def add_canonical(self, target: str) -> None:
        """Add a `link rel=canonical`; the first one that has a target counts."""
        self.canonical = self.canonical or target[:MAX_META_CHARACTERS]

    def add_json_ld(self, script: str) -> None:
        """Add the text of a script of JSON-LD; of a long one, its beginning and its end.

        What makes a script so long is the article's text, which becomes shorter; what is around it stays.
        """
        if len(script) > MAX_JSON_LD_CHARACTERS:
            half = MAX_JSON_LD_CHARACTERS // 2
            script = script[:half] + script[-half:]
        self.json_ld.append(script)

    def add_time(self, block: int, moment: str) -> None:
        """Add the `datetime` of a `time` element, with the number of its block."""
        if len(self.times) < MAX_TIMES:
            self.times.append((block, moment[:MAX_TIME_CHARACTERS]))

    def add_property(self, block: int, node: LexborNode, attributes: dict[str, str | None]) -> None:
        """Add the microdata of an element; its value is an attribute, or the text of the name in it, or its own text.

        A long text is left out, since it is more than the value.
        """
        rel = attributes.get("rel") or ""
        name = rel if rel == "author" else "tag" if _TAG_LINK.fullmatch(rel) else attributes.get("itemprop")
        if (name == "tag" or name in _PROPERTIES) and len(self.properties) < MAX_PROPERTIES:
            value = attributes.get("content") or attributes.get("datetime") or _short_text(node)
            if 0 < len(value) <= MAX_PROPERTY_CHARACTERS:
                self.properties.append((block, name, value))

    def add_head(self, head: HeadFinder) -> None:
        """Add what was found in `head`, before what was found in `body`."""
        self.title, self.language = head.title, head.language
        self.metas = head.metas + self.metas
        self.canonical = head.canonical or self.canonical
        self.json_ld = head.json_ld + self.json_ld

    def to_head(self) -> Head:
        """Return what was found, as far as it is kept."""
        return Head(
            title=self.title,
            language=self.language,
            metas=tuple(self.metas[:MAX_METAS]),
            canonical=self.canonical,
            json_ld=tuple(self.json_ld[:MAX_JSON_LD]),
            times=tuple(self.times),
            properties=tuple(self.properties),
        )

    def renumber(self, numbers: Sequence[int]) -> None:
        """Give each block its new number."""
        self.times = [(numbers[block], moment) for block, moment in self.times]
        self.properties = [(numbers[block], name, value) for block, name, value in self.properties]


def _short_text(node: LexborNode) -> str:
    """Return the text of an element, or of the name in it; empty if there is more in it than a value."""
    pieces: list[str] = []
    left = [node]
    for _ in range(MAX_PROPERTY_NODES):
        if not left:
            return " ".join("".join(pieces).split())
        inner = left.pop()
        if inner.tag == "-text":
            pieces.append((inner.text_content or "")[: 2 * MAX_PROPERTY_CHARACTERS])
        elif inner.tag not in ("script", "style", "svg"):
            if "itemprop" in inner.attributes and inner.attributes["itemprop"] == "name":
                pieces, left = [inner.attributes.get("content") or ""], []
            child = inner.last_child
            while child is not None and len(left) < MAX_PROPERTY_NODES:
                left.append(child)
                child = child.prev
    return ""


def read_head(parser: LexborHTMLParser) -> HeadFinder:
    """Read the children of `head`, and the page's language."""
    found = HeadFinder()
    node = parser.head.first_child if parser.head is not None else None
    while node is not None:
        tag = node.tag
        if tag == "title":
            found.add_title(node.text())
        elif tag in ("meta", "link", "script"):
            found.add(tag, node)
        node = node.next
    if parser.root is not None:
        found.language = parser.root.attributes.get("lang") or ""
    return found
