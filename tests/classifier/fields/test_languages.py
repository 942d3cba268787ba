"""Forms of languages, and which one is believed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.fields.languages import (
    _is_surely_english,
    decide_language,
    detect_language,
    normalize_language,
)

TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?")


@given(st.text())
def test_any_value_becomes_a_tag_or_nothing(value: str) -> None:
    tag = normalize_language(value)
    assert tag == "" or TAG.fullmatch(tag)
    assert normalize_language(tag) == tag


@settings(deadline=None)  # the first call loads the detector
@given(st.text())
def test_any_text_is_in_a_language_or_none(text: str) -> None:
    tag = detect_language(text)
    assert tag == "" or TAG.fullmatch(tag)


def test_the_declared_language_is_believed_by_the_first_words_alone() -> None:
    german = "Die Fähre zur Insel fährt ab Montag wieder, nachdem der Hafen zwei Jahre lang umgebaut worden war. "
    english = "The ferry to the island runs again on Monday after two years of repairs at the harbour wall. " * 2
    assert detect_language(german + english) == detect_language(german + english, declared="en") == ""
    assert detect_language(german + english, declared="de-AT") == "de"


def test_some_english_in_a_text_in_another_language_does_not_make_it_english() -> None:
    english = "The ferry to the island is back for all of you, and it was about time that they had repaired it. "
    german = "Mit diesen Worten begann der Hafenmeister seine Rede, und alle klatschten lange. " * 3
    assert detect_language(english + english) == "en"
    assert detect_language(english + german) != "en"


@pytest.mark.parametrize("sign", ["", "™", "→ ", "€ "])
def test_english_without_the_is_known_by_words_of_its_own(sign: str) -> None:
    text = f"We can have our own boat{sign} with us, and that is not all: we will be here for you from noon on."
    assert _is_surely_english(text)
    assert detect_language(text) == "en"
    assert not _is_surely_english(text.replace("noon", "Bär"))
    assert not _is_surely_english(text.replace("with", "near").replace("from", "till").replace("that", "it"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("de_AT.UTF-8", "de-AT"),
        ("en-us", "en-US"),
        ("zh-hans-cn", "zh-Hans-CN"),
        ("es-419", "es-419"),
        ("en_EN", "en"),
        ("en-UK", "en-GB"),
        ("iw", "he"),
        ("English", "en"),
        ("de, en", "de"),
        ("und", ""),
        ("x-klingon", ""),
        ("", ""),
    ],
)
def test_form_is_read(value: str, expected: str) -> None:
    assert normalize_language(value) == expected


@pytest.mark.parametrize(
    ("text", "declared"),
    [
        (
            "We weten niet of het water in de kelder was gelopen, maar het is nu droog. We hebben het gemeten. Of het "
            "morgen weer gebeurt is de vraag, want in de stad was gisteren alles nat en we hopen op beter weer.",
            "nl",
        ),
        ("Die man was in die huis by die see, of hy is by die werk en dit is as hy weer kom met die boot.", "af"),
    ],
)
def test_short_words_that_english_shares_do_not_make_a_text_english(text: str, declared: str) -> None:
    assert detect_language(text, declared=declared) == declared
    assert detect_language(text) != "en"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The ferry to the island runs again from Monday, after two years of repairs in the harbour.", "en"),
        ("Die Fähre zur Insel fährt ab Montag wieder, nachdem sie zwei Jahre lang in der Werft war.", "de"),
        ("Le bac vers l'île circule de nouveau à partir de lundi, après deux ans de réparations.", "fr"),
        ("Паром на остров снова ходит с понедельника после двух лет ремонта в гавани.", "ru"),
        ("島へのフェリーは、港での二年間の修理を終えて、月曜日から再び運航します。乗客はとても喜んでいます。", "ja"),
        ("Ferry!", ""),
        ("", ""),
    ],
)
def test_language_is_told_by_the_words(text: str, expected: str) -> None:
    assert detect_language(text) == expected


@pytest.mark.parametrize(
    ("declared", "detected", "expected"),
    [
        ("de-AT", "de", "de-AT"),
        ("nb-NO", "no", "nb-NO"),
        ("en", "zu", "zu"),
        ("en", "", "en"),
        ("", "fr", "fr"),
        ("", "", ""),
    ],
)
def test_the_declared_language_is_believed_unless_the_text_is_in_another(
    declared: str, detected: str, expected: str
) -> None:
    assert decide_language(declared, detected) == expected
