"""Writes templated news: many stories of one template that share its frame and differ in their facts."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("template_texts")
"""One file a language: lists (`@town A|B`), then templates under `# kind half`, separated by empty lines."""

_REPEATED = re.compile(r"\[(\d+)-(\d+):(.*?)\]", re.DOTALL)
_INNERMOST = re.compile(r"\{([^{}]*)\}")
_RANGE = re.compile(r"([nfcy]):(-?\d+)-(\d+)")
_NUMERALS, _PLACES = "零一二三四五六七八九", ("", "十", "百", "千")
_DECIMAL_COMMA = ("de", "fr", "es", "ru")


@dataclass(frozen=True, slots=True)
class Template:
    """A frame with slots.

    A slot is `{n:1-9}` for a number, `{f:1-9}` for one with a decimal, `{c:1-9999}` and `{y:1949-2024}` for a number
    and a year in Chinese numerals, `{town}` for a word of a list, `{a|b}` for one of some phrases; `{town=x}` gives
    what is filled in a name, and `{x}` repeats it. `[3-5:...]` repeats a passage.
    `half` is `tune` or `test`: thresholds were chosen on the former alone.
    """

    language: str
    kind: str
    half: str
    frame: str
    lists: Mapping[str, tuple[str, ...]]

    @property
    def name(self) -> str:
        """Return what a table calls it."""
        return f"{self.language} {self.kind} {self.half}"

    def write(self, chance: random.Random, named: dict[str, str] | None = None) -> str:
        """Write a story with facts of its own; `named` has those that another story has named, and gets these."""
        named = {} if named is None else named
        frame = _REPEATED.sub(lambda found: found[3] * chance.randint(int(found[1]), int(found[2])), self.frame)
        while True:
            filled = _INNERMOST.sub(lambda found: self._fill(found[1], named, chance), frame)
            if filled == frame:
                return filled
            frame = filled

    def _fill(self, slot: str, named: dict[str, str], chance: random.Random) -> str:
        if "|" in slot:
            return chance.choice(slot.split("|"))
        kind, _, name = slot.partition("=")
        if kind in named:
            return named[kind]
        if number := _RANGE.fullmatch(kind):
            filled = str(chance.randint(int(number[2]), int(number[3])))
            if number[1] in "cy":
                filled = chinese_year(int(filled)) if number[1] == "y" else chinese_number(int(filled))
            elif number[1] == "f":
                filled += f"{',' if self.language in _DECIMAL_COMMA else '.'}{chance.randint(1, 9)}"
        elif kind in self.lists:
            filled = chance.choice([word for word in self.lists[kind] if word not in named.values()])
        else:
            raise ValueError(f"slot {{{slot}}} in template {self.name}: expected a number, a list's name or a choice")
        if name:
            named[name] = filled
        return filled


def chinese_number(number: int) -> str:
    """Write a number from 1 to 9999 in Chinese numerals."""
    digits = [int(digit) for digit in str(number)]
    places = [place if digit else "" for digit, place in zip(digits, reversed(_PLACES[: len(digits)]), strict=True)]
    written = "".join(_NUMERALS[digit] + place for digit, place in zip(digits, places, strict=True))
    written = re.sub("零+", "零", written).rstrip("零")
    return written.removeprefix("一") if 10 <= number < 20 else written


def chinese_year(number: int) -> str:
    """Write a year digit by digit in Chinese numerals."""
    return "".join(_NUMERALS[int(digit)] for digit in str(number)).replace("零", "〇")


def read_templates(folder: Path = FOLDER) -> list[Template]:
    """Read all templates, sorted by language."""
    return [template for path in sorted(folder.glob("*.txt")) for template in _read(path)]


def _read(path: Path) -> list[Template]:
    lists: dict[str, tuple[str, ...]] = {}
    templates: list[Template] = []
    for part in path.read_text(encoding="utf-8").split("\n\n"):
        if part.startswith("#"):
            heading, frame = part.split("\n", 1)
            kind, half = heading[1:].split()
            templates.append(Template(path.stem, kind, half, frame.strip(), lists))
        else:
            for line in part.splitlines():
                name, words = line[1:].split(" ", 1)
                lists[name] = tuple(words.split("|"))
    return templates
