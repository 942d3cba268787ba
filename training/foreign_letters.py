"""Writes pages in languages that do not exist, so that a model learns what a page is whatever its language.

What is left to learn from is shape, place, repetition and markup, as on a page in a language without examples.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from zlib import crc32

import numpy as np

from copydesk.classifier.types import Block, Blocks
from copydesk.training.align import LabelledPage

CASELESS = tuple(
    [chr(point) for first, last in ranges for point in range(first, last + 1)]
    for ranges in (
        [(0x0905, 0x0914), (0x0915, 0x0939)],
        [(0x0985, 0x098C), (0x0995, 0x09A8), (0x09AA, 0x09B0), (0x09B6, 0x09B9)],
        [(0x0B85, 0x0B8A), (0x0B92, 0x0B95), (0x0BAE, 0x0BB9)],
        [(0x0627, 0x063A), (0x0641, 0x064A)],
        [(0x05D0, 0x05EA)],
        [(0x0E01, 0x0E2E)],
        [(0x1200, 0x1246)],
    )
)
"""Letters of scripts without capitals: Devanagari, Bengali, Tamil, Arabic, Hebrew, Thai, Ethiopic."""

STOPS = {"\u0905": "\u0964", "\u0985": "\u0964", "\u1200": "\u1362"}
"""Full stops of those scripts that have one of their own, by their first letter."""

HAN, HIRAGANA, HANGUL = (0x4E00, 3000), (0x3042, 80), (0xAC00, 9000)
"""First code point of a script of East Asia, and how many of its code points are used."""

LETTERS_A_SIGN = 2.5
"""Latin letters that take as much to say as one sign of Chinese or Korean."""

_WORD = re.compile(r"[^\W\d_]+")
_WIDE_MARKS = str.maketrans({",": "、", ".": "。", "!": "！", "?": "？", ":": "：", "(": "（", ")": "）"})
_SPACES = re.compile(r"(?<=[\u3040-\u9fff、。]) +(?=[\u3040-\u9fff])|(?<=[。！？、：]) +")


def foreign(page: LabelledPage, rng: np.random.Generator) -> LabelledPage:
    """Write a page in a language that does not exist: its letters change places, capitals and marks stay."""
    table = _cipher(page.blocks.text + page.blocks.head.title, rng)
    return _rewritten(page, lambda text: text.translate(table))


def foreign_script(page: LabelledPage, rng: np.random.Generator) -> LabelledPage:
    """Write a page in a script without capitals, or in one of East Asia, where words are short or have no spaces."""
    way = int(rng.integers(2 + len(CASELESS)))
    if way < len(CASELESS):
        table = _caseless(page.blocks.text + page.blocks.head.title, CASELESS[way], rng)
        return _rewritten(page, lambda text: text.translate(table))
    key = rng.bytes(4)
    if way == len(CASELESS):
        return _rewritten(page, lambda text: _WORD.sub(lambda word: _signs(word[0], key, HANGUL), text))
    hiragana = float(rng.choice((0.0, 0.5)))  # Chinese, or Japanese

    def sign(word: re.Match[str]) -> str:
        small = crc32(b"kana" + key + word[0].lower().encode()) % 100 < 100 * hiragana
        return _signs(word[0], key, HIRAGANA) if small else _signs(word[0], key, HAN)

    return _rewritten(page, lambda text: _SPACES.sub("", _WORD.sub(sign, text).translate(_WIDE_MARKS)))


def _signs(word: str, key: bytes, script: tuple[int, int]) -> str:
    """Return the signs that always stand for a word."""
    first, size = script
    count = max(1, round(len(word) / LETTERS_A_SIGN))
    seed = key + word.lower().encode("utf-8", "surrogatepass")
    return "".join(chr(first + crc32(seed + bytes([number % 256])) % size) for number in range(count))


def _cipher(text: str, rng: np.random.Generator) -> dict[int, int]:
    """Return a table that exchanges the letters of a text within each script; a capital goes with its small letter."""
    letters: dict[int, list[str]] = {}
    for letter in _small_letters(text):
        if len(letter.upper()) == 1:
            letters.setdefault(ord(letter) >> 8, []).append(letter)
    table: dict[int, int] = {}
    for found in letters.values():
        for letter, place in zip(found, rng.permutation(len(found)).tolist(), strict=True):
            table[ord(letter)] = ord(found[place])
            table[ord(letter.upper())] = ord(found[place].upper())
    return table


def _caseless(text: str, script: list[str], rng: np.random.Generator) -> dict[int, str]:
    """Return a table that puts a letter of a script without capitals in place of each letter."""
    table: dict[int, str] = {ord("."): STOPS.get(script[0], ".")}
    order = rng.permutation(len(script)).tolist()
    for number, letter in enumerate(_small_letters(text)):
        table[ord(letter)] = script[order[number % len(script)]]
        if len(letter.upper()) == 1:
            table[ord(letter.upper())] = table[ord(letter)]
    return table


def _small_letters(text: str) -> list[str]:
    letters = {character.lower() for character in set(text) if character.isalpha()}
    return sorted(letter for letter in letters if len(letter) == 1)


def _rewritten(page: LabelledPage, change: Callable[[str], str]) -> LabelledPage:
    """Return the page with its blocks, and what its head says, changed; links keep their share of a block."""
    old, pieces, spans = page.blocks, [], []
    done = length = 0
    for block in old.blocks:
        between, text = old.text[done : block.start], change(old.text[block.start : block.end])
        length += len(between)
        spans.append(Block(length, length + len(text)))
        length += len(text)
        pieces += [between, text]
        done = block.end
    text = "".join([*pieces, old.text[done:]])
    head = replace(
        old.head, title=change(old.head.title), metas=tuple((name, change(value)) for name, value in old.head.metas)
    )
    markup = old.markup
    if markup is not None:
        sizes = [(new.end - new.start, max(1, was.end - was.start)) for new, was in zip(spans, old.blocks, strict=True)]
        links = tuple(round(chars * new / was) for chars, (new, was) in zip(markup.link_chars, sizes, strict=True))
        markup = replace(markup, link_chars=links)
    return replace(page, blocks=Blocks(text, tuple(spans), head, markup))
