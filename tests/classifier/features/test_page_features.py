"""Laws of the features: arrays whose shapes fit together, and no state between pages."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.classifier.features import FIELDS, PageFeatures, columns, compute_features, counts, read_text
from copydesk.classifier.features.block_text import HEAD_CHARS, TAIL_CHARS
from copydesk.classifier.features.tokens import ANCESTORS, FAR_SECTIONS, LEAD_TOKENS, SHAPE_TOKENS
from copydesk.classifier.segmentation import segment_html, segment_text
from copydesk.classifier.types import Block, Blocks
from tests.support.small_model import HTML_PAGE, TEXT_PAGE

PAGES = [segment_text(TEXT_PAGE), segment_html(HTML_PAGE), segment_text(""), segment_html("")]
NAMES = ["text", "html", "empty text", "empty html"]


def column(features: PageFeatures, name: str) -> list[float]:
    found: list[float] = features.columns[:, columns.COLUMNS.index(name)].tolist()
    return found


def check_shapes(page: Blocks) -> None:
    features = compute_features(page)
    n = len(page.blocks)
    assert features.ends.shape == (len(FIELDS), n)
    assert features.columns.shape == (n, columns.N_COLUMNS)
    assert features.word_ends.shape == features.elements.shape == features.paths.shape == (n,)
    assert features.spans.shape == (len(features.parents), 2)
    ends = features.ends.ravel()
    assert (np.diff(ends) >= 0).all()
    assert len(features.tokens) == (ends[-1] if n else 0)
    assert len(features.words) == (features.word_ends[-1] if n else 0)
    assert np.isfinite(features.columns).all()


def assert_same(one: PageFeatures, other: PageFeatures) -> None:
    for name in PageFeatures._fields:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_shapes_and_ends_fit_together(page: Blocks) -> None:
    check_shapes(page)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.one_of(st.sampled_from("\n\n .aZ9é字,…|"), st.characters()), max_size=300))
def test_features_of_any_text_have_shapes_that_fit(text: str) -> None:
    check_shapes(segment_text(text))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(["<p>", "<div class=a>", "</div>", "<h2 id=xY>", "<a href=/b/1234>", "</a>", "Word. "]))
)
def test_features_of_any_tree_have_shapes_that_fit(pieces: list[str]) -> None:
    check_shapes(segment_html("".join(pieces)))


@pytest.mark.parametrize("page", PAGES[:2], ids=NAMES[:2])
def test_every_shape_token_is_filled(page: Blocks) -> None:
    features = compute_features(page)
    ends = features.ends
    size = SHAPE_TOKENS if page.markup else SHAPE_TOKENS + LEAD_TOKENS
    assert np.diff(ends[1]).tolist() == [size] * (len(page.blocks) - 1)
    assert (features.tokens[ends[0, -1] : ends[1, -1]] != 0).all()


@pytest.mark.parametrize("inside", [1, FAR_SECTIONS + 1])
def test_sections_far_out_are_among_the_tokens_of_a_block(inside: int) -> None:
    within = "<div>" * ANCESTORS
    sections = compute_features(segment_html('<nav class="site">' * inside + within + "<p>Ferries</p>"))
    boxes = compute_features(segment_html('<div class="site">' * inside + within + "<p>Ferries</p>"))
    added = 2 * min(inside, FAR_SECTIONS)  # a tag and a name each
    assert len(sections.tokens) == len(boxes.tokens) + added


def test_the_last_layout_column_is_filled() -> None:
    features = compute_features(segment_html("<p>four</p><div>four</div>"))
    assert column(features, "path_share") == [0.5, 0.5]


def test_features_of_a_page_do_not_depend_on_other_pages() -> None:
    alone = [compute_features(page) for page in PAGES]
    after_others = [compute_features(page) for page in reversed(PAGES)][::-1]
    for one, other in zip(alone, after_others, strict=True):
        assert_same(one, other)


def test_plain_text_has_no_markup_tokens_and_no_elements() -> None:
    features = compute_features(PAGES[0])
    assert features.ends[2].tolist() == [features.ends[1, -1]] * len(PAGES[0].blocks)
    assert (features.elements == -1).all()


def test_blocks_set_in_the_same_way_have_one_path() -> None:
    html = "<ul><li class=x>one</li><li class=x>two</li></ul><ol><li class=x>three</li></ol>"
    one, two, three = compute_features(segment_html(html)).paths.tolist()
    assert one == two != three


def test_columns_are_what_their_names_say() -> None:
    features = compute_features(
        segment_html("<title>Red boats</title><h1>Red boats</h1><p><a href=/x>More</a> 1234...</p>")
    )
    assert column(features, "heading") == [6.0, 0.0]
    assert column(features, "title_share") == [1.0, 0.0]
    assert column(features, "paragraph") == [0.0, 1.0]
    assert column(features, "ellipsis") == [0.0, 1.0]
    assert column(features, "digits") == [0.0, 0.5]
    assert column(features, "link_share") == pytest.approx([0.0, 4 / 12])


MANY = "The river rose by a metre in one night, and the old bridge had to be closed at once. " * 3


@pytest.mark.parametrize(
    ("script", "wanted"),
    [
        (f'{{"@type": "NewsArticle", "articleBody": "{MANY}It rains."}}', [0.0, 1.0]),
        (f'{{"articleBody": "<p>{MANY}</p>\\n<p>It \\u0072ains.</p>"}}', [0.0, 1.0]),
        (f'{{"articleBody": "{MANY}" broken', [0.0, 1.0]),
        ('{"articleBody": "short"}', [-1.0, -1.0]),
        (f'{{"articleBody": "{MANY}', [0.0, 1.0]),
        ("{}", [-1.0, -1.0]),
    ],
)
def test_blocks_are_compared_with_the_text_that_the_page_states(script: str, wanted: list[float]) -> None:
    page = segment_html(f"<script type=application/ld+json>{script}</script><p>Home and garden<p>{MANY}")
    assert column(compute_features(page), "stated_share") == wanted


@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_only_the_middle_of_a_block_longer_than_head_and_tail_is_skipped(extra: int) -> None:
    size = HEAD_CHARS + TAIL_CHARS + extra
    text = "x" * (HEAD_CHARS - 1) + " z" + "y" * (size - HEAD_CHARS - 1)
    features = compute_features(Blocks(text, (Block(0, size),)))
    longest_read = features.words.tolist()
    assert len(longest_read) == 2
    # the z is the first character that a longer block leaves out
    shorter = compute_features(Blocks(text.replace("z", ""), (Block(0, size - 1),)))
    assert (longest_read == shorter.words.tolist()) == (extra > 0)


def test_no_block_has_more_tokens_than_the_limit() -> None:
    for text in ("字" * 3000, "a" * 3000, "a1" * 1500, "a " * 1500, "abcdef" * 500):
        features = compute_features(Blocks(text, (Block(0, len(text)),)))
        assert 0 < features.ends[0, 0] <= 3 * (HEAD_CHARS + TAIL_CHARS)


@pytest.mark.parametrize(("module", "names"), [(columns, columns.COLUMNS), (counts, counts.COUNTS)])
def test_constants_are_the_numbers_of_the_names(module: ModuleType, names: Sequence[str]) -> None:
    numbers = {name.lower(): value for name, value in vars(module).items() if name.lower() in names}
    assert numbers == {name: number for number, name in enumerate(names) if name in numbers}
    assert all(name in numbers or name.startswith(("element_", "named_")) for name in names)
    assert columns.COLUMNS.index("element_0_alike") == columns.FIRST_ELEMENT
    assert columns.COLUMNS.index("named_headline") == columns.FIRST_NAMED


def test_counts_are_what_their_names_say() -> None:
    text = "Über 30 “boats”, 12 | sails..."
    found = dict(zip(counts.COUNTS, read_text(text).counts[0].tolist(), strict=True))
    counted = {name: found[name] for name in ("chars", "words", "letters", "capitals", "digits", "commas", "quotes")}
    assert counted == {"chars": 30, "words": 5, "letters": 14, "capitals": 1, "digits": 4, "commas": 1, "quotes": 2}
    assert (found["last_char"], found["first_char"], found["ellipsis"]) == (ord("."), ord("Ü"), 1)
    assert (found["bars"], found["sentences"], found["title_words"], found["longest_word"]) == (1, 1, 1, 5)
