"""Parts of an article that elements are named after."""

from __future__ import annotations

import pytest

from copydesk.classifier.features import columns, compute_features
from copydesk.classifier.features.markup_words import hash_names
from copydesk.classifier.features.part_names import PART_NAMES, parts_by_name
from copydesk.classifier.segmentation import segment_html

PARTS = tuple(PART_NAMES)


def parts_of(names: str) -> set[str]:
    """The parts that one element with these names is."""
    (bits,) = parts_by_name(*hash_names([names])).tolist()
    return {part for number, part in enumerate(PARTS) if bits >> number & 1}


@pytest.mark.parametrize(
    ("part", "word"), [(part, word) for part, words in PART_NAMES.items() for word in words.split()]
)
def test_every_word_marks_its_part(part: str, word: str) -> None:
    assert part in parts_of(f"box {word.upper()} wide")


def test_words_are_read_whole() -> None:
    assert parts_of("article-title") == {"headline"}
    assert parts_of("articleByline photoCaption") == {"byline", "caption"}
    assert parts_of("subtitles authoring captioned") == set()
    assert parts_of("") == set()


def test_the_nearest_named_element_counts() -> None:
    page = segment_html('<div class="lead"><div class="box"><p>Far away.</p></div><p class="lead">Near by.</p></div>')
    column = compute_features(page).columns[:, columns.FIRST_NAMED + PARTS.index("standfirst")]
    assert column.tolist() == [2.0, 4.0]
