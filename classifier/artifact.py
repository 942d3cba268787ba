"""Saves a trained model and loads it again: plain arrays, and a JSON manifest that says what they are.

The arrays are in the safetensors format: 8 bytes with the length of a JSON header, the header with type, shape and
place of each array, then their bytes as they are, so that loading copies and unpacks nothing.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.classifier.errors import ArtifactMismatch
from copydesk.classifier.features import FEATURES_VERSION
from copydesk.classifier.model import (
    ALL_COLUMNS,
    GROUPS,
    LINEAR_PARTS,
    FormModel,
    HashedLinear,
    Model,
    Trees,
    hashed_linear,
)
from copydesk.classifier.types import LABELS

FORMAT_VERSION = 8
"""Raised by any change of the files' layout."""

MODEL_FILES = ("text.safetensors", "html.safetensors")
"""One for each form of input, so that neither is too large for sites that host code."""

MANIFEST_FILE = "manifest.json"

_TYPE_NAMES = {"F16": np.float16, "F32": np.float32, "F64": np.float64, "I16": np.int16, "I32": np.int32}
"""Types of the arrays, by their names in the header."""

_ALIGNMENT = 64
"""The header ends at a multiple of so many bytes, and larger numbers come first, so that every number is aligned."""

UNFINISHED = ".aside-"
"""The start of the names of files that are not complete yet."""

STORED_ENSEMBLES = {name: name for name in ("body", "teaser", "metadata", "comment", "heading", "quality")}
STORED_ARRAYS = {name: name for name in ("roots", "columns", "thresholds", "lefts", "values", "baseline")}
"""Names in the files of the trees of a `FormModel` and of the arrays of `Trees`, by field. A renamed field keeps its
name in the files, else saved models could not be loaded."""


def expected() -> dict[str, Any]:
    """Return the manifest values that this version of the code requires."""
    return {
        "format_version": FORMAT_VERSION,
        "features_version": FEATURES_VERSION,
        "labels": [str(label) for label in LABELS],
        "classes": [*GROUPS, *LINEAR_PARTS],
        "page_types": list(hashed_linear.PAGE_TYPES),
        "hash_bits": hashed_linear.BLOCK_BITS,
        "n_columns": len(ALL_COLUMNS),
    }


def default_folder() -> Path:
    """Return the folder of the shipped model: inside the installed package, or beside it in a checkout."""
    here = Path(__file__).resolve().parent
    installed = here / "artifacts"
    return installed if installed.exists() else here.parent / "artifacts"


def save_model(model: Model, folder: Path, about: Mapping[str, Any]) -> str:
    """Write model and manifest, the same model always as the same bytes; return the digest.

    The files appear complete, one right after the other, so that a process that is killed while it writes leaves the
    model that was there. `about` is what else the manifest says: libraries, corpora, scores.
    """
    folder.mkdir(parents=True, exist_ok=True)
    packed = pack(model)
    files = {name: hashlib.sha256(data).hexdigest() for name, data in zip(MODEL_FILES, packed, strict=True)}
    digest = _digest(files)
    manifest = {"digest": digest, "files": files, **expected(), **about}
    text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    contents = dict(zip((*MODEL_FILES, MANIFEST_FILE), (*packed, text.encode()), strict=True))
    try:
        for name, data in contents.items():
            (folder / f"{UNFINISHED}{name}").write_bytes(data)
        for name in contents:
            (folder / f"{UNFINISHED}{name}").replace(folder / name)
    except BaseException:  # on a full disk, they would fill it further
        for name in contents:
            with suppress(OSError):
                (folder / f"{UNFINISHED}{name}").unlink()
        raise
    return digest


@cache
def shipped_model() -> Model:
    """Return the model that came with the package; the first call loads it, and it is kept."""
    return load_model()


def load_model(folder: str | Path | None = None) -> Model:
    """Load a model from a folder, or the one that came with the package. No code in the files is run.

    The weights for each form of input are read, and compared with their digest in the manifest, when they are first
    asked for; that raises ArtifactMismatch where the file is damaged or was replaced since.

    Raises:
        ArtifactMismatch: A file is missing, or was made for another version.
    """
    folder = default_folder() if folder is None else Path(folder)
    manifest = load_manifest(folder)
    for key, ours in expected().items():
        if manifest.get(key) != ours:
            raise ArtifactMismatch(
                f"{folder / MANIFEST_FILE} has {key} {manifest.get(key)!r}, this version of copydesk expects {ours!r}; "
                "train again with copydesk-train or install the version that wrote it"
            )
    files = manifest.get("files")
    if not isinstance(files, dict) or sorted(files) != sorted(MODEL_FILES) or _digest(files) != manifest.get("digest"):
        raise ArtifactMismatch(f"{folder / MANIFEST_FILE} has no digest of its files; restore it or train again")
    for path in (folder / name for name in MODEL_FILES):
        if not path.is_file():
            raise ArtifactMismatch(f"{path} cannot be read (it is no file); run copydesk-train")
    text, html = (partial(_read_form, folder / name, files[name], name.partition(".")[0]) for name in MODEL_FILES)
    return Model(text, html, manifest["digest"])


def _digest(files: Mapping[str, Any]) -> str:
    """Return the digest of the model from those of its files."""
    return hashlib.sha256("".join(str(files[name]) for name in MODEL_FILES).encode()).hexdigest()


def _read_form(path: Path, digest: str, name: str) -> FormModel:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ArtifactMismatch(f"{path} cannot be read ({_reason(error)}); run copydesk-train") from error
    found = hashlib.sha256(data).hexdigest()
    if found != digest:
        raise ArtifactMismatch(
            f"{path} has digest {found}, the manifest has {digest}; they belong to different runs or the file is "
            "damaged: restore all or train again"
        )
    return unpack(data, name)


def load_manifest(folder: str | Path | None = None) -> dict[str, Any]:
    """Read a model's manifest.

    Raises:
        ArtifactMismatch: It is missing or not a JSON object.
    """
    path = (default_folder() if folder is None else Path(folder)) / MANIFEST_FILE
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ArtifactMismatch(
            f"{path} cannot be read ({_reason(error)}); expected a model written by copydesk-train"
        ) from error
    if not isinstance(manifest, dict):
        raise ArtifactMismatch(f"{path} holds a {type(manifest).__name__}, expected an object; train again")
    return manifest


def pack(model: Model) -> tuple[bytes, bytes]:
    """Return the model as the bytes of MODEL_FILES: weights are rounded to 16 bits."""
    return _pack_form("text", model.text), _pack_form("html", model.html)


def _pack_form(name: str, form: FormModel) -> bytes:
    arrays: dict[str, NDArray[Any]] = {
        f"{name}/idf": form.first_stage.idf.astype(np.float16),
        f"{name}/weights": form.first_stage.weights.astype(np.float16),
        f"{name}/intercepts": form.first_stage.intercepts,
        f"{name}/page_types/idf": form.page_types.idf.astype(np.float16),
        f"{name}/page_types/weights": form.page_types.weights.astype(np.float16),
        f"{name}/page_types/intercepts": form.page_types.intercepts,
        f"{name}/affinities": form.affinities,
    }
    ensembles = {stored: getattr(form, field) for field, stored in STORED_ENSEMBLES.items()}
    ensembles |= {f"parts/{part}": trees for part, trees in form.parts.items()}
    for stored, trees in ensembles.items():
        for array, stored_array in STORED_ARRAYS.items():
            arrays[f"{name}/{stored}/{stored_array}"] = np.asarray(getattr(trees, array))
    return write_arrays(arrays)


def write_arrays(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return the bytes of a safetensors file, the same arrays always as the same bytes."""
    names = {np.dtype(kind): name for name, kind in _TYPE_NAMES.items()}
    header: dict[str, Any] = {}
    chunks: list[bytes] = []
    end = 0
    for key in sorted(arrays, key=lambda key: (-arrays[key].itemsize, key)):
        array = arrays[key]
        chunks.append(array.astype(array.dtype.newbyteorder("<"), order="C").tobytes())
        start, end = end, end + array.nbytes
        header[key] = {"dtype": names[array.dtype], "shape": array.shape, "data_offsets": (start, end)}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(len(text) + 8) % _ALIGNMENT)
    return b"".join((len(text).to_bytes(8, "little"), text, *chunks))


def read_arrays(data: bytes) -> dict[str, NDArray[Any]]:
    """Return the arrays of a safetensors file, which are views of its bytes and cannot be written to.

    Raises:
        ValueError, TypeError, KeyError, OverflowError, RecursionError, AttributeError: The bytes are none.
    """
    first = 8 + int.from_bytes(data[:8], "little")
    arrays: dict[str, NDArray[Any]] = {}
    for key, stored in json.loads(data[8:first]).items():
        dtype, shape = np.dtype(_TYPE_NAMES[stored["dtype"]]), tuple(stored["shape"])
        start, end = stored["data_offsets"]
        if start < 0 or end - start != math.prod(shape) * dtype.itemsize:
            raise ValueError(
                f"{key} is {dtype} of shape {shape} in the bytes {start} to {end}, expected as many as fit"
            )
        if (first + start) % dtype.itemsize:
            raise ValueError(f"{key} begins at byte {first + start}, expected a multiple of {dtype.itemsize}")
        arrays[key] = np.ndarray(shape, dtype.newbyteorder("<"), data, first + start)
    return arrays


def unpack(data: bytes, name: str) -> FormModel:
    """Return the weights for the form of input `name`, "text" or "html", of which `pack` made these bytes.

    Raises:
        ArtifactMismatch: The bytes are none.
    """
    try:
        return _form(read_arrays(data), name)
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError, MemoryError) as error:
        raise ArtifactMismatch(f"the model for {name} does not unpack ({error!r}); train again") from error


def _reason(error: Exception) -> str:
    """Return why a file cannot be read, without its path and the number of the error."""
    return getattr(error, "strerror", None) or str(error)


def _form(arrays: Mapping[str, NDArray[Any]], name: str) -> FormModel:
    for key, array in arrays.items():
        if array.dtype.kind == "f" and not _is_finite(array):
            raise ValueError(f"{key} has infinity or no number, expected finite numbers alone")
    first_stage, types = (
        HashedLinear(*(arrays[f"{name}/{place}{array}"] for array in ("idf", "weights", "intercepts")))
        for place in ("", "page_types/")
    )
    if len(first_stage.idf) != 1 << hashed_linear.BLOCK_BITS:
        raise ValueError(f"{name}/idf has {len(first_stage.idf)} values, expected {1 << hashed_linear.BLOCK_BITS}")
    ensembles = {field: _trees(arrays, f"{name}/{stored}") for field, stored in STORED_ENSEMBLES.items()}
    prefix = f"{name}/parts/"
    parts = sorted({key.removeprefix(prefix).split("/")[0] for key in arrays if key.startswith(prefix)})
    return FormModel(
        first_stage,
        types,
        **ensembles,
        parts={part: _trees(arrays, f"{prefix}{part}") for part in parts},
        affinities=arrays[f"{name}/affinities"],
    )


def _is_finite(array: NDArray[Any]) -> bool:
    """Return whether all numbers are finite; those of 16 bits by the largest pattern of bits of either sign."""
    if array.dtype != np.float16:
        return bool(np.isfinite(array).all())
    infinite, sign = 0x7C00, 0x8000
    greatest, least = array.view(np.int16).max(initial=0), array.view(np.uint16).max(initial=0)
    return bool(greatest < infinite and least < infinite + sign)


def _trees(arrays: Mapping[str, NDArray[Any]], prefix: str) -> Trees:
    members: dict[str, Any] = {field: arrays[f"{prefix}/{stored}"] for field, stored in STORED_ARRAYS.items()}
    if (members["columns"] >= len(ALL_COLUMNS)).any():
        raise ValueError(f"{prefix} reads column {members['columns'].max()}, expected 0 to {len(ALL_COLUMNS) - 1}")
    members["baseline"] = float(members["baseline"])
    try:
        return Trees(**members)
    except ValueError as error:
        raise ValueError(f"{prefix}: {error}") from error
