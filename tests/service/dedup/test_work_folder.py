"""Tests of `work_folder`: what is kept between runs, and when it is not trusted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from copydesk.classifier.duplicates import sign_texts
from copydesk.service.dedup.work_folder import (
    Chunk,
    ChunkFolder,
    StoppedWork,
    UnusableWork,
    open_work_folder,
)
from copydesk.service.rows.jsonl import BadRow

MANIFEST: dict[str, Any] = {"resumable": True, "inputs": [["a.jsonl", 5, 6]], "model": "m"}


class Stopped(Exception):
    """Ends a run in the middle."""


def begin(folder: Path, manifest: dict[str, Any] = MANIFEST) -> list[str]:
    """Start a run that stops after its first chunk; gives what it said and, last, whether that chunk was there."""
    said: list[str] = []
    path = ChunkFolder(folder).file(0)
    try:
        with open_work_folder(folder, manifest, said.append):
            said.append("kept" if path.exists() else "new")
            path.write_bytes(b"chunk")
            raise Stopped
    except Stopped:
        return said


def test_run_that_was_ended_leaves_its_chunks_to_the_next_one(tmp_path: Path) -> None:
    folder = tmp_path / "out.jsonl.work"
    assert [begin(folder), begin(folder)] == [["new"], ["kept"]]


def test_folder_goes_when_the_run_ends_well(tmp_path: Path) -> None:
    begin(tmp_path / "work")
    with open_work_folder(tmp_path / "work", MANIFEST, print):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("n_removed", range(5))
def test_folder_whose_removal_was_stopped_can_be_used_again(
    n_removed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "work"
    begin(folder)
    for number in range(1, 3):
        ChunkFolder(folder).file(number).write_bytes(b"chunk")
    unlink = Path.unlink
    done: list[Path] = []

    def stops(path: Path, missing_ok: bool = False) -> None:
        if len(done) == n_removed:
            raise Stopped
        done.append(path)
        unlink(path, missing_ok=missing_ok)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", stops)
        with pytest.raises(Stopped), open_work_folder(folder, MANIFEST, print):
            pass
    assert begin(folder)[-1] in ("kept", "new")


def test_other_settings_start_anew_and_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    begin(folder)
    found = begin(folder, MANIFEST | {"model": "n", "inputs": []})
    assert found == [f"{folder} was left by a run that differs in: inputs, model; starting again", "new"]


def test_standard_input_is_never_taken_up_again(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    manifest = MANIFEST | {"resumable": False}
    begin(folder, manifest)
    assert begin(folder, manifest)[-1] == "new"


def test_manifest_that_was_cut_short_starts_anew(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    begin(folder)
    (folder / "manifest.json").write_text("{")
    assert begin(folder) == ["new"]


def test_folder_of_another_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine")
    with pytest.raises(UnusableWork, match="is not a work folder of copydesk dedup; move it away or name another"):
        begin(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    folder = tmp_path / "work"
    with (
        open_work_folder(folder, MANIFEST, print),
        pytest.raises(UnusableWork, match="is used by another run; wait for its end"),
        open_work_folder(folder, MANIFEST, print),
    ):
        pass


def chunk() -> Chunk:
    bad = [(0, BadRow(None, 1, "bad_json", "broken")), (2, BadRow("b", 3, "no_id", "none"))]
    digests, lengths = np.array([5], np.uint64), np.array([11], np.int64)
    return Chunk([1.5], [2], np.array([np.nan]), ["Herald \ud800"], bad, digests, lengths)


def test_chunk_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    signed = sign_texts(["one two three four"])
    folder = ChunkFolder(tmp_path)
    folder.save(3, chunk(), signed)
    back, again = folder.load(3), folder.load_signed(3)
    assert (back.ids, back.lines, back.sources, back.bad) == ([1.5], [2], ["Herald \ud800"], chunk().bad)
    assert back.n_rows == 3
    assert np.isnan(back.published).tolist() == [True]
    assert back.digests.tolist() == again.digests.tolist() == signed.digests.tolist()
    assert again.shingles.values.tolist() == signed.shingles.values.tolist()
    assert again.shingles.sizes == signed.shingles.sizes
    assert again.keys.row(0).tolist() == signed.keys.row(0).tolist()
    assert [file.name for file in tmp_path.iterdir()] == ["chunk-0000003.npz"]


@pytest.mark.parametrize("load", [ChunkFolder.load, ChunkFolder.load_signed])
@pytest.mark.parametrize(
    "spoil", [lambda data: data[:-50], lambda data: b"", lambda data: data.replace(b"NUMPY", b"?")]
)
def test_damaged_chunk_is_removed_so_that_the_next_run_writes_it_again(tmp_path: Path, load: Any, spoil: Any) -> None:
    folder = ChunkFolder(tmp_path)
    path = folder.file(0)
    folder.save(0, chunk(), sign_texts(["one two three four"]))
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(StoppedWork, match=r"npz is damaged \(.*\) and was removed; run the same command again"):
        load(folder, 0)
    assert not path.exists()
