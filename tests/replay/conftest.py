from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections

Replay = Callable[..., dict[str, Any]]


@pytest.fixture
def run(db) -> Callable[..., str]:
    """The command as typed, and what it printed. No statement may reach the configured database meanwhile."""

    def run(*arguments: object) -> str:
        printed = StringIO()
        with connections["default"].execute_wrapper(_refuse):
            call_command("replay", *map(str, arguments), stdout=printed)
        return printed.getvalue()

    return run


@pytest.fixture
def replay(run) -> Replay:
    """The command with --json, and what that says."""
    return lambda *arguments: json.loads(run(*arguments, "--json"))


@pytest.fixture
def file_of(tmp_path) -> Callable[..., Path]:
    """A CSV file of these rows under the header."""

    def write(*rows: str, header: str = "bay,arrived_utc,departed_utc", name: str = "stays.csv") -> Path:
        path = tmp_path / name
        path.write_text("".join(f"{line}\n" for line in (header, *rows)))
        return path

    return write


def _refuse(execute, sql, params, many, context) -> None:
    raise AssertionError(f"the configured database was asked: {sql}")
