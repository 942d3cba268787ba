"""Draws the curve of bands as SVG: how probably two texts become candidates, by their similarity."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes

from copydesk.classifier.duplicates.bands import candidate_probability
from copydesk.classifier.duplicates.types import Banding
from copydesk.classifier.types import Label
from copydesk.training.plots import COLOURS, FAINT, QUIET, STYLE, card, save


def draw_bands(path: Path, curves: Mapping[str, Banding], promise: tuple[float, float]) -> None:
    """Draw how probably two texts become candidates by their similarity, one line for each named banding.

    `promise` is the point (similarity, probability) that the last of them was chosen for.
    """
    with matplotlib.rc_context(STYLE):
        figure = card(width=6.8, height=4.4, title="How probably a pair is compared")
        axes = figure.subplots()
        figure.subplots_adjust(left=0.75 / 6.8, right=0.965, top=0.85, bottom=0.135)
        at = np.linspace(0, 1, 161)
        colours = (COLOURS[Label.BODY], COLOURS[Label.TEASER])
        for (name, banding), colour in zip(curves.items(), colours, strict=True):
            probable = [candidate_probability(float(similarity), banding) for similarity in at]
            axes.plot(at, probable, color=colour, linewidth=1.8, label=name, clip_on=False, zorder=3)
        _mark_promise(axes, promise)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        axes.set_xlabel("Jaccard similarity of the two texts' shingles")
        axes.set_ylabel("probability of sharing a key of the whole text")
        axes.grid(color=FAINT, linewidth=0.6)
        axes.tick_params(length=0)
        axes.legend(loc="lower right", frameon=False, fontsize=9)
        save(figure, path)


def _mark_promise(axes: Axes, promise: tuple[float, float]) -> None:
    similarity, probability = promise
    dashes: dict[str, Any] = {"color": QUIET, "linewidth": 1, "linestyle": (0, (4, 3)), "zorder": 2}
    axes.plot([similarity, similarity, 0], [0, probability, probability], **dashes)
    axes.plot([similarity], [probability], marker="o", color=COLOURS[Label.TEASER], markersize=6, zorder=4)
    axes.annotate(
        f"promised: {probability:g} at {similarity:g}", (similarity, 0.3), (7, 0), textcoords="offset points",
        fontsize=8.5, color=QUIET, va="center",
    )  # fmt: skip
