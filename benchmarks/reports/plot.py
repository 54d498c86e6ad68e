"""A small plot by hand: a panel for each path, requests a second by clients. It reads on light and on dark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from benchmarks.options import Options
from benchmarks.paths import Path
from benchmarks.results import CEILING, OURS, PLAIN, Results

_WIDTH, _HEIGHT, _COLUMNS = 280, 200, 3
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 14, 34, 30
_LEGEND: Final = 28
_SERIES: Final = (
    (CEILING, "#8a8f98", "the database in one call"),
    (OURS, "#2f81f7", "ours"),
    (PLAIN, "#d9822b", "plain"),
)
_STYLE: Final = """<style>
text { font: 12px system-ui, sans-serif; fill: #30363d }
.name { font-weight: 600 }
.axis { stroke: #8a8f98; stroke-width: 1 }
.line { fill: none; stroke-width: 2.5 }
@media (prefers-color-scheme: dark) { text { fill: #d5dae0 } }
</style>"""


def plot(*, options: Options, paths: Sequence[Path], results: Results) -> str:
    """The whole picture as SVG, with no background of its own."""
    rows = -(-len(paths) // _COLUMNS)
    width, height = _WIDTH * min(_COLUMNS, len(paths)), _LEGEND + _HEIGHT * rows
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        ' role="img" aria-label="Requests a second by number of clients, for each path">',
        _STYLE,
        *_legend(),
    ]
    for index, path in enumerate(paths):
        row, column = divmod(index, _COLUMNS)
        parts.append(f'<g transform="translate({column * _WIDTH} {_LEGEND + row * _HEIGHT})">')
        parts.extend(_panel(path, options.clients, results))
        parts.append("</g>")
    return "\n".join([*parts, "</svg>"]) + "\n"


def _legend() -> Iterator[str]:
    x = _LEFT
    for _, colour, words in _SERIES:
        yield f'<rect x="{x}" y="9" width="16" height="4" rx="2" fill="{colour}"/>'
        yield f'<text x="{x + 22}" y="15">{words}</text>'
        x += 60 + 7 * len(words)


def _panel(path: Path, clients: Sequence[int], results: Results) -> Iterator[str]:
    """Clients are spaced evenly, and the scale is the panel's own, from zero."""
    found = {
        subject: [results.of(path=path.name, clients=count, subject=subject) for count in clients]
        for subject, _, _ in _SERIES
    }
    top = max((one.rate for ones in found.values() for one in ones if one), default=1.0) or 1.0
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    yield f'<text class="name" x="{_LEFT}" y="{_TOP - 10}">{path.title}</text>'
    yield f'<path class="axis" d="M{_LEFT} {_TOP}V{bottom}H{right}" fill="none"/>'
    yield f'<text x="{_LEFT - 6}" y="{_TOP + 8}" text-anchor="end">{top:,.0f}</text>'
    yield f'<text x="{_LEFT - 6}" y="{bottom}" text-anchor="end">0</text>'
    step = (right - _LEFT) / max(1, len(clients) - 1)
    for index, count in enumerate(clients):
        yield f'<text x="{_LEFT + index * step:.0f}" y="{bottom + 16}" text-anchor="middle">{count}</text>'
    for subject, colour, _ in _SERIES:
        points = [
            (_LEFT + index * step, bottom - (bottom - _TOP) * one.rate / top)
            for index, one in enumerate(found[subject])
            if one
        ]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        yield f'<polyline class="line" stroke="{colour}" points="{line}"/>'
        yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points)
