"""The rules that the guards enforce, each one condition in plain SQL that PostgreSQL and SQLite read alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from parking.db.guard_rules.anonymity import ANONYMITY
from parking.db.guard_rules.operations import OPERATIONS
from parking.db.guard_rules.shapes import Guard
from parking.db.guard_rules.stays_and_money import STAYS_AND_MONEY

GUARDS: Final[Sequence[Guard]] = (*STAYS_AND_MONEY, *OPERATIONS, *ANONYMITY)

__all__ = ["GUARDS", "Guard"]
