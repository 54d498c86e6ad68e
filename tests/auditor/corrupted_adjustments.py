"""I6, I9, I12, I14, I16, I19 and I20: what people did at the desk."""

from __future__ import annotations

from datetime import timedelta

from parking.models import Adjustment, GateDevice, ManualOpening, Payment, Refund, RetiredCode
from tests.auditor.busy import Busy
from tests.auditor.corruptions import booking, breaks, change, new_refund
from tests.garage import ENTRY_GATE, Garage


def adjustment(busy: Busy, story: str, *, status: str = "APPROVED") -> Adjustment:
    return Adjustment.objects.get(booking_id=busy[story].booking_id, status=status)


def opening(busy: Busy, story: str) -> ManualOpening:
    return ManualOpening.objects.get(booking_id=busy[story].booking_id)


@breaks("I6")
def an_adjustment_approved_by_nobody(busy: Busy) -> None:
    change(adjustment(busy, "waits for two", status="PROPOSED"), status="APPROVED", needs_second=True, decided_by="x")


@breaks("I6")
def a_rejection_that_was_forgotten(busy: Busy) -> None:
    change(adjustment(busy, "waived by two", status="REJECTED"), status="PROPOSED")


@breaks("I9")
def an_adjustment_in_another_currency(busy: Busy) -> None:
    change(adjustment(busy, "goodwill inside"), currency="USD")


@breaks("I12")
def a_waiver_that_was_larger(busy: Busy) -> None:
    change(adjustment(busy, "waived"), amount_minor=-2100)


@breaks("I12")
def more_than_the_limit_without_a_second_person(busy: Busy) -> None:
    change(adjustment(busy, "waived by two"), needs_second=False)


@breaks("I12")
def a_second_person_who_is_the_first(busy: Busy) -> None:
    change(adjustment(busy, "waived by two"), decided_by="staff:ravi")


@breaks("I12")
def a_lost_ticket_that_cost_more_than_the_tariff_says(busy: Busy) -> None:
    change(adjustment(busy, "lost ticket"), amount_minor=12001)


@breaks("I12")
def a_lost_ticket_charged_as_if_earlier(busy: Busy) -> None:
    row = adjustment(busy, "lost ticket")
    change(row, created_at=row.created_at - timedelta(hours=1))


@breaks("I12")
def let_go_without_an_opening(busy: Busy) -> None:
    change(adjustment(busy, "waived"), kind="OPENED_BY_HAND")


@breaks("I14", tables=("parking_retiredcode",))
def a_retired_code_that_opens_again(busy: Busy) -> None:
    change(RetiredCode.objects.get(booking_id=busy["replaced ticket"].booking_id), code=booking(busy, "left").qr_code)


@breaks("I16")
def money_given_back_without_goodwill(busy: Busy) -> None:
    new_refund(busy, "no-show", kind="MANUAL", amount_minor=100)


@breaks("I16")
def goodwill_that_never_went_back(busy: Busy) -> None:
    change(adjustment(busy, "goodwill for a no-show"), amount_minor=-600)


@breaks("I19")
def an_opening_that_let_nobody_out(busy: Busy) -> None:
    change(opening(busy, "left open"), outcome="CLOSED")


@breaks("I19")
def a_car_let_out_by_nobody(busy: Busy) -> None:
    change(opening(busy, "let out in time"), outcome="LEFT_OPEN")


@breaks("I20")
def an_exit_opened_at_an_entry(busy: Busy) -> None:
    change(opening(busy, "left open"), device_id=GateDevice.objects.get(device_id=ENTRY_GATE.name).id)


@breaks("I20")
def a_gate_opened_by_hand_for_another_zone(busy: Busy) -> None:
    elsewhere = Garage.build(name="Elsewhere").zone
    device = GateDevice.objects.create(
        site_id=elsewhere.site_id, device_id="FAR", direction="EXIT", created_at=elsewhere.created_at
    )
    device.zones.set([elsewhere])
    change(opening(busy, "left open"), device_id=device.id)


@breaks("I20")
def a_gate_opened_by_hand_after_it_was_revoked(busy: Busy) -> None:
    row = opening(busy, "left open")
    device = GateDevice.objects.create(
        site_id=row.device.site_id,
        device_id="GONE",
        direction="EXIT",
        created_at=row.opened_at - timedelta(days=2),
        revoked_at=row.opened_at - timedelta(days=1),
    )
    change(row, device_id=device.id)


@breaks("I16")
def a_refund_by_hand_on_another_payment(busy: Busy) -> None:
    refund = Refund.objects.get(payment__booking_id=busy["refunded by hand"].booking_id)
    other = Payment.objects.exclude(id=refund.payment_id).get(booking_id=busy["refunded by hand"].booking_id)
    change(refund, payment=other)
