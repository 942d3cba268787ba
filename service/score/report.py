"""Draws the report of a run: one HTML page, without scripts, about labels, confidence, sizes, sites and clusters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from copydesk.classifier import LABELS
from copydesk.classifier.plurals import counted

MAX_TABLE_ROWS = 20
MARK_DISTANCE = 0.125
"""Least distance between two labels of an axis, in widths of the chart: 44 of a telephone's 358 pixels for `512 kB`."""
BINS_PER_MARK = 4
"""Bins of the confidence chart from one axis label to the next."""

STYLE = """
:root { color-scheme: light dark; --ink: #1f2933; --quiet: #5f6c7b; --faint: #d9dee5; --page: #fff; --one: #1565c0;
  --body: #1565c0; --boilerplate: #7a6a58; --teaser: #d9480f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --quiet: #a3afbd; --faint: #39424e; --page: #14181d;
  --one: #6db3ff; --body: #6db3ff; --boilerplate: #b8a48c; --teaser: #ff9a66; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); margin: 2rem auto;
  max-width: 46rem; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0 0 .2rem; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .5rem; }
p { margin: .3rem 0; } .quiet { color: var(--quiet); }
dl { display: flex; flex-wrap: wrap; gap: .5rem 2.2rem; margin: 1.2rem 0; }
dt { color: var(--quiet); font-size: .85rem; }
dd { margin: 0; font-size: 1.5rem; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { font-weight: normal; color: var(--quiet); font-size: .85rem; } th, td { text-align: right; padding: .2rem .5rem; }
th:first-child, td:first-child { text-align: left; padding-left: 0; overflow-wrap: break-word; max-width: 22rem; }
td.drawn { width: 40%; padding-right: 0; } td.drawn:nth-child(5) { width: 15%; }
td.drawn div { height: .8rem; background: var(--one); border-radius: 2px; }
@media (max-width: 34rem) { td.drawn { width: 15%; } :is(th, td):nth-child(5) { display: none; }
  th, td { padding: .2rem .3rem; } th:first-child, td:first-child { max-width: 9.5rem; } }
.key:first-child { margin-left: 0; }
.stack { display: flex; height: 1.6rem; border-radius: 3px; overflow: hidden; gap: 2px; margin: .2rem 0 .6rem; }
.key { display: inline-block; width: .8rem; height: .8rem; border-radius: 2px; margin: 0 .35rem 0 .9rem; }
.columns { display: flex; align-items: flex-end; gap: 2px; height: 9rem; margin-top: .7rem;
  border-bottom: 1px solid var(--faint); }
.columns div { flex: 1; background: var(--one); border-radius: 2px 2px 0 0; }
.axis { position: relative; height: 1.3rem; color: var(--quiet); font-size: .75rem; }
.axis span { position: absolute; white-space: nowrap; }
"""


def report_page(summary: Mapping[str, Any], manifest: Mapping[str, Any]) -> str:
    """Return the HTML page for a run's summary and manifest; equal arguments give equal bytes."""
    inputs = ", ".join(escape(each["name"]) for each in manifest["inputs"])
    parts = [
        f"<h1>Batch of {counted(summary['rows'], 'page')}</h1>",
        f'<p class="quiet">{inputs}</p>',
        f'<p class="quiet">model {escape(str(manifest["model"])[:16])}</p>',
        _totals(summary),
        "<h2>Labels</h2>",
        _legend(),
        _stack("blocks", summary["blocks"]),
        _stack("characters", summary["characters"]),
        "<h2>Confidence in the body</h2>",
        _column_chart("pages by confidence", _confidence_bins(summary["confidence"]), end="1.0"),
        "<h2>Page sizes</h2>",
        _column_chart("pages by size", _size_bins(summary["sizes"])),
        *_count_section("Types of page", "type", summary["page_types"], of_pages=summary["rows"]),
        *_count_section("Languages", "language", summary["languages"], of_pages=summary["rows"]),
        *_count_section("Known fields", "field", summary["known"], of_pages=summary["rows"]),
        *_site_section(summary["sites"]),
        *_cluster_section(summary.get("clusters")),
        *_count_section("Errors", "code", summary["errors"]),
        *_count_section("Passed over", "reason", summary["passed_over"]),
    ]
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
    top = f'<!doctype html>\n<html lang="en"><head>{head}<title>copydesk score</title></head><body>'
    return "\n".join([top, *parts, "</body></html>", ""])


def _totals(summary: Mapping[str, Any]) -> str:
    totals = {
        "pages": f"{summary['rows']:,}",
        "MB of pages, unpacked": f"{summary['bytes'] / 1e6:,.1f}",
        "articles": f"{summary['articles']:,}",
        "errors": f"{sum(summary['errors'].values()):,}",
        "without a body": f"{summary['no_body']:,}",
    }
    clusters = summary.get("clusters")
    if clusters is not None:
        totals |= {"clusters": f"{clusters['clusters']:,}", "duplicates": f"{clusters['duplicates']:,}"}
    index = summary.get("index")
    if index is not None:
        totals |= {"kept, by the index": f"{index['kept']:,}", "seen before, by the index": f"{index['seen']:,}"}
    return "<dl>" + "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in totals.items()) + "</dl>"


def _legend() -> str:
    keys = (f'<span class="key" style="background: var(--{label})"></span>{label}' for label in LABELS)
    return f'<p class="quiet">{"".join(keys)}</p>'


def _stack(what: str, counts: Mapping[str, int]) -> str:
    total = sum(counts.values()) or 1
    words = ", ".join(f"{n / total:.1%} {label}" for label, n in counts.items())
    bars = "".join(
        f'<div style="flex: {n}; background: var(--{escape(label)})"></div>' for label, n in counts.items() if n
    )
    bar = f'<div class="stack" role="img" aria-label="{words}">{bars}</div>'
    return f"<p>{sum(counts.values()):,} {what}: {words}</p>{bar}"


def _confidence_bins(counts: Sequence[int]) -> list[tuple[str, str, int]]:
    """Return for each bin its axis label, which may be empty, its full name and its count."""
    n = len(counts)
    return [
        (f"{k / n:.1f}" if k % BINS_PER_MARK == 0 else "", f"{k / n:.2f} to {(k + 1) / n:.2f}", count)
        for k, count in enumerate(counts)
    ]


def _size_bins(counts: Mapping[str, int]) -> list[tuple[str, str, int]]:
    if not counts:
        return []
    present = {int(size): n for size, n in counts.items()}
    span = range(min(present), max(present) + 1)
    return [(_bytes(1 << k), f"{_bytes(1 << k)} to {_bytes(2 << k)}", present.get(k, 0)) for k in span]


def _bytes(n: int) -> str:
    for unit in ("B", "kB"):
        if n < 1024:
            return f"{n} {unit}"
        n //= 1024
    return f"{n} MB"


def _column_chart(what: str, bins: Sequence[tuple[str, str, int]], *, end: str = "") -> str:
    """Draw a column chart; each column has a tooltip with its name and count. `end` is the label of the axis' end."""
    if not bins:
        return '<p class="quiet">no pages</p>'
    top = max(count for _, _, count in bins) or 1
    columns = "".join(
        f'<div style="height: {count / top:.1%}" title="{name}: {count:,}"></div>' for _, name, count in bins
    )
    marks, free = [f'<span style="right: 0">{end}</span>'] if end else [], 0.0
    for number, (mark, _, _) in enumerate(bins):
        left = number / len(bins)
        if mark and left >= free:
            free = left + MARK_DISTANCE
            marks.append(f'<span style="left: {left:.1%}">{mark}</span>')
    return (
        f'<p class="quiet">highest column: {counted(top, "page")}</p>'
        f'<div class="columns" role="img" aria-label="{what}">{columns}</div><div class="axis">{"".join(marks)}</div>'
    )


def _site_section(sites: Mapping[str, Sequence[int]]) -> Iterable[str]:
    if not sites:
        return
    worst = sorted(sites.items(), key=lambda item: (-item[1][2], item[0]))[:MAX_TABLE_ROWS]
    yield "<h2>Sites with the most characters that are not body</h2>"
    rows = (
        [host, f"{pages:,}", f"{not_body / (characters or 1):.0%}", f"{not_body:,}", not_body / (worst[0][1][2] or 1)]
        for host, (pages, characters, not_body) in worst
    )
    yield _table(["site", "pages", "share not body", "characters not body", ""], rows)


def _cluster_section(clusters: Mapping[str, Any] | None) -> Iterable[str]:
    if clusters is None:
        return
    yield "<h2>Clusters by number of pages</h2>"
    sizes: Mapping[str, int] = clusters["cluster_sizes"]
    most = max(sizes.values(), default=1)
    shown = list(sizes.items())[:MAX_TABLE_ROWS]
    yield _table(["pages", "clusters", ""], ([size, f"{n:,}", n / most] for size, n in shown))
    if len(sizes) > len(shown):
        yield f'<p class="quiet">and {len(sizes) - len(shown):,} larger sizes, up to {max(map(int, sizes)):,} pages</p>'


def _count_section(title: str, what: str, counts: Mapping[str, int], *, of_pages: int = 0) -> Iterable[str]:
    """Return a table of the first counts, with a heading; nothing if all are 0.

    Bars are shares of `of_pages`, if that is given, else of the highest count.
    """
    if not any(counts.values()):
        return
    yield f"<h2>{title}</h2>"
    full = of_pages or max(counts.values())
    number = "pages" if of_pages else "number"
    shown = list(counts.items())[:MAX_TABLE_ROWS]
    yield _table([what, number, ""], ([name, f"{n:,}", n / full] for name, n in shown))
    if len(counts) > len(shown):
        yield f'<p class="quiet">and {len(counts) - len(shown):,} more; summary.json has all</p>'


def _table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table; the last cell of each row is a share from 0 to 1, drawn as a bar. Names may break after a dot."""
    lines = []
    for name, *numbers, share in rows:
        cells = [escape(str(name)).replace(".", ".<wbr>"), *map(escape, numbers)]
        bar = f'<td class="drawn"><div style="width: {share:.1%}"></div></td>'
        lines.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + bar + "</tr>")
    head = "".join(f"<th>{name}</th>" for name in header)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
