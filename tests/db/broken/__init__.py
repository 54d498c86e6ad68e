"""For every constraint and every guard a statement that breaks it and nothing else.

A case is a function: it writes what is still in order, and returns the one statement that is not. Its name says
what goes wrong; `breaks` says by which name the database must refuse it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.db.rows import Rows

Statement = Callable[[], object]


@dataclass(frozen=True, kw_only=True)
class Case:
    name: str
    write: Callable[[Rows], Statement]
    behind_a_guard: bool
    """A guard refuses the same statement first: lift it to see the constraint."""
    on_sqlite: str | None
    """The name that SQLite tells, where two unique indexes stand on the same columns: it tells only the columns."""

    @property
    def story(self) -> str:
        return f"{self.name}: {self.write.__name__.replace('_', ' ')}"


CASES: list[Case] = []


def breaks(name: str, *, behind_a_guard: bool = False, on_sqlite: str | None = None):
    """Register the decorated function as a case."""

    def register(write: Callable[[Rows], Statement]) -> Callable[[Rows], Statement]:
        CASES.append(Case(name=name, write=write, behind_a_guard=behind_a_guard, on_sqlite=on_sqlite))
        return write

    return register


# At the end, because these register their cases.
from tests.db.broken import (  # noqa: E402
    anonymity,  # noqa: F401
    bookings,  # noqa: F401
    day_closes,  # noqa: F401
    desk_adjustments,  # noqa: F401
    desk_openings,  # noqa: F401
    desk_outages,  # noqa: F401
    desk_permits,  # noqa: F401
    desk_shifts,  # noqa: F401
    desk_tickets,  # noqa: F401
    desk_validations,  # noqa: F401
    idempotency,  # noqa: F401
    inventory,  # noqa: F401
    keys,  # noqa: F401
    payments,  # noqa: F401
    receipts,  # noqa: F401
    records,  # noqa: F401
    refunds,  # noqa: F401
    stays,  # noqa: F401
    terms,  # noqa: F401
)
