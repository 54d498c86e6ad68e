from __future__ import annotations

import logging

import pytest

from parking.api import errors
from parking.domain.errors import Busy, PaymentInProgress, Unavailable


@pytest.mark.parametrize(
    "path", ["nope", "", "api/", "api/nope/", "api/booking/", "api/zones/extra", "api/booking/create/x/", "health/x"]
)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_unknown_path_is_answered_in_json(api, path, method):
    response = getattr(api.client, method)(f"/parking/{path}")

    assert response.status_code == 404
    assert response.json() == {
        "success": False,
        "error": "There is nothing at this address.",
        "code": "not_found",
    }


@pytest.mark.parametrize(("method", "path"), [("get", "api/zones"), ("post", "api/booking/create"), ("get", "health")])
def test_a_forgotten_slash_is_told_and_not_redirected(api, method, path):
    response = getattr(api.client, method)(f"/parking/{path}")

    assert response.status_code == 404
    assert f"/parking/{path}/" in response.json()["error"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("get", "api/booking/create/", "POST"),
        ("put", "api/booking/payment/", "POST"),
        ("get", "api/scan/entry/", "POST"),
        ("delete", "api/booking/00000000-0000-4000-8000-000000000000/", "GET, HEAD"),
        ("post", "api/zones/", "GET, HEAD"),
        ("options", "health/", "GET, HEAD"),
        ("patch", "api/sandbox/clock/", "GET, HEAD, POST"),
    ],
)
def test_another_method_is_refused_with_those_that_are_allowed(api, method, path, allowed):
    response = getattr(api.client, method)(f"/parking/{path}", content_type="application/json")

    assert (response.status_code, response["Allow"]) == (405, allowed)
    assert response.json() == {
        "success": False,
        "error": f"This address answers only to {allowed}.",
        "code": "method_not_allowed",
    }


def test_what_nobody_foresaw_is_logged_and_not_told(api, parking_setup, monkeypatch, caplog):
    def broken(**_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("parking.api.information.list_zones", broken)

    with caplog.at_level(logging.ERROR):
        response = api.get("api/zones/")

    assert response.status_code == 500
    assert response.json() == {
        "success": False,
        "error": errors.InternalError.default_message,
        "code": "internal_error",
    }
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("error", [Busy(), PaymentInProgress(), Unavailable()])
def test_what_may_succeed_soon_says_when_to_try_again(error):
    assert errors.error_response(error)["Retry-After"] == "1"


def test_djangos_own_errors_speak_json_below_parking_and_html_elsewhere(api, db):
    for host in ("forged.example", "two hosts"):
        response = api.get("api/zones/", headers={"host": host})
        assert (response.status_code, response.json()["code"]) == (400, "bad_request")

    assert api.client.get("/nowhere/").status_code == 404
    assert api.client.get("/nowhere/")["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(("status", "code"), [(400, "bad_request"), (404, "not_found"), (500, "internal_error")])
def test_the_pages_of_errors_outside_any_view(rf, status, code):
    page = getattr(errors, f"handler{status}")
    arguments = {} if status == 500 else {"exception": Exception()}

    assert page(rf.get("/parking/api/zones/"), **arguments).status_code == status
    assert code.encode() in page(rf.get("/parking/api/zones/"), **arguments).content
    assert page(rf.get("/elsewhere/"), **arguments)["Content-Type"].startswith("text/html")


def test_no_cookie_is_read_or_set_and_nothing_is_kept_by_caches(api, parking_setup):
    api.client.cookies["sessionid"] = "x" * 32
    response = api.post("booking/create/", {})

    assert (response.status_code, len(response.cookies)) == (422, 0)
    assert response["Cache-Control"] == "no-store"
    assert "Cookie" not in response.get("Vary", "")
