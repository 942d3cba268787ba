"""The text that JSON-LD states is found as by a pattern that takes one character or escape after the other."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.classifier.features.declared import _stated_text
from copydesk.classifier.types import Head

ONE_BY_ONE = re.compile(r'"articleBody"\s*:\s*"((?:[^"\\]|\\.){100,100000})')
PIECES = (
    "It rains. " * 9,
    "a" * 99,
    "b",
    '\\"',
    "\\n",
    "\\\\",
    "\\u00e9",
    '"',
    "\\\n",
    "\n",
    '"articleBody": "',
    '"articleBody":"',
)


def stated_text(script: str) -> str:
    found = ONE_BY_ONE.search(script)
    if found is None:
        return ""
    try:
        return str(json.loads(f'"{found[1]}"', strict=False))
    except ValueError:
        return found[1]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_stated_text_is_that_of_a_pattern_of_single_characters(script: str) -> None:
    assert _stated_text(Head(json_ld=(script,))) == stated_text(script)


@pytest.mark.parametrize("n", [0, 99, 100, 101, 99_999, 100_000, 100_001, 250_000])
@pytest.mark.parametrize("unit", ["a", "\\n", "\\u00e9"])
@pytest.mark.parametrize("end", ['"', "", "\\"])
def test_stated_text_of_any_size_is_the_same(n: int, unit: str, end: str) -> None:
    script = f'{{"articleBody": "{unit * n}{end}'
    assert _stated_text(Head(json_ld=(script,))) == stated_text(script)
