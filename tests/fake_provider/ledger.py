"""The provider's books: an SQLite file, committed before anything is answered."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Any, Final

CHARGE: Final = "charge"
REFUND: Final = "refund"

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS request (
    subject TEXT, key TEXT, terms TEXT, status TEXT, reference TEXT, code TEXT DEFAULT '', next_action TEXT DEFAULT '',
    PRIMARY KEY (subject, key)
);
CREATE TABLE IF NOT EXISTS movement (
    number INTEGER PRIMARY KEY AUTOINCREMENT, subject TEXT, key TEXT, reference TEXT UNIQUE, of_charge TEXT,
    amount_minor INTEGER, currency TEXT, happened_at TEXT
);
CREATE TABLE IF NOT EXISTS event (number INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT, acknowledged INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS misuse (problem TEXT);
CREATE TABLE IF NOT EXISTS counter (value INTEGER);
"""
_EMPTY_ALL: Final = "DELETE FROM request; DELETE FROM movement; DELETE FROM event; DELETE FROM misuse;"


class Ledger:
    """`request` is what was asked for under a key, `movement` the money that moved, `event` what there is to tell."""

    def __init__(self, *, path: Path) -> None:
        self._lock = RLock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.row_factory = sqlite3.Row
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.executescript(_TABLES)

    def find(self, *, subject: str, key: str) -> dict[str, Any] | None:
        rows = self._rows("SELECT * FROM request WHERE subject = ? AND key = ?", subject, key)
        return rows[0] if rows else None

    def decide(self, *, subject: str, asked: dict[str, Any], outcome: str, now: datetime) -> dict[str, Any] | None:
        """Carry a request out once. Under a key that is known the first result stands, but a refund that was
        refused may be tried again. None, and a note, if the key came with other terms."""
        key, terms = asked["key"], json.dumps(asked, sort_keys=True)
        with self._lock, self._transaction():
            known = self.find(subject=subject, key=key)
            if known is not None and known["terms"] != terms:
                self._run("INSERT INTO misuse VALUES (?)", f"{subject} {key} came again with other terms")
                return None
            if known is None:
                reference = self._new_reference(prefix="ch" if subject == CHARGE else "re")
                self._run(
                    "INSERT INTO request (subject, key, terms, status, reference) VALUES (?, ?, ?, 'new', ?)",
                    *(subject, key, terms, reference),
                )
            if known is None or (subject == REFUND and known["status"] == "failed"):
                self._change(subject=subject, key=key, outcome=outcome, now=now)
            return self.find(subject=subject, key=key)

    def settle(self, *, subject: str, key: str, outcome: str, now: datetime) -> None:
        """What becomes of a request later, whatever it was before."""
        with self._lock, self._transaction():
            self._change(subject=subject, key=key, outcome=outcome, now=now)

    def movements(self, *, since: str, until: str, after: int, limit: int) -> list[dict[str, Any]]:
        return self._rows(
            "SELECT * FROM movement WHERE happened_at >= ? AND happened_at < ? AND number > ? ORDER BY number LIMIT ?",
            *(since, until, after, limit),
        )

    def requests(self) -> list[dict[str, Any]]:
        return self._rows("SELECT subject, key, terms, status, reference FROM request")

    def misuses(self) -> list[str]:
        return [row["problem"] for row in self._rows("SELECT problem FROM misuse")]

    def outstanding_events(self) -> list[dict[str, Any]]:
        return self._rows("SELECT number, body FROM event WHERE acknowledged = 0 ORDER BY number")

    def acknowledge(self, *, number: int) -> None:
        self._run("UPDATE event SET acknowledged = 1 WHERE number = ?", number)

    def reset(self) -> None:
        with self._lock:
            self._database.executescript(_EMPTY_ALL)

    def _change(self, *, subject: str, key: str, outcome: str, now: datetime) -> None:
        row = self.find(subject=subject, key=key)
        if row is None or row["status"] == "succeeded":
            raise ValueError(f"{subject} {key} cannot be settled")
        status = {"succeed": "succeeded", "succeed twice": "succeeded", "decline": "failed"}.get(outcome, "pending")
        code = ("card_declined" if subject == CHARGE else "insufficient_balance") if status == "failed" else ""
        next_action = "https://pay.example/approve" if outcome == "need another step" else ""
        self._run(
            "UPDATE request SET status = ?, code = ?, next_action = ? WHERE subject = ? AND key = ?",
            *(status, code, next_action, subject, key),
        )
        references = [row["reference"]]
        if outcome == "succeed twice":
            references.append(self._new_reference(prefix="ch"))
        for reference in references:
            if status == "succeeded":
                self._move(subject=subject, key=key, reference=reference, terms=json.loads(row["terms"]), now=now)
            self._tell(subject=subject, row=row, status=status, code=code, reference=reference)

    def _move(self, *, subject: str, key: str, reference: str, terms: dict[str, Any], now: datetime) -> None:
        of_charge = terms.get("charge_reference", "")
        self._run(
            "INSERT INTO movement (subject, key, reference, of_charge, amount_minor, currency, happened_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(subject, key, reference, of_charge, terms["amount_minor"], terms["currency"], now.isoformat()),
        )
        if subject == REFUND:
            # A real provider would refuse. A witness does as it is told, and remembers.
            captured = self._sum("subject = 'charge' AND reference = ?", of_charge)
            if self._sum("subject = 'refund' AND of_charge = ?", of_charge) > captured:
                self._run("INSERT INTO misuse VALUES (?)", f"more was refunded on {of_charge} than it had captured")

    def _tell(self, *, subject: str, row: dict[str, Any], status: str, code: str, reference: str) -> None:
        terms = json.loads(row["terms"])
        data = {"key": row["key"], "reference": reference, "code": code} | {
            name: terms.get(name, "") for name in ("booking_id", "amount_minor", "currency")
        }
        body = {"id": self._new_reference(prefix="evt"), "type": f"{subject}.{status}", "data": data}
        self._run("INSERT INTO event (body) VALUES (?)", json.dumps(body))

    def _new_reference(self, *, prefix: str) -> str:
        """Never the same again, also after `reset`."""
        self._run("INSERT INTO counter VALUES (1)")
        return f"{prefix}_{self._rows('SELECT COUNT(*) AS number FROM counter')[0]['number']}"

    def _sum(self, where: str, *values: object) -> int:
        return int(
            self._rows(f"SELECT COALESCE(SUM(amount_minor), 0) AS n FROM movement WHERE {where}", *values)[0]["n"]
        )

    def _rows(self, statement: str, *values: object) -> list[dict[str, Any]]:
        with self._lock:
            return [dict(row) for row in self._database.execute(statement, values).fetchall()]

    def _run(self, statement: str, *values: object) -> None:
        with self._lock:
            self._database.execute(statement, values)

    def _transaction(self) -> _Transaction:
        return _Transaction(self._database)


class _Transaction:
    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __enter__(self) -> None:
        self._database.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, *_: object) -> None:
        self._database.execute("ROLLBACK" if kind else "COMMIT")
