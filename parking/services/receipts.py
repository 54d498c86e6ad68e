"""Receipts: one number for each booking that was paid for, without a gap within a site."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from parking.db.locks import lock_site
from parking.db.transactions import use_case
from parking.domain.callers import DRIVER, Caller
from parking.domain.errors import NothingPaid, UnknownBooking
from parking.domain.permissions import Permission
from parking.models import ParkingBooking, ParkingSite, Payment, Receipt
from parking.queries import snapshots
from parking.queries.receipts import ReceiptDetails, receipt_details
from parking.services import audit


def get_receipt(*, booking_id: UUID, caller: Caller = DRIVER, now: datetime) -> ReceiptDetails:
    """The booking's receipt as it reads now; issued when it is asked for first. Raises UnknownBooking, NothingPaid."""
    caller.require(Permission.BOOKING_VIEW)
    receipt = _issued(booking_id=booking_id) or _issue(booking_id=booking_id, caller=caller, now=now)
    return receipt_details(receipt=receipt, now=max(now, receipt.issued_at))


def _issued(*, booking_id: UUID) -> Receipt | None:
    receipts = Receipt.objects.select_related("site", "booking__zone")
    return receipts.filter(booking_id=booking_id).first()


def _issue(*, booking_id: UUID, caller: Caller, now: datetime) -> Receipt:
    booking = ParkingBooking.objects.select_related("zone", "tariff").filter(id=booking_id).first()
    if booking is None:
        raise UnknownBooking
    if not Payment.objects.filter(booking=booking, captured_minor__gt=0).exists():
        raise NothingPaid
    with use_case():
        site = lock_site(site_id=booking.zone.site_id)
        issued_meanwhile = _issued(booking_id=booking_id)
        if issued_meanwhile is not None:
            return issued_meanwhile
        receipt = Receipt.objects.create(
            site=site,
            number=site.next_receipt_number,
            booking=booking,
            issuer_name=site.legal_name or site.name,
            tax_basis_points=_tax(booking=booking, site=site),
            issued_at=now,
        )
        # The next one only after this one: a number that is counted and not given would be a gap.
        site.next_receipt_number += 1
        site.save(update_fields=["next_receipt_number"])
        audit.record(
            action="receipt.issued", caller=caller, at=now, booking_id=booking.id, data={"number": receipt.number}
        )
    return receipt


def _tax(*, booking: ParkingBooking, site: ParkingSite) -> int:
    """Basis points: the tariff's own, or the site's for one that names none."""
    own = snapshots.tariff_of(version=booking.tariff).tax_basis_points
    return site.tax_basis_points if own is None else own
