"""Laws and layouts of plain-text segmentation."""

from __future__ import annotations

import re
import textwrap
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from copydesk.classifier.segmentation import plain_text
from copydesk.classifier.segmentation.plain_text import segment_text
from copydesk.classifier.types import Head
from tests.oracle import plain_text as oracle
from tests.oracle.plain_text import MAX_WRAP_WIDTH, MIN_WRAP_WIDTH

INVISIBLE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")

PROSE = (
    "The ferry left the harbour an hour late because the crew had been waiting for a spare pump. "
    "Nobody on board seemed to mind, since the sun was out and the kitchen handed round free soup "
    "while the engineers worked below. By noon the islands came into view, and the passengers "
    "lined the rail to look for seals on the rocks."
)
GERMAN = (
    "Am Morgen stand der Bürgermeister mit drei Helfern auf dem Marktplatz und verteilte Karten für das "
    "Konzert im Stadtpark. Die Schlange reichte bis zur alten Brücke, und mancher Besucher hatte seinen "
    "Klappstuhl mitgebracht. Gegen Mittag waren alle Plätze vergeben."
)
JAPANESE = (
    "港の町では毎年春になると小さな市場が開かれて近くの村から農家の人たちが野菜や果物を運んでくるので"
    "朝早くから多くの客でにぎわい昼前にはほとんどの品物が売り切れてしまうという話を祖母から聞いた。"
)

ANY_TEXT = st.text(
    alphabet=st.one_of(
        st.sampled_from("\n\n\n\r\t \xa0\u200b\u2028\u2029\f\v\x85\ufeff\u202e\0\x1c-*#•1.) aAéあش…,"),
        st.characters(codec=None, exclude_categories=()),
    ),
    max_size=200,
)
PIECES = (
    "by By von Ada Quill und photo: by: 作者：韩小溪 时间： "
    "The ferry left. Mr. harbour late: because… (the) [crew] 'had been' ... a über Straße Ö 港の町では 。 การ ไทย ١٢ "
    "3. (a) (12) 4) - * + – • ・ # ## ####### ___ --- === ~~~ *** 𝐀𝐁 𝐚 😀 Ⅳ ² ½ ǅ İ ؟ ; ، …] ...] \x1c \ud800 "
).split(" ")
BREAKS = tuple("\n|\n  |\n    |\n\n|\r\n|\r\r\n|\r|\u2028|\u2029|\x85|\n\u2003 |\n \n|  ".split("|"))
LINES = st.lists(
    st.tuples(st.lists(st.sampled_from(PIECES), min_size=1, max_size=25).map(" ".join), st.sampled_from(BREAKS)),
    max_size=25,
).map(lambda lines: "".join(line + end for line, end in lines))
"""Lines of a few words and marks, most of them about as long as the next one."""
SURROGATES = st.lists(st.integers(0xD800, 0xDFFF).map(chr), max_size=5).map("".join)


def texts(text: str) -> list[str]:
    return [text[block.start : block.end] for block in segment_text(text).blocks]


def wrapped(text: str, width: int, *, indent: str = "") -> str:
    return textwrap.fill(text, width, subsequent_indent=indent)


@settings(max_examples=500, deadline=None)
@given(st.one_of(LINES, ANY_TEXT))
@example("\n".join((GERMAN[:72], GERMAN[72:144], GERMAN[144:])))
def test_blocks_are_those_of_the_oracle(text: str) -> None:
    assert segment_text(text).blocks == oracle.segment_text(text).blocks


@pytest.mark.parametrize(("step", "size"), [*enumerate(plain_text._TABLE_SIZES)])
def test_traits_are_those_of_strings(step: int, size: int) -> None:
    table = plain_text._table(step)
    assert len(table) == size
    for code, traits in enumerate(table[:0x20000].tolist()):
        letter = chr(code)
        bits = (letter.isspace(), letter.isdecimal(), letter.islower(), letter.isupper(), letter.isalpha())
        is_word = re.fullmatch(r"[^\W\d_]", letter) is not None
        assert traits == sum(bit << number for number, bit in enumerate((*bits, is_word)))


@settings(max_examples=300, deadline=None)
@given(ANY_TEXT, SURROGATES)
@example("a\r\r\nb\r\n\r\nc\u2029d\x85\x85e", "\ud800")
def test_blocks_are_in_order_do_not_overlap_and_have_visible_ends(before: str, after: str) -> None:
    text = before + after
    result = segment_text(text)
    assert result.text is text
    assert result.head == Head()
    assert result.markup is None
    last = 0
    for block in result.blocks:
        assert last <= block.start < block.end <= len(text)
        assert not INVISIBLE.match(text[block.start])
        assert not INVISIBLE.match(text[block.end - 1])
        last = block.end


@settings(max_examples=300, deadline=None)
@given(ANY_TEXT, SURROGATES)
def test_every_visible_character_is_in_a_block(before: str, after: str) -> None:
    text = before + after
    outside = list(text)
    for block in segment_text(text).blocks:
        outside[block.start : block.end] = [""] * (block.end - block.start)
    assert INVISIBLE.sub("", "".join(outside)) == ""


@settings(max_examples=200, deadline=None)
@given(ANY_TEXT)
def test_segmenting_joined_blocks_of_one_line_returns_the_same_blocks(text: str) -> None:
    lines = [part for part in texts(text) if not re.search(r"[\n\r\v\f\x85\u2028\u2029]", part)]
    assert texts("\n\n".join(lines)) == lines


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["Menu", "- one", "# Top", "2) two", PROSE, GERMAN, "and so on ..."]), max_size=12))
def test_paragraphs_between_blank_lines_are_the_blocks(paragraphs: list[str]) -> None:
    assert texts("\n\n".join(paragraphs)) == paragraphs


@settings(max_examples=60, deadline=None)
@given(st.integers(40, 110), st.sampled_from(["\n", "\r\n", "\r", "\u2028", "\x85"]))
def test_wrapped_prose_is_one_block_at_any_usual_width(width: int, line_end: str) -> None:
    paragraph = wrapped(PROSE, width).replace("\n", line_end)
    assert texts(paragraph + line_end * 2 + "Next.") == [paragraph, "Next."]


@pytest.mark.parametrize("width", [50, 60, 66, 72, 80, 100])
def test_wrapped_prose_with_capitalised_nouns_is_one_block(width: int) -> None:
    assert texts(wrapped(GERMAN, width)) == [wrapped(GERMAN, width)]


@pytest.mark.parametrize("text", ["", " ", "\n\n\t\n", "\u200b\u200e\ufeff", "\0\0\x1b\x9f", "\xad\n\u2060"])
def test_a_text_without_visible_characters_has_no_blocks(text: str) -> None:
    assert segment_text(text).blocks == ()


@pytest.mark.parametrize(
    "blank", ["\n\n", "\n \t\n", "\n\u200b\xa0\n", "\r\n\r\n", "\r\r", "\n\f", "\u2029", "\r\n\u3000\r\n"]
)
def test_line_of_invisible_characters_separates_wrapped_paragraphs(blank: str) -> None:
    first, second = wrapped(PROSE, 72), wrapped(GERMAN, 72)
    assert texts(first + blank + second) == [first, second]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r\r\n", "\r", "\x85", "\u2028", "\f", "\v"])
def test_every_line_end_separates_short_lines(line_end: str) -> None:
    assert texts(line_end.join(["Inline Feedbacks", "View all comments", "guest"])) == [
        "Inline Feedbacks",
        "View all comments",
        "guest",
    ]


def test_tabs_and_unicode_spaces_inside_a_line_stay_in_its_block() -> None:
    assert texts("\t Home\tNews\xa0Sport\u3000Weather \u200b\n") == ["Home\tNews\xa0Sport\u3000Weather"]


def test_nul_bytes_surrogates_and_marks_are_kept_inside_and_removed_at_the_ends() -> None:
    assert texts("\ufeff\0Ferry\0 late \udc80\u200f\n\n\u200eSoup\ufeff") == ["Ferry\0 late \udc80", "Soup"]


def test_paragraphs_of_one_line_without_blank_lines_are_blocks() -> None:
    paragraphs = [PROSE, GERMAN, "A short one.", PROSE[:149], "Another short line of prose ends here."]
    assert texts("\n".join(paragraphs)) == paragraphs


def test_short_sentences_on_lines_of_their_own_are_separate_blocks() -> None:
    lines = [
        "The town council met on Monday to talk about the bridge.",
        "Members could not agree on who should pay for the works.",
        "A second meeting is planned for the first week of March.",
        "Residents may send in their questions until the weekend.",
    ]
    assert texts("\n".join(lines)) == lines


def test_headlines_of_similar_length_are_separate_blocks() -> None:
    lines = [
        "Harbour Ferry Returns After Long Repair",
        "Council Delays Vote on New Stone Bridge",
        "Seal Colony Grows on the Outer Islands",
        "Farmers Market Moves to the Old School",
    ]
    assert texts("\n".join(lines)) == lines


@pytest.mark.parametrize("ending", ["...", "…", "[…]"])
def test_a_headline_above_a_clipped_summary_is_its_own_block(ending: str) -> None:
    headline = "Harbour ferry returns after a long repair"
    summary = f"The crew of the ferry had been waiting for a spare pump since the early spring, and{ending}"
    other = "Council delays its vote on the new stone bridge for the third time this very long year"
    assert texts(f"{headline}\n{summary}\n{other}\n{summary}") == [headline, summary, other, summary]


def test_clipped_summary_under_a_headline_is_a_separate_block_in_wrapped_text() -> None:
    headline = "Council delays its vote on the new stone bridge for the third time now"
    summary = "Members could not agree on who should pay for the works and so they ..."
    article = "\n\n".join([wrapped(PROSE, 72)] * 4)
    assert texts(f"{article}\n\n{headline}\n{summary}")[-2:] == [headline, summary]


def test_each_paragraph_of_a_mixed_text_is_cut_by_itself() -> None:
    lines = ["Share", "Print", "Leave a comment"]
    long_lines = [PROSE, GERMAN]
    text = "\n\n".join([wrapped(PROSE, 72), "\n".join(lines), "\n".join(long_lines), wrapped(GERMAN, 60)])
    assert texts(text) == [wrapped(PROSE, 72), *lines, *long_lines, wrapped(GERMAN, 60)]


def test_a_headline_directly_above_wrapped_prose_is_its_own_block() -> None:
    assert texts("Ferry leaves late\n" + wrapped(PROSE, 72)) == ["Ferry leaves late", wrapped(PROSE, 72)]


def test_a_wrapped_paragraph_of_two_lines_follows_the_habit_of_its_text() -> None:
    pair = "Gegen Mittag waren alle Plätze im Park vergeben, und die gute alte\nKapelle begann zu spielen."
    assert len(texts(pair)) == 2
    article = "\n\n".join([wrapped(GERMAN, 68)] * 3)
    assert texts(f"{article}\n\n{pair}")[-1] == pair


@pytest.mark.parametrize("width", [72, 74, 100])
def test_a_wrapped_pair_whose_second_line_begins_with_a_noun_is_one_block(width: int) -> None:
    pairs = [
        "Eine zweijährige Kuh namens Liesl hat am Sonntagnachmittag den Immenauer See der Länge nach durchschwommen, "
        "vorbei an etwa dreihundert Badegästen.",
        "Das Tier war auf der Alm vor einer Drohne erschrocken und durch den Zaun gebrochen und lange gelaufen.",
        "„Sie hatte einen sehr ruhigen Stil, eher Brust“, sagte der junge Rettungsschwimmer Jonas Haug, der ihr mit "
        "dem Brett entgegenpaddelte.",
        "Am Ostufer stieg Liesl aus dem Wasser und fraß den Blumenkübel vor dem Kiosk mit den großen Fenstern "
        "ganz leer.",
    ]
    paragraphs = [wrapped(pair, width) for pair in [*pairs, GERMAN]]
    assert texts("\n\n".join(paragraphs)) == paragraphs


LONG = ["Saltmere Gazette", "Sport", PROSE, PROSE[94:], "Read more"]


@pytest.mark.parametrize(
    "line",
    [
        *("by Beatrice Yelland", "von Petra Gschwend", "par Émeline Tassart", "di Ugo Rinaldi", "por Lucía Barrientos"),
        *("words: Beatrice Yelland", "photo: Tom Ashcombe", "beatriceyelland", "share", "by Ada Quill and Ben Reed"),
    ],
)
@pytest.mark.parametrize("around", [LONG, ["The lido reopens on Friday after a long repair of the pumps.", "Tags"]])
def test_a_headline_above_a_byline_or_a_label_is_its_own_block(line: str, around: list[str]) -> None:
    headline = "Moor ponies to wear reflective collars before the autumn"
    assert texts("\n".join(["Sport", headline, line, *around])) == ["Sport", headline, line, *around]


@pytest.mark.parametrize("line", ["by Beatrice Yelland", "Von Petra Gschwend", "photo: Tom Ashcombe"])
def test_a_byline_in_wrapped_text_is_its_own_block(line: str) -> None:
    headline = "Moor ponies to wear reflective collars before the autumn comes"
    article = "\n\n".join([wrapped(PROSE, 66)] * 3)
    assert texts(f"{headline}\n{line}\n\n{article}")[:2] == [headline, line]


@pytest.mark.parametrize("width", range(17, 24))
def test_a_chinese_headline_above_its_date_is_its_own_block(width: int) -> None:
    headline = "小区楼顶长出一片金黄稻田物业请来农技员种出两亩"[:width]
    lines = [headline, "时间：2024年10月20日 16:40", "作者：韩小溪 编辑：罗一川", "带头的是退休农技员姜水生" * 4 + "。"]
    assert texts("\n".join(lines)) == lines


def test_a_wrapped_pair_that_ends_a_sentence_is_one_block_in_any_text() -> None:
    pair = "Moor ponies will have to wear reflective collars long before\nthe autumn comes to the moor."
    assert texts("\n".join([*LONG[:3], "Read more", pair])) == [*LONG[:3], "Read more", pair]


def test_a_headline_of_two_wrapped_lines_in_a_short_text_is_one_block() -> None:
    pair = "Moor ponies will have to wear reflective collars long before\nthe autumn comes to the moor"
    assert texts(f"{pair}\n\nThe collars shine.") == [pair, "The collars shine."]


def test_ideographic_lines_cut_at_a_fixed_width_are_one_block() -> None:
    paragraph = "\n".join(JAPANESE[i : i + 30] for i in range(0, len(JAPANESE), 30))
    assert texts(paragraph) == [paragraph]


def test_ideographic_headlines_are_separate_blocks() -> None:
    lines = ["港の市場に多くの客", "町の図書館に新しい本が届く", "祖母の話", "島への船は一時間おくれて出発した"]
    assert texts("\n".join(lines)) == lines


def test_an_address_longer_than_the_wrap_does_not_break_its_paragraph() -> None:
    address = "https://example.org/" + "ferry-" * 25
    paragraph = wrapped(PROSE[:180], 72) + f" see\n{address}\nfor the timetable and the prices of the crossing."
    assert texts(paragraph) == [paragraph]


@pytest.mark.parametrize("mark", ["- {}", "* {}", "• {}", "{n}. {}", "{n}) {}", "({n}) {}", "– {}", "•{}"])
def test_every_list_item_is_a_block(mark: str) -> None:
    items = [mark.format(words, n=n) for n, words in enumerate(["two eggs", "some flour", "a pinch of salt"], 1)]
    assert texts("\n".join(items)) == items


@pytest.mark.parametrize("indent", ["", "  ", "\t"])
def test_a_list_item_keeps_its_wrapped_lines(indent: str) -> None:
    items = [wrapped("- " + PROSE, 72, indent=indent), wrapped("- " + GERMAN, 72, indent=indent), "- salt"]
    assert texts("\n".join(items)) == items


def test_a_nested_item_is_a_block_of_its_own() -> None:
    assert texts("- fruit\n  - apples\n    from the garden\n- bread") == [
        "- fruit",
        "- apples\n    from the garden",
        "- bread",
    ]


def test_list_under_its_introduction_is_separate() -> None:
    assert texts("What you need for the soup of the day, as served on board:\n- leeks\n- cream") == [
        "What you need for the soup of the day, as served on board:",
        "- leeks",
        "- cream",
    ]


def test_dash_at_the_start_of_a_wrapped_line_does_not_start_an_item() -> None:
    paragraph = "The ferry, which had been waiting in the harbour for a spare pump\n- as it so often had - left late."
    article = "\n\n".join([wrapped(PROSE, 72)] * 3)
    assert texts(f"{article}\n\n{paragraph}")[-1] == paragraph


def test_a_heading_is_a_block_between_wrapped_lines() -> None:
    text = f"{wrapped(PROSE, 72)}\n## On the islands\n{wrapped(GERMAN, 72)}"
    assert texts(text) == [wrapped(PROSE, 72), "## On the islands", wrapped(GERMAN, 72)]


@pytest.mark.parametrize("rule", ["---", "* * *", "=====", "___"])
def test_rule_separates_the_lines_around_it(rule: str) -> None:
    assert texts(f"{wrapped(PROSE, 72)}\n{rule}\n{wrapped(GERMAN, 72)}") == [
        wrapped(PROSE, 72),
        rule,
        wrapped(GERMAN, 72),
    ]


@pytest.mark.parametrize(("width", "n_blocks"), [(-1, 1), (0, 1), (1, 3)])
def test_lines_longer_than_any_wrap_are_blocks_each(width: int, n_blocks: int) -> None:
    line = ("word " * 40)[: MAX_WRAP_WIDTH + width - 1].rstrip().ljust(MAX_WRAP_WIDTH + width, "s")
    assert len(line) == MAX_WRAP_WIDTH + width
    assert len(texts("\n".join([line] * 3))) == n_blocks


@pytest.mark.parametrize(("width", "n_blocks"), [(-1, 3), (0, 1), (1, 1)])
def test_lines_narrower_than_any_wrap_are_blocks_each(width: int, n_blocks: int) -> None:
    line = ("wordy " * 10)[: MIN_WRAP_WIDTH + width].rstrip().ljust(MIN_WRAP_WIDTH + width, "s")
    assert len(texts("\n".join([line] * 3))) == n_blocks


@pytest.mark.parametrize(
    "text",
    [
        "\n" * 2_000_000,
        "a" + " " * 2_000_000 + "b",
        "word " * 400_000,
        "\r\n \u200b" * 500_000,
        "- " * 1_000_000,
        "\0" * 2_000_000,
    ],
    ids=["line ends", "one gap", "one line", "blank lines", "dashes", "nul"],
)
@pytest.mark.slow
def test_two_million_characters_are_cut_in_little_time(text: str) -> None:
    started = time.process_time()
    assert len(segment_text(text).blocks) <= 1
    assert time.process_time() - started < 2


@pytest.mark.attack
@pytest.mark.slow
def test_a_megabyte_of_lines_without_a_blank_one_takes_linear_time() -> None:
    text = "\n".join([wrapped(PROSE, 72)] * 3_500)
    started = time.process_time()
    assert segment_text(text).blocks
    assert time.process_time() - started < 5
