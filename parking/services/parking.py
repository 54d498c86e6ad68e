"""The one door to the system: whatever changes anything goes through a method of ParkingService."""

from __future__ import annotations

from parking.queries.zones import get_zone_status
from parking.services import credentials, terms, zones
from parking.services.bookings import cancel_booking, change_plate, create_booking
from parking.services.entry import scan_entry_qr
from parking.services.exit import scan_exit_qr
from parking.services.payments import extend_booking, process_additional_payment, process_booking_payment
from parking.services.provider_events import receive_event
from parking.services.receipts import get_receipt


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
    register_device = staticmethod(credentials.register_device)
    make_device_key = staticmethod(credentials.make_device_key)
    revoke_device = staticmethod(credentials.revoke_device)
    make_api_key = staticmethod(credentials.make_api_key)
    make_staff_key = staticmethod(credentials.make_staff_key)
    revoke_api_key = staticmethod(credentials.revoke_api_key)
