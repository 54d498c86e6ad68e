"""The shapes that guards come in: each is one condition in plain SQL that PostgreSQL and SQLite read alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

BOTH: Final = ("postgresql", "sqlite")


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Refuse `event` on `table` when `refuse_when` is true."""

    name: str
    table: str
    event: str
    refuse_when: str
    vendors: Sequence[str] = BOTH


def transitions(
    *,
    name: str,
    table: str,
    first: StrEnum,
    allowed: Mapping[Any, frozenset[Any]],
    only_if: str = "1 = 1",
    or_born: str = "1 = 0",
) -> list[Guard]:
    """A row is born in its first state and moves by the table of the domain only (promise I6)."""
    pairs = " OR ".join(
        f"(OLD.status = '{old}' AND NEW.status = '{new}')" for old, news in allowed.items() for new in sorted(news)
    )
    return [
        Guard(
            name=f"{name}_born", table=table, event="INSERT", refuse_when=f"NEW.status <> '{first}' AND NOT ({or_born})"
        ),
        Guard(
            name=f"{name}_transition",
            table=table,
            event="UPDATE OF status",
            refuse_when=f"OLD.status <> NEW.status AND NOT (({pairs}) AND {only_if})",
        ),
    ]


def append_only(*, name: str, table: str) -> list[Guard]:
    return [
        Guard(name=f"{name}_kept", table=table, event="DELETE", refuse_when="1 = 1"),
        Guard(name=f"{name}_unchanged", table=table, event="UPDATE", refuse_when="1 = 1"),
    ]


def fixed(*, name: str, table: str, columns: Sequence[str]) -> list[Guard]:
    """The row is never deleted, and these of its columns never change."""
    changed = " OR ".join(f"NEW.{column} <> OLD.{column}" for column in columns)
    return [
        Guard(name=f"{name}_kept", table=table, event="DELETE", refuse_when="1 = 1"),
        Guard(name=f"{name}_fixed", table=table, event=f"UPDATE OF {', '.join(columns)}", refuse_when=changed),
    ]


def overlap(*, name: str, table: str, owner: str, start: str, end: str, live: str) -> list[Guard]:
    """SQLite's stand-in for the exclusion constraint of the same name (`parking.models.constraints.NoOverlap`)."""
    other = (
        f"NEW.{live} IS NULL AND EXISTS (SELECT 1 FROM {table} other WHERE other.{owner} = NEW.{owner}"
        f" AND other.{live} IS NULL AND other.id <> NEW.id"
        f" AND other.{start} < NEW.{end} AND other.{end} > NEW.{start})"
    )
    return [
        Guard(name=name, table=table, event="INSERT", refuse_when=other, vendors=("sqlite",)),
        Guard(
            name=name,
            table=table,
            event=f"UPDATE OF {owner}, {start}, {end}, {live}",
            refuse_when=other,
            vendors=("sqlite",),
        ),
    ]
