"""Our payments and refunds with one provider, to be held against its books."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final
from uuid import UUID

from django.db.models import Q

from parking.domain.states import PaymentStatus, RefundStatus
from parking.gateways.base import Charge, Gateway, LedgerEntry, RefundOrder, Subject, Succeeded
from parking.models import Payment, Refund
from parking.queries.reconciliation import OurRow

_READ_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBooks:
    """Implements `parking.queries.reconciliation.OurBooks`."""

    provider: str

    def belonging_to(self, *, entries: Sequence[LedgerEntry]) -> list[OurRow]:
        charges = [entry for entry in entries if entry.subject is Subject.CHARGE]
        refunds = [entry for entry in entries if entry.subject is Subject.REFUND]
        payments = Payment.objects.filter(_named_by(charges), provider=self.provider)
        repaid = Refund.objects.filter(_named_by(refunds), payment__provider=self.provider)
        return [*map(_of_payment, payments), *map(_of_refund, repaid)]

    def settled_or_waiting(self, *, since: datetime, until: datetime) -> Iterator[OurRow]:
        payments = Payment.objects.filter(
            Q(completed_at__gte=since, completed_at__lt=until)
            | Q(status=PaymentStatus.PENDING, created_at__gte=since, created_at__lt=until),
            provider=self.provider,
        )
        refunds = Refund.objects.filter(
            Q(processed_at__gte=since, processed_at__lt=until)
            | Q(status=RefundStatus.PENDING, created_at__gte=since, created_at__lt=until),
            payment__provider=self.provider,
        )
        return chain(
            map(_of_payment, payments.order_by("created_at", "id").iterator(chunk_size=_READ_AT_ONCE)),
            map(_of_refund, refunds.order_by("created_at", "id").iterator(chunk_size=_READ_AT_ONCE)),
        )


def is_done_there(*, row: OurRow, provider: Gateway, now: datetime) -> bool:
    """Ask the provider for one settled row of ours. May raise GatewayTimeout."""
    if row.subject is Subject.REFUND:
        refund = Refund.objects.select_related("payment").get(id=row.key)
        order = RefundOrder(
            key=row.key,
            charge_reference=refund.payment.provider_reference or "",
            amount_minor=refund.amount_minor,
            currency=refund.currency,
            reference=refund.provider_reference,
        )
        return isinstance(provider.look_up_refund(order=order, now=now), Succeeded)
    payment = Payment.objects.get(id=row.key)
    charge = Charge(
        key=row.key,
        booking_id=str(payment.booking_id),
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        token=payment.provider_token,
        begun_at=payment.created_at,
        reference=payment.provider_reference or "",
    )
    return isinstance(provider.look_up_charge(charge=charge, now=now), Succeeded)


def _named_by(entries: Sequence[LedgerEntry]) -> Q:
    keys = [key for entry in entries if (key := _uuid(entry.key)) is not None]
    return Q(provider_reference__in=[entry.reference for entry in entries]) | Q(id__in=keys)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _of_payment(payment: Payment) -> OurRow:
    is_settled = payment.completed_at is not None
    return OurRow(
        subject=Subject.CHARGE,
        key=str(payment.id),
        reference=payment.provider_reference or "",
        amount_minor=payment.captured_minor if is_settled else payment.amount_minor,
        currency=payment.currency,
        status=payment.status,
        is_settled=is_settled,
        happened_at=payment.completed_at or payment.created_at,
    )


def _of_refund(refund: Refund) -> OurRow:
    return OurRow(
        subject=Subject.REFUND,
        key=str(refund.id),
        reference=refund.provider_reference,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        status=refund.status,
        is_settled=refund.processed_at is not None,
        happened_at=refund.processed_at or refund.created_at,
    )
