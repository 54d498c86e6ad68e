"""Shapes of constraint that several models share."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F, Func, Q

from parking.domain.money import MAX_AMOUNT_MINOR


def choices(states: Iterable[StrEnum]) -> list[tuple[str, str]]:
    return [(state.value, state.value.replace("_", " ").capitalize()) for state in states]


def one_of(*, field: str, states: Iterable[StrEnum], name: str) -> models.CheckConstraint:
    """The stored text is one of the states: Django's `choices` alone are not enforced by the database."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": [state.value for state in states]}), name=name)


def amount_in_bounds(*, field: str, name: str, minimum: int = 0) -> models.CheckConstraint:
    """Minor units between `minimum` and the largest amount there may be (promise I9)."""
    condition = Q(**{f"{field}__gte": minimum, f"{field}__lte": MAX_AMOUNT_MINOR})
    return models.CheckConstraint(condition=condition, name=name)


def hashed(*, field: str, name: str, or_empty: bool = False) -> models.CheckConstraint:
    """A SHA-256 in hexadecimal: a key itself cannot be stored by mistake (promise I22)."""
    pattern = r"\A([0-9a-f]{64})?\Z" if or_empty else r"\A[0-9a-f]{64}\Z"
    return models.CheckConstraint(condition=Q(**{f"{field}__regex": pattern}), name=name)


class NoOverlap(ExclusionConstraint):
    """No two rows of one `owner` overlap in time, where `condition` holds.

    PostgreSQL enforces it as an exclusion constraint over `[start, end)`. SQLite has none: there the trigger of
    the same name in `parking.db.guard_rules` enforces the same rule, so that this one says nothing.
    """

    def __init__(self, *, owner: str, start: str, end: str, condition: Q, name: str) -> None:
        self.owner, self.start, self.end = owner, start, end
        span = Func(F(start), F(end), RangeBoundary(), function="TSTZRANGE", output_field=DateTimeRangeField())
        super().__init__(
            name=name,
            expressions=[(F(owner), RangeOperators.EQUAL), (span, RangeOperators.OVERLAPS)],
            condition=condition,
        )

    def deconstruct(self) -> tuple[str, tuple[()], dict[str, Any]]:
        arguments = {"owner": self.owner, "start": self.start, "end": self.end}
        path = f"{self.__class__.__module__}.{self.__class__.__qualname__}"
        return path, (), arguments | {"condition": self.condition, "name": self.name}

    def constraint_sql(self, model: Any, schema_editor: BaseDatabaseSchemaEditor | None) -> Any:
        return super().constraint_sql(model, schema_editor) if _is_postgresql(schema_editor) else None

    def create_sql(self, model: Any, schema_editor: BaseDatabaseSchemaEditor | None) -> Any:
        return super().create_sql(model, schema_editor) if _is_postgresql(schema_editor) else None

    def remove_sql(self, model: Any, schema_editor: BaseDatabaseSchemaEditor | None) -> Any:
        return super().remove_sql(model, schema_editor) if _is_postgresql(schema_editor) else None

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """The database decides when the row is written; a look beforehand would decide nothing."""


def _is_postgresql(schema_editor: BaseDatabaseSchemaEditor | None) -> bool:
    return schema_editor is not None and schema_editor.connection.vendor == "postgresql"
