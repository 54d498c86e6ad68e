"""What is measured, how long and on how large a city: from the command line, or the quick kind."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.server import ROOT

COMMANDS: Final = {
    "paths": "the hot paths against both yardsticks",
    "growth": "the same operations with more and more of a past",
    "crowd": "everybody at once for the last slots of one zone",
    "memory": "the memory of the web workers over many requests",
}
_QUICK: Final[dict[str, Any]] = {
    "sessions": 20_000,
    "slots": 5_000,
    "seconds": 1,
    "rounds": 1,
    "clients": (32,),
    "requests": 5_000,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`seconds` is how long each measurement is counted, after `warm_seconds`; the budgets are of `judged_clients`,
    which is measured `rounds` times; `requests` is for the memory."""

    command: str
    database: str
    zones: int
    slots: int
    sessions: int
    seed: int
    seconds: int
    warm_seconds: float
    rounds: int
    clients: tuple[int, ...]
    paths: tuple[str, ...]
    requests: int
    statements: bool
    is_quick: bool
    output: Path

    @property
    def judged_clients(self) -> int:
        """32, or the most there are."""
        return 32 if 32 in self.clients else max(self.clients)


def read_options(arguments: list[str]) -> Options:
    """Of the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "command", choices=COMMANDS, help="; ".join(f"{name}: {what}" for name, what in COMMANDS.items())
    )
    parser.add_argument("--database", choices=["postgres", "sqlite"], default="postgres")
    parser.add_argument("--quick", action="store_true", help="a small city and short measurements: about a minute")
    parser.add_argument("--zones", type=int, default=50)
    parser.add_argument("--slots", type=int, help="of all zones together (20000)")
    parser.add_argument("--sessions", type=int, help="of the past (1000000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=int, help="that each measurement is counted (3)")
    parser.add_argument("--warm-seconds", type=float, default=0.5, help="before that")
    parser.add_argument("--rounds", type=int, help="of the judged number of clients (3)")
    parser.add_argument("--clients", type=_numbers, help="how many at once (1,8,32,64)")
    parser.add_argument("--paths", type=_words, default=(), help="only these, such as entry,exit")
    parser.add_argument("--requests", type=int, help="for the memory (200000)")
    parser.add_argument("--statements", action="store_true", help="print the statements of each path (PostgreSQL)")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "evidence", help="where the reports go")
    given = vars(parser.parse_args(arguments))
    is_quick = given.pop("quick")
    usual: dict[str, Any] = {
        "sessions": 1_000_000,
        "slots": 20_000,
        "seconds": 3,
        "rounds": 3,
        "clients": (1, 8, 32, 64),
    }
    defaults = usual | {"requests": 200_000} | (_QUICK if is_quick else {})
    chosen: dict[str, Any] = {name: defaults.get(name) if value is None else value for name, value in given.items()}
    return Options(**chosen, is_quick=is_quick)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(word) for word in text.split(","))


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))
