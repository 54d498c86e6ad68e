"""Rows of several models out of one statement that we wrote ourselves.

Django's own way from a query to its rows costs more than the database's answer. Where a gate waits, one statement
brings all that is asked about a ticket, and its parts become ordinary model instances.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.db.models.base import ModelState

M = TypeVar("M", bound=Model)
Converter = Callable[[Any], Any]


class Part(Generic[M]):
    """All columns of one table of a statement, under the alias that it has there."""

    def __init__(self, model: type[M], alias: str) -> None:
        self._model = model
        self._fields = list(model._meta.concrete_fields)
        self.columns = ", ".join(f'{alias}."{field.column}"' for field in self._fields)
        self.width = len(self._fields)
        self._names = [field.attname for field in self._fields]
        self._key = self._fields.index(model._meta.pk)
        self._converters_of: dict[str, list[tuple[int, Converter]]] = {}

    def read(self, values: Sequence[Any]) -> M | None:
        """The row, whatever else follows its columns; None where an outer join found none."""
        if values[self._key] is None:
            return None
        row = list(values)
        for index, convert in self._converters():
            if row[index] is not None:
                row[index] = convert(row[index])
        # What `from_db` does, less the constructor, which takes values in any order and by any name.
        instance = self._model.__new__(self._model)
        instance._state = state = ModelState()
        state.adding, state.db = False, DEFAULT_DB_ALIAS
        instance.__dict__.update(zip(self._names, row, strict=False))
        return instance

    def read_one(self, values: Sequence[Any]) -> M:
        """A row that is there."""
        row = self.read(values)
        if row is None:
            raise RuntimeError(f"a row of {self._model.__name__} was to be there")
        return row

    def _converters(self) -> list[tuple[int, Converter]]:
        """What a database gives otherwise than Python wants it: times and UUIDs on SQLite, JSON everywhere.

        Kept for each kind of database: a replay has one of its own beside the configured one.
        """
        connection = connections[DEFAULT_DB_ALIAS]
        known = self._converters_of.get(connection.vendor)
        if known is None:
            known = self._converters_of[connection.vendor] = list(self._needed(connection))
        return known

    def _needed(self, connection: BaseDatabaseWrapper) -> Iterator[tuple[int, Converter]]:
        for index, field in enumerate(self._fields):
            expression = field.get_col(self._model._meta.db_table)
            steps = [*connection.ops.get_db_converters(expression), *field.get_db_converters(connection)]
            if steps:
                yield index, _chain(steps, expression)


class Parts:
    """The parts of one statement in the order of its columns, and single values after them."""

    def __init__(self, *parts: Part[Any]) -> None:
        self._parts = parts
        self.columns = ", ".join(part.columns for part in parts)

    def read(self, values: Sequence[Any]) -> tuple[list[Any], Sequence[Any]]:
        """The rows of the parts, and the values that follow them."""
        rows, start = [], 0
        for part in self._parts:
            rows.append(part.read(values[start : start + part.width]))
            start += part.width
        return rows, values[start:]


def _chain(steps: Sequence[Any], expression: Any) -> Converter:
    def convert(value: Any) -> Any:
        for step in steps:
            value = step(value, expression, connections[DEFAULT_DB_ALIAS])
        return value

    return convert
