"""Renders an article as HTML of a few tags, without scripts, styles, classes of the page, or anything that runs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape

from copydesk.classifier.rendering.inline import Inline, Piece, plain
from copydesk.classifier.rendering.outline import Group, Leaf

_METAS = {
    "description": ("name", "description"),
    "tags": ("name", "keywords"),
    "published": ("property", "article:published_time"),
    "modified": ("property", "article:modified_time"),
    "section": ("property", "article:section"),
    "site": ("property", "og:site_name"),
    "image": ("property", "og:image"),
}
"""The attribute and the name of the `meta` element of each field."""

_CHARSET = '<meta charset="utf-8">'
_VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1">'
"""Text of its usual size on a telephone, where a browser would show the page as wide as on a desk, and tiny."""

_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d([+-]\d\d:\d\d)?")


def render_html(outline: Group, fields: Mapping[str, str | Sequence[str]], *, fragment: bool) -> str:
    """Render the tree of an article as a document with its fields, or as the element `article` alone."""
    article = f"<article>\n{_children(outline)}</article>\n"
    if fragment:
        return article
    title, language = escape(str(fields.get("title", ""))), escape(str(fields.get("language", "")))
    head = "".join(f"{line}\n" for line in (_CHARSET, _VIEWPORT, f"<title>{title}</title>", *_metas(fields)))
    lang = f' lang="{language}"' if language else ""
    header = _header(fields, with_title=not any(child.tag == "h1" for child in outline.children))
    return f"<!DOCTYPE html>\n<html{lang}>\n<head>\n{head}</head>\n<body>\n{header}{article}</body>\n</html>\n"


def _metas(fields: Mapping[str, str | Sequence[str]]) -> list[str]:
    found = [f'<meta name="author" content="{escape(author)}">' for author in fields.get("authors", ())]
    for name, (attribute, value) in _METAS.items():
        if content := fields.get(name):
            content = content if isinstance(content, str) else ", ".join(content)
            found.append(f'<meta {attribute}="{value}" content="{escape(content)}">')
    if address := fields.get("canonical_url"):
        found.append(f'<link rel="canonical" href="{escape(str(address))}">')
    return found


def _header(fields: Mapping[str, str | Sequence[str]], *, with_title: bool) -> str:
    """Write title, authors and date, as far as they are known, for a reader of the document."""
    lines = [f"<h1>{escape(str(title))}</h1>\n"] if with_title and (title := fields.get("title")) else []
    authors, published = escape(", ".join(fields.get("authors", ()))), escape(str(fields.get("published", "")))
    time = f'<time datetime="{published}">{_readable(published)}</time>' if published else ""
    if byline := ", ".join(filter(None, (authors, time))):
        lines.append(f"<p>{byline}</p>\n")
    return f"<header>\n{''.join(lines)}</header>\n" if lines else ""


def _readable(time: str) -> str:
    """Write a time in ISO 8601 without its "T" and its seconds: a form that needs no words of the page's language."""
    found = _TIME.fullmatch(time)
    if found is None:
        return time
    day, clock, offset = found.groups("")
    return f"{day} {clock} {'UTC' if offset == '+00:00' else offset}".rstrip()


def _children(group: Group) -> str:
    out: list[str] = []
    in_body = False
    for child in group.children:
        is_body_row = group.tag == "table" and child.tag == "tr"
        if is_body_row != in_body:
            out.append("<tbody>\n" if is_body_row else "</tbody>\n")
            in_body = is_body_row
        out.append(_leaf(child, group) if isinstance(child, Leaf) else _group(child))
    return "".join(out) + ("</tbody>\n" if in_body else "")


def _group(group: Group) -> str:
    start = f' start="{group.start}"' if group.tag == "ol" and group.start is not None else ""
    first = group.children[0] if len(group.children) == 1 else None
    if group.tag in ("li", "td", "th") and isinstance(first, Leaf) and first.tag == "p":
        return f"<{group.tag}>{_inline(first.content)}</{group.tag}>\n"
    return f"<{group.tag}{start}>\n{_children(group)}</{group.tag}>\n"


def _leaf(leaf: Leaf, parent: Group) -> str:
    text = _inline(leaf.content)
    if leaf.tag == "pre":
        language = f' class="language-{escape(leaf.language)}"' if leaf.language else ""
        return f"<pre><code{language}>{escape(plain(leaf.content), quote=False)}</code></pre>\n"
    if leaf.tag == "img":
        return f"{text}\n" if parent.tag == "figure" else f"<figure>{text}</figure>\n"
    if leaf.tag == "figcaption" and parent.tag != "figure":
        return f"<figure><figcaption>{text}</figcaption></figure>\n"
    return f"<{leaf.tag}>{text}</{leaf.tag}>\n" if text else ""


def _inline(pieces: Sequence[Piece]) -> str:
    return "".join([escape(piece, quote=False) if isinstance(piece, str) else _element(piece) for piece in pieces])


def _element(piece: Inline) -> str:
    if piece.tag == "br":
        return "<br>\n"
    if piece.tag == "img":
        return f'<img src="{escape(piece.target)}" alt="{escape(piece.alt)}">'
    target = f' href="{escape(piece.target)}"' if piece.tag == "a" else ""
    return f"<{piece.tag}{target}>{_inline(piece.content)}</{piece.tag}>"
