"""I19 to I23: gates, logs and what may be stored."""

from __future__ import annotations

from parking.models import ApiKey, AuditEvent, GateDevice, LogSeal, ParkingZone, QRScanLog, Vehicle
from tests.auditor.busy import Busy
from tests.auditor.corruptions import booking, breaks, change, copied, event, payment, refund, scan, session
from tests.garage import EXIT_GATE, OPENING, at

CARD = "4242 4242 4242 4242"


@breaks("I19")
def an_entry_that_is_logged_twice(busy: Busy) -> None:
    copied(scan(busy, "unsealed stay"), scan_id=None)


@breaks("I19")
def an_entry_that_is_not_logged(busy: Busy) -> None:
    scan(busy, "unsealed stay").delete()


@breaks("I19")
def a_gate_that_did_not_open_for_a_scan_that_succeeded(busy: Busy) -> None:
    change(session(busy, "unsealed stay"), gate_opened_at=None)


@breaks("I19")
def an_admission_without_a_session(busy: Busy) -> None:
    entry = scan(busy, "unsealed stay")
    copied(entry, scan_id=None, booking=booking(busy, "unsealed cancellation"))


@breaks("I19")
def a_refused_scan_that_is_not_logged(busy: Busy) -> None:
    scan(busy, "unsealed stay", "payment_due", "EXIT").delete()


@breaks("I19", tables=("parking_qrscanlog",))
def a_scan_that_is_logged_twice(busy: Busy) -> None:
    refused = scan(busy, "unsealed stay", "payment_due", "EXIT")
    copied(refused, id=refused.id + 1000, reason="unknown_code")


@breaks("I19")
def a_refusal_that_was_none(busy: Busy) -> None:
    change(scan(busy, "unsealed stay", "already_exited", "EXIT"), reason="ok")


@breaks("I20")
def a_gate_opened_by_no_device(busy: Busy) -> None:
    change(scan(busy, "unsealed stay"), device=None)


@breaks("I20")
def a_gate_opened_under_another_name(busy: Busy) -> None:
    change(scan(busy, "unsealed stay"), device=GateDevice.objects.get(device_id="NORTH"))


@breaks("I20")
def a_gate_opened_by_a_revoked_device(busy: Busy) -> None:
    GateDevice.objects.filter(device_id=EXIT_GATE.name).update(revoked_at=OPENING)


@breaks("I20")
def a_gate_opened_before_its_device_was_there(busy: Busy) -> None:
    GateDevice.objects.filter(device_id=EXIT_GATE.name).update(created_at=at(minutes=600))


@breaks("I20")
def a_gate_opened_in_the_wrong_direction(busy: Busy) -> None:
    GateDevice.objects.filter(device_id="NORTH").update(direction="EXIT")


@breaks("I20")
def a_gate_opened_for_the_wrong_zone(busy: Busy) -> None:
    GateDevice.objects.get(device_id="NORTH").zones.set([ParkingZone.objects.get(name="Pair")])


@breaks("I20")
def a_gate_opened_for_a_driver(busy: Busy) -> None:
    change(scan(busy, "unsealed stay"), caller="driver")


@breaks("I21")
def a_scan_that_was_changed(busy: Busy) -> None:
    QRScanLog.objects.filter(reason="unknown_code").update(scanner_location="elsewhere")


@breaks("I21")
def a_scan_that_was_removed(busy: Busy) -> None:
    QRScanLog.objects.filter(reason="unknown_code").delete()


@breaks("I21")
def an_audit_row_that_was_changed(busy: Busy) -> None:
    change(event(busy, "left", "booking.created"), caller="staff:somebody")


@breaks("I21")
def a_seal_that_was_removed(busy: Busy) -> None:
    LogSeal.objects.filter(log="audit").earliest("first_id").delete()


@breaks("I21")
def a_seal_that_was_changed(busy: Busy) -> None:
    change(LogSeal.objects.filter(log="scans").earliest("first_id"), digest="0" * 64)


@breaks("I21")
def a_payment_that_was_removed(busy: Busy) -> None:
    payment(busy, "declined").delete()


@breaks("I21")
def a_refund_that_is_told_of_and_not_there(busy: Busy) -> None:
    gone = {"refund_id": "00000000-0000-4000-8000-000000000000", "amount_minor": 1, "kind": "MANUAL"}
    AuditEvent.objects.create(at=at(minutes=2000), action="refund.processed", caller="system", data=gone)


@breaks("I22")
def a_devices_key_as_it_is(busy: Busy) -> None:
    GateDevice.objects.filter(device_id="NORTH").update(key_hash="spgate_0123456789ab_secret")


@breaks("I22")
def an_integrators_key_as_it_is(busy: Busy) -> None:
    ApiKey.objects.update(key_hash="spapi_0123456789ab_secret")


@breaks("I22")
def a_vehicle_with_a_plate_in_small_letters(busy: Busy) -> None:
    Vehicle.objects.filter(number="KA04A1").update(number="ka04a1")


@breaks("I22")
def a_booking_with_a_plate_in_groups(busy: Busy) -> None:
    change(booking(busy, "tomorrow"), plate="KA 04 A1")


@breaks("I22")
def a_session_without_a_plate(busy: Busy) -> None:
    change(session(busy, "left"), plate="")


@breaks("I22")
def a_card_number_for_a_token(busy: Busy) -> None:
    change(payment(busy, "left"), provider_token=CARD.replace(" ", ""))


@breaks("I22")
def a_card_number_for_a_ticket(busy: Busy) -> None:
    change(scan(busy, "unsealed stay", "already_exited", "EXIT"), qr_code=CARD)


@breaks("I22")
def a_card_number_for_a_reason(busy: Busy) -> None:
    change(event(busy, "unsealed cancellation", "booking.cancelled"), data={"reason": f"to my card {CARD}, please"})


@breaks("I22")
def a_card_number_on_a_refund(busy: Busy) -> None:
    change(refund(busy, "cancelled"), reason=CARD.replace(" ", "-"))


@breaks("I23")
def a_forgotten_booking_with_a_name(busy: Busy) -> None:
    change(booking(busy, "forgotten"), owner_name="Asha Rao")


@breaks("I23")
def a_forgotten_stay_with_a_plate(busy: Busy) -> None:
    change(session(busy, "forgotten"), plate="KA93A1")


@breaks("I23")
def a_booking_said_to_be_forgotten_that_names_its_car(busy: Busy) -> None:
    change(booking(busy, "left"), anonymised_at=at(minutes=500), owner_name="", phone_number="")


@breaks("I23")
def a_nobody_with_a_phone(busy: Busy) -> None:
    change(booking(busy, "forgotten").vehicle, phone_number="+919876543210")


@breaks("I23")
def a_plate_in_the_sealed_scan_log(busy: Busy) -> None:
    entry = scan(busy, "unsealed stay")
    change(entry, answer={"answer": entry.answer["answer"] | {"vehicle_number": "KA70A1"}})


@breaks("I23")
def a_phone_number_in_the_sealed_audit_trail(busy: Busy) -> None:
    change(event(busy, "unsealed stay", "booking.created"), data={"phone_number": "+919876543210"})
