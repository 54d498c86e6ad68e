from __future__ import annotations

import re
from typing import Any

import pytest

ROUTES = {
    ("post", "/parking/api/booking/create/"),
    ("post", "/parking/api/booking/payment/"),
    ("post", "/parking/api/booking/cancel/"),
    ("post", "/parking/api/booking/extend/"),
    ("post", "/parking/api/booking/plate/"),
    ("post", "/parking/api/quote/"),
    ("get", "/parking/api/operator/booking/{booking_id}/refundable/"),
    ("post", "/parking/api/operator/refunds/"),
    ("post", "/parking/api/operator/people/find/"),
    ("post", "/parking/api/operator/people/anonymise/"),
    ("get", "/parking/api/operator/exports/{records}/"),
    ("get", "/parking/api/operator/days/"),
    ("get", "/parking/api/operator/days/{day}/"),
    ("post", "/parking/api/operator/days/"),
    ("post", "/parking/api/operator/tariffs/"),
    ("get", "/parking/api/operator/tariffs/"),
    ("get", "/parking/api/operator/tariffs/{tariff_id}/"),
    ("post", "/parking/api/operator/tariffs/preview/"),
    ("post", "/parking/api/operator/policies/"),
    ("get", "/parking/api/operator/policies/"),
    ("post", "/parking/api/operator/zone/{zone_id}/terms/"),
    ("get", "/parking/api/desk/search/"),
    ("post", "/parking/api/desk/ticket/replace/"),
    ("post", "/parking/api/desk/ticket/lost/"),
    ("post", "/parking/api/desk/gate/open/"),
    ("post", "/parking/api/desk/adjustment/"),
    ("get", "/parking/api/desk/adjustment/waiting/"),
    ("post", "/parking/api/desk/adjustment/decide/"),
    ("get", "/parking/api/booking/{booking_id}/"),
    ("get", "/parking/api/booking/{booking_id}/receipt/"),
    ("post", "/parking/api/validation/"),
    ("post", "/parking/api/operator/merchants/"),
    ("get", "/parking/api/operator/merchants/"),
    ("post", "/parking/api/operator/merchants/{merchant_id}/close/"),
    ("post", "/parking/api/operator/merchants/{merchant_id}/codes/"),
    ("get", "/parking/api/operator/merchants/{merchant_id}/codes/"),
    ("post", "/parking/api/operator/merchants/{merchant_id}/codes/close/"),
    ("post", "/parking/api/operator/permits/"),
    ("get", "/parking/api/operator/permits/"),
    ("get", "/parking/api/operator/permits/{permit_id}/"),
    ("post", "/parking/api/operator/permits/{permit_id}/revoke/"),
    ("post", "/parking/api/operator/permits/{permit_id}/cars/"),
    ("post", "/parking/api/operator/permits/{permit_id}/cars/remove/"),
    ("post", "/parking/api/scan/entry/"),
    ("post", "/parking/api/scan/exit/"),
    ("post", "/parking/api/payment/additional/"),
    ("post", "/parking/api/payment/webhook/{provider}/"),
    ("get", "/parking/api/zones/"),
    ("get", "/parking/api/zone/{zone_id}/status/"),
    ("get", "/parking/api/zone/{zone_id}/availability/"),
    ("post", "/parking/api/desk/shift/open/"),
    ("post", "/parking/api/desk/shift/close/"),
    ("get", "/parking/api/desk/shift/"),
    ("post", "/parking/api/desk/cash/booking/"),
    ("post", "/parking/api/desk/cash/stay/"),
    ("get", "/parking/api/desk/cash/refunds/"),
    ("post", "/parking/api/desk/cash/hand-back/"),
    ("post", "/parking/api/desk/passback/reset/"),
    ("post", "/parking/api/operator/outages/"),
    ("post", "/parking/api/operator/outages/end/"),
    ("get", "/parking/api/operator/zone/{zone_id}/outages/"),
    ("post", "/parking/api/operator/occupancy/"),
    ("get", "/parking/health/"),
    ("get", "/parking/api/sandbox/clock/"),
    ("post", "/parking/api/sandbox/clock/"),
}


@pytest.fixture
def document(api) -> dict[str, Any]:
    return api.get("api/openapi.json").json()


@pytest.fixture
def operations(document) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method, path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def references(value: object) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(references, value))
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))
    return set()


def test_the_document_has_every_route_once(document, operations):
    assert document["openapi"] == "3.1.0"
    assert operations.keys() == ROUTES
    ids = [operation["operationId"] for operation in operations.values()]
    assert len(ids) == len(set(ids))


def test_every_reference_leads_somewhere(document):
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}

    assert references(document) <= known


def test_each_operation_says_what_it_does_takes_and_answers(operations):
    for (method, path), operation in operations.items():
        assert operation["summary"]
        assert operation["description"]
        assert operation["tags"]
        named = [parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"]
        assert named == re.findall(r"{(\w+)}", path)
        assert ("requestBody" in operation) == (method == "post")
        for answer in operation["responses"].values():
            assert answer["description"]
            assert all(content["schema"] for content in answer["content"].values())


def test_each_operation_documents_its_errors_with_their_codes(operations, document):
    for (method, _), operation in operations.items():
        statuses = set(operation["responses"])
        assert {"500", "503"} | ({"400", "413", "415", "422"} if method == "post" else set()) <= statuses
        assert statuses & {"200", "201"}
        for status in statuses - {"200", "201", "202"}:
            schema = operation["responses"][status]["content"]["application/json"]["schema"]["$ref"]
            properties = document["components"]["schemas"][schema.rsplit("/", 1)[-1]]["properties"]
            assert {"success", "error", "code"} <= properties.keys()
            assert "`" in operation["responses"][status]["description"]


def test_the_statuses_of_the_design_are_where_they_belong(operations):
    def statuses(path: str) -> set[str]:
        return set(operations["post", f"/parking/api/{path}"]["responses"])

    assert {"201", "404", "409"} <= statuses("booking/create/")
    assert {"200", "202", "402", "404", "409", "410"} <= statuses("booking/payment/")
    assert {"200", "404", "409", "410"} <= statuses("booking/cancel/")
    assert {"200", "401", "402", "403", "404", "409", "410"} <= statuses("scan/entry/")
    assert {"200", "401", "402", "403", "404", "409"} <= statuses("scan/exit/")
    assert {"200", "202", "402", "404", "409"} <= statuses("payment/additional/")


def test_the_specifications_request_is_the_example(document):
    assert document["components"]["schemas"]["CreateBooking"]["examples"] == [
        {
            "vehicle_number": "DL01AB1234",
            "owner_name": "John Doe",
            "zone_id": 1,
            "hours": 2,
            "phone_number": "9876543210",
        }
    ]


def test_real_answers_have_exactly_the_documented_keys(api, parking_setup, document, operations):
    booking = api.book()
    answers = {
        ("post", "booking/create/", 201): booking,
        ("get", "booking/{booking_id}/", 200): api.get(f"api/booking/{booking['booking_id']}/").json(),
        ("post", "booking/payment/", 200): api.pay(booking).json(),
        ("post", "scan/entry/", 200): api.enter(booking).json(),
        ("post", "scan/exit/", 200): api.leave(booking).json(),
        ("get", "zones/", 200): api.get("api/zones/").json(),
        ("get", "sandbox/clock/", 200): api.get("api/sandbox/clock/").json(),
        ("post", "booking/create/", 422): api.post("booking/create/", {}).json(),
    }
    for (method, path, status), answer in answers.items():
        content = operations[method, f"/parking/api/{path}"]["responses"][str(status)]["content"]
        name = content["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1]
        assert document["components"]["schemas"][name]["properties"].keys() == answer.keys()


def test_the_docs_page_comes_from_this_server_alone(api):
    page = api.get("api/docs")

    assert page.status_code == 200
    assert "/parking/api/openapi.json" in page.content.decode()
    assert not re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", page.content.decode())
