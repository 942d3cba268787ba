"""`copydesk-train` from one end to the other: a made-up corpus in, a model that works out."""

from __future__ import annotations

import errno
import json
import sys
from pathlib import Path

import pytest

from copydesk.classifier import load_model
from copydesk.classifier.pipeline import classify_page
from copydesk.classifier.result import Article
from copydesk.classifier.types import PARTS, Label, Page
from copydesk.training.cli import main
from copydesk.training.dataset import fold_of
from copydesk.training.train import describe_strangers
from tests.conftest import ROOT
from tests.support.training_pages import MadePage, made_page, made_pages, write_rows

pytestmark = pytest.mark.slow

WRITTEN = ("MODEL_CARD.md", "confusion.svg", "html.safetensors", "manifest.json", "reliability.svg", "text.safetensors")


def train(corpus: Path, output: Path, *more: str | Path) -> int:
    return main([str(corpus), "--folds", "2", "--jobs", "1", "--output", str(output), *map(str, more)])


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_rows(tmp_path_factory.mktemp("corpus") / "made.jsonl", [page.row for page in made_pages()])


@pytest.fixture(scope="module")
def trained(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one run, with the cross-validated answers below it."""
    output = tmp_path_factory.mktemp("trained")
    assert train(corpus, output, "--answers", output / "answers", "--fold-models", output / "folds") == 0
    return output


@pytest.fixture
def unseen() -> MadePage:
    return made_page("willow.example", 7)


def labels(article: Article) -> list[tuple[str, Label]]:
    return [(article.text[block.start : block.end], block.label) for block in article.blocks]


def test_every_file_of_a_model_is_written(trained: Path) -> None:
    assert sorted(path.name for path in trained.iterdir() if path.is_file()) == list(WRITTEN)


def test_manifest_tells_what_went_in(trained: Path) -> None:
    manifest = json.loads((trained / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["corpora"]["made"]["pages"] == manifest["corpora"]["made"]["labelled"] == 24
    assert len(manifest["corpora"]["made"]["sha256"]) == 64
    assert manifest["settings"]["folds"] == 2
    assert manifest["libraries"].keys() >= {"numpy", "scikit-learn", "lightgbm"}


def test_card_shows_the_corpus_and_both_pictures(trained: Path) -> None:
    card = (trained / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "| made   |    24 |" in card
    assert "(confusion.svg)" in card
    assert "(reliability.svg)" in card


@pytest.mark.parametrize("form", ["text", "html"])
def test_trained_model_labels_a_page_of_a_site_it_never_saw(trained: Path, unseen: MadePage, form: str) -> None:
    text = "\n\n".join(text for text, _ in unseen.blocks)
    page = Page("new", text=text) if form == "text" else Page("new", html=unseen.html)
    article = classify_page(page, load_model(trained))
    assert labels(article) == [(text, kind.label) for text, kind in unseen.blocks]
    assert article.text_of(*PARTS).split("\n\n") == unseen.body.split("\n")


def test_two_runs_write_the_same_bytes(trained: Path, corpus: Path, tmp_path: Path) -> None:
    assert train(corpus, tmp_path / "again", "--cache", tmp_path / "cache") == 0
    for name in WRITTEN:
        assert (tmp_path / "again" / name).read_bytes() == (trained / name).read_bytes(), name


def test_answers_hold_every_page_in_both_forms(trained: Path) -> None:
    for form in ("text", "html"):
        lines = (trained / "answers" / f"made-{form}.jsonl").read_text(encoding="utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        assert [row["id"] for row in rows] == [page.id for page in made_pages()]
        assert all(row["text"][block["start"] : block["end"]].strip() for row in rows for block in row["blocks"])


def test_the_model_of_a_fold_gives_the_answers_about_the_sites_it_never_saw(trained: Path) -> None:
    models = [load_model(trained / "folds" / f"fold-{fold}") for fold in range(2)]
    lines = (trained / "answers" / "made-html.jsonl").read_text(encoding="utf-8").splitlines()
    bodies = {row["id"]: row["body"] for row in map(json.loads, lines)}
    for page in made_pages():
        model = models[fold_of(page.site, 2)]
        assert classify_page(Page(page.id, html=page.html), model).body == bodies[page.id]


def test_progress_goes_to_stderr_and_nothing_to_stdout(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(corpus, tmp_path) == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "24 pages read" in printed.err
    assert "warning: 24 pages to learn from, expected hundreds" in printed.err
    assert f"written to {tmp_path}" in printed.err


def test_html_with_reference_bodies_alone_gives_both_forms(tmp_path: Path, unseen: MadePage) -> None:
    rows: list[dict[str, object]] = [
        {"id": page.id, "site": page.site, "html": page.html, "body": page.body} for page in made_pages()
    ]
    assert train(write_rows(tmp_path / "bodies.jsonl", rows), tmp_path / "out") == 0
    model = load_model(tmp_path / "out")
    text = "\n\n".join(text for text, _ in unseen.blocks)
    for page in (Page("new", text=text), Page("new", html=unseen.html)):
        found = labels(classify_page(page, model))
        assert all(label is Label.BODY for text, label in found if len(text) > 200)
        assert all(label is not Label.BODY for _, label in found[:4])
    assert "No page had block labels" in (tmp_path / "out" / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_pages_of_text_alone_are_refused_before_any_fit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows: list[dict[str, object]] = [
        {"id": page.id, "site": page.site, "text": page.body, "blocks": page.row["blocks"]} for page in made_pages()
    ]
    assert train(write_rows(tmp_path / "text.jsonl", rows), tmp_path / "out") == 1
    printed = capsys.readouterr().err
    assert "found 24 pages of text and none of html, expected some of html" in printed
    assert "first stage" not in printed
    assert not (tmp_path / "out").exists()


def test_text_pages_are_learnt_beside_html_pages(tmp_path: Path) -> None:
    rows = [page.row for page in made_pages()]
    for row in rows[::2]:
        del row["html"]
        row["text"] = "\n\n".join(block["text"] for block in row["blocks"])  # type: ignore[attr-defined]
    assert train(write_rows(tmp_path / "mixed.jsonl", rows), tmp_path / "out", "--answers", tmp_path / "answers") == 0
    sizes = [len((tmp_path / "answers" / f"mixed-{f}.jsonl").read_bytes().splitlines()) for f in ("text", "html")]
    assert sizes == [24, 12]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: PATH"),
        (["nowhere"], "nowhere does not exist; expected a folder"),
        (["pyproject.toml"], "pyproject.toml is not a .jsonl file; expected labelled pages as JSON lines"),
        ([".", "--folds", "1"], "--folds is 1, expected at least 2"),
        ([".", "--jobs", "0"], "--jobs is 0, expected at least 1"),
        ([".", "--folds", "two"], "invalid int value: 'two'"),
        (
            [".", "--output", "README.md"],
            "--output is 'README.md', which cannot be written to (Not a directory); name an",
        ),
        ([".", "--answers", "README.md/a/b"], "--answers is 'README.md/a/b', which cannot be written to (Not a direct"),
        ([".", "--cache", "x" * 300], "which cannot be written to (File name too long)"),
        pytest.param(
            [".", "--fold-models", "/proc/x"],
            "--fold-models is '/proc/x', which cannot be written to (No such file or directory)",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="needs /proc"),
        ),
    ],
)
def test_wrong_usage_exits_with_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("", "hold no pages; expected at least one"),
        ('{"id": 1}\n', "bad.jsonl, line 1: neither html nor text; expected an object with id, html or text, and"),
        ('{"id": 1, "html": "<p>a</p><p>b</p>", "body": "a"}\n', "from at least two of the 1 sites"),
    ],
)
def test_a_bad_corpus_exits_with_1_and_says_why(
    tmp_path: Path, lines: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.jsonl").write_text(lines, encoding="utf-8")
    assert train(tmp_path / "bad.jsonl", tmp_path / "out") == 1
    printed = capsys.readouterr().err
    assert "copydesk-train: " in printed
    assert message in printed
    assert not (tmp_path / "out").exists()


def test_labels_of_other_pages_are_counted_and_named() -> None:
    few = "2 pages with labelled blocks or a body that are not on the page (a, b); give each page its own labels"
    assert describe_strangers(["a", "b"]) == few
    assert "6 pages with " in describe_strangers(list("abcdef"))
    assert "(a, b, c, d, e, …)" in describe_strangers(list("abcdef"))


def test_a_folder_without_corpora_exits_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train(tmp_path, tmp_path / "out") == 1
    assert "linearise.py is missing" in capsys.readouterr().err


def test_a_disk_that_is_full_at_the_end_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("copydesk.training.train.train", fail)
    assert train(tmp_path, tmp_path / "out") == 1
    assert capsys.readouterr().err == (
        "copydesk-train: a file cannot be read or written: No space left on device; "
        "free space or mend the permissions, then train again\n"
    )
    assert not (tmp_path / "out").exists()
