"""CPU time of signatures on the same texts: ours, and those of datasketch, rensa and gaoya where installed."""

from __future__ import annotations

import importlib
import importlib.util
import re
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import numpy as np

from copydesk.classifier.duplicates.minhash import sign
from copydesk.classifier.duplicates.normalized_words import read_words
from copydesk.classifier.duplicates.shingles import read_shingles
from copydesk.classifier.duplicates.types import DEFAULT_SCHEME
from tests.bench.generated import Generated
from tests.bench.measure import Contender, race, table

BATCHES, BATCH = 10, 100
WORD = re.compile(r"\w+")

OURS_HASHES, OURS_TEXT = "copydesk, from hashes", "copydesk, from text"
RIVAL = "datasketch bulk, from hashes"
LEAST_RATIO = {RIVAL: 20.0, "rensa, from text": 1.0, "gaoya, from text": 1.0}
"""How many times slower than ours the project promises these to be; from text gaoya also puts them into its index."""

PEERS = ("datasketch", "rensa", "gaoya")


def report() -> int:
    """Print signatures a second, ratios first; 1 where a promise is broken."""
    generated = Generated(BATCHES * BATCH)
    texts = [generated.text(number) for number in range(BATCHES * BATCH)]
    batches = [texts[first : first + BATCH] for first in range(0, len(texts), BATCH)]
    installed, missing = _installed()
    times = race([*our_contenders(batches), *peers(batches, installed)], warm_up=1)
    rates = {name: 1000 * BATCH / float(np.median(found)) for name, found in times.items()}
    print(
        f"Signatures of {DEFAULT_SCHEME.num_perm} values, {len(texts)} generated articles, median of {BATCHES} batches"
    )
    print("one thread, CPU time, contenders interleaved; " + ", ".join(f"{name} {version(name)}" for name in installed))
    for name in missing:
        print(f"{name} is not installed and was left out; pip install {name}")
    print(f"\n{rates_table(rates)}\n")
    return int(any(ratio < LEAST_RATIO.get(name, 0) for name, ratio in ratios(rates).items()))


def _installed() -> tuple[list[str], list[str]]:
    found = {name: importlib.util.find_spec(name) is not None for name in PEERS}
    return [name for name in PEERS if found[name]], [name for name in PEERS if not found[name]]


def our_contenders(batches: Sequence[Sequence[str]]) -> list[Contender]:
    """Give ours from ready shingles, and from text."""
    shingles = [read_shingles(read_words(batch), DEFAULT_SCHEME) for batch in batches]
    return [
        Contender(OURS_HASHES, shingles, lambda batch: sign(batch, DEFAULT_SCHEME)),
        Contender(
            OURS_TEXT, batches, lambda batch: sign(read_shingles(read_words(batch), DEFAULT_SCHEME), DEFAULT_SCHEME)
        ),
    ]


def peers(batches: Sequence[Sequence[str]], installed: Sequence[str]) -> list[Contender]:
    """Give the peers that are there, each called as its documentation says is fastest for many texts."""
    makers = {"datasketch": _datasketch, "rensa": _rensa, "gaoya": _gaoya}
    return [contender for name in installed for contender in makers[name](batches)]


def word_shingles(text: str) -> list[str]:
    """Cut a text into the strings that peers take: three words each."""
    words = WORD.findall(text.lower())
    return [
        " ".join(words[i : i + DEFAULT_SCHEME.shingle_words])
        for i in range(len(words) - DEFAULT_SCHEME.shingle_words + 1)
    ]


def _datasketch(batches: Sequence[Sequence[str]]) -> list[Contender]:
    minhash = importlib.import_module("datasketch").MinHash
    read = [read_shingles(read_words(batch), DEFAULT_SCHEME) for batch in batches]
    rows = [[part.tolist() for part in np.split(s.values, s.bounds[1:-1])] for s in read]

    def from_text(batch: Sequence[str]) -> Any:
        tokens = [[shingle.encode() for shingle in word_shingles(text)] for text in batch]
        return minhash.bulk(tokens, num_perm=DEFAULT_SCHEME.num_perm)

    return [
        Contender(RIVAL, rows, lambda batch: minhash.bulk(batch, num_perm=DEFAULT_SCHEME.num_perm, hashfunc=int)),
        Contender("datasketch bulk, from text", batches, from_text),
    ]


def _rensa(batches: Sequence[Sequence[str]]) -> list[Contender]:
    minhash = importlib.import_module("rensa").RMinHash

    def from_text(batch: Sequence[str]) -> Any:
        return minhash.digest_matrix_from_token_sets(
            [word_shingles(text) for text in batch], DEFAULT_SCHEME.num_perm, 1
        )

    return [Contender("rensa, from text", batches, from_text)]


def _gaoya(batches: Sequence[Sequence[str]]) -> list[Contender]:
    index = importlib.import_module("gaoya").minhash.MinHashStringIndex
    rows = 4
    options = {"num_bands": DEFAULT_SCHEME.num_perm // rows, "band_size": rows, "num_hashes": DEFAULT_SCHEME.num_perm}
    size = (DEFAULT_SCHEME.shingle_words, DEFAULT_SCHEME.shingle_words)

    def from_text(batch: Sequence[str]) -> None:
        # It shows no signature: the way to one is to add the text to an empty index.
        signer = index(hash_size=32, analyzer="word", lowercase=True, ngram_range=size, **options)
        for number, text in enumerate(batch):
            signer.insert_document(number, text)

    return [Contender("gaoya, from text", batches, from_text)]


def ratios(rates: Mapping[str, float]) -> dict[str, float]:
    """Say how many times faster than each peer ours is on the same input."""
    ours = {name: OURS_HASHES if name.endswith("hashes") else OURS_TEXT for name in rates}
    return {name: rates[ours[name]] / rate for name, rate in rates.items() if not name.startswith("copydesk")}


def rates_table(rates: Mapping[str, float]) -> str:
    """Set the ratios to each peer, then what they come from."""
    of = ratios(rates)
    rows = [
        [
            name,
            f"{of[name]:.1f}" if name in of else "",
            f">= {LEAST_RATIO[name]:.0f}" if name in LEAST_RATIO else "",
            f"{rate:,.0f}",
        ]
        for name, rate in sorted(rates.items(), key=lambda pair: -of.get(pair[0], 0))
    ]
    return table(["", "ours is faster", "promised", "signatures a second"], rows)
