"""Sets of texts for tests of the distributed closed set, and the rows that it and one machine return for them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from copydesk.classifier.duplicates import DuplicateOptions, Duplicates, find_duplicates, sign_texts
from copydesk.classifier.duplicates.types import DEFAULT_OPTIONS
from copydesk.service.dedup import Chunk, ChunkFolder
from copydesk.service.dedup.output_rows import cluster_rows, gather_rows, select_documents
from copydesk.service.rows.jsonl import JsonId
from copydesk.service.score.distributed import (
    DuplicateCounts,
    Plan,
    StepRunner,
    Tables,
    find_distributed_duplicates,
    load_output_rows,
    put_together,
)
from copydesk.service.score.distributed.steps import MAX_EDGES

WORDS = [f"w{number}" for number in range(900)]


@dataclass(frozen=True, slots=True)
class Text:
    """A document."""

    id: str
    body: str
    published: float = float("nan")
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Division:
    """How a set is divided: documents in a chunk, number of parts, and pairs that are joined in memory."""

    least: int = 10
    parts: int = 3
    most_edges: int = MAX_EDGES


def story(number: int, n_words: int = 90) -> str:
    return " ".join(random.Random(number).choices(WORDS, k=n_words))


def mixed_texts(seed: int, n: int = 40) -> list[Text]:
    """Make stories, edited copies, digests, pages with one site's furniture, short notes and repeated ids."""
    chance = random.Random(seed)
    stories = [story(number) for number in range(max(2, n // 4))]
    return [
        Text(_id(chance, n), _body(chance, stories), chance.choice([1.0, 2.0, float("nan")]), chance.choice("ab"))
        for _ in range(n)
    ]


def _id(chance: random.Random, n: int) -> str:
    number = chance.randrange(4 * n)
    return chance.choice([str(number), f"ä{number}"])


def _body(chance: random.Random, stories: Sequence[str]) -> str:
    words = chance.choice(stories).split()
    kind = chance.randrange(6)
    if kind == 0:
        words = words[: chance.randrange(len(words))]
    elif kind == 1:
        words = [word if chance.random() < 0.9 else "x" for word in words]
    elif kind == 2:
        words = [word for text in chance.sample(stories, 2) for word in text.split()]
    elif kind == 3:
        words += story(-chance.randrange(1, 3), 50).split()
    elif kind == 4:
        words = words[: chance.randrange(4)]
    return " ".join(words)


def sign(folder: Path, texts: Sequence[Text], n_shards: int) -> None:
    """Write texts as signed shards."""
    for shard in range(n_shards):
        mine = texts[shard::n_shards]
        signed = sign_texts([text.body for text in mine])
        chunk = Chunk(
            list[JsonId](text.id for text in mine),
            [None] * len(mine),
            np.array([text.published for text in mine], np.float64),
            [text.source for text in mine],
            [],
            signed.digests,
            signed.lengths,
        )
        ChunkFolder(folder).save(shard, chunk, signed)


def one_machine(
    folder: Path, n_shards: int, options: DuplicateOptions = DEFAULT_OPTIONS
) -> tuple[Duplicates, list[dict[str, Any]]]:
    """Return the duplicates and the rows of the closed set on one machine."""
    chunks = ChunkFolder(folder)
    rows = gather_rows(list(map(chunks.load, range(n_shards))), options)
    signed = [select_documents(chunks.load_signed(shard), rows.chosen[shard]) for shard in range(n_shards)]
    found = find_duplicates(
        [str(name) for name in rows.ids],
        signed,
        preference=rows.preference,
        published=rows.published,
        options=options,
    )
    return found, list(map(msgspec.to_builtins, cluster_rows(rows, found)))


def distributed(
    runner: StepRunner,
    folder: Path,
    n_shards: int,
    division: Division = Division(),
    *,
    options: DuplicateOptions = DEFAULT_OPTIONS,
) -> tuple[DuplicateCounts, list[dict[str, Any]]]:
    """Return the counts and the rows of the distributed closed set."""
    tables = Tables(folder / "tables")
    tables.path.mkdir()
    counts = [ChunkFolder(folder).load(shard).n_rows for shard in range(n_shards)]
    plan = Plan(put_together(folder, counts, least=division.least), tables, division.parts, division.most_edges)
    found = find_distributed_duplicates(runner, plan, options)
    return found, [
        msgspec.to_builtins(row) for chunk in range(len(plan.chunks)) for row in load_output_rows(plan, chunk)
    ]
