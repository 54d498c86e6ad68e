"""A JSON body read so that it can mean one thing only (DESIGN section 7); anything else is a clear refusal.

Two programs must never read one body differently: so no repeated names, no numbers that are none, no text that a
database or a log would choke on.
"""

from __future__ import annotations

import json
import math
from itertools import chain
from typing import Any, Final, NoReturn

from parking.api.errors import InvalidJson

MAX_DEPTH: Final = 16
MAX_INTEGER_DIGITS: Final = 20
_MAX_NUMBER_LENGTH: Final = 40


def read_object(*, raw: bytes) -> dict[str, Any]:
    """The object that `raw` spells. Raises InvalidJson, which says what is wrong with it.

    The caller has bounded its length: depth is looked at only once it is parsed.
    """
    text = _decode(raw=raw)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_fraction,
            parse_constant=_no_constant,
        )
    except json.JSONDecodeError as error:
        raise InvalidJson(
            f"The body is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from None
    except RecursionError:
        raise _too_deep() from None
    if not isinstance(value, dict):
        raise InvalidJson("The body must be a JSON object, such as {}.")
    _check(value=value, depth=1)
    return value


def _decode(*, raw: bytes) -> str:
    if not raw.strip():
        raise InvalidJson("The body is empty. Send a JSON object.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidJson("The body is not UTF-8.") from None
    if text.startswith("\ufeff"):
        raise InvalidJson("The body starts with a byte order mark. Send it without.")
    return text


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise InvalidJson("An object in the body has the same name twice.")
    return value


def _integer(digits: str) -> int:
    # Before int(): its time grows with the square of the length.
    if len(digits) > MAX_INTEGER_DIGITS:
        raise InvalidJson(f"A number in the body has more than {MAX_INTEGER_DIGITS} digits.")
    return int(digits)


def _fraction(digits: str) -> float:
    if len(digits) > _MAX_NUMBER_LENGTH or not math.isfinite(number := float(digits)):
        raise InvalidJson("A number in the body is too long or too large.")
    return number


def _no_constant(name: str) -> NoReturn:
    raise InvalidJson(f"{name} is not a JSON number.")


def _check(*, value: object, depth: int) -> None:
    if isinstance(value, str):
        _check_text(text=value)
    elif isinstance(value, dict | list):
        if depth > MAX_DEPTH:
            raise _too_deep()
        for part in chain(value, value.values()) if isinstance(value, dict) else value:
            _check(value=part, depth=depth + 1)


def _check_text(*, text: str) -> None:
    if "\0" in text:
        raise InvalidJson("A text in the body contains the NUL character.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidJson("A text in the body contains half of a surrogate pair.") from None


def _too_deep() -> InvalidJson:
    return InvalidJson(f"The body is nested more than {MAX_DEPTH} levels deep.")
