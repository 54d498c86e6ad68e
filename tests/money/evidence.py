"""Run the fault matrix and the kills on a database, and write down what came of them.

`python -m tests.money.evidence --seed 1` writes `docs/evidence/fault-matrix.md`, and ends with the status of the tests.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
TARGET: Final = ROOT / "docs" / "evidence" / "fault-matrix.md"
DATABASES: Final = ("sqlite", "postgres")

Result = dict[str, Any]

_HEAD: Final = """\
# The fault matrix

Every fault of a payment provider, in every operation that moves money; and a kill -9 of the web process at every point
between intent and record. The provider is a process of its own with books of its own
([`tests/fake_provider`](../../tests/fake_provider/)). Written by `make evidence ARGS="--seed {seed}"`; {when}.

After each case time passed until no job had anything left to do; the provider's events came in random order, and some
of them twice. Then, to the minor unit and both ways, its books equalled ours; every refund had come through; what it
kept for the booking was the price of what the driver got, or nothing; it had noted no key used for two things and no
refund beyond its charge; and the auditor (`verify_parking`) found nothing.

| database | seed | passed | failed | seconds |
|---|---|---|---|---|
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.money.evidence", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=DATABASES, action="append", help="may be given again; default: both")
    options = parser.parse_args()
    databases = options.database or DATABASES
    runs = {database: _run(database=database, seed=options.seed) for database in databases}
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(_page(runs=runs, seed=options.seed))
    sys.stdout.write(f"{TARGET.relative_to(ROOT)}\n")
    sys.exit(max(status for status, _, _ in runs.values()))


def _run(*, database: str, seed: int) -> tuple[int, list[Result], float]:
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results"
        results.touch()
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "tests/money", f"--database={database}", "--numprocesses=auto", "-q"],
            cwd=ROOT,
            env=os.environ | {"MONEY_SEED": str(seed), "MONEY_RESULTS": str(results)},
            check=False,
        )
        lines = results.read_text().splitlines()
        return done.returncode, [json.loads(line) for line in lines], time.monotonic() - began


def _page(*, runs: dict[str, tuple[int, list[Result], float]], seed: int) -> str:
    lines = []
    for database, (_, results, seconds) in runs.items():
        outcomes = [result["passed"] for result in results if "passed" in result]
        lines.append(f"| {database} | {seed} | {sum(outcomes)} | {outcomes.count(False)} | {seconds:.0f} |")
    page = _HEAD.format(seed=seed, when=_commit()) + "\n".join(lines) + "\n"
    for database, (_, results, _) in runs.items():
        page += f"\n## On {database}\n\n{_faults(results)}\n{_crashes(results)}"
    return page


def _faults(results: list[Result]) -> str:
    [matrix] = [result for result in results if "faults" in result]
    told = {(result["fault"], result["operation"]): result for result in results if "fault" in result}

    def cell(name: str, operation: str) -> str:
        if [name, operation] not in matrix["cases"]:
            return "-"
        result = told.get((name, operation))
        if result is None:
            return "**failed**"
        kept = _amount(result["kept_minor"])
        return f"{result['charges']} / {result['refunds']}, {kept}, {result['status']}"

    table = _table(
        head=["what goes wrong", *matrix["operations"]],
        rows=([name, *(cell(name, operation) for operation in matrix["operations"])] for name in matrix["faults"]),
    )
    why = "".join(f"- {name}: {because}\n" for name, because in matrix["faults"].items() if because)
    sums = _sums(told.values())
    return (
        "Each cell: captures / refunds in the provider's books, what it kept in INR for the booking, and the booking's"
        f" last status.\n\n{table}\n{sums}\n\nWhere a fault makes no sense (-):\n\n{why}"
    )


def _sums(told: Iterable[Result]) -> str:
    rows = list(told)

    def total(what: str) -> str:
        return f"{sum(row[what] for row in rows):,}"

    return (
        f"{len(rows)} cases: {total('charges')} captures, {total('refunds')} refunds, {total('events')} events applied"
        f" or known already, {total('refused')} events refused, {total('rounds')} rounds of the jobs."
    )


def _crashes(results: list[Result]) -> str:
    told = [result for result in results if "point" in result]
    points = sorted({result["point"] for result in told})
    operations = sorted({result["operation"] for result in told})
    kept = {(result["point"], result["operation"]): result["kept_minor"] for result in told}

    def row(point: str) -> list[str]:
        return [point, *(_amount(kept[point, name]) if (point, name) in kept else "**failed**" for name in operations)]

    audits = sorted({result["audit"] for result in results if "audit" in result})
    return (
        "\nKilled with all five under way, started again; what the provider kept for each booking in the end:\n\n"
        + _table(head=["killed", *operations], rows=map(row, points))
        + "".join(f"\n{line}\n" for line in audits)
    )


def _amount(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def _table(*, head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _commit() -> str:
    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()

    changed = " with changes" if git("status", "--porcelain", "--", "parking", "config", "tests") else ""
    return f"commit {git('rev-parse', '--short', 'HEAD') or 'unknown'}{changed}"


if __name__ == "__main__":
    main()
