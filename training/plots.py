"""Draws the model card's pictures as SVG: the confusion heat map and the reliability diagram."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch, Rectangle
from matplotlib.path import Path as Outline

from copydesk.classifier import LABELS, Label
from copydesk.training.evaluate import N_BINS, Evaluation, Floats, Ints, ReliabilityCurve

INK, QUIET, FAINT = "#1f2933", "#5f6c7b", "#d9dee5"
COLOURS = {Label.BODY: "#1565c0", Label.BOILERPLATE: "#7a6a58", Label.TEASER: "#d9480f"}
MARKERS = {Label.BODY: "o", Label.BOILERPLATE: "s", Label.TEASER: "^"}
BLUES = LinearSegmentedColormap.from_list("card", ["#f6f9fc", "#a9cbea", "#2f7cc4", "#0b3d75"])
FORM_TITLES = {"text": "plain text", "html": "HTML"}
DECADES = (10, 1_000, 100_000)  # blocks in a bin: about 95,000 blocks are hand-labelled
FEW_BLOCKS = 20  # a bin with fewer is drawn hollow: its frequency is mostly chance

# Glyphs become paths of the font that comes with matplotlib, and ids a fixed hash, so that the same
# numbers give the same bytes on every machine.
STYLE: Any = {
    "svg.hashsalt": "copydesk",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 10.0,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": QUIET,
    "axes.titlecolor": INK,
    "text.color": INK,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "axes.unicode_minus": False,
    "path.simplify": False,
}


def draw_confusion(path: Path, evaluations: Mapping[str, Evaluation]) -> None:
    """Draw one heat map for each form: hand label by predicted label, shares of a row with counts below."""
    with matplotlib.rc_context(STYLE):
        figure = card(width=0.8 + 4.1 * len(evaluations), height=4.6, title="Gold label against answered label")
        panels = figure.subplots(1, len(evaluations), squeeze=False)[0]
        figure.subplots_adjust(left=1.35 / figure.get_figwidth(), right=0.965, top=0.77, bottom=0.15, wspace=0.42)
        for axes, (form, evaluation) in zip(panels, evaluations.items(), strict=True):
            _heat_map(axes, evaluation.confusion)
            _panel_title(axes, form, f"macro-F1 {evaluation.macro_f1:.3f}, {evaluation.n_blocks:,} blocks")
        save(figure, path)


def draw_reliability(path: Path, evaluations: Mapping[str, Evaluation]) -> None:
    """Draw one reliability diagram for each form, with a strip of block counts by probability below it."""
    with matplotlib.rc_context(STYLE):
        figure = card(width=0.6 + 4.3 * len(evaluations), height=6.0, title="Predicted probability against frequency")
        grid = figure.subplots(2, len(evaluations), squeeze=False, sharex="col", sharey="row", height_ratios=[4, 1.15])
        figure.subplots_adjust(
            left=0.75 / figure.get_figwidth(), right=0.965, top=0.815, bottom=0.09, wspace=0.12, hspace=0.1
        )
        for column, (form, evaluation) in enumerate(evaluations.items()):
            _reliability_panel(grid[0][column], evaluation.curves)
            _count_strip(grid[1][column], evaluation.curves)
            error = f"calibration error {evaluation.top_error:.3f} (top label), {evaluation.class_error:.3f} (by label)"
            _panel_title(grid[0][column], form, error)
        grid[0][0].set_ylabel("share that came true")
        grid[1][0].set_ylabel("blocks")
        for axes in grid[:, 0]:
            axes.yaxis.set_label_coords(-0.1, 0.5)
        grid[0][0].legend(loc="upper left", frameon=False, fontsize=9)
        save(figure, path)


def card(*, width: float, height: float, title: str) -> Figure:
    """Make a figure, sizes in inches, with a white rounded card, so that it reads on light and on dark pages."""
    figure = Figure(figsize=(width, height), facecolor="none")
    FigureCanvasSVG(figure)
    round_by = 0.14  # inches
    card = FancyBboxPatch(
        (0.02 + round_by, 0.02 + round_by),
        width - 0.04 - 2 * round_by,
        height - 0.04 - 2 * round_by,
        boxstyle=f"round,pad={round_by}",
        transform=figure.dpi_scale_trans,
        facecolor="white",
        edgecolor=FAINT,
        linewidth=1.0,
        zorder=-10,
    )
    figure.add_artist(card)
    figure.text(0.3 / width, 1 - 0.38 / height, title, fontsize=13, fontweight="bold", va="center")
    return figure


def _panel_title(axes: Axes, form: str, note: str) -> None:
    axes.annotate(
        f"From {FORM_TITLES.get(form, form)}", (0, 1), (0, 20), xycoords="axes fraction", textcoords="offset points",
        fontsize=11, fontweight="bold",
    )  # fmt: skip
    axes.annotate(note, (0, 1), (0, 7), xycoords="axes fraction", textcoords="offset points", fontsize=8.5, color=QUIET)


def _heat_map(axes: Axes, counts: Ints) -> None:
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    for (row, column), share in np.ndenumerate(shares):
        shade = share**0.5  # readers look for the few errors: spread the light end
        axes.add_patch(Rectangle((column - 0.485, row - 0.485), 0.97, 0.97, facecolor=BLUES(shade), linewidth=0))
        ink = "white" if shade > 0.5 else INK
        axes.text(column, row - 0.06, f"{share:.1%}", ha="center", va="center", color=ink, fontsize=12.5)
        axes.text(column, row + 0.2, f"{counts[row, column]:,}", ha="center", va="center", color=ink, fontsize=8.5)
    names = [str(label) for label in LABELS]
    axes.set_xlim(-0.5, len(LABELS) - 0.5)
    axes.set_ylim(len(LABELS) - 0.5, -0.5)
    axes.set_xticks(range(len(LABELS)), names)
    axes.set_yticks(range(len(LABELS)), names)
    axes.set_xlabel("answered")
    axes.set_ylabel("gold")
    axes.tick_params(length=0, pad=5)
    axes.spines[:].set_visible(False)


def _reliability_panel(axes: Axes, curves: tuple[ReliabilityCurve, ...]) -> None:
    axes.plot([0, 1], [0, 1], color=QUIET, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    axes.annotate(
        "perfect", (0.72, 0.72), (4, -11), textcoords="offset points", fontsize=8, color=QUIET, rotation=45,
        rotation_mode="anchor", transform_rotates_text=True,
    )  # fmt: skip
    for label, curve in zip(LABELS, curves, strict=True):
        full, few = curve.counts >= FEW_BLOCKS, (curve.counts > 0) & (curve.counts < FEW_BLOCKS)
        filled = curve.counts > 0
        x, y, colour = curve.mean_probability, curve.frequency, COLOURS[label]
        axes.plot(x[filled], y[filled], color=colour, linewidth=1.4, alpha=0.75, zorder=2.5)
        marks: dict[str, Any] = {"marker": MARKERS[label], "color": colour, "linewidth": 0, "markersize": 5.5}
        axes.plot(x[full], y[full], **marks, label=str(label), clip_on=False, zorder=3)
        axes.plot(x[few], y[few], **marks, markerfacecolor="white", clip_on=False, zorder=3)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.grid(color=FAINT, linewidth=0.6)
    axes.tick_params(length=0)


def _count_strip(axes: Axes, curves: tuple[ReliabilityCurve, ...]) -> None:
    width = 1 / N_BINS / (len(curves) + 0.6)
    for number, (label, curve) in enumerate(zip(LABELS, curves, strict=True)):
        left = (np.arange(N_BINS) + 0.5) / N_BINS + (number - len(curves) / 2) * width
        axes.add_patch(PathPatch(_bars(left, width, curve.counts), facecolor=COLOURS[label], linewidth=0))
    axes.set_yscale("symlog", linthresh=1)
    axes.set_ylim(0, DECADES[-1])
    axes.set_yticks([0, *DECADES], ["0", "10", "1k", "100k"], fontsize=8)
    axes.minorticks_off()
    axes.set_xlabel("predicted probability")
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)


def _bars(left: Floats, width: float, heights: Ints) -> Outline:
    """Outline all bars as one path, which takes a third of the bytes of single bars."""
    x = np.stack([left, left, left + width, left + width], axis=1)
    y = np.stack([0 * heights, heights, heights, 0 * heights], axis=1)
    return Outline.make_compound_path_from_polys(np.stack([x, y], axis=2))


def save(figure: Figure, path: Path) -> None:
    """Write a figure as SVG, the same bytes for the same figure."""
    drawn = StringIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
    lines = (line.strip() for line in drawn.getvalue().splitlines())
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
