"""Saves a trained model and loads it again: plain arrays, and a JSON manifest that says what they are."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from functools import partial
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

FORMAT_VERSION = 5
"""Raised by any change of the files' layout."""

MODEL_FILES = ("text.npz", "html.npz")
"""One for each form of input, so that neither is too large for sites that host code."""

MANIFEST_FILE = "manifest.json"

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
    digest = hashlib.sha256(b"".join(packed)).hexdigest()
    manifest = {"digest": digest, **expected(), **about}
    text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    contents = dict(zip((*MODEL_FILES, MANIFEST_FILE), (*packed, text.encode()), strict=True))
    for name, data in contents.items():
        (folder / f"{UNFINISHED}{name}").write_bytes(data)
    for name in contents:
        (folder / f"{UNFINISHED}{name}").replace(folder / name)
    return digest


def load_model(folder: str | Path | None = None) -> Model:
    """Load a model from a folder, or the one that came with the package. No code in the files is run.

    Raises:
        ArtifactMismatch: A file is missing or damaged, or was made for another version. See also `unpack`.
    """
    folder = default_folder() if folder is None else Path(folder)
    manifest = load_manifest(folder)
    for key, ours in expected().items():
        if manifest.get(key) != ours:
            raise ArtifactMismatch(
                f"{folder / MANIFEST_FILE} has {key} {manifest.get(key)!r}, this version of copydesk expects {ours!r}; "
                "train again with copydesk-train or install the version that wrote it"
            )
    packed = [_read(folder / name) for name in MODEL_FILES]
    digest = hashlib.sha256(b"".join(packed)).hexdigest()
    if digest != manifest.get("digest"):
        raise ArtifactMismatch(
            f"{' and '.join(MODEL_FILES)} in {folder} have digest {digest}, the manifest has "
            f"{manifest.get('digest')}; they belong to different runs or a file is damaged: restore all or train again"
        )
    return unpack(packed, digest)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ArtifactMismatch(f"{path} cannot be read ({error}); run copydesk-train") from error


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
            f"{path} cannot be read ({error}); expected a model written by copydesk-train"
        ) from error
    if not isinstance(manifest, dict):
        raise ArtifactMismatch(f"{path} holds a {type(manifest).__name__}, expected an object; train again")
    return manifest


def pack(model: Model) -> tuple[bytes, bytes]:
    """Return the model as the bytes of MODEL_FILES: archives without pickles, weights rounded to 16 bits."""
    return _pack_form("text", model.text), _pack_form("html", model.html)


def _pack_form(name: str, form: FormModel) -> bytes:
    used = np.flatnonzero(form.first_stage.idf)
    arrays: dict[str, NDArray[Any]] = {
        f"{name}/used": used.astype(np.uint32),
        f"{name}/idf": form.first_stage.idf[used].astype(np.float16),
        f"{name}/weights": form.first_stage.weights[used].astype(np.float16),
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
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for key in sorted(arrays):
            member = io.BytesIO()
            np.lib.format.write_array(member, arrays[key], allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{key}.npy"), member.getvalue(), zipfile.ZIP_DEFLATED, 9)
    return buffer.getvalue()


def unpack(packed: Sequence[bytes], digest: str) -> Model:
    """Return the model that `pack` made these bytes from.

    Each form of input is unpacked when it is first asked for; that raises ArtifactMismatch where the bytes are none.
    """
    text, html = packed
    return Model(partial(_unpack_form, text, "text", digest), partial(_unpack_form, html, "html", digest), digest)


def _unpack_form(data: bytes, name: str, digest: str) -> FormModel:
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            return _form({key: archive[key] for key in archive.files}, name)
    except (KeyError, IndexError, TypeError, ValueError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise ArtifactMismatch(f"model {digest} does not unpack ({error!r}); train again") from error


def _form(arrays: Mapping[str, NDArray[Any]], name: str) -> FormModel:
    for key, array in arrays.items():
        if array.dtype.kind == "f" and not _is_finite(array):
            raise ValueError(f"{key} has infinity or no number, expected finite numbers alone")
    used = arrays[f"{name}/used"]
    idf = np.zeros(1 << hashed_linear.BLOCK_BITS, np.float16)
    idf[used] = arrays[f"{name}/idf"]
    weights = np.zeros((1 << hashed_linear.BLOCK_BITS, len(GROUPS) + len(LINEAR_PARTS)), np.float16)
    weights[used] = arrays[f"{name}/weights"]
    first_stage = HashedLinear(idf, weights, arrays[f"{name}/intercepts"])
    types = (np.ascontiguousarray(arrays[f"{name}/page_types/{array}"]) for array in ("idf", "weights", "intercepts"))
    ensembles = {field: _trees(arrays, f"{name}/{stored}") for field, stored in STORED_ENSEMBLES.items()}
    prefix = f"{name}/parts/"
    parts = sorted({key.removeprefix(prefix).split("/")[0] for key in arrays if key.startswith(prefix)})
    return FormModel(
        first_stage,
        HashedLinear(*types),
        **ensembles,
        parts={part: _trees(arrays, f"{prefix}{part}") for part in parts},
        affinities=np.ascontiguousarray(arrays[f"{name}/affinities"], np.float64),
    )


def _is_finite(array: NDArray[Any]) -> bool:
    """Return whether all numbers are finite; those of 16 bits by their exponents, in a tenth of the time."""
    if array.dtype != np.float16:
        return bool(np.isfinite(array).all())
    exponents = 0x7C00
    return not ((array.view(np.uint16) & exponents) == exponents).any()


def _trees(arrays: Mapping[str, NDArray[Any]], prefix: str) -> Trees:
    members: dict[str, Any] = {field: arrays[f"{prefix}/{stored}"] for field, stored in STORED_ARRAYS.items()}
    if (members["columns"] >= len(ALL_COLUMNS)).any():
        raise ValueError(f"{prefix} reads column {members['columns'].max()}, expected 0 to {len(ALL_COLUMNS) - 1}")
    members["baseline"] = float(members["baseline"])
    try:
        return Trees(**members)
    except ValueError as error:
        raise ValueError(f"{prefix}: {error}") from error
