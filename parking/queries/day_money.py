"""The money of one business day of a site: what was taken and given back, by whom, and what is still open.

Money counts on the day on which it moved: a payment when it was captured, a refund when it was paid back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum

from parking.domain.days import BusinessDay
from parking.domain.states import PaymentKind, PaymentMethod, RefundKind, RefundStatus
from parking.domain.tax import split_tax
from parking.models import CashierShift, ParkingSite, Payment, Receipt, Refund, TariffVersion
from parking.queries import snapshots

MAX_SHIFTS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedLine:
    """Payments of one sort. `cashier` is the name of who took them over the counter, or empty."""

    kind: PaymentKind
    method: PaymentMethod
    provider: str
    cashier: str
    payments: int
    captured_minor: int
    surplus_minor: int
    """Of what was captured, what was not needed and goes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundedLine:
    """Refunds of one sort that went through. `cashier` is out of whose drawer they were handed back, or empty."""

    kind: RefundKind
    method: PaymentMethod
    provider: str
    cashier: str
    refunds: int
    refunded_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxLine:
    """The tax that is included in what was kept at one rate. Below zero where more went back than came in."""

    tax_basis_points: int
    kept_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftLine:
    """A cashier's shift that was open at some time of the day. `counted_minor` is None while it is open."""

    shift_id: int
    cashier: str
    opened_at: datetime
    closed_at: datetime | None
    expected_minor: int | None
    counted_minor: int | None

    @property
    def difference_minor(self) -> int | None:
        if self.counted_minor is None or self.expected_minor is None:
            return None
        return self.counted_minor - self.expected_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRefunds:
    """Refunds that were ordered by the end of the day, and had not gone through when this was read."""

    refunds: int
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyOfDay:
    """All money of one business day, in minor units of the site's currency."""

    site_id: int
    site_name: str
    day: date
    starts_at: datetime
    ends_at: datetime
    currency: str
    captured: tuple[CapturedLine, ...]
    refunded: tuple[RefundedLine, ...]
    taxes: tuple[TaxLine, ...]
    shifts: tuple[ShiftLine, ...]
    refunds_waiting: WaitingRefunds
    first_receipt_number: int | None
    last_receipt_number: int | None
    receipts: int

    @property
    def captured_minor(self) -> int:
        return sum(line.captured_minor for line in self.captured)

    @property
    def refunded_minor(self) -> int:
        return sum(line.refunded_minor for line in self.refunded)

    @property
    def kept_minor(self) -> int:
        return self.captured_minor - self.refunded_minor

    @property
    def tax_minor(self) -> int:
        return sum(line.tax_minor for line in self.taxes)

    @property
    def open_shift_ids(self) -> tuple[int, ...]:
        return tuple(line.shift_id for line in self.shifts if line.closed_at is None)


def money_of_day(*, site: ParkingSite, day: BusinessDay) -> MoneyOfDay:
    """Reckoned from payments, refunds, shifts and receipts as they are now; a fixed number of statements."""
    payments = Payment.objects.filter(
        booking__zone__site=site, currency=site.currency, completed_at__gte=day.starts_at, completed_at__lt=day.ends_at
    )
    refunds = Refund.objects.filter(
        payment__booking__zone__site=site,
        currency=site.currency,
        processed_at__gte=day.starts_at,
        processed_at__lt=day.ends_at,
    )
    issued = Receipt.objects.filter(site=site, issued_at__gte=day.starts_at, issued_at__lt=day.ends_at)
    receipts = issued.aggregate(n=Count("id"), first=Min("number"), last=Max("number"))
    return MoneyOfDay(
        site_id=site.id,
        site_name=site.name,
        day=day.day,
        starts_at=day.starts_at,
        ends_at=day.ends_at,
        currency=site.currency,
        captured=_captured(payments=payments),
        refunded=_refunded(refunds=refunds),
        taxes=_taxes(site=site, payments=payments, refunds=refunds),
        shifts=_shifts(site=site, day=day),
        refunds_waiting=_waiting(site=site, until=day.ends_at),
        first_receipt_number=receipts["first"],
        last_receipt_number=receipts["last"],
        receipts=receipts["n"],
    )


def _captured(*, payments: QuerySet[Payment]) -> tuple[CapturedLine, ...]:
    by = ("kind", "method", "provider", "collected_by__username")
    sums = payments.values_list(*by).annotate(n=Count("id"), minor=Sum("captured_minor"), surplus=Sum("surplus_minor"))
    return tuple(
        CapturedLine(
            kind=PaymentKind(kind),
            method=PaymentMethod(method),
            provider=provider,
            cashier=cashier or "",
            payments=count,
            captured_minor=int(minor),
            surplus_minor=int(surplus),
        )
        for kind, method, provider, cashier, count, minor, surplus in sums.order_by(*by)
    )


def _refunded(*, refunds: QuerySet[Refund]) -> tuple[RefundedLine, ...]:
    by = ("kind", "payment__method", "payment__provider", "shift__cashier__username")
    sums = refunds.values_list(*by).annotate(n=Count("id"), minor=Sum("amount_minor"))
    return tuple(
        RefundedLine(
            kind=RefundKind(kind),
            method=PaymentMethod(method),
            provider=provider,
            cashier=cashier or "",
            refunds=count,
            refunded_minor=int(minor),
        )
        for kind, method, provider, cashier, count, minor in sums.order_by(*by)
    )


def _taxes(*, site: ParkingSite, payments: QuerySet[Payment], refunds: QuerySet[Refund]) -> tuple[TaxLine, ...]:
    """By the rate that the receipt has, or would have: the tariff's own, or the site's. Surplus bears no tax."""
    kept: dict[int, int] = {}
    moved: Iterable[tuple[int, int | None, Any]] = [
        *payments.values_list("booking__tariff_id", "booking__receipt__tax_basis_points")
        .annotate(minor=Sum(F("captured_minor") - F("surplus_minor")))
        .order_by(),
        *refunds.exclude(kind=RefundKind.SURPLUS)
        .values_list("payment__booking__tariff_id", "payment__booking__receipt__tax_basis_points")
        .annotate(minor=-Sum("amount_minor"))
        .order_by(),
    ]
    moved = list(moved)
    own = _own_rates(tariff_ids={tariff_id for tariff_id, issued_at_rate, _ in moved if issued_at_rate is None})
    for tariff_id, issued_at_rate, minor in moved:
        of_tariff = own.get(tariff_id)
        by_law = site.tax_basis_points if of_tariff is None else of_tariff
        rate = by_law if issued_at_rate is None else issued_at_rate
        kept[rate] = kept.get(rate, 0) + int(minor)
    return tuple(
        TaxLine(tax_basis_points=rate, kept_minor=minor, tax_minor=_tax_in(kept_minor=minor, tax_basis_points=rate))
        for rate, minor in sorted(kept.items())
    )


def _own_rates(*, tariff_ids: set[int]) -> dict[int, int | None]:
    versions = TariffVersion.objects.filter(id__in=tariff_ids)
    return {version.id: snapshots.tariff_of(version=version).tax_basis_points for version in versions}


def _tax_in(*, kept_minor: int, tax_basis_points: int) -> int:
    tax_minor = split_tax(gross_minor=abs(kept_minor), tax_basis_points=tax_basis_points).tax_minor
    return tax_minor if kept_minor >= 0 else -tax_minor


def _shifts(*, site: ParkingSite, day: BusinessDay) -> tuple[ShiftLine, ...]:
    of_the_day = CashierShift.objects.filter(Q(closed_at=None) | Q(closed_at__gte=day.starts_at), site=site)
    rows = of_the_day.filter(opened_at__lt=day.ends_at).select_related("cashier").order_by("opened_at", "id")
    return tuple(
        ShiftLine(
            shift_id=row.id,
            cashier=row.cashier.get_username(),
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            expected_minor=row.expected_minor,
            counted_minor=row.counted_minor,
        )
        for row in rows[:MAX_SHIFTS]
    )


def _waiting(*, site: ParkingSite, until: datetime) -> WaitingRefunds:
    rows = Refund.objects.filter(processed_at=None, payment__booking__zone__site=site, created_at__lt=until)
    sums = rows.exclude(status=RefundStatus.PROCESSED).aggregate(n=Count("id"), minor=Sum("amount_minor", default=0))
    return WaitingRefunds(refunds=sums["n"], amount_minor=int(sums["minor"]))
