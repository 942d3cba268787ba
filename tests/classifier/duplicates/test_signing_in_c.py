"""Tests of the C code that signs texts: words, shingles, signatures and keys equal those of loops in Python."""

from __future__ import annotations

import re
from dataclasses import fields
from time import process_time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from copydesk.classifier.duplicates import fact_words, minhash, normalized_words, shingles
from copydesk.classifier.duplicates.normalized_words import Words, read_words, text_digests
from copydesk.classifier.duplicates.shingles import Ragged, passage_keys, read_shingles
from copydesk.classifier.duplicates.signing import SignedTexts, sign_texts
from copydesk.classifier.duplicates.types import Banding, KeyScheme, SigningScheme
from tests.bench.generated import Generated
from tests.bench.templated import make_set
from tests.oracle import normalized_words as words_oracle
from tests.oracle import shingles as shingles_oracle
from tests.oracle import signing as oracle
from tests.support.corpus_pages import corpus_pages
from tests.support.import_graph import ROOT

CHARACTERS = "aBc1９中\u3042ก\U00020000\U0002f800\U00032400\U000e0100\ud800\0 \n\r\t.-—–'’½㎏ﷺ\u0301\u00ad\u200b\ufe00"
PIECES = st.sampled_from(
    [
        *CHARACTERS,
        "Ruta ",
        "the ",
        "of ",
        "12 ",
        ". ",
        " - ",
        "-\n",
        "東京",
        *"一三十百万第月年人",
        "NORTHWIRE — ",
        "one two three four five six ",
    ]
)
TEXTS = st.lists(st.one_of(st.lists(PIECES, max_size=80).map("".join), st.text(max_size=30)), max_size=6)


def assert_equal_arrays(found: NDArray[Any], wanted: NDArray[Any]) -> None:
    assert found.dtype == wanted.dtype
    assert np.array_equal(found, wanted)


def assert_equal_words(texts: list[str]) -> None:
    words, wanted = read_words(texts), words_oracle.read_words(texts)
    for name in Words._fields:
        assert_equal_arrays(getattr(words, name), getattr(wanted, name))


def assert_equal_signed(one: SignedTexts, other: SignedTexts) -> None:
    for field in fields(SignedTexts):
        found, wanted = getattr(one, field.name), getattr(other, field.name)
        if not isinstance(found, np.ndarray):
            assert np.array_equal(found.bounds, wanted.bounds)
            found, wanted = found.values, wanted.values
        assert_equal_arrays(found, wanted)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_words_and_marks_are_those_of_python(texts: list[str]) -> None:
    assert_equal_words(texts)
    words = words_oracle.read_words(texts)
    assert np.array_equal(text_digests(words), words_oracle.text_digests(words))


def test_every_code_point_is_read_as_in_python() -> None:
    assert_equal_words([chr(code) + "a" + chr(code) for code in range(0x33000)])
    assert_equal_words(["".join(map(chr, range(first, first + 0x1000))) for first in range(0x30000, 0x110000, 0x1000)])


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.integers(1, 7), st.integers(1, 7), st.integers(1, 9))
def test_shingles_and_passages_are_those_of_python(texts: list[str], length: int, characters: int, window: int) -> None:
    words = read_words(texts)
    found = read_shingles(words, SigningScheme(shingle_words=length, shingle_characters=characters))
    wanted = shingles_oracle.read_shingles(words, (length, characters))
    assert np.array_equal(found.values, wanted.values)
    assert np.array_equal(found.bounds, wanted.bounds)
    keys = passage_keys(words, length=length, characters=characters, window=window)
    wanted_keys = shingles_oracle.passage_keys(words, length=length, characters=characters, window=window)
    assert np.array_equal(keys.values, wanted_keys.values)
    assert np.array_equal(keys.bounds, wanted_keys.bounds)


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.sampled_from([(128, 16, 2), (7, 3, 2), (70, 33, 1), (40, 1, 40)]), st.integers(1, 9))
def test_signed_texts_are_those_of_python(texts: list[str], sizes: tuple[int, int, int], window: int) -> None:
    num_perm, bands, rows = sizes
    scheme = SigningScheme(num_perm=num_perm)
    keys = KeyScheme(Banding(bands, rows), passage_window=window)
    assert_equal_signed(sign_texts(texts, scheme=scheme, keys=keys), oracle.sign_texts(texts, scheme=scheme, keys=keys))
    assert_equal_signed(sign_texts(texts), oracle.sign_texts(texts))


def test_articles_are_signed_as_in_python() -> None:
    generated = Generated(40)
    templated = make_set(3).texts
    assert_equal_signed(sign_texts(templated), oracle.sign_texts(templated))
    articles = [generated.text(number) for number in range(40)]
    assert_equal_signed(sign_texts([*articles, " ".join(articles)]), oracle.sign_texts([*articles, " ".join(articles)]))


def test_many_short_texts_are_signed_as_in_python() -> None:
    texts = [f"story {number} of one two three four five six" * (number % 3) for number in range(1300)]
    for n in (0, 511, 512, 513, 1300):
        assert_equal_signed(sign_texts(texts[:n]), oracle.sign_texts(texts[:n]))


def test_pages_are_signed_as_in_python() -> None:
    pages = [page.decode("utf-8", "replace") for page in corpus_pages(every=40)]
    assert_equal_signed(sign_texts(pages), oracle.sign_texts(pages))


@pytest.mark.slow
def test_all_pages_are_signed_as_in_python() -> None:
    for page in corpus_pages():
        text = page.decode("utf-8", "replace")
        assert_equal_signed(sign_texts([text]), oracle.sign_texts([text]))


@pytest.mark.attack
def test_keys_of_a_long_text_are_distinct_and_take_linear_time() -> None:
    draw = np.random.default_rng(1)
    seconds = []
    for n in (200_000, 400_000, 800_000):
        hashes = draw.integers(0, 1 << 62, n, dtype=np.uint64) & np.uint64((1 << 64) - 2)
        hashes[n // 2 :] = hashes[: n - n // 2]  # so that all passages of one half are found again
        place = np.zeros(n, np.int32)
        words = Words(hashes, place, place, place.astype(np.uint8), np.array([0, n], np.int64))
        before = process_time()
        keys = passage_keys(words, length=5, characters=10, window=2)
        seconds.append(process_time() - before)
        assert len(np.unique(keys.values)) == len(keys.values) > n // 4
    assert seconds[2] < 8 * seconds[0] + 0.5  # where time is quadratic, these keys take a minute


def test_constants_are_those_of_python() -> None:
    source = (ROOT / "classifier/compiled/c/duplicates.h").read_text(encoding="ascii")
    modules = (normalized_words, fact_words, shingles, minhash)
    named = {name.lstrip("_"): value for module in modules for name, value in vars(module).items()}
    found = re.findall(r"^#define (\w+) (?:U?INT\d+_C\()?(0x[0-9A-Fa-f]+|\d+)\)?$", source, re.MULTILINE)
    assert len(found) == len(re.findall(r"^#define (?!COPYDESK)", source, re.MULTILINE))
    for name, value in found:
        assert int(named[name]) == int(value, 0), name


def test_ragged_rows_of_texts_without_words_are_empty() -> None:
    signed = sign_texts(["", "…", "word"])
    assert [signed.keys.row(number).size for number in range(3)] == [0, 0, 1]
    assert isinstance(signed.keys, Ragged)
    assert sign_texts([]).keys.values.size == 0
    with pytest.raises(ValueError, match="must be at least 1"):
        sign_texts(["word"], keys=KeyScheme(passage_window=0))
