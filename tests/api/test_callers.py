from __future__ import annotations

import pytest

from parking.api import application, urls
from parking.models import QRScanLog

SCAN = {"qr_code": "PARK-000000000000", "scanner_device_id": "ENTRY_GATE_01"}


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_in_the_sandbox_a_gate_on_this_machine_needs_no_key(api, parking_setup, address):
    response = api.post("scan/entry/", SCAN, REMOTE_ADDR=address)

    assert response.json()["code"] == "unknown_code"
    assert QRScanLog.objects.get().caller == "device:ENTRY_GATE_01"


@pytest.mark.parametrize(
    "address", ["10.0.0.5", "192.0.2.1", "::ffff:10.0.0.5", "2001:db8::1", "", "localhost", "0.0.0.0", "128.0.0.1"]
)
@pytest.mark.parametrize("path", ["scan/entry/", "scan/exit/"])
def test_any_other_gate_needs_its_key(api, parking_setup, address, path):
    forged = {"X-Forwarded-For": "127.0.0.1", "Forwarded": "for=127.0.0.1", "X-Real-IP": "127.0.0.1"}
    response = api.post(path, SCAN, REMOTE_ADDR=address, headers=forged)

    assert (response.status_code, response.json()["code"]) == (401, "device_key_required")
    assert response["WWW-Authenticate"] == "Bearer"
    row = QRScanLog.objects.get()
    assert (row.caller, row.result, row.reason) == ("driver", "FAILED", "device_key_required")


def test_in_live_mode_every_gate_needs_its_key(api, parking_setup, settings):
    settings.PARKING_MODE = "live"

    assert api.post("scan/entry/", SCAN).status_code == 401


def test_in_live_mode_there_is_no_test_clock(api, parking_setup, settings):
    patterns = urls.addresses(api=application.build_api(with_sandbox=False))
    live = type("LiveUrls", (), {"urlpatterns": [urls.path("parking/", urls.include(patterns))]})
    settings.PARKING_MODE = "live"
    settings.ROOT_URLCONF = live

    assert api.get("api/zones/").status_code == 200
    for response in (api.get("api/sandbox/clock/"), api.post("sandbox/clock/", {"advance_seconds": 1})):
        assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert not [path for path in api.get("api/openapi.json").json()["paths"] if "sandbox" in path]
