"""Corrected labels: taken by the service, kept in a folder, and read as training data."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from copydesk.classifier import Kind, Label, Model, load_model
from copydesk.classifier.pipeline import classify_page
from copydesk.classifier.types import Page
from copydesk.service.api_keys import KeyFile, Scope
from copydesk.service.corrections import Correction, FeedbackFolder, corrected_row
from copydesk.training.cli import main
from copydesk.training.corpora import CODE_OF_KIND, CorpusError, is_feedback, read_feedback, read_jsonl
from tests.service.api.test_classify import LINES, assert_problem
from tests.support.in_process_api import ApiClient, open_api, settings_in
from tests.support.stub_classifier import answer
from tests.support.training_pages import MadePage, made_page, made_pages

pytestmark = pytest.mark.slow


@pytest.fixture
def api(model: Model, tmp_path: Path) -> Iterator[ApiClient]:
    with open_api(settings_in(tmp_path), model) as client:
        yield client


def corrections(api: ApiClient, made: MadePage) -> list[dict[str, Any]]:
    """Say of every block of a made page what it is."""
    blocks = api.post("/v1/classify", json={"html": made.html}).json()["blocks"]
    kinds = [kind for _, kind in made.blocks]
    return [
        {"start": block["start"], "end": block["end"], "label": kind.label.value, "kind": kind.value}
        for block, kind in zip(blocks, kinds, strict=True)
    ]


def test_blocks_that_are_not_named_keep_the_models_label(api: ApiClient, tmp_path: Path) -> None:
    answer = api.post("/v1/classify", json={"text": LINES}).json()
    first, second = answer["blocks"]
    wrong = "teaser" if second["label"] != "teaser" else "boilerplate"
    block = {"start": second["start"], "end": second["end"], "label": wrong}
    kept = api.post("/v1/feedback", json={"id": "a", "text": LINES, "url": "https://x.test/a", "blocks": [block]})
    assert kept.status_code == 201
    (path,) = (tmp_path / "feedback").iterdir()
    row = json.loads(path.read_text())
    assert path.name == f"{kept.json()['id']}.json" == f"{row['id']}.json"
    assert (row["page"], row["site"], row["text"], row["model"]) == ("a", "x.test", LINES, answer["model"])
    assert [(each["kind"], each["corrected"]) for each in row["blocks"]] == [
        (first["kind"], False),
        ({"teaser": "teaser", "boilerplate": "furniture"}[wrong], True),
    ]


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (Correction(0, 7, Label.TEASER), "from 0 to 7 is named twice, as body and as teaser; name each block once"),
        (Correction(0, 7, Label.BODY, Kind.QUOTE), r"from 0 to 7 is named twice, as body and as body \(quote\)"),
    ],
)
def test_block_with_two_different_corrections_is_refused(second: Correction, said: str) -> None:
    page = Page("a", text="A line.")
    first = Correction(0, 7, Label.BODY)
    assert corrected_row(page, answer(page), [first, first])["blocks"][0]["corrected"]
    with pytest.raises(ValueError, match=said):
        corrected_row(page, answer(page), [first, second])


@pytest.mark.parametrize(
    ("found", "label", "kind"),
    [
        (Kind.FURNITURE, Label.BODY, Kind.TEXT),
        (Kind.CAPTION, Label.BODY, Kind.CAPTION),
        (Kind.TEASER_HEADING, Label.BODY, Kind.SUBHEADING),
        (Kind.HEADLINE, Label.TEASER, Kind.TEASER_HEADING),
        (Kind.TEXT, Label.TEASER, Kind.TEASER),
        (Kind.SUBHEADING, Label.BOILERPLATE, Kind.FURNITURE),
        (Kind.BYLINE, Label.BOILERPLATE, Kind.BYLINE),
    ],
)
def test_corrected_label_without_a_kind_gets_the_likeliest(found: Kind, label: Label, kind: Kind) -> None:
    page = Page("a", text="A line that is long enough.")
    (block,) = answer(page).blocks
    article = replace(answer(page), blocks=(block._replace(label=found.label, kind=found),))
    row = corrected_row(page, article, [Correction(block.start, block.end, label)])
    assert [each["kind"] for each in row["blocks"]] == [kind]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_can_be_corrected_and_read_as_training_data(api: ApiClient, tmp_path: Path, kind: Kind) -> None:
    first = {"start": 0, "end": len(LINES.split("\n")[0]), "label": kind.label, "kind": kind}
    assert api.post("/v1/feedback", json={"text": LINES, "blocks": [first]}).status_code == 201
    (page,) = read_feedback(tmp_path / "feedback")
    assert page.codes is not None
    assert page.codes[0] == CODE_OF_KIND[kind]


def test_page_that_is_corrected_again_replaces_what_was_kept(api: ApiClient, tmp_path: Path) -> None:
    for label in ("teaser", "body"):
        block = {"start": 0, "end": len(LINES.split("\n")[0]), "label": label}
        api.post("/v1/feedback", json={"text": LINES, "blocks": [block]})
    (path,) = (tmp_path / "feedback").iterdir()
    assert Kind(json.loads(path.read_text())["blocks"][0]["kind"]).label == "body"


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        (None, "Expected `array`, got `null` - at `$.blocks`; expected at least one block with"),
        ([], "Expected `array` of length >= 1 - at `$.blocks`"),
        ([1], "Expected `object`, got `int` - at `$.blocks[0]`"),
        ([{"end": 1, "label": "body"}], "missing required field `start` - at `$.blocks[0]`"),
        ([{"start": True, "end": 1, "label": "body"}], "Expected `int`, got `bool` - at `$.blocks[0].start`"),
        ([{"start": 0, "end": 1, "label": "advert"}], "Invalid enum value 'advert' - at `$.blocks[0].label`"),
        ([{"start": 0, "end": 1, "label": []}], "Expected `str`, got `array` - at `$.blocks[0].label`"),
        ([{"start": 0, "end": 1, "label": "body", "kind": "teaser"}], "falls under teaser, not body"),
        ([{"start": 0, "end": 1, "label": "body"}], "no block of the page runs from 0 to 1"),
        ([{"start": 0, "end": 1, "label": "y" * 9000}], "Invalid enum value 'yyy"),
        ([{"start": 0, "end": 1, "label": "\ud800"}], "blocks has a lone surrogate; expected at least one block"),
    ],
)
def test_correction_that_does_not_fit_is_a_problem(api: ApiClient, blocks: object, words: str) -> None:
    body = json.dumps({"text": LINES, "blocks": blocks, "\ud800": 1})
    answer = api.post("/v1/feedback", content=body, headers={"content-type": "application/json"})
    assert_problem(answer, 422, "bad_row", words)
    assert len(answer.content) < 1000


@pytest.mark.attack
def test_folder_that_cannot_be_written_is_a_problem(api: ApiClient, tmp_path: Path) -> None:
    (tmp_path / "feedback").write_text("a file")
    block = {"start": 0, "end": len(LINES.split("\n")[0]), "label": "body"}
    answer = api.post("/v1/feedback", json={"text": LINES, "blocks": [block]})
    assert_problem(answer, 503, "feedback_unusable", "name a folder with COPYDESK_FEEDBACK")


def test_export_needs_a_key_that_may_see_pages(model: Model, tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "keys.sqlite")
    headers = {
        scope: {"authorization": f"Bearer {keys.add(scope.value, scope, now=0)}"}
        for scope in (Scope.WRITE, Scope.ADMIN)
    }
    with open_api(settings_in(tmp_path, require_keys=True), model) as client:
        assert client.get("/v1/feedback/export", headers=headers[Scope.WRITE]).status_code == 403
        empty = client.get("/v1/feedback/export", headers=headers[Scope.ADMIN])
        assert (empty.status_code, empty.content) == (200, b"")


def test_training_reads_the_folder_and_the_export_alike(api: ApiClient, tmp_path: Path) -> None:
    made = made_pages()[0]
    body = {"id": made.id, "html": made.html, "url": f"https://{made.site}/1", "blocks": corrections(api, made)}
    api.post("/v1/feedback", json=body)
    (tmp_path / "feedback" / ".half-written").write_bytes(b"{")
    exported = tmp_path / "feedback.jsonl"
    exported.write_bytes(api.get("/v1/feedback/export").content)
    (source,) = read_feedback(tmp_path / "feedback")
    assert list(read_jsonl(exported)) == [source]
    assert (source.corpus, source.site, source.html) == ("feedback", made.site, made.html)
    assert source.texts == tuple(text for text, _ in made.blocks)
    assert source.codes == tuple(CODE_OF_KIND[kind.value] for _, kind in made.blocks)


def test_feedback_alone_trains_a_model(api: ApiClient, tmp_path: Path) -> None:
    for made in made_pages()[::2]:
        body = {"id": made.id, "html": made.html, "url": f"https://{made.site}/", "blocks": corrections(api, made)}
        assert api.post("/v1/feedback", json=body).status_code == 201
    folder = tmp_path / "feedback"
    assert is_feedback(folder)
    assert main([str(folder), "--folds", "2", "--jobs", "1", "--output", str(tmp_path / "model")]) == 0
    unseen = made_page("willow.example", 7)
    article = classify_page(Page("new", html=unseen.html), load_model(tmp_path / "model"))
    assert [block.label for block in article.blocks] == [kind.label for _, kind in unseen.blocks]


def test_file_that_is_no_page_is_named(tmp_path: Path) -> None:
    (tmp_path / "wrong.json").write_text('{"id": "a", "html": "x"}')
    with pytest.raises(CorpusError, match=r"wrong\.json: .*expected a page that the service kept as feedback"):
        list(read_feedback(tmp_path))


def test_other_folders_are_no_feedback(tmp_path: Path) -> None:
    assert not is_feedback(tmp_path)
    (tmp_path / "corpora").mkdir()
    (tmp_path / "pages.json").write_text("{}")
    assert not is_feedback(tmp_path)


def test_page_without_a_site_is_one_by_itself(tmp_path: Path) -> None:
    folder = FeedbackFolder(tmp_path / "new" / "feedback")
    row = {"text": "x", "site": "", "blocks": [{"text": "x", "kind": Kind.TEXT.value, "corrected": True}]}
    ids = [folder.put({"id": name, **row}) for name in ("a", "b")]
    assert sorted(source.site for source in read_feedback(tmp_path / "new" / "feedback")) == sorted(ids)


@pytest.mark.attack
def test_files_that_a_killed_process_left_are_deleted(tmp_path: Path) -> None:
    old, new = tmp_path / ".aside-a.json.1", tmp_path / ".aside-b.json.2"
    for path in (old, new):
        path.write_text("half a page")
    os.utime(old, (0, 0))
    FeedbackFolder(tmp_path).remove_unfinished()
    assert list(tmp_path.iterdir()) == [new]


@pytest.mark.attack
def test_feedback_that_cannot_be_read_is_a_problem(api: ApiClient, tmp_path: Path) -> None:
    folder = tmp_path / "feedback"
    (folder / "a.json").mkdir(parents=True)
    answer = api.get("/v1/feedback/export")
    assert_problem(answer, 503, "feedback_unusable", f"{folder / 'a.json'} cannot be read (Is a directory)")
    (folder / "a.json").rmdir()
    folder.rmdir()
    folder.write_text("no folder")
    assert_problem(api.get("/v1/feedback/export"), 503, "feedback_unusable", "cannot be read (Not a directory)")


def test_feedback_that_becomes_unreadable_ends_with_an_error_row(
    api: ApiClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        (tmp_path / "feedback").mkdir(exist_ok=True)
        (tmp_path / "feedback" / f"{name}.json").write_text('{"id": "a"}\n')

    def fail_later() -> None:
        (tmp_path / "feedback" / "b.json").unlink()
        (tmp_path / "feedback" / "b.json").mkdir()

    monkeypatch.setattr(FeedbackFolder, "check_readable", lambda _: fail_later())
    first, last = map(json.loads, api.get("/v1/feedback/export").text.splitlines())
    assert first == {"id": "a"}
    assert last["error"]["code"] == "feedback_unusable"
