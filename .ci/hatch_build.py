"""Tells hatchling where the three rooms lie: at the top of a checkout, under `copydesk/` in a source distribution."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOMS = ("classifier", "training", "service")


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg,misc,unused-ignore]
    """Puts rooms and model under `copydesk/`, without the checkout's links, which Windows may not have."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add to what `pyproject.toml` includes; an editable install uses the links."""
        if version == "editable":
            return
        root = Path(self.root)
        for room in ROOMS:
            at_the_top, below = root / room, root / "copydesk" / room
            build_data["force_include"][str(at_the_top if at_the_top.is_dir() else below)] = f"copydesk/{room}"
        model = "copydesk/classifier/artifacts" if self.target_name == "wheel" else "artifacts"
        build_data["force_include"][str(root / "artifacts")] = model
