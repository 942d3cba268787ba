"""Tells hatchling where the three rooms lie, and compiles the C core into wheels and editable installs.

The rooms lie at the top of a checkout, under `copydesk/` in a source distribution.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.tags import platform_tags

sys.path.insert(0, str(Path(__file__).parent))

from build_core import FALLBACK, build, find_compiler, library_name

ROOMS = ("classifier", "training", "service")

TARGETS = {
    "x86_64-linux-gnu.2.17": "manylinux_2_17_x86_64",
    "aarch64-linux-gnu.2.17": "manylinux_2_17_aarch64",
    "x86_64-macos.11.0": "macosx_11_0_x86_64",
    "aarch64-macos.11.0": "macosx_11_0_arm64",
    "x86_64-windows-gnu": "win_amd64",
}
"""What the variable COPYDESK_BUILD_TARGET may name, to build wheels of all platforms on one, and the wheels' tags."""


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg,misc,unused-ignore]
    """Puts rooms and model under `copydesk/`, without the checkout's links, which Windows may not have."""

    @property
    def build_target(self) -> str:
        """The platform to build for, empty for this one."""
        return os.environ.get("COPYDESK_BUILD_TARGET", "")

    def dependencies(self) -> list[str]:
        """Ask for a C compiler where there is none."""
        needs_none = self.target_name == "sdist" or (not self.build_target and find_compiler())
        return [] if needs_none else [FALLBACK]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add to what `pyproject.toml` includes; an editable install uses the links."""
        root, target = Path(self.root), self.build_target
        rooms = {room: root / room if (root / room).is_dir() else root / "copydesk" / room for room in ROOMS}
        compiled = rooms["classifier"] / "compiled"
        library = library_name(target or sys.platform)
        if version == "editable":
            build(compiled / "c", compiled / library)
            return
        include = build_data["force_include"]
        include.update({str(path): f"copydesk/{room}" for room, path in rooms.items()})
        include[str(root / "artifacts")] = (
            "copydesk/classifier/artifacts" if self.target_name == "wheel" else "artifacts"
        )
        if self.target_name == "wheel":
            self.folder = tempfile.TemporaryDirectory()
            built = Path(self.folder.name, library)
            build(compiled / "c", built, target=target)
            include[str(built)] = f"copydesk/classifier/compiled/{library}"
            if target:  # what an earlier build left in the checkout is for another platform
                for other in compiled.glob("copydesk_core.*"):
                    other.unlink()
            else:
                with suppress(OSError):  # Python started in a checkout imports its sources, not the installed copy
                    shutil.copy(built, compiled / library)
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{TARGETS[target] if target else next(platform_tags())}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was compiled for a wheel."""
        if hasattr(self, "folder"):
            self.folder.cleanup()
