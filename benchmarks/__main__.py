"""`python -m benchmarks COMMAND`, which the targets `bench...` of the Makefile start: docs/benchmarks.md."""

from __future__ import annotations

import sys
from importlib import import_module

from benchmarks.database import database_server
from benchmarks.options import read_options


def main() -> None:
    """Start the database, measure, write the report, and leave nothing running."""
    options = read_options(sys.argv[1:])
    with database_server(kind=options.database) as database:
        # Only now: what it imports are Django's models, and they need the settings.
        sys.exit(import_module(f"benchmarks.runs.{options.command}").run(options=options, database=database))


if __name__ == "__main__":
    main()
