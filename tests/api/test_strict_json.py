from __future__ import annotations

import json
import time

import pytest

from parking.api import strict_json
from parking.api.errors import InvalidJson
from tests.api.conftest import BOOKING

GOOD = json.dumps(BOOKING).encode()


def nested(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


def listed(levels: int) -> bytes:
    return b'{"a":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


REFUSED = {
    "empty": (b"", "empty"),
    "blank": (b" \r\n\t ", "empty"),
    "no JSON": (b"hello", "line 1, column 1"),
    "cut off": (GOOD[:-1], "not valid JSON"),
    "two documents": (GOOD + GOOD, "Extra data"),
    "trailing comma": (b'{"hours": 2,}', "not valid JSON"),
    "single quotes": (b"{'hours': 2}", "not valid JSON"),
    "comment": (b'{"hours": 2 /* two */}', "not valid JSON"),
    "array": (b"[]", "must be a JSON object"),
    "string": (b'"DL01AB1234"', "must be a JSON object"),
    "number": (b"1", "must be a JSON object"),
    "null": (b"null", "must be a JSON object"),
    "form": (b"hours=2", "not valid JSON"),
    "latin-1": ('{"owner_name": "José"}'.encode("latin-1"), "not UTF-8"),
    "utf-16": ('{"hours": 2}'.encode("utf-16"), "not UTF-8"),
    "overlong NUL": (b'{"owner_name": "\xc0\x80"}', "not UTF-8"),
    "encoded surrogate": (b'{"owner_name": "\xed\xa0\x80"}', "not UTF-8"),
    "byte order mark": (b"\xef\xbb\xbf" + GOOD, "byte order mark"),
    "NUL between": (b'{"hours":\x00 2}', "not valid JSON"),
    "raw NUL in text": (b'{"owner_name": "a\x00b"}', "not valid JSON"),
    "escaped NUL in text": (rb'{"owner_name": "a\u0000b"}', "NUL"),
    "escaped NUL in a name": (rb'{"a\u0000": 1}', "NUL"),
    "NUL deep inside": (rb'{"payment_gateway_data": {"a": [{"b": "\u0000"}]}}', "NUL"),
    "lone high surrogate": (rb'{"owner_name": "\ud83d"}', "surrogate"),
    "lone low surrogate": (rb'{"owner_name": "\udc00x"}', "surrogate"),
    "surrogate in a name": (rb'{"\ud83d": 1}', "surrogate"),
    "repeated name": (b'{"hours": 1, "hours": 2}', "same name twice"),
    "repeated by escape": (rb'{"hours": 1, "\u0068ours": 2}', "same name twice"),
    "repeated deep inside": (b'{"payment_gateway_data": {"a": {"b": 1, "b": 1}}}', "same name twice"),
    "NaN": (b'{"hours": NaN}', "NaN"),
    "Infinity": (b'{"hours": Infinity}', "Infinity"),
    "-Infinity": (b'{"x": -Infinity}', "Infinity"),
    "infinite by exponent": (b'{"x": 1e999}', "too large"),
    "long fraction": (b'{"x": 0.' + b"1" * 60_000 + b"}", "too long"),
    "21 digits": (b'{"x": 111111111111111111111}', "20 digits"),
    "60,000 digits": (b'{"x": ' + b"9" * 60_000 + b"}", "20 digits"),
    "leading zero": (b'{"hours": 02}', "not valid JSON"),
    "hexadecimal": (b'{"hours": 0x2}', "not valid JSON"),
    "17 levels": (nested(17), "16 levels"),
    "17 levels of arrays": (listed(17), "16 levels"),
    "10,000 levels": (nested(10_000), "16 levels"),
    "60,000 open brackets": (b'{"a":' + b"[" * 60_000, "16 levels"),
}


@pytest.mark.parametrize(("raw", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_strict_json_is_refused_and_told_why(api, nothing_written, raw, says):
    response = api.post_raw("booking/create/", raw)

    assert response.status_code == 400
    assert response.json()["code"] == "invalid_json"
    assert response.json()["success"] is False
    assert says in response.json()["error"]


def test_json_that_is_strict_is_read_as_it_stands():
    assert strict_json.read_object(raw='{"a": [1, -2.5, "é😀", null, true, {}]}'.encode()) == {
        "a": [1, -2.5, "é😀", None, True, {}]
    }
    assert strict_json.read_object(raw=b'\n {"a": 12345678901234567890}\n') == {"a": 12345678901234567890}
    assert strict_json.read_object(raw=rb'{"a": "\ud83d\ude00"}') == {"a": "😀"}
    assert strict_json.read_object(raw=nested(16))


@pytest.mark.parametrize("unit", [b'{"a":', b"[", b'"', b'"\\', b"9", b"1e", b'"a":1,', b"\\u0000", b"{}"])
def test_no_body_of_the_permitted_length_takes_long_to_refuse(unit):
    raw = b'{"a":' + unit * (65_000 // len(unit))
    began = time.perf_counter()
    with pytest.raises(InvalidJson):
        strict_json.read_object(raw=raw)
    assert time.perf_counter() - began < 1


def test_a_body_of_64_kib_is_read_and_one_byte_more_is_not(api, parking_setup):
    longest = GOOD + b" " * (64 * 1024 - len(GOOD))

    assert api.post_raw("booking/create/", longest).status_code in (201, 404)
    response = api.post_raw("booking/create/", longest + b" ")
    assert (response.status_code, response.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("announced", ["65537", "9" * 30, "99999999"])
def test_a_body_announced_as_too_large_is_refused_unread(api, nothing_written, announced):
    response = api.post_raw("booking/create/", GOOD, CONTENT_LENGTH=announced)

    assert (response.status_code, response.json()["code"]) == (413, "body_too_large")


def test_djangos_own_limit_speaks_the_same_language(api, nothing_written, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10

    response = api.post_raw("booking/create/", GOOD)

    assert (response.status_code, response.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("announced", "code"),
    [("", "invalid_json"), ("0", "invalid_json"), ("abc", "bad_request"), ("-1", "bad_request"), ("٣", "bad_request")],
)
def test_a_body_without_a_length_is_no_body(api, nothing_written, announced, code):
    response = api.post_raw("booking/create/", GOOD, CONTENT_LENGTH=announced)

    assert (response.status_code, response.json()["code"]) == (400, code)


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "text/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"],
)
def test_only_the_json_media_type_is_read(api, nothing_written, content_type):
    response = api.post_raw("booking/create/", GOOD, content_type=content_type)

    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_the_media_type_may_be_spelt_differently(api, parking_setup, content_type):
    response = api.post_raw("booking/create/", b"{}", content_type=content_type)

    assert response.status_code == 422
