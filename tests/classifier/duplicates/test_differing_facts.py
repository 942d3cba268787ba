"""Tests of `differing_facts`: stories of one template differ in their facts, versions of one story do not."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.duplicates import Document, deduplicate
from copydesk.classifier.duplicates.fact_words import NAME, NUMBER, ORDINARY, mark_kind
from copydesk.classifier.duplicates.normalized_words import read_words
from tests.bench.templated import alone, make_set
from tests.bench.templates import Template, read_templates

BRIDGE = (
    "A footbridge over the river Arn fell on Sunday evening while hundreds watched the lantern festival, killing "
    "{dead} people and injuring at least 40, the mayor of Brackwater said. The middle span gave way shortly after 9 as "
    "the last boats passed below it. Divers searched the water through the night. The bridge was built in 1931 and had "
    "been closed for repairs twice since 2015, said the city engineer, Ruta Valdane."
)
WEATHER = (
    "{town} can expect a mild {day}. Temperatures will climb to {high} degrees by the early afternoon before falling "
    "to {low} degrees overnight. Winds will blow from the west at {wind} kilometres an hour. The next update from the "
    "county weather desk follows at noon, and warnings are published on its information line throughout the day."
)
ROADS = "County road {number} is closed between the river bridge and the mill in Dunmere County until Friday."


def n_stories(*texts: str) -> int:
    """The clusters of a closed set, the same in both orders."""
    found = [
        len(deduplicate(Document(str(number), text) for number, text in enumerate(order)).clusters)
        for order in (texts, texts[::-1])
    ]
    assert found[0] == found[1]
    return found[0]


def test_corrected_toll_is_the_same_story() -> None:
    assert n_stories(BRIDGE.format(dead=12), BRIDGE.format(dead=14)) == 1


def test_reports_of_one_template_are_different_stories() -> None:
    one = WEATHER.format(town="Ardfell", day="Monday", high=17, low=8, wind=20)
    other = WEATHER.format(town="Port Lessing", day="Thursday", high=4, low=1, wind=55)
    assert n_stories(one, other) == 2


@pytest.mark.parametrize("written", [str.upper, str.title])
def test_capitals_everywhere_tell_no_names(written: Callable[[str], str]) -> None:
    one = WEATHER.format(town="Ardfell", day="Monday", high=17, low=8, wind=20)
    other = WEATHER.format(town="Port Lessing", day="Thursday", high=4, low=1, wind=55)
    assert n_stories(written(one), written(other)) == 2
    assert n_stories(written(BRIDGE.format(dead=12)), written(BRIDGE.format(dead=14))) == 1


def test_notices_of_one_sentence_differ_in_one_number() -> None:
    assert n_stories(*(ROADS.format(number=1400 + number) for number in range(6))) == 6


def test_case_spelling_and_datelines_are_no_facts() -> None:
    text = BRIDGE.format(dead=12)
    assert (
        n_stories(text, text.upper(), text.lower(), f"BRACKWATER, June 1 (Northwire) - {text}", f"Fall — {text}") == 1
    )


def test_translation_without_shared_words_is_no_match() -> None:
    assert n_stories(BRIDGE.format(dead=12), "Eine Brücke über den Arn ist am Sonntag eingestürzt.") == 2


@pytest.mark.parametrize("text", ["", "   \n", "… – !!! 😀"])
def test_texts_without_words_are_stories_of_their_own(text: str) -> None:
    assert n_stories(text, text) == 2


@pytest.mark.parametrize("text", ["Breaking", "Breaking news", "東京", BRIDGE])
def test_equal_texts_of_any_length_have_similarity_1(text: str) -> None:
    report = deduplicate([Document("a", text), Document("b", text)])
    ((_, match),) = report.matches
    assert (match.overlap.similarity, match.overlap.coverage, match.overlap.contains) == (1.0, 1.0, 1.0)
    assert match.same_story


def kinds(text: str) -> list[int]:
    return [mark_kind(mark) for mark in read_words([text]).marks]


def test_numbers_and_capitals_inside_sentences_are_facts() -> None:
    assert kinds("The mayor of Ardfell said 12. Nobody came; in\nMay Ruta did") == [
        *(ORDINARY, ORDINARY, ORDINARY, NAME, ORDINARY, NUMBER),
        *(ORDINARY, ORDINARY, ORDINARY, ORDINARY, NAME, ORDINARY),
    ]


def test_words_of_a_dateline_are_ordinary() -> None:
    assert NAME not in kinds("PORT LESSING, June 1 (Northwire) - a seal was caught")
    assert NUMBER not in kinds("PORT LESSING, June 1 (Northwire) - a seal was caught")
    assert kinds("it was Ruta Valdane").count(NAME) == 2


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("享年八十三岁，四十年前", "八四"),
        ("二〇二四年三月一日", "二三一"),
        ("第一季度，第三次", "一三"),
        ("三千五百二十一万元", "三十"),  # a run of more than five characters counts once for each five
        ("一个人，一些，万一，千万，十分，统一，一时", ""),
        ("三人，十人，一人", "三十"),
        ("百姓，三亚，两国", ""),
        ("三 月", ""),
        ("35万人", "3"),
        ("两人，兩名，廿一日，卅年", "两兩廿卅"),
        ("壹佰贰拾叁万元，叁月", "壹万叁"),  # the sixth character of a run is marked too
        ("陆家嘴，伍家岗，陆先生，柒个，两岸", ""),
    ],
)
def test_numerals_are_numbers_and_ordinary_words_with_numerals_are_not(text: str, numbers: str) -> None:
    words = read_words([text])
    marked = [int(start) for start, mark in zip(words.starts, words.marks, strict=True) if mark_kind(mark) == NUMBER]
    assert "".join(text[start] for start in marked) == numbers


def test_notices_that_differ_in_chinese_numerals_are_two_stories_and_a_correction_is_one() -> None:
    notice = (
        "因线路检修，{month}月{day}日上午{hour}时至下午四时，柳河市第{number}小区将停电。停电期间请居民关闭家用电器，"
        "一旦发现断线请勿靠近。恢复供电的时间可能提前或推迟，给各位用户带来不便，敬请谅解。"
    )
    one = notice.format(month="三", day="二十一", hour="八", number="十二")
    other = notice.format(month="十一", day="五", hour="九", number="四")
    corrected = notice.format(month="三", day="二十二", hour="八", number="十二")
    assert n_stories(one, other) == 2
    assert n_stories(one, corrected) == 1


def test_templated_set_is_right_pair_by_pair() -> None:
    made = make_set(5)
    found = alone(made)
    false = [pair for pair, one in zip(made.pairs, found, strict=True) if one and not pair.same]
    lost = [pair for pair, one in zip(made.pairs, found, strict=True) if pair.same and not one]
    assert len(false) <= 0.005 * sum(not pair.same for pair in made.pairs)
    assert len(lost) <= 0.03 * sum(pair.same for pair in made.pairs)


templates = st.sampled_from([each for each in read_templates() if not each.kind.startswith("event")])


@settings(max_examples=40, deadline=None)
@given(templates, st.integers(0, 99), st.integers(0, 99))
def test_verdict_is_the_same_both_ways(template: Template, one: int, other: int) -> None:
    texts = [template.write(random.Random(seed)) for seed in (one, other)]
    there, back = (deduplicate([Document("a", a), Document("b", b)]) for a, b in (texts, texts[::-1]))
    assert [match.same_story for _, match in there.matches] == [match.same_story for _, match in back.matches]
    assert [match.overlap.differing_facts for _, match in there.matches] == [
        match.overlap.differing_facts for _, match in back.matches
    ]
