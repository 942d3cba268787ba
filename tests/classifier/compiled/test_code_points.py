"""Tests of `code_points`: the tables say what Python says of each character."""

from __future__ import annotations

import unicodedata

from copydesk.classifier.compiled import DIGIT, IDEOGRAPH, LETTER, SPACE, character_tables, code_points


def class_of(character: str) -> int:
    """Return a character's class, scripts without spaces left out."""
    category = unicodedata.category(character)[0]
    if category in "LM":
        return LETTER
    if category == "N":
        return DIGIT
    return SPACE if category == "Z" or character.isspace() else 0


def test_classes_are_those_of_unicode() -> None:
    classes, _ = character_tables()
    for code, found in enumerate(classes.tolist()):
        expected = class_of(chr(code))
        assert found == expected or (found == IDEOGRAPH and expected == LETTER), hex(code)
    assert [classes[ord(character)] for character in "漢かカกກ"] == [IDEOGRAPH] * 5
    assert [classes[ord(character)] for character in "aéЖع한"] == [LETTER] * 5


def test_lower_case_is_that_of_single_letters() -> None:
    _, lower = character_tables()
    for code, found in enumerate(lower.tolist()):
        small = chr(code).lower()
        is_letter = class_of(chr(code)) == LETTER
        assert found == (ord(small) if is_letter and len(small) == 1 else code), hex(code)


def test_lone_surrogates_are_code_points() -> None:
    assert code_points("a\ud800\U0001f600").tolist() == [0x61, 0xD800, 0x1F600]
