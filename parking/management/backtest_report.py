"""A backtest told as tables and as JSON. Amounts are decimal strings of the one currency of all its tariffs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from rich import box
from rich.table import Table

from parking.domain.backtest import (
    LENGTH_EDGES,
    NOTHING,
    PERCENTILES,
    Backtest,
    Change,
    Comparison,
    Outcome,
    Total,
    rounded,
)
from parking.domain.times import format_time
from parking.management.tables import Money

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
Row = tuple[str, ...]


def length_names() -> list[str]:
    """The bands of LENGTH_EDGES in words, and what is longer than the last."""
    edges = [_duration(edge) for edge in LENGTH_EDGES]
    return [f"up to {edges[0]}", *(f"to {edge}" for edge in edges[1:]), f"over {edges[-1]}"]


def charge_names(*, edges: Sequence[int], money: Money) -> list[str]:
    """The bands of charges in words: free, up to each edge, more than the last. Fewer if nobody is charged."""
    amounts = [money.short(edge) for edge in edges]
    if not amounts:
        return ["free"]
    return ["free", f"up to {amounts[0]}", *(f"to {amount}" for amount in amounts[1:]), f"over {amounts[-1]}"]


def tables_of(*, backtest: Backtest, money: Money) -> Iterator[Table]:
    """One column for each tariff: first what comes in, then who pays more or less, then by length of stay."""
    names = [outcome.name for outcome in backtest.outcomes]
    yield _table(
        headings=["", *names],
        sections=[
            _revenue_rows(backtest=backtest, money=money),
            _charge_rows(backtest=backtest, money=money),
            _band_rows(backtest=backtest, money=money),
            _month_rows(backtest=backtest, money=money),
            _weekday_rows(backtest=backtest, money=money),
        ],
    )
    yield _table(
        headings=[f"against {names[0]}", *names[1:]],
        sections=[_change_rows(backtest=backtest, money=money), _extreme_rows(backtest=backtest, money=money)],
    )
    yield _table(
        headings=["mean charge by length", "stays", *names],
        sections=[_length_rows(backtest=backtest, money=money)],
    )


def as_json(*, backtest: Backtest, money: Money) -> dict[str, Any]:
    """The same figures, and the stays with the largest rises and falls by their lines."""
    against = _outcome_as_json(outcome=backtest.against, backtest=backtest, money=money)
    return {
        "currency": money.currency,
        "against": against,
        "tariffs": [
            _outcome_as_json(outcome=comparison.outcome, backtest=backtest, money=money)
            | {"compared": _comparison_as_json(comparison=comparison, money=money)}
            for comparison in backtest.comparisons
        ],
    }


def percent(part: int, whole: int) -> str:
    """With a sign and one digit, exact to its half; a dash if there is nothing to compare with."""
    if whole == 0:
        return "-"
    thousandths = rounded(1000 * part, whole)
    return f"{'-' if thousandths < 0 else '+'}{abs(thousandths) // 10}.{abs(thousandths) % 10} %"


def _revenue_rows(*, backtest: Backtest, money: Money) -> Iterator[Row]:
    yield _row(f"revenue, {money.currency}", backtest, lambda outcome: money.grouped(outcome.total.amount_minor))
    whole = backtest.against.total.amount_minor
    yield "difference", "", *(money.signed(comparison.difference_minor) for comparison in backtest.comparisons)
    yield "  in per cent", "", *(percent(comparison.difference_minor, whole) for comparison in backtest.comparisons)
    yield _row("free stays", backtest, lambda outcome: f"{outcome.free:,}")
    yield _row("stays that reach a cap", backtest, lambda outcome: f"{outcome.capped:,}")


def _charge_rows(*, backtest: Backtest, money: Money) -> Iterator[Row]:
    yield _row("mean charge", backtest, lambda outcome: money.grouped(outcome.total.mean_minor))
    for percentile in PERCENTILES:
        name = "median" if percentile == 50 else f"{percentile} % pay at most"
        yield _row(name, backtest, _percentile_of(percentile, money=money))
    yield _row("highest charge", backtest, lambda outcome: money.grouped(outcome.highest_minor))


def _percentile_of(percentile: int, *, money: Money) -> Callable[[Outcome], str]:
    return lambda outcome: money.grouped(outcome.percentiles.get(percentile, 0))


def _band_rows(*, backtest: Backtest, money: Money) -> Iterator[Row]:
    """How many stays cost so much."""
    for band, name in enumerate(charge_names(edges=backtest.charge_edges, money=money)):
        counts = [outcome.charge_bands[band] for outcome in backtest.outcomes]
        yield f"charge {name}", *(f"{count:,}" for count in counts)


def _month_rows(*, backtest: Backtest, money: Money) -> Iterator[Row]:
    for month in backtest.against.months:
        amounts = [outcome.months.get(month, NOTHING).amount_minor for outcome in backtest.outcomes]
        yield f"revenue {month}", *(money.grouped(amount) for amount in amounts)


def _weekday_rows(*, backtest: Backtest, money: Money) -> Iterator[Row]:
    for day, name in enumerate(WEEKDAYS):
        yield f"revenue {name}", *(money.grouped(outcome.weekdays[day].amount_minor) for outcome in backtest.outcomes)


def _change_rows(*, backtest: Backtest, money: Money) -> Iterator[Row]:
    comparisons = backtest.comparisons
    yield "pay more", *(f"{comparison.more.stays:,}" for comparison in comparisons)
    yield "  in all", *(money.signed(comparison.more.amount_minor) for comparison in comparisons)
    yield "  each, mean", *(money.signed(comparison.more.mean_minor) for comparison in comparisons)
    yield "pay less", *(f"{comparison.less.stays:,}" for comparison in comparisons)
    yield "  in all", *(money.signed(comparison.less.amount_minor) for comparison in comparisons)
    yield "  each, mean", *(money.signed(comparison.less.mean_minor) for comparison in comparisons)
    yield "pay the same", *(f"{comparison.same:,}" for comparison in comparisons)


def _extreme_rows(*, backtest: Backtest, money: Money) -> Iterator[Row]:
    """The lengths of stay whose drivers lose and win the most, by the mean of all of them."""
    worst = [_extreme(comparison=comparison, rises=True) for comparison in backtest.comparisons]
    best = [_extreme(comparison=comparison, rises=False) for comparison in backtest.comparisons]
    for name, found in (("hit hardest: stays", worst), ("gain most: stays", best)):
        yield name, *("-" if band is None else length_names()[band[0]] for band in found)
        yield "  their number", *("-" if band is None else f"{band[1].stays:,}" for band in found)
        yield "  each, mean", *("-" if band is None else money.signed(band[1].mean_minor) for band in found)


def _extreme(*, comparison: Comparison, rises: bool) -> tuple[int, Total] | None:
    """The band of length with the largest rise, or fall, of the mean charge; None if there is none."""
    sign = 1 if rises else -1
    moved = [(band, total) for band, total in enumerate(comparison.lengths) if total.amount_minor * sign > 0]
    return max(moved, key=lambda found: found[1].mean_minor * sign, default=None)


def _length_rows(*, backtest: Backtest, money: Money) -> Iterator[Row]:
    for band, name in enumerate(length_names()):
        means = [outcome.lengths[band].mean_minor for outcome in backtest.outcomes]
        yield name, f"{backtest.against.lengths[band].stays:,}", *(money.grouped(mean) for mean in means)


def _row(name: str, backtest: Backtest, told: Callable[[Outcome], str]) -> Row:
    return name, *(told(outcome) for outcome in backtest.outcomes)


def _table(*, headings: Sequence[str], sections: Sequence[Iterator[Row]]) -> Table:
    table = Table(box=box.SIMPLE)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left", overflow="fold")
    for section in sections:
        for row in section:
            table.add_row(*row)
        table.add_section()
    return table


def _outcome_as_json(*, outcome: Outcome, backtest: Backtest, money: Money) -> dict[str, Any]:
    def total(of: Total) -> dict[str, Any]:
        return _total_as_json(total=of, money=money)

    charges = charge_names(edges=backtest.charge_edges, money=money)
    return {
        "name": outcome.name,
        "stays": outcome.total.stays,
        "revenue": money.plain(outcome.total.amount_minor),
        "mean": money.plain(outcome.total.mean_minor),
        "highest": money.plain(outcome.highest_minor),
        "percentiles": {str(percentile): money.plain(amount) for percentile, amount in outcome.percentiles.items()},
        "free": outcome.free,
        "capped": outcome.capped,
        "charges": dict(zip(charges, outcome.charge_bands, strict=False)),
        "months": {month: total(of) for month, of in outcome.months.items()},
        "weekdays": {name: total(of) for name, of in zip(WEEKDAYS, outcome.weekdays, strict=True)},
        "lengths": {name: total(of) for name, of in zip(length_names(), outcome.lengths, strict=True)},
    }


def _comparison_as_json(*, comparison: Comparison, money: Money) -> dict[str, Any]:
    def total(of: Total) -> dict[str, Any]:
        return _total_as_json(total=of, money=money)

    return {
        "difference": money.plain(comparison.difference_minor),
        "more": total(comparison.more),
        "less": total(comparison.less),
        "same": comparison.same,
        "lengths": {name: total(of) for name, of in zip(length_names(), comparison.lengths, strict=True)},
        "largest_rises": [_change_as_json(change=change, money=money) for change in comparison.largest_rises],
        "largest_falls": [_change_as_json(change=change, money=money) for change in comparison.largest_falls],
    }


def _total_as_json(*, total: Total, money: Money) -> dict[str, Any]:
    return {"stays": total.stays, "amount": money.plain(total.amount_minor)}


def _change_as_json(*, change: Change, money: Money) -> dict[str, Any]:
    stay = change.charge.stay
    return {
        "line": stay.line,
        "bay": stay.bay,
        "arrived": format_time(moment=stay.arrived_at),
        "departed": format_time(moment=stay.departed_at),
        "before": money.plain(change.before_minor),
        "after": money.plain(change.charge.amount_minor),
        "difference": money.plain(change.difference_minor),
    }


def _duration(minutes: int) -> str:
    if minutes > 1440 and minutes % 1440 == 0:
        return f"{minutes // 1440} d"
    if minutes % 60 == 0:
        return f"{minutes // 60} h"
    return f"{minutes} min"
