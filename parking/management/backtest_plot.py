"""A backtest as a picture: how the charges spread under each tariff, and which stays the revenue comes from.

Plain SVG, drawn here: a plotting library would be the largest thing this program depends on. All coordinates are
whole pixels, reckoned in integers. The colours fit a light and a dark page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape

from parking.domain.backtest import Backtest, Outcome, round_step, rounded
from parking.management.backtest_report import charge_names, length_names
from parking.management.tables import Money

WIDTH: Final = 1000
LEFT: Final = 90
RIGHT: Final = 24
PLOT_WIDTH: Final = WIDTH - LEFT - RIGHT
ROW_HEIGHT: Final = 84
"""Of one histogram, without the line that names it."""
ROW_PITCH: Final = ROW_HEIGHT + 50
REVENUE_HEIGHT: Final = 230
AXIS_PARTS: Final = 5
MAX_NAME: Final = 60
_LIGHT: Final = ("#6e7781", "#0b6e6e", "#b35900", "#5b4bb5", "#a8326e", "#2f7d32")
_DARK: Final = ("#8b949e", "#3fb8ae", "#f0a04b", "#a99cf5", "#ee7fb4", "#74c476")
"""The first is of the tariff that the others are held against."""


def plot(*, backtest: Backtest, money: Money, name: str) -> str:
    """The picture as an SVG document. `name` says where the stays are from."""
    histograms_top = 132
    revenue_top = histograms_top + len(backtest.outcomes) * ROW_PITCH + 78
    height = revenue_top + REVENUE_HEIGHT + 62
    stays = backtest.against.total.stays
    title = f"Backtest of {_clean(name)}: {stays:,} stays under {len(backtest.outcomes)} tariffs"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        ' role="img" aria-labelledby="t d"'
        " font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif\">",
        f'<title id="t">{escape(title)}</title>',
        f'<desc id="d">{escape(_described(backtest=backtest, money=money))}</desc>',
        _style(),
        f'<rect class="ground" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="6"/>',
        _text(24, 40, title, style="title"),
        _text(24, 76, f"Number of stays by charge, {money.currency}", style="heading"),
        _text(WIDTH - RIGHT, 76, f"dashed: {_clean(backtest.against.name)}", style="label end"),
        *_histograms(backtest=backtest, money=money, top=histograms_top),
        _text(24, revenue_top - 60, f"Revenue by length of stay, {money.currency}", style="heading"),
        *_legend(outcomes=backtest.outcomes, y=revenue_top - 34),
        *_revenue(backtest=backtest, money=money, top=revenue_top),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _histograms(*, backtest: Backtest, money: Money, top: int) -> Iterator[str]:
    """One below the other with one scale; the outline is that of the first."""
    names = charge_names(edges=backtest.charge_edges, money=money)
    most = max((count for outcome in backtest.outcomes for count in outcome.charge_bands), default=0)
    for number, outcome in enumerate(backtest.outcomes):
        base = top + number * ROW_PITCH + ROW_HEIGHT
        counts = outcome.charge_bands[: len(names)]
        median = money.grouped(outcome.percentiles.get(50, 0))
        revenue = money.grouped(outcome.total.amount_minor)
        yield _text(LEFT, base - ROW_HEIGHT - 22, _clean(outcome.name), style=f"name c{number}")
        told = f"revenue {revenue}, mean {money.grouped(outcome.total.mean_minor)}, median {median}"
        yield _text(WIDTH - RIGHT, base - ROW_HEIGHT - 22, told, style="label end")
        yield from _bars(counts=counts, most=most, base=base, number=number)
        if number:
            yield _outline(counts=backtest.against.charge_bands[: len(names)], most=most, base=base)
        yield _line(base)
        yield from _counts(counts=counts, most=most, base=base)
    base = top + (len(backtest.outcomes) - 1) * ROW_PITCH + ROW_HEIGHT
    for band, name in enumerate(names):
        left, right = _edges(band, bands=len(names))
        yield _text((left + right) // 2, base + 18, name, style="label middle")


def _bars(*, counts: Sequence[int], most: int, base: int, number: int) -> Iterator[str]:
    for band, count in enumerate(counts):
        left, right = _edges(band, bands=len(counts))
        height = rounded(count * ROW_HEIGHT, most)
        yield _bar(left + 4, base - height, right - left - 8, height, number=number)


def _counts(*, counts: Sequence[int], most: int, base: int) -> Iterator[str]:
    """Over the bars and the outline."""
    for band, count in enumerate(counts):
        if count:
            left, right = _edges(band, bands=len(counts))
            y = base - rounded(count * ROW_HEIGHT, most) - 5
            yield _text((left + right) // 2, y, f"{count:,}", style="count over middle")


def _outline(*, counts: Sequence[int], most: int, base: int) -> str:
    steps = []
    for band, count in enumerate(counts):
        left, right = _edges(band, bands=len(counts))
        y = base - rounded(count * ROW_HEIGHT, most)
        steps.append(f"{left},{y} {right},{y}")
    return f'<polyline class="outline" points="{" ".join(steps)}"/>'


def _revenue(*, backtest: Backtest, money: Money, top: int) -> Iterator[str]:
    """One group of bars for each band of length, one bar in it for each tariff."""
    base = top + REVENUE_HEIGHT
    most = max(total.amount_minor for outcome in backtest.outcomes for total in outcome.lengths)
    step = round_step(most=max(1, most), parts=AXIS_PARTS)
    highest = step * max(1, -(-most // step))
    for amount in range(0, highest + 1, step):
        y = base - rounded(amount * REVENUE_HEIGHT, highest)
        yield _line(y, style="axis" if amount == 0 else "grid")
        yield _text(LEFT - 8, y + 4, money.short(amount), style="label end")
    names = length_names()
    for band, name in enumerate(names):
        left, right = _edges(band, bands=len(names))
        yield _text((left + right) // 2, base + 18, name, style="label middle")
        stays = backtest.against.lengths[band].stays
        yield _text((left + right) // 2, base + 35, f"{stays:,} stays", style="count middle")
        width = (right - left - 12) // len(backtest.outcomes)
        for number, outcome in enumerate(backtest.outcomes):
            height = rounded(outcome.lengths[band].amount_minor * REVENUE_HEIGHT, highest)
            yield _bar(left + 6 + number * width, base - height, width - 1, height, number=number)


def _legend(*, outcomes: Sequence[Outcome], y: int) -> Iterator[str]:
    """In one line: the names share it in equal parts."""
    part = PLOT_WIDTH // len(outcomes)
    longest = part // 8
    for number, outcome in enumerate(outcomes):
        name = _clean(outcome.name)
        short = name if len(name) <= longest else name[: longest - 1] + "…"
        yield f'<rect class="b{number}" x="{LEFT + number * part}" y="{y - 10}" width="12" height="12" rx="2"/>'
        yield _text(LEFT + number * part + 18, y, short, style="label")


def _described(*, backtest: Backtest, money: Money) -> str:
    """For those who cannot see it."""
    told = [
        f"{_clean(outcome.name)}: revenue {money.grouped(outcome.total.amount_minor)} {money.currency},"
        f" mean charge {money.grouped(outcome.total.mean_minor)}"
        for outcome in backtest.outcomes
    ]
    return "Histograms of the charges under each tariff, and revenue by length of stay. " + "; ".join(told) + "."


def _edges(band: int, *, bands: int) -> tuple[int, int]:
    """Where a band begins and ends on the horizontal axis."""
    return LEFT + PLOT_WIDTH * band // bands, LEFT + PLOT_WIDTH * (band + 1) // bands


def _bar(x: int, y: int, width: int, height: int, *, number: int) -> str:
    return f'<rect class="b{number}" x="{x}" y="{y}" width="{width}" height="{height}"/>'


def _line(y: int, *, style: str = "axis") -> str:
    return f'<line class="{style}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>'


def _text(x: int, y: int, text: str, *, style: str) -> str:
    return f'<text class="{style}" x="{x}" y="{y}">{escape(text)}</text>'


def _clean(text: str) -> str:
    """What can stand in XML, and not too long."""
    short = text if len(text) <= MAX_NAME else text[: MAX_NAME - 1] + "…"
    return "".join(character if character.isprintable() else "?" for character in short)


def _style() -> str:
    return f"""<style>
.ground {{ fill: #ffffff; stroke: #d0d7de; }}
text {{ fill: #1f2328; font-size: 13px; }}
.title {{ font-size: 20px; font-weight: 600; }}
.heading {{ font-size: 15px; font-weight: 600; }}
.name {{ font-size: 14px; font-weight: 600; }}
.label {{ fill: #424a53; font-size: 12.5px; }}
.count {{ fill: #57606a; font-size: 11px; }}
.over {{ stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round; paint-order: stroke; }}
.middle {{ text-anchor: middle; }}
.end {{ text-anchor: end; }}
.axis {{ stroke: #57606a; }}
.grid {{ stroke: #d8dee4; }}
.outline {{ fill: none; stroke: #6e7781; stroke-width: 1.5; stroke-dasharray: 4 3; }}
{_colours(_LIGHT)}
@media (prefers-color-scheme: dark) {{
.ground {{ fill: #0d1117; stroke: #30363d; }}
text {{ fill: #e6edf3; }}
.label {{ fill: #c3cad2; }}
.count {{ fill: #9198a1; }}
.over {{ stroke: #0d1117; }}
.axis {{ stroke: #9198a1; }}
.grid {{ stroke: #2a313a; }}
.outline {{ stroke: #9198a1; }}
{_colours(_DARK)}
}}
</style>"""


def _colours(colours: Sequence[str]) -> str:
    """Of the bars and of the names of the tariffs."""
    return "\n".join(f".b{number}, text.c{number} {{ fill: {colour}; }}" for number, colour in enumerate(colours))
