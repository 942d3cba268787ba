"""The shared syndication set, made anew for each seed: pairs found together by form and by kind of edit."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copydesk.classifier import Article, Model, Page, classify, load_manifest, load_model
from copydesk.classifier.duplicates import find_duplicates, sign_texts
from copydesk.service.index import Document, open_index
from copydesk.training.corpora import read_shared
from copydesk.training.dataset import fold_of
from tests.bench.generated import Pairs
from tests.bench.measure import table

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
GENERATOR = SHARED / "score" / "make_syndication.py"
ARTICLES = SHARED / "corpora" / "wcxb-dev"
CLIP = 400
"""Words that articles are cut to, as in newswire."""

SIZES_OF_A_FOLD = ("--seeds", "130", "--spare", "25", "--shared", "25")
"""Originals, single articles and shared pages: a quarter of the whole set's, as a fold has a quarter of the pages."""

BATCH = 200
"""Documents that an index gets at a time."""

LEAST = {"body": (0.995, 0.985), "page": (0.97, 0.95)}
"""Precision and recall that the project promises for each form."""

LEAST_BY_KIND, EXCEPT = 0.9, ("ocr3", "ocr5")


@dataclass(frozen=True, slots=True)
class Found:
    """Pairs of one or several sets.

    Attributes:
        pairs: Those of one story.
        kinds: By kind of edit how many pairs of an original and its copy there are, and how many were found.
    """

    pairs: Pairs
    kinds: Mapping[str, tuple[int, int]]

    def __add__(self, other: Found) -> Found:
        kinds = {
            name: (self.kinds.get(name, (0, 0))[0] + n, self.kinds.get(name, (0, 0))[1] + found)
            for name, (n, found) in other.kinds.items()
        }
        return Found(self.pairs + other.pairs, {**self.kinds, **kinds})


def report(seeds: Sequence[int], pages: Path | None) -> int:
    """Print the body form's figures over seeds, and the page form's from classified rows of the first seed's set."""
    if not GENERATOR.exists():
        print(f"syndication: {GENERATOR} is not there; left out\n")
        return 0
    by_seed = {}
    page = None
    for seed in seeds:
        with tempfile.TemporaryDirectory() as folder:
            make_set(Path(folder), seed)
            docs, truth = read_rows(Path(folder) / "docs.jsonl"), read_rows(Path(folder) / "truth.jsonl")
        by_seed[seed] = score(clusters([doc["body"] for doc in docs]), truth)
        if pages is not None and page is None:
            page = score(page_clusters(docs, read_rows(pages)), truth)
    all_found = sum(list(by_seed.values())[1:], by_seed[seeds[0]])
    print(f"Syndication set, body form, {CLIP} words, same cluster\n\n{seeds_table(by_seed, all_found)}\n")
    print(f"Recall by kind of edit\n\n{kinds_table(all_found)}\n")
    failed = _broken("body", all_found)
    if page is not None:
        print(f"Page form, seed {seeds[0]}, bodies of {pages}\n\n{seeds_table({seeds[0]: page}, page)}\n")
        print(f"Recall by kind of edit\n\n{kinds_table(page)}\n")
        failed |= _broken("page", page)
    return int(failed)


def held_out_report(models: Path, seeds: Sequence[int]) -> int:
    """Print the page form's figures where the model of each fold classifies pages of the sites it never saw.

    Originals and furniture of a fold's sets are pages of that fold alone, so no part of them was trained on. Fold
    k has the set of each seed + k.
    """
    found: dict[int, Found] = {}
    streamed: list[Found] = []
    sources = [source for source in read_shared(SHARED) if source.corpus == ARTICLES.name]
    for folder in sorted(models.glob("fold-*")):
        about = load_manifest(folder)
        fold, n_folds = int(about["fold"]), int(about["folds"])
        ids = [source.id for source in sources if fold_of(source.site, n_folds) == fold]
        with tempfile.TemporaryDirectory() as made:
            make_part(Path(made) / "pages", ids)
            sets = [_held_out(Path(made), seed + fold, load_model(folder)) for seed in seeds]
        found[fold] = sum((closed for closed, _ in sets[1:]), sets[0][0])
        streamed += [index for _, index in sets]
    if not found:
        print(f"{models} holds no folder fold-0; write the models with copydesk-train --fold-models {models}")
        return 2
    everything = sum(list(found.values())[1:], next(iter(found.values())))
    print(f"Syndication sets of each fold's pages, page form, {CLIP} words, by the model that never saw their sites\n")
    print(f"{pairs_table({f'fold {fold}': of_fold for fold, of_fold in found.items()}, everything)}\n")
    print(f"Recall by kind of edit\n\n{kinds_table(everything)}\n")
    index = sum(streamed[1:], streamed[0])
    print(f"The same bodies added to an index, in one random order\n\n{pairs_table({'index': index}, index)}\n")
    return int(_broken("page", everything))


def _held_out(folder: Path, seed: int, model: Model) -> tuple[Found, Found]:
    made = folder / str(seed)
    make_set(made, seed, articles=folder / "pages", more=SIZES_OF_A_FOLD)
    docs, truth = read_rows(made / "docs.jsonl"), read_rows(made / "truth.jsonl")
    texts = bodies([doc["page"] for doc in docs], model)
    return score(clusters(texts), truth), score(index_clusters(texts, seed), truth)


def bodies(pages: Sequence[str], model: Model) -> list[str]:
    """Classify pages of plain text; a page that cannot be read has an empty body."""
    answers = classify((Page(str(number), text=text) for number, text in enumerate(pages)), model=model)
    return [answer.body if isinstance(answer, Article) else "" for answer in answers]


def make_part(folder: Path, ids: Sequence[str]) -> None:
    """Make a corpus folder of some of the pages, by links."""
    listed = json.loads((ARTICLES / "pages.json").read_text(encoding="utf-8"))
    for kind, ending in (("html", ".html.gz"), ("ground-truth", ".json")):
        (folder / kind).mkdir(parents=True)
        for page in ids:
            (folder / kind / f"{page}{ending}").symlink_to(ARTICLES / kind / f"{page}{ending}")
    (folder / "pages.json").write_text(json.dumps({page: listed[page] for page in ids}), encoding="utf-8")


def make_set(folder: Path, seed: int, *, articles: Path = ARTICLES, more: Sequence[str] = ()) -> None:
    """Make the set of one seed in a folder."""
    given = ["--wcxb", str(articles), "--out", str(folder), "--clip", str(CLIP), "--seed", str(seed), *more]
    subprocess.run([sys.executable, str(GENERATOR), "syndication", *given], check=True, stdout=subprocess.DEVNULL)


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Read a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def clusters(texts: Sequence[str]) -> list[int]:
    """Put texts in clusters; each is named by one of its texts."""
    ids = [str(number) for number in range(len(texts))]
    return [int(name) for name in find_duplicates(ids, [sign_texts(texts)]).clusters]


def index_clusters(texts: Sequence[str], seed: int) -> list[int]:
    """Put texts in the clusters of an index that they are added to in a random order."""
    order = [str(number) for number in range(len(texts))]
    random.Random(seed).shuffle(order)
    with tempfile.TemporaryDirectory() as folder, open_index(str(Path(folder) / "index.sqlite")) as index:
        for first in range(0, len(order), BATCH):
            index.add([Document(name, texts[int(name)]) for name in order[first : first + BATCH]], now=0.0)
        entries = [index.get(str(number)) for number in range(len(texts))]
    return [int(entry.cluster) for entry in entries if entry is not None]


def page_clusters(docs: Sequence[Mapping[str, Any]], answers: Sequence[Mapping[str, Any]]) -> list[int]:
    """Put classified pages in clusters; a page without an answer has an empty body."""
    bodies = {str(answer["id"]): answer.get("body") or "" for answer in answers}
    return clusters([bodies.get(str(doc["id"]), "") for doc in docs])


def score(found: Sequence[int], truth: Sequence[Mapping[str, Any]]) -> Found:
    """Score clusters of documents 0, 1, ... against the true pairs `{"a", "b", "ka", "kb"}`."""
    sizes = Counter(found)
    together = sum(n * (n - 1) // 2 for n in sizes.values())
    hits = [found[pair["a"]] == found[pair["b"]] for pair in truth]
    kinds: dict[str, tuple[int, int]] = {}
    for pair, hit in zip(truth, hits, strict=True):
        if "seed" in (pair["ka"], pair["kb"]):
            kind = pair["kb"] if pair["ka"] == "seed" else pair["ka"]
            n, n_found = kinds.get(kind, (0, 0))
            kinds[kind] = (n + 1, n_found + hit)
    return Found(Pairs(len(truth), sum(hits), together - sum(hits)), kinds)


def _broken(form: str, found: Found) -> bool:
    precision, recall = LEAST[form]
    kinds_fail = any(n_found < LEAST_BY_KIND * n for kind, (n, n_found) in found.kinds.items() if kind not in EXCEPT)
    return found.pairs.precision < precision or found.pairs.recall < recall or kinds_fail


def seeds_table(by_seed: Mapping[int, Found], together: Found) -> str:
    """Set precision and recall of every seed and of all."""
    return pairs_table({f"seed {seed}": found for seed, found in by_seed.items()}, together)


def pairs_table(parts: Mapping[str, Found], together: Found) -> str:
    """Set precision and recall of every part and of all."""
    named = {name: found.pairs for name, found in parts.items()}
    if len(named) > 1:
        named["all"] = together.pairs
    rows = [
        [name, f"{pairs.precision:.4f}", f"{pairs.recall:.4f}", *map(str, (pairs.true, pairs.found, pairs.false))]
        for name, pairs in named.items()
    ]
    return table(["", "precision", "recall", "true pairs", "found", "false"], rows)


def kinds_table(found: Found) -> str:
    """Set the recall of every kind of edit."""
    rows = [[kind, f"{hit / n:.3f}", str(n)] for kind, (n, hit) in sorted(found.kinds.items())]
    return table(["edit", "recall", "pairs"], rows)
