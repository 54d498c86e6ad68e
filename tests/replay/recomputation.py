"""What a file of stays must come to, reckoned from the specification's rules alone: nothing of `parking` is used."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

Stay = tuple[datetime, datetime]

BERLIN = Path(__file__).parents[2] / "data" / "berlin-stays.csv"


def stays_of(path: Path, *, limit: int | None = None) -> list[Stay]:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))[:limit]
    return [(datetime.fromisoformat(row["arrived_utc"]), datetime.fromisoformat(row["departed_utc"])) for row in rows]


def hours_billed(stay: Stay) -> int:
    """Minimum one hour, five minutes of grace, rounded up to full hours."""
    minutes = (stay[1] - stay[0]) // timedelta(minutes=1)
    full, rest = divmod(max(0, minutes - 5), 60)
    return max(1, full + (1 if rest else 0))


def expected(stays: Sequence[Stay], *, rate_minor: int = 5000, hours_booked: int = 2) -> dict[str, Any]:
    """The money of cars that prepaid `hours_booked`, paid overtime, or got unused hours back."""
    hours = [hours_billed(stay) for stay in stays]
    overtime = [(billed - hours_booked) * rate_minor for billed in hours if billed > hours_booked]
    unused = [(hours_booked - billed) * rate_minor for billed in hours if billed < hours_booked]
    prepaid = len(stays) * hours_booked * rate_minor
    return {
        "sessions": len(stays),
        "hours_billed": sum(hours),
        "captured": rupees(prepaid + sum(overtime)),
        "refunded": rupees(sum(unused)),
        "kept": rupees(sum(hours) * rate_minor),
        "overtime_payments": {"count": len(overtime), "amount": rupees(sum(overtime))},
        "unused_time_refunds": {"count": len(unused), "amount": rupees(sum(unused))},
        "busiest": busiest(stays),
    }


def busiest(stays: Sequence[Stay]) -> dict[str, Any]:
    """Looked at anew at every arrival; the first of equals."""
    arrivals = sorted(arrived for arrived, _ in stays)
    inside = [sum(arrived <= at < departed for arrived, departed in stays) for at in arrivals]
    most = max(inside)
    at = arrivals[inside.index(most)]
    return {"at": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "cars_inside": most}


def those_who_find_room(stays: Sequence[Stay], *, slots: int) -> list[Stay]:
    """Who arrives while every slot has a car in it drives on."""
    entered: list[Stay] = []
    for stay in sorted(stays):
        if sum(departed > stay[0] for _, departed in entered) < slots:
            entered.append(stay)
    return entered


def rupees(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"
