"""Refunds by hand and business days, as the office calls them."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

import pytest

from parking.models import DayClose, ParkingSite, Payment, Refund
from tests.api.conftest import UNKNOWN_ID, Api

pytestmark = pytest.mark.django_db


def answer(response) -> tuple[int, str]:
    return response.status_code, response.json().get("code", "")


@pytest.fixture
def left(api: Api, parking_setup):
    """A car that paid 100.00 for two hours, and left after two."""
    booking = api.book()
    api.pay(booking)
    assert api.enter(booking).status_code == 200
    api.advance(seconds=7200)
    assert api.leave(booking).status_code == 200
    return booking


class TestRefunds:
    def test_what_can_go_back_and_giving_it_back(self, api, operator, left):
        found = operator.get(f"api/operator/booking/{left['booking_id']}/refundable/").json()
        [payment] = found["payments"]
        assert (payment["amount"], payment["refunded_amount"], payment["at_most"], payment["why_not"]) == (
            "100.00",
            "0.00",
            "100.00",
            "",
        )
        assert (found["alone_at_most"], found["currency"]) == ("500.00", "INR")
        body = {"payment_id": payment["payment_id"], "amount": "20.00", "reason": "The lights were out"}
        response = operator.post("operator/refunds/", body)
        assert response.status_code == 201
        made = response.json()
        assert (made["status"], made["refund_amount"], made["message"]) == (
            "APPROVED",
            "20.00",
            "20.00 INR go back the way they were paid.",
        )
        assert str(Refund.objects.get().payment_id) == payment["payment_id"]
        assert api.get(f"api/booking/{left['booking_id']}/").json()["refunded_amount"] == "20.00"

    def test_what_is_refused(self, attendant, operator, left):
        payment_id = str(Payment.objects.get().id)
        body = {"payment_id": payment_id, "amount": "20.00", "reason": "The lights were out"}
        assert answer(attendant.post("operator/refunds/", body)) == (403, "permission_required")
        assert answer(operator.post("operator/refunds/", {**body, "amount": "100.01"})) == (409, "adjustment_too_large")
        assert answer(operator.post("operator/refunds/", {**body, "amount": "1e2"})) == (422, "invalid_field")
        assert answer(operator.post("operator/refunds/", {**body, "reason": ""})) == (422, "invalid_field")
        for unknown in (UNKNOWN_ID, "x"):
            assert answer(operator.post("operator/refunds/", {**body, "payment_id": unknown})) == (
                404,
                "unknown_payment",
            )
        assert not Refund.objects.exists()

    def test_the_same_again_under_one_key_goes_back_once(self, operator, left):
        body = {"payment_id": str(Payment.objects.get().id), "amount": "20.00", "reason": "The lights were out"}
        first, second = (operator.post("operator/refunds/", body, HTTP_IDEMPOTENCY_KEY="k-1") for _ in range(2))
        assert (first.content, second.content) == (second.content, first.content)
        assert Refund.objects.count() == 1

    def test_while_the_car_is_inside(self, api, operator, parking_setup):
        booking = api.book()
        api.pay(booking)
        api.enter(booking)
        body = {"payment_id": str(Payment.objects.get().id), "amount": "20.00", "reason": "The lights were out"}
        response = operator.post("operator/refunds/", body)
        assert answer(response) == (409, "not_refundable")
        assert "goodwill" in response.json()["error"]


class TestDays:
    def yesterday(self, api: Api, operator: Api) -> str:
        api.advance(seconds=24 * 3600 + 660)
        return operator.get("api/operator/days/").json()["to_close"][-1]

    def test_a_day_as_it_stands_and_as_it_was_closed(self, api, operator, left):
        day = self.yesterday(api, operator)
        standing = operator.get(f"api/operator/days/{day}/").json()
        assert (standing["day"]["closed_by"], standing["day"]["closed_at"]) == (None, None)
        closed = operator.post("operator/days/", {"day": day})
        assert closed.status_code == 201
        assert closed.json()["day"]["closed_by"] == "staff:operator"
        assert closed.json()["totals"] == standing["totals"]
        again = operator.get(f"api/operator/days/{day}/").json()
        assert (again["day"], again["totals"]) == (closed.json()["day"], closed.json()["totals"])
        page = operator.get("api/operator/days/").json()
        assert [one["day"] for one in page["days"]] == [day]
        assert day not in page["to_close"]
        assert operator.get("api/operator/days/", data={"before": day}).json()["days"] == []
        assert answer(operator.post("operator/days/", {"day": day})) == (409, "day_closed")

    def test_today_is_not_closed(self, api, attendant, operator, left):
        now = datetime.fromisoformat(api.get("api/sandbox/clock/").json()["now"])
        today = now.astimezone(ZoneInfo(ParkingSite.objects.get().time_zone)).date()  # in the evening not that of UTC
        response = operator.post("operator/days/", {"day": f"{today}"})
        assert answer(response) == (409, "day_not_over")
        assert response.json()["closes_from"] in response.json()["error"]
        assert answer(attendant.post("operator/days/", {"day": "2026-01-05"})) == (403, "permission_required")
        assert not DayClose.objects.exists()

    @pytest.mark.parametrize("day", ["2026-13-01", "yesterday", "1999-12-31", "9999-12-31", "2026-1-5", "20260105"])
    def test_what_is_no_day(self, operator, parking_setup, day):
        assert answer(operator.get(f"api/operator/days/{day}/")) == (422, "invalid_field")
        assert answer(operator.get("api/operator/days/", data={"before": day})) == (422, "invalid_field")
        assert answer(operator.post("operator/days/", {"day": day})) == (422, "invalid_field")


class TestExports:
    SPAN: ClassVar = {"from": "2026-01-01", "to": "2026-12-31"}

    def test_a_stream_of_csv_and_a_file_of_xlsx(self, operator, left):
        response = operator.get("api/operator/exports/payments/", data=self.SPAN)
        assert response.status_code == 200
        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert response.headers["Content-Disposition"] == 'attachment; filename="payments-2026-01-01-2026-12-31.csv"'
        lines = b"".join(response.streaming_content).decode().splitlines()
        assert len(lines) == 2
        assert "100.00" in lines[1]
        xlsx = operator.get("api/operator/exports/payments/", data={**self.SPAN, "format": "xlsx"})
        assert b"".join(xlsx.streaming_content)[:2] == b"PK"

    def test_what_is_refused(self, attendant, operator, parking_setup):
        assert answer(attendant.get("api/operator/exports/payments/", data=self.SPAN)) == (403, "permission_required")
        for address, changes in (
            ("secrets", {}),
            ("payments", {"format": "pdf"}),
            ("payments", {"from": "yesterday"}),
            ("payments", {"to": "2025-12-31"}),
            ("payments", {"from": "2024-01-01"}),
        ):
            response = operator.get(f"api/operator/exports/{address}/", data={**self.SPAN, **changes})
            assert answer(response) == (422, "invalid_field")
        assert answer(operator.get("api/operator/exports/payments/")) == (422, "invalid_field")
