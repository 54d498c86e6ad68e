"""The one door to the system: whatever changes anything goes through a method of ParkingService."""

from __future__ import annotations

from parking.queries.zones import get_zone_status
from parking.services import (
    adjustments,
    anonymity,
    credentials,
    day_closes,
    merchants,
    occupancy,
    openings,
    outages,
    passback,
    permits,
    record_exports,
    shifts,
    terms,
    tickets,
    zones,
)
from parking.services.bookings import cancel_booking, change_plate, create_booking
from parking.services.entry import scan_entry_qr
from parking.services.exit import scan_exit_qr
from parking.services.payments import extend_booking, process_additional_payment, process_booking_payment
from parking.services.provider_events import receive_event
from parking.services.receipts import get_receipt
from parking.services.validations import apply_validation


class ParkingService:
    """The use cases by the specification's names. Each is keyword-only and told the time as `now`."""

    create_booking = staticmethod(create_booking)
    process_booking_payment = staticmethod(process_booking_payment)
    cancel_booking = staticmethod(cancel_booking)
    change_plate = staticmethod(change_plate)
    extend_booking = staticmethod(extend_booking)
    scan_entry_qr = staticmethod(scan_entry_qr)
    scan_exit_qr = staticmethod(scan_exit_qr)
    process_additional_payment = staticmethod(process_additional_payment)
    receive_event = staticmethod(receive_event)
    get_receipt = staticmethod(get_receipt)
    get_zone_status = staticmethod(get_zone_status)
    open_zone = staticmethod(zones.open_zone)
    close_zone = staticmethod(zones.close_zone)
    set_slot_in_service = staticmethod(zones.set_slot_in_service)
    publish_tariff = staticmethod(terms.publish_tariff)
    preview_tariff = staticmethod(terms.preview_tariff)
    publish_policy = staticmethod(terms.publish_policy)
    set_zone_terms = staticmethod(terms.set_zone_terms)
    reset_passback = staticmethod(passback.reset_passback)
    plan_outage = staticmethod(outages.plan_outage)
    end_outage = staticmethod(outages.end_outage)
    list_outages = staticmethod(outages.list_outages)
    correct_occupancy = staticmethod(occupancy.correct_occupancy)
    open_shift = staticmethod(shifts.open_shift)
    close_shift = staticmethod(shifts.close_shift)
    current_shift = staticmethod(shifts.current_shift)
    anonymise_person = staticmethod(anonymity.anonymise_person)
    close_day = staticmethod(day_closes.close_day)
    cash_to_hand_back = staticmethod(shifts.cash_to_hand_back)
    hand_back_cash = staticmethod(shifts.hand_back_cash)
    apply_validation = staticmethod(apply_validation)
    create_merchant = staticmethod(merchants.create_merchant)
    close_merchant = staticmethod(merchants.close_merchant)
    create_discount_code = staticmethod(merchants.create_discount_code)
    create_discount_batch = staticmethod(merchants.create_discount_batch)
    close_discount_code = staticmethod(merchants.close_discount_code)
    sell_permit = staticmethod(permits.sell_permit)
    revoke_permit = staticmethod(permits.revoke_permit)
    add_permit_car = staticmethod(permits.add_permit_car)
    remove_permit_car = staticmethod(permits.remove_permit_car)
    propose_adjustment = staticmethod(adjustments.propose_adjustment)
    propose_goodwill = staticmethod(adjustments.propose_goodwill)
    decide_adjustment = staticmethod(adjustments.decide_adjustment)
    refund_payment = staticmethod(adjustments.refund_payment)
    replace_ticket = staticmethod(tickets.replace_ticket)
    export_records = staticmethod(record_exports.export_records)
    report_lost_ticket = staticmethod(tickets.report_lost_ticket)
    open_gate = staticmethod(openings.open_gate)
    register_device = staticmethod(credentials.register_device)
    make_device_key = staticmethod(credentials.make_device_key)
    revoke_device = staticmethod(credentials.revoke_device)
    make_api_key = staticmethod(credentials.make_api_key)
    make_staff_key = staticmethod(credentials.make_staff_key)
    revoke_api_key = staticmethod(credentials.revoke_api_key)
