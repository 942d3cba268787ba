"""Saved models are loaded as they were, and files that do not fit are refused with both sides named."""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from copydesk.classifier.artifact import (
    MANIFEST_FILE,
    MODEL_FILES,
    expected,
    load_manifest,
    load_model,
    pack,
    read_arrays,
    save_model,
    unpack,
    write_arrays,
)
from copydesk.classifier.errors import ArtifactMismatch
from copydesk.classifier.model import ALL_COLUMNS, Model
from copydesk.classifier.pipeline import classify_page
from copydesk.classifier.types import Page
from tests.support.small_model import HTML_PAGE, TEXT_PAGE, small_model


@pytest.fixture(scope="module")
def packed() -> tuple[Model, tuple[bytes, bytes]]:
    model = small_model()
    return model, pack(model)


@pytest.fixture
def folder(tmp_path: Path, packed: tuple[Model, tuple[bytes, bytes]]) -> Path:
    """A folder with a saved model, as `save_model` writes it."""
    write_manifest(tmp_path, expected())
    write_model(tmp_path, dict(zip(MODEL_FILES, packed[1], strict=True)))
    return tmp_path


def write_manifest(folder: Path, manifest: object) -> None:
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest), encoding="utf-8")


def write_model(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put other bytes in, with a manifest that has their digests."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    digests = {name: sha256((folder / name).read_bytes()).hexdigest() for name in MODEL_FILES}
    write_manifest(folder, load_manifest(folder) | {"files": digests, "digest": digest_of(folder)})


def digest_of(folder: Path) -> str:
    digests = [sha256((folder / name).read_bytes()).hexdigest() for name in MODEL_FILES]
    return sha256("".join(digests).encode()).hexdigest()


def replace_array(folder: Path, name: str, array: NDArray[Any]) -> None:
    """Replace one array of a saved model."""
    file = f"{name.split('/')[0]}.safetensors"
    write_model(folder, {file: write_arrays(read_arrays((folder / file).read_bytes()) | {name: array})})


def with_header(header: object) -> bytes:
    """A file with a header and a few numbers."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + bytes(64)


def refusal(folder: Path) -> str:
    with pytest.raises(ArtifactMismatch) as caught:
        pack(load_model(folder))  # which reads both forms of input
    return str(caught.value)


def test_a_saved_model_predicts_the_same_and_gives_the_same_bytes_again(
    tmp_path: Path, packed: tuple[Model, tuple[bytes, bytes]]
) -> None:
    model, data = packed
    digest = save_model(model, tmp_path, {"corpora": ["own"]})
    assert tuple((tmp_path / name).read_bytes() for name in MODEL_FILES) == data
    loaded = load_model(tmp_path)
    assert loaded.digest == digest == digest_of(tmp_path)
    for page in (Page("t", text=TEXT_PAGE), Page("h", html=HTML_PAGE)):
        assert classify_page(page, loaded).blocks == classify_page(page, model).blocks
    assert pack(loaded) == data


def test_the_manifest_has_what_it_was_given_and_is_the_same_twice(tmp_path: Path) -> None:
    model = small_model()
    for name in ("one", "two"):
        save_model(model, tmp_path / name, {"scores": {"é": 0.5}, "corpora": ["own"]})
    manifest = load_manifest(tmp_path / "one")
    named = {name: manifest[name] for name in ("digest", "files")}
    assert manifest == {**named, "scores": {"é": 0.5}, "corpora": ["own"], **expected()}
    for file in (MANIFEST_FILE, *MODEL_FILES):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


@pytest.mark.parametrize("name", MODEL_FILES)
def test_a_changed_byte_is_refused_and_both_digests_are_named(folder: Path, name: str) -> None:
    stated = load_manifest(folder)["files"][name]
    data = bytearray((folder / name).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / name).write_bytes(data)
    found = sha256(data).hexdigest()
    assert f"{folder / name} has digest {found}, the manifest has {stated}" in refusal(folder)


@pytest.mark.parametrize(
    "change", [{"files": {}}, {"files": None}, {"files": dict.fromkeys(MODEL_FILES, 5)}, {"digest": "0" * 64}]
)
def test_a_manifest_whose_digests_do_not_agree_is_refused(folder: Path, change: dict[str, object]) -> None:
    write_manifest(folder, load_manifest(folder) | change)
    assert f"{folder / MANIFEST_FILE} has no digest of its files" in refusal(folder)


def test_one_form_of_input_is_loaded_without_the_file_of_the_other(folder: Path) -> None:
    write_model(folder, {"html.safetensors": b"damaged"})
    assert classify_page(Page("t", text=TEXT_PAGE), load_model(folder)).blocks


@pytest.mark.parametrize("key", list(expected()))
@pytest.mark.parametrize("found", [99, None])
def test_a_manifest_of_another_version_is_refused_and_both_sides_are_named(
    folder: Path, key: str, found: int | None
) -> None:
    write_manifest(folder, load_manifest(folder) | {key: found})
    message = refusal(folder)
    assert f"{MANIFEST_FILE} has {key} {found!r}" in message
    assert f"expects {expected()[key]!r}" in message


@pytest.mark.parametrize("name", [*MODEL_FILES, MANIFEST_FILE])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    message = refusal(folder)
    assert f"{folder / name} cannot be read" in message
    assert "Errno" not in message
    assert "copydesk-train" in message


@pytest.mark.parametrize("broken", [b"", b'{"digest": ', b"\xff\xfe\x00", b"NaN,"])
def test_a_manifest_that_is_not_json_is_refused(folder: Path, broken: bytes) -> None:
    (folder / MANIFEST_FILE).write_bytes(broken)
    assert f"{folder / MANIFEST_FILE} cannot be read" in refusal(folder)


@pytest.mark.parametrize(("manifest", "found"), [([1], "list"), ("x", "str"), (None, "NoneType"), (3, "int")])
def test_a_manifest_that_is_not_an_object_is_refused(folder: Path, manifest: object, found: str) -> None:
    write_manifest(folder, manifest)
    assert f"holds a {found}, expected an object" in refusal(folder)


def test_files_are_read_by_the_library_of_their_format(folder: Path) -> None:
    library = pytest.importorskip("safetensors.numpy")
    for name in MODEL_FILES:
        data = (folder / name).read_bytes()
        found = library.load(data)
        for key, array in read_arrays(data).items():
            assert np.array_equal(found.pop(key), array)
            assert array.ctypes.data % array.itemsize == 0
        assert not found


@pytest.mark.parametrize(
    ("name", "array", "found"),
    [
        (
            "text/body/columns",
            np.full(11, len(ALL_COLUMNS), np.int16),
            f"reads column {len(ALL_COLUMNS)}, expected",
        ),
        ("text/body/lefts", np.full(11, 9, np.int32), "text/body: 3 roots and 4 nodes with children"),
        ("html/teaser/roots", np.zeros(0, np.int32), "html/teaser: 0 roots and 2 nodes"),
        ("html/teaser/roots", np.zeros(2), "html/teaser: roots is float64"),
        ("html/teaser/baseline", np.zeros(2), "TypeError"),
        ("html/teaser/values", np.full(5, np.inf), "html/teaser/values has infinity or no number, expected finite"),
        ("text/page_types/weights", np.full((1 << 16, 7), np.nan, np.float16), "text/page_types/weights has infinity"),
        ("text/weights", np.full((1, 14), -np.inf, np.float16), "text/weights has infinity or no number"),
    ],
)
def test_arrays_that_are_not_trees_are_refused(folder: Path, name: str, array: NDArray[Any], found: str) -> None:
    replace_array(folder, name, array)
    message = refusal(folder)
    assert "does not unpack" in message
    assert found in message


def test_a_file_without_one_of_its_arrays_is_refused(folder: Path) -> None:
    write_model(folder, {"text.safetensors": write_arrays({"text/idf": np.zeros(1, np.float16)})})
    assert "text/weights" in refusal(folder)


STORED = {"dtype": "F16", "shape": [2], "data_offsets": [0, 4]}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"a bare pickle would start here",
        pickle.dumps({"text": 1}),
        b"PK\x03\x04 as older models began",
        with_header([1]),
        with_header(b"[" * 100_000),
        with_header({"a": 1}),
        with_header({"a": STORED | {"dtype": "O"}}),
        with_header({"a": STORED | {"dtype": []}}),
        with_header({"a": STORED | {"shape": 2}}),
        with_header({"a": STORED | {"shape": [-1]}}),
        with_header({"a": STORED | {"shape": [2**80]}}),
        with_header({"a": STORED | {"shape": [2**80], "data_offsets": [0, 2**81]}}),
        with_header({"a": STORED | {"shape": [-1, -2]}}),
        with_header({"a": STORED | {"data_offsets": [-4, 0]}}),
        with_header({"a": STORED | {"data_offsets": [62, 66]}}),
        with_header({"a": STORED | {"data_offsets": [1, 5.0]}}),
        with_header({"a": STORED | {"data_offsets": "04"}}),
        (2**63).to_bytes(8, "little") + b"{}",
    ],
)
def test_bytes_that_are_no_model_are_refused(data: bytes) -> None:
    for name in ("text", "html"):
        with pytest.raises(ArtifactMismatch, match=f"model for {name} does not unpack"):
            unpack(data, name)


@pytest.mark.attack
@pytest.mark.parametrize("spaces", range(4))
def test_numbers_at_places_that_compiled_functions_cannot_read_are_refused(spaces: int) -> None:
    header = json.dumps({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    data = with_header(header + b" " * (-len(header) % 4 + spaces))
    if spaces == 0:
        assert read_arrays(data)["a"].tolist() == [0.0]
        return
    with pytest.raises(ValueError, match="expected a multiple of 4"):
        read_arrays(data)


@pytest.mark.parametrize("n_written", range(3))
def test_model_that_cannot_be_written_whole_leaves_the_one_that_was_there(
    n_written: int, folder: Path, packed: tuple[Model, tuple[bytes, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    before, write = load_model(folder).digest, Path.write_bytes
    done: list[Path] = []

    def write_some(path: Path, data: bytes) -> int:
        if len(done) == n_written:
            write(path, data[: len(data) // 2])
            raise OSError(28, "No space left on device")
        done.append(path)
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", write_some)
    with pytest.raises(OSError, match="No space left"):
        save_model(packed[0], folder, {"about": "another"})
    assert load_model(folder).digest == before
    assert "about" not in load_manifest(folder)
    assert not list(folder.glob(".aside-*"))
