"""A small made-up corpus: pages of eight sites that exist nowhere, every block of them labelled."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from copydesk.classifier.types import Blocks, Kind

SITES = tuple(f"{name}.example" for name in ("alder", "birch", "cedar", "elm", "fir", "hazel", "larch", "rowan"))
PAGES_A_SITE = 3

ADJECTIVES = "old green narrow quiet early steep wooden bright northern heavy muddy round".split()
NOUNS = "bridge orchard ferry market tower kettle garden harbour lantern mill meadow tram".split()
VERBS = "crosses feeds follows shelters outlasts lights borrows carries mends joins".split()
PLACES = "river hill station canal square lake quarry valley".split()
MENU = ("Home", "Weather", "Sport", "Shop", "Events", "Log in", "Subscribe")
FOOTER = ("About us", "Contact", "Privacy notice", "Terms of use", "All rights reserved")

Labelled = tuple[str, Kind]


@dataclass(frozen=True, slots=True)
class MadePage:
    """One page with every block's text and kind, in page order."""

    id: str
    site: str
    html: str
    blocks: tuple[Labelled, ...]

    @property
    def body(self) -> str:
        """The article, a block a line."""
        return "\n".join(text for text, kind in self.blocks if kind is Kind.TEXT)

    @property
    def row(self) -> dict[str, object]:
        """The page as a labelled row of a user's JSONL."""
        blocks = [{"text": text, "kind": str(kind)} for text, kind in self.blocks]
        return {"id": self.id, "site": self.site, "language": "en", "html": self.html, "blocks": blocks}


def made_pages() -> list[MadePage]:
    """Make all pages, always the same."""
    return [made_page(site, number) for site in SITES for number in range(PAGES_A_SITE)]


def made_page(site: str, number: int) -> MadePage:
    """Make one page; site and number alone decide what stands on it."""
    chance = random.Random(f"{site} {number}")
    parts = [
        ("nav", "li", tuple((entry, Kind.FURNITURE) for entry in MENU[: 4 + chance.randrange(4)])),
        ("article", "p", tuple(_article(chance))),
        ("aside", "div", tuple(_teasers(chance))),
        ("section", "blockquote", tuple(_comments(chance))),
        ("footer", "li", tuple((entry, Kind.FURNITURE) for entry in FOOTER)),
    ]
    inside = "\n".join(_part(*part) for part in parts)
    html = f'<html lang="en"><head><title>{site}</title></head><body>\n{inside}\n</body></html>'
    return MadePage(f"{site}-{number}", site, html, tuple(block for _, _, blocks in parts for block in blocks))


def write_rows(path: Path, rows: Sequence[dict[str, object]]) -> Path:
    """Write rows as JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def block_texts(page: Blocks) -> list[str]:
    """Return the text of every block."""
    return [page.text[block.start : block.end] for block in page.blocks]


def _article(chance: random.Random) -> Iterator[Labelled]:
    yield _headline(chance), Kind.TEXT
    yield f"By the desk, {chance.randrange(1, 29)} March {chance.randrange(2001, 2024)}", Kind.METADATA
    for _ in range(chance.randrange(5, 9)):
        yield " ".join(_sentence(chance) for _ in range(chance.randrange(3, 6))), Kind.TEXT


def _teasers(chance: random.Random) -> Iterator[Labelled]:
    yield "More stories", Kind.TEASER_HEADING
    for _ in range(chance.randrange(3, 6)):
        yield _headline(chance), Kind.TEASER
        yield _sentence(chance).rstrip(".") + " and...", Kind.TEASER
    yield "Read next", Kind.TEASER_HEADING
    yield _headline(chance), Kind.TEASER


def _comments(chance: random.Random) -> Iterator[Labelled]:
    yield "Leave a reply", Kind.FURNITURE
    for _ in range(chance.randrange(2, 5)):
        yield f"lol i think the {chance.choice(NOUNS)} is great, thanks for this!!", Kind.COMMENT


def _headline(chance: random.Random) -> str:
    return f"{chance.choice(ADJECTIVES).title()} {chance.choice(NOUNS)} {chance.choice(VERBS)} the {_thing(chance)}"


def _sentence(chance: random.Random) -> str:
    return (
        f"The {_thing(chance)} near the {chance.choice(PLACES)} {chance.choice(VERBS)} the {_thing(chance)}, "
        f"and the {chance.choice(NOUNS)} {chance.choice(VERBS)} it."
    )


def _thing(chance: random.Random) -> str:
    return f"{chance.choice(ADJECTIVES)} {chance.choice(NOUNS)}"


def _part(outer: str, inner: str, blocks: Sequence[Labelled]) -> str:
    linked = {Kind.FURNITURE, Kind.TEASER}
    lines = [
        f'<{inner}><a href="/{number}">{text}</a></{inner}>' if kind in linked else f"<{inner}>{text}</{inner}>"
        for number, (text, kind) in enumerate(blocks)
    ]
    return f'<{outer} class="{outer}-box">' + "\n".join(lines) + f"</{outer}>"
