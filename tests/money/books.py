"""Our rows held against the provider's books, to the minor unit and both ways (promise I15)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from parking.domain.states import PaymentStatus, RefundStatus
from parking.models import Payment, Refund

Books = dict[str, list[Any]]
Movement = tuple[str, str, int, str]
"""Charge or refund, the provider's reference, minor units, currency."""


def differences(*, ours: Iterable[Movement], theirs: Iterable[Movement]) -> list[str]:
    mine, others = Counter(ours), Counter(theirs)
    return [f"missing there: {row}" for row in (mine - others).elements()] + [
        f"missing here: {row}" for row in (others - mine).elements()
    ]


def our_movements() -> list[Movement]:
    """Money that moved, as the rows of this project have it."""
    payments = Payment.objects.filter(status=PaymentStatus.COMPLETED)
    refunds = Refund.objects.filter(status=RefundStatus.PROCESSED)
    charges = payments.values_list("provider_reference", "captured_minor", "currency")
    returned = refunds.values_list("provider_reference", "amount_minor", "currency")
    return [("charge", *row) for row in charges] + [("refund", *row) for row in returned]


def their_movements(books: Books) -> list[Movement]:
    return [(row["subject"], row["reference"], row["amount_minor"], row["currency"]) for row in books["movements"]]


def kept_minor(books: Books, *, booking_id: object) -> int:
    """What the provider took for a booking, less what it gave back."""
    booking_of_charge = {
        row["key"]: json.loads(row["terms"])["booking_id"] for row in books["requests"] if row["subject"] == "charge"
    }
    taken = [row for row in books["movements"] if booking_of_charge.get(row["key"]) == str(booking_id)]
    references = {row["reference"] for row in taken}
    returned = [row for row in books["movements"] if row["of_charge"] in references]
    return sum(row["amount_minor"] for row in taken) - sum(row["amount_minor"] for row in returned)


def last_key(books: Books, *, subject: str) -> str:
    """Under which the provider was asked last."""
    return [row["key"] for row in books["requests"] if row["subject"] == subject][-1]
