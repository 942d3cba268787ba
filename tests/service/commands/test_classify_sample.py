"""What the shipped model says about the sample page, through the real command."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from copydesk.classifier import BODY_PARTS
from tests.conftest import ROOT, RunCommand

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("model")]

EDITORIAL = [
    "The open-air pool beside the river",
    "Members of the town council voted",
    "The lido, which opened in 1936",
    '"We have promised this town a pool',
    "Unlike the old pool",
    "The council's own report puts",
    "Most of the money",
    "The tiles will line the wall",
    "Swimmers who had gathered",
    "Season tickets are to go on sale",
]
TEASERS = [
    "Number 42 bus saved",
    "The county has found the money",
    "Barn owls return",
    "Rovers held at home",
    "Two late goals spared",
    "Flour mill takes on twenty",
    "Brass bands to fill",
]
FURNITURE = ["We value your privacy", "Public Notices", "Inline Feedbacks", "View all comments", "guest", "© 2025"]


@pytest.fixture(scope="module")
def answer(run_command: RunCommand) -> dict[str, Any]:
    page = ROOT / "tests" / "pages" / "sample.html"
    found: dict[str, Any] = json.loads(run_command("classify", page, "--explain").stdout)
    return found


def labels_of(answer: dict[str, Any], beginning: str) -> set[str]:
    text = answer["text"]
    return {b["label"] for b in answer["blocks"] if text[b["start"] : b["end"]].startswith(beginning)}


@pytest.mark.parametrize("beginning", EDITORIAL)
def test_editorial_paragraphs_are_body(answer: dict[str, Any], beginning: str) -> None:
    assert labels_of(answer, beginning) == {"body"}
    assert beginning in answer["body"]


@pytest.mark.parametrize("beginning", TEASERS)
def test_headlines_and_summaries_of_other_stories_are_teasers(answer: dict[str, Any], beginning: str) -> None:
    assert labels_of(answer, beginning) == {"teaser"}
    assert beginning not in answer["body"]


@pytest.mark.parametrize("beginning", FURNITURE)
def test_furniture_is_boilerplate(answer: dict[str, Any], beginning: str) -> None:
    assert labels_of(answer, beginning) == {"boilerplate"}


def test_title_is_the_headline(answer: dict[str, Any]) -> None:
    assert answer["title"] == "Lido to reopen next spring after eleven dry years"


def test_blocks_stand_in_order_and_their_probabilities_sum_to_1(answer: dict[str, Any]) -> None:
    spans = [(b["start"], b["end"]) for b in answer["blocks"]]
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    for block in answer["blocks"]:
        assert math.isclose(sum(block["probabilities"].values()), 1, abs_tol=1e-9)
        assert block["confidence"] == max(block["probabilities"].values())


def test_body_is_its_parts_joined_by_blank_lines(answer: dict[str, Any]) -> None:
    text = answer["text"]
    blocks = [text[b["start"] : b["end"]] for b in answer["blocks"] if b["kind"] in BODY_PARTS]
    assert answer["body"] == "\n\n".join(blocks)
    assert answer["title"] not in answer["body"]


def test_reasons_add_up_to_the_log_odds(answer: dict[str, Any]) -> None:
    for block in answer["blocks"]:
        why, odds = block["explanation"], block["probabilities"]
        assert why["runner_up"] != block["label"]
        assert math.isclose(sum(r["contribution"] for r in why["reasons"]), why["log_odds"], abs_tol=1e-6)
        expected = math.log(odds[block["label"]] / odds[why["runner_up"]])
        assert math.isclose(why["log_odds"], expected, abs_tol=1e-6)


def test_file_row_and_pipe_give_the_same_answer(
    answer: dict[str, Any], run_command: RunCommand, sample_page: Path
) -> None:
    html = sample_page.read_text(encoding="utf-8")
    row = json.dumps({"id": answer["id"], "html": html}).encode()
    assert json.loads(run_command("classify", "--explain", given=row).stdout) == answer
    piped = json.loads(run_command("classify", "-", "--explain", given=html.encode()).stdout)
    assert piped | {"id": answer["id"]} == answer


def test_table_shows_every_block(answer: dict[str, Any], run_command: RunCommand, sample_page: Path) -> None:
    lines = run_command("classify", sample_page, "--output", "table").stdout.decode().splitlines()
    assert sum(line.startswith("▌") for line in lines) == len(answer["blocks"])


def test_body_output_is_the_body(answer: dict[str, Any], run_command: RunCommand, sample_page: Path) -> None:
    assert run_command("classify", sample_page, "--output", "body").stdout.decode() == answer["body"] + "\n"
