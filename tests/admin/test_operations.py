"""Each action of the admin calls its service, which leaves its audit row in the name of who did it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from parking.domain.callers import SYSTEM
from parking.domain.errors import InvalidKey
from parking.domain.permissions import Role, Scope
from parking.models import ApiKey, AuditEvent, GateDevice, ParkingBooking, ParkingSite, ParkingSlot, ParkingZone
from parking.services import credentials
from tests.admin.conftest import SignIn
from tests.admin.test_access import address, ticket
from tests.garage import OPENING, Garage

pytestmark = pytest.mark.django_db


def last_event() -> tuple[str, str]:
    event = AuditEvent.objects.exclude(caller=SYSTEM.label).order_by("-id").first()
    assert event is not None
    return event.action, event.caller


def send(client: Client, operation: str, row=None, *, model=None, **values):
    """Open an operation's form, fill it in and send it."""
    where = address(model or type(row), operation, *([row.pk] if row else []))
    return client.post(where, values | {"ticket": ticket(client, operation, row, model=model)}, follow=True)


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def token_on(response) -> str:
    assert "no-store" in response.headers["Cache-Control"]
    return response.context["token"]


class TestBookings:
    def test_cancelling_one_refunds_it_and_says_so(self, operator: Client, garage: Garage):
        booking = ParkingBooking.objects.get(id=garage.book_and_pay().booking_id)
        assert "Cancel booking" in operator.get(address(ParkingBooking, "change", booking.pk)).text
        response = send(operator, "cancel", booking, reason="Flooded")
        assert "50.00 INR" in said(response)[0]
        assert last_event() == ("booking.cancelled", "staff:meera")
        booking.refresh_from_db()
        assert booking.status == "CANCELLED"
        assert "Cancel booking" not in response.text

    def test_a_refusal_is_told_in_the_services_own_words(self, operator: Client, garage: Garage):
        created = garage.book_and_pay()
        garage.enter(created)
        booking = ParkingBooking.objects.get(id=created.booking_id)
        response = send(operator, "cancel", booking, reason="Too late")
        assert said(response) == ["This vehicle has already entered, so the booking can no longer be cancelled."]
        booking.refresh_from_db()
        assert booking.status == "USED"

    def test_a_reason_must_be_given(self, operator: Client, garage: Garage):
        booking = ParkingBooking.objects.get(id=garage.book_and_pay().booking_id)
        response = send(operator, "cancel", booking)
        assert "This field is required." in response.text
        booking.refresh_from_db()
        assert booking.status == "PAID"

    def test_an_auditor_may_not(self, sign_in: SignIn, garage: Garage):
        booking = ParkingBooking.objects.get(id=garage.book_and_pay().booking_id)
        client = sign_in(Role.AUDITOR)
        page = address(ParkingBooking, "cancel", booking.pk)
        assert client.get(page).status_code == 403
        assert client.post(page, {"reason": "x"}).status_code == 403
        assert "Cancel booking" not in client.get(address(ParkingBooking, "change", booking.pk)).text


class TestZonesAndSlots:
    def test_a_zone_closes_and_opens(self, operator: Client, garage: Garage):
        response = send(operator, "close", garage.zone)
        assert said(response) == ["Test zone is closed: it takes no new bookings."]
        assert last_event() == ("zone.closed", "staff:meera")
        assert not ParkingZone.objects.get().is_open
        send(operator, "open", garage.zone)
        assert last_event() == ("zone.opened", "staff:meera")
        assert ParkingZone.objects.get().is_open

    def test_zones_close_from_the_list_and_a_closed_one_still_shows_its_cars(self, operator: Client, garage: Garage):
        garage.enter(garage.book_and_pay())
        page = address(ParkingZone, "changelist")
        response = operator.post(page, {"action": "close_zones", "_selected_action": [garage.zone.pk]}, follow=True)
        assert "1 inside, 0 held, 2 free" in response.text
        assert last_event() == ("zone.closed", "staff:meera")

    def test_slots_go_out_of_service_and_come_back(self, operator: Client, garage: Garage):
        garage.book()
        held = ParkingSlot.objects.get(allocations__isnull=False)
        ids = list(ParkingSlot.objects.values_list("id", flat=True))
        page = address(ParkingSlot, "changelist")
        out = operator.post(page, {"action": "take_out_of_service", "_selected_action": ids}, follow=True)
        assert said(out) == [
            f"{held.number} takes no new bookings; who holds it now keeps it.",
            "3 slots are out of service.",
        ]
        assert ParkingSlot.objects.filter(in_service=False).count() == 3
        assert AuditEvent.objects.filter(action="slot.out_of_service", caller="staff:meera").count() == 3
        back = operator.post(page, {"action": "put_in_service", "_selected_action": ids[:1]}, follow=True)
        assert said(back) == ["1 slots are in service."]
        assert last_event() == ("slot.in_service", "staff:meera")

    @pytest.mark.parametrize("role", [Role.ATTENDANT, Role.CASHIER, Role.AUDITOR])
    def test_nobody_else_does_that(self, sign_in: SignIn, garage: Garage, role: Role):
        client = sign_in(role)
        slot = ParkingSlot.objects.earliest("id")
        client.post(
            address(ParkingSlot, "changelist"), {"action": "take_out_of_service", "_selected_action": [slot.pk]}
        )
        client.post(address(ParkingZone, "changelist"), {"action": "close_zones", "_selected_action": [garage.zone.pk]})
        assert client.post(address(ParkingZone, "close", garage.zone.pk)).status_code == 403
        assert ParkingSlot.objects.filter(in_service=False).count() == 0
        assert ParkingZone.objects.get().is_open


class TestKeys:
    def test_a_device_is_registered_given_a_key_rotated_and_revoked(self, operator: Client, garage: Garage):
        response = send(
            operator,
            "register",
            model=GateDevice,
            device_id="ENTRY_GATE_02",
            site=ParkingSite.objects.get().pk,
            direction="ENTRY",
            zones=[garage.zone.pk],
        )
        assert said(response) == ["ENTRY_GATE_02 is registered. It has no key yet: open it and make one."]
        assert last_event() == ("device.registered", "staff:meera")
        device = GateDevice.objects.get(device_id="ENTRY_GATE_02")
        first = token_on(send(operator, "key", device))
        assert credentials.authenticate(token=first, now=OPENING).name == "ENTRY_GATE_02"
        assert last_event() == ("device.key_made", "staff:meera")
        second = token_on(send(operator, "key", device))
        with pytest.raises(InvalidKey):
            credentials.authenticate(token=first, now=OPENING)
        send(operator, "revoke", device)
        assert last_event() == ("device.revoked", "staff:meera")
        with pytest.raises(InvalidKey):
            credentials.authenticate(token=second, now=OPENING)

    def test_a_name_that_is_taken_is_refused_in_the_services_words(self, operator: Client, garage: Garage):
        response = send(
            operator,
            "register",
            model=GateDevice,
            device_id="ENTRY_GATE_01",
            site=ParkingSite.objects.get().pk,
            direction="ENTRY",
        )
        assert said(response) == ["device_id: is taken. Choose another."]

    def test_an_api_key_is_made_and_revoked(self, operator: Client, garage: Garage):
        made = send(operator, "make", model=ApiKey, name="App", scopes=["zones:read", "bookings:read"])
        token = token_on(made)
        assert credentials.authenticate(token=token, now=OPENING).name.startswith("App#")
        assert last_event() == ("api_key.made", "staff:meera")
        key = ApiKey.objects.get()
        assert key.scopes == [Scope.BOOKINGS_READ, Scope.ZONES_READ]
        send(operator, "revoke", key)
        assert last_event() == ("api_key.revoked", "staff:meera")
        with pytest.raises(InvalidKey):
            credentials.authenticate(token=token, now=OPENING)

    def test_the_token_is_shown_once_and_stored_nowhere(self, operator: Client, garage: Garage):
        device = GateDevice.objects.earliest("id")
        form = {"ticket": ticket(operator, "key", device)}
        page = address(GateDevice, "key", device.pk)
        token = token_on(operator.post(page, form))
        again = operator.post(page, form, follow=True)
        assert said(again) == ["This form was sent before. Nothing was done a second time."]
        assert token not in again.text
        assert credentials.authenticate(token=token, now=OPENING).name == device.device_id
        assert token not in str(dict(operator.session.items()))
        assert token not in str(list(AuditEvent.objects.values_list("data", flat=True)))

    def test_the_end_of_a_key_is_read_in_the_sites_time(self, operator: Client, garage: Garage):
        send(operator, "make", model=ApiKey, name="App", scopes=["zones:read"], expires_at="2026-02-01T12:00")
        assert ApiKey.objects.get().expires_at.isoformat() == "2026-02-01T06:30:00+00:00"

    @pytest.mark.parametrize("role", [Role.ATTENDANT, Role.CASHIER, Role.AUDITOR])
    def test_nobody_else_makes_or_revokes_keys(self, sign_in: SignIn, garage: Garage, role: Role):
        client = sign_in(role)
        device = GateDevice.objects.earliest("id")
        pages = [
            address(GateDevice, "register"),
            address(GateDevice, "key", device.pk),
            address(GateDevice, "revoke", device.pk),
            address(ApiKey, "make"),
            address(ApiKey, "revoke", 1),
        ]
        for page in pages:
            assert client.get(page).status_code == 403, page
            assert client.post(page).status_code == 403, page


def test_what_is_not_there_is_not_found(operator: Client, garage: Garage):
    assert operator.get(address(ParkingZone, "close", 999)).status_code == 404
    assert operator.get(address(ParkingBooking, "cancel", "nonsense")).status_code == 404
    unknown = operator.get(address(ParkingBooking, "change", "00000000-0000-0000-0000-000000000000"))
    assert unknown.headers["Location"] == reverse("admin:index")
