"""People at the gate over HTTP: what each answers, and what each refuses."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from parking.domain.callers import SYSTEM
from parking.models import Adjustment, ManualOpening, ParkingSession, ParkingZone
from parking.queries.clock import current_time
from parking.services import ParkingService, credentials
from tests.api.conftest import Api
from tests.garage import Garage
from tests.services.desk import with_limit, with_lost_ticket

pytestmark = pytest.mark.django_db


def zone_a() -> Garage:
    return Garage(zone=ParkingZone.objects.get(name="Zone A - Premium"))


def come_in(api: Api, **changes: Any) -> tuple[dict[str, Any], str]:
    booking = api.book(hours=1, **changes)
    api.pay(booking)
    return booking, api.enter(booking).json()["session_id"]


@pytest.fixture
def stay(api, parking_setup) -> tuple[dict[str, Any], str]:
    """A car of Zone A (50.00 an hour) that came in on one paid hour."""
    return come_in(api)


def grant(session_id: str, **changes: Any) -> dict[str, Any]:
    return {"session_id": session_id, "kind": "WAIVER", "amount": "50.00", "reason": "Barrier stuck", **changes}


def opening(**changes: Any) -> dict[str, Any]:
    return {"device_id": "EXIT_GATE_01", "direction": "EXIT", "reason": "Scanner broken", **changes}


def answer(response: Any) -> tuple[int, Any]:
    return response.status_code, response.json().get("code")


class TestSearch:
    def test_a_car_inside_is_found_with_what_it_owes(self, api, attendant, stay):
        booking, session_id = stay
        api.advance(seconds=100 * 60)
        [found] = attendant.get("api/desk/search/?q=dl01ab").json()["stays"]
        wanted = {
            "booking_id": booking["booking_id"],
            "session_id": session_id,
            "is_inside": True,
            "vehicle_number": "DL01AB1234",
            "zone_name": "Zone A - Premium",
            "amount_due": "50.00",
            "currency": "INR",
            "booking_status": "USED",
            "session_status": "ACTIVE",
            "exit_time": None,
        }
        assert found.items() >= wanted.items()

    @pytest.mark.parametrize("query", ["", "?q=", "?q=%20"])
    def test_nothing_is_no_question(self, attendant, query):
        response = attendant.get(f"api/desk/search/{query}")
        assert answer(response) == (422, "invalid_field")
        assert response.json()["field"] == "q"


class TestTickets:
    def test_the_old_ticket_is_gone(self, api, attendant, stay):
        booking, _ = stay
        body = {"booking_id": booking["booking_id"], "reason": "Torn"}
        ticket = attendant.post("desk/ticket/replace/", body).json()
        assert (ticket["fee_amount"], ticket["vehicle_number"]) == ("0.00", "DL01AB1234")
        assert answer(api.leave(booking)) == (410, "ticket_replaced")
        assert api.leave(ticket).status_code == 200
        assert answer(attendant.post("desk/ticket/replace/", body)) == (409, "already_exited")

    def test_a_lost_ticket_costs_its_fee_once(self, api, attendant, parking_setup):
        with_lost_ticket(zone_a(), fee="200.00", total_at_most="220.00")
        _, session_id = come_in(api)
        body = {"session_id": session_id, "reason": "Lost"}
        ticket = attendant.post("desk/ticket/lost/", body).json()
        assert (ticket["fee_amount"], ticket["amount_due"]) == ("170.00", "170.00")
        assert "170.00 INR" in ticket["message"]
        assert answer(attendant.post("desk/ticket/lost/", body)) == (409, "lost_ticket_charged")
        assert answer(api.leave(ticket)) == (402, "payment_due")

    def test_refusals(self, api, attendant, stay):
        booking, session_id = stay
        for path, body, refusal in (
            ("replace", {"booking_id": str(uuid4()), "reason": "x"}, (404, "unknown_booking")),
            ("replace", {"booking_id": "x", "reason": "x"}, (404, "unknown_booking")),
            ("replace", {"booking_id": booking["booking_id"], "reason": " "}, (422, "invalid_field")),
            ("replace", {"booking_id": booking["booking_id"]}, (422, "invalid_field")),
            ("lost", {"session_id": str(uuid4()), "reason": "x"}, (404, "unknown_session")),
            ("lost", {"session_id": session_id, "reason": "x" * 201}, (422, "invalid_field")),
        ):
            assert answer(attendant.post(f"desk/ticket/{path}/", body)) == refusal
        api.advance(seconds=100 * 60)
        api.leave(booking)
        api.post("payment/additional/", {"session_id": session_id, "payment_gateway_data": {}})
        body = {"session_id": session_id, "reason": "Lost"}
        assert answer(attendant.post("desk/ticket/lost/", body)) == (409, "already_paid")


class TestAdjustments:
    def test_a_waiver_within_the_limit_opens_the_gate(self, api, attendant, stay):
        booking, session_id = stay
        api.advance(seconds=100 * 60)
        assert api.leave(booking).status_code == 402
        response = attendant.post("desk/adjustment/", grant(session_id))
        assert response.status_code == 201
        wanted = {
            "status": "APPROVED",
            "needs_second": False,
            "amount": "50.00",
            "amount_due": "0.00",
            "refund_amount": "0.00",
        }
        assert response.json().items() >= wanted.items()
        assert api.leave(booking).status_code == 200
        shown = api.get(f"api/booking/{booking['booking_id']}/").json()["adjustments"]
        assert [(one["kind"], one["amount"]) for one in shown] == [("WAIVER", "-50.00")]

    def test_above_the_limit_another_person_decides(self, api, attendant, operator, parking_setup):
        with_limit(zone_a(), minor=1000)
        _, session_id = come_in(api)
        api.advance(seconds=100 * 60)
        made = attendant.post("desk/adjustment/", grant(session_id)).json()
        assert (made["status"], made["needs_second"], made["amount_due"]) == ("PROPOSED", True, "50.00")
        [waiting] = attendant.get("api/desk/adjustment/waiting/").json()["adjustments"]
        assert waiting.items() >= {"proposed_by": "staff:attendant", "amount": "50.00", "kind": "WAIVER"}.items()
        decision = {"adjustment_id": made["adjustment_id"], "approve": True}
        assert answer(attendant.post("desk/adjustment/decide/", decision)) == (403, "permission_required")
        decided = operator.post("desk/adjustment/decide/", decision)
        assert (decided.status_code, decided.json()["status"], decided.json()["amount_due"]) == (
            200,
            "APPROVED",
            "0.00",
        )
        assert answer(operator.post("desk/adjustment/decide/", decision)) == (409, "adjustment_decided")
        assert attendant.get("api/desk/adjustment/waiting/").json()["adjustments"] == []

    def test_nobody_approves_their_own(self, api, operator, parking_setup):
        with_limit(zone_a(), minor=1000)
        _, session_id = come_in(api)
        made = operator.post("desk/adjustment/", grant(session_id, kind="GOODWILL")).json()
        decision = {"adjustment_id": made["adjustment_id"], "approve": True}
        assert answer(operator.post("desk/adjustment/decide/", decision)) == (403, "second_person_required")
        rejected = operator.post("desk/adjustment/decide/", {**decision, "approve": False}).json()
        assert rejected["status"] == "REJECTED"

    def test_goodwill_for_a_booking_that_did_not_show_up(self, api, attendant, parking_setup):
        booking = api.book(hours=1)
        api.pay(booking)
        api.advance(seconds=61 * 60)
        body = {"booking_id": booking["booking_id"], "kind": "GOODWILL", "amount": "20", "reason": "Flat tyre"}
        made = attendant.post("desk/adjustment/", body).json()
        assert (made["session_id"], made["refund_amount"]) == (None, "20.00")
        assert "20.00 INR go back" in made["message"]

    def test_a_request_repeated_under_its_key_is_done_once(self, api, attendant, stay):
        _, session_id = stay
        body = grant(session_id, kind="GOODWILL", amount="1.00")
        first, second = (attendant.post("desk/adjustment/", body, HTTP_IDEMPOTENCY_KEY="k-1") for _ in range(2))
        assert first.json() == second.json()
        assert Adjustment.objects.count() == 1

    def test_refusals(self, attendant, operator, stay):
        booking, session_id = stay
        for body, refusal in (
            (grant(session_id), (409, "nothing_due")),
            (grant(session_id, kind="GOODWILL", amount="50.01"), (409, "adjustment_too_large")),
            (grant(session_id, kind="LOST_TICKET"), (422, "invalid_field")),
            (grant(session_id, amount="0"), (422, "invalid_field")),
            (grant(session_id, amount="-5"), (422, "invalid_field")),
            (grant(session_id, amount="1.001"), (422, "invalid_field")),
            (grant(session_id, amount=5), (422, "invalid_field")),
            (grant(session_id, reason=""), (422, "invalid_field")),
            (grant(session_id, booking_id=booking["booking_id"]), (422, "invalid_field")),
            ({**grant(session_id), "session_id": None}, (422, "invalid_field")),
            (grant(str(uuid4())), (404, "unknown_session")),
            (grant("x"), (404, "unknown_session")),
            (
                {**grant(session_id, kind="GOODWILL", booking_id=str(uuid4())), "session_id": None},
                (404, "unknown_booking"),
            ),
            ({**grant(session_id, booking_id=booking["booking_id"]), "session_id": None}, (422, "invalid_field")),
        ):
            assert answer(attendant.post("desk/adjustment/", body)) == refusal, body
        for adjustment_id in ("x", str(uuid4())):
            body = {"adjustment_id": adjustment_id, "approve": True}
            assert answer(operator.post("desk/adjustment/decide/", body)) == (404, "unknown_adjustment")
        assert not Adjustment.objects.exists()


class TestOpening:
    def test_the_stay_is_closed_on_purpose(self, api, attendant, stay):
        booking, session_id = stay
        api.advance(seconds=100 * 60)
        opened = attendant.post("desk/gate/open/", opening(session_id=session_id, close_stay=True)).json()
        assert (opened["outcome"], opened["forgiven_amount"]) == ("CLOSED", "50.00")
        assert ParkingSession.objects.get().status == "COMPLETED"
        assert answer(api.leave(booking)) == (409, "already_exited")

    def test_or_left_open(self, api, attendant, stay):
        booking, session_id = stay
        api.advance(seconds=100 * 60)
        opened = attendant.post("desk/gate/open/", opening(session_id=session_id, close_stay=False)).json()
        assert (opened["outcome"], opened["amount_due"]) == ("LEFT_OPEN", "50.00")
        assert answer(api.leave(booking)) == (402, "payment_due")

    def test_without_a_session(self, attendant, parking_setup):
        body = opening(device_id="ENTRY_GATE_01", direction="ENTRY")
        opened = attendant.post("desk/gate/open/", body).json()
        assert (opened["outcome"], opened["amount_due"], opened["currency"]) == ("NO_STAY", None, None)
        assert ManualOpening.objects.get().opened_by == "staff:attendant"

    def test_above_the_limit_it_is_for_who_may_approve(self, api, attendant, operator, parking_setup):
        with_limit(zone_a(), minor=1000)
        _, session_id = come_in(api)
        api.advance(seconds=100 * 60)
        body = opening(session_id=session_id, close_stay=True)
        response = attendant.post("desk/gate/open/", body)
        assert answer(response) == (403, "second_person_required")
        assert response.json()["amount_due"] == "50.00"
        assert operator.post("desk/gate/open/", body).json()["forgiven_amount"] == "50.00"

    def test_refusals(self, attendant, stay):
        _, session_id = stay
        for body, refusal in (
            (opening(session_id=session_id), (422, "invalid_field")),
            (opening(close_stay=True), (422, "invalid_field")),
            (opening(direction="BOTH"), (422, "invalid_field")),
            (opening(reason=" "), (422, "invalid_field")),
            (opening(device_id="NOBODYS"), (403, "unknown_device")),
            (opening(device_id="ENTRY_GATE_01"), (403, "wrong_direction")),
            (opening(session_id=str(uuid4()), close_stay=False), (404, "unknown_session")),
        ):
            assert answer(attendant.post("desk/gate/open/", body)) == refusal, body
        assert not ManualOpening.objects.exists()

    def test_a_revoked_gate_and_one_of_another_zone(self, attendant, stay):
        _, session_id = stay
        zones = ParkingZone.objects.filter(name="Zone B - Standard")
        credentials.register_device(
            site=zones.get().site, device_id="B_EXIT", direction="EXIT", zones=zones, caller=SYSTEM, now=current_time()
        )
        body = opening(device_id="B_EXIT", session_id=session_id, close_stay=False)
        assert answer(attendant.post("desk/gate/open/", body)) == (403, "wrong_zone")
        ParkingService.revoke_device(device_id="B_EXIT", caller=SYSTEM, now=current_time())
        assert answer(attendant.post("desk/gate/open/", body)) == (403, "device_revoked")
