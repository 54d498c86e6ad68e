"""Keys are kept as hashes only, wrong guesses are counted once a window, and logs are sealed link by link."""

from __future__ import annotations

from parking.models import ApiKey, GuessCount, LogSeal
from tests.db.broken import Statement, breaks
from tests.db.rows import Rows
from tests.garage import OPENING, at

HASH = 64 * "0"


def _api_key(**changes: object) -> ApiKey:
    row = {"name": "App", "key_prefix": "pk_1", "key_hash": HASH, "created_at": OPENING}
    return ApiKey.objects.create(**row | changes)


def _seal(**changes: object) -> LogSeal:
    row = {"log": "scan", "first_id": 1, "last_id": 9, "row_count": 9, "digest": HASH, "sealed_at": OPENING}
    return LogSeal.objects.create(**row | changes)


@breaks("parking_api_key_hashed")
def an_api_key_in_plain_text(rows: Rows) -> Statement:
    return lambda: _api_key(key_hash="secret")


@breaks("parking_apikey_key_prefix_key")
def two_api_keys_of_one_prefix(rows: Rows) -> Statement:
    _api_key()
    return _api_key


@breaks("parking_device_key_hashed")
def a_device_key_in_plain_text(rows: Rows) -> Statement:
    return lambda: rows.device(key_hash="secret")


@breaks("parking_device_key_hashed")
def a_device_key_that_is_neither_empty_nor_a_hash(rows: Rows) -> Statement:
    return lambda: rows.device(key_hash="\n")


@breaks("parking_device_key_once")
def two_devices_of_one_key(rows: Rows) -> Statement:
    rows.device(key_prefix="gk_1", key_hash=HASH)
    return lambda: rows.device(device_id="OTHER", key_prefix="gk_1", key_hash=HASH)


@breaks("parking_guess_window_once")
def one_window_of_guesses_counted_in_two_rows(rows: Rows) -> Statement:
    guesses = {"source": "203.0.113.9", "window_starts_at": OPENING}
    GuessCount.objects.create(**guesses)
    return lambda: GuessCount.objects.create(**guesses)


@breaks("parking_seal_once")
def two_links_from_one_row_on(rows: Rows) -> Statement:
    _seal()
    return lambda: _seal(last_id=20)


@breaks("parking_seal_span")
def a_link_that_ends_before_it_begins(rows: Rows) -> Statement:
    return lambda: _seal(last_id=0)


@breaks("parking_seal_unchanged")
def a_seal_rewritten(rows: Rows) -> Statement:
    seal = _seal()
    seal.sealed_at = at(minutes=1)
    return seal.save


@breaks("parking_seal_kept")
def a_seal_broken(rows: Rows) -> Statement:
    return _seal().delete


@breaks("parking_api_key_hashed")
def an_api_key_without_a_hash(rows: Rows) -> Statement:
    return lambda: _api_key(key_hash="")
