"""How an endpoint is described in the OpenAPI document: its refusals come from the errors it can raise."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final, TypedDict

from pydantic import BaseModel

from parking.api.errors import InvalidIdempotencyKey, InvalidJson, UnsupportedMediaType
from parking.api.idempotency import HEADER, REPLAYED
from parking.api.response_schemas import Error, FieldError
from parking.domain.errors import (
    IdempotencyInProgress,
    IdempotencyKeyReused,
    InvalidField,
    InvalidKey,
    ParkingError,
    PermissionRequired,
    TooManyGuesses,
    Unavailable,
)
from parking.edge.errors import BodyTooLarge, InternalError

Refusal = type[ParkingError]

_EVERYWHERE: Final[tuple[Refusal, ...]] = (InternalError, Unavailable)
BY_KEY: Final[tuple[Refusal, ...]] = (InvalidKey, PermissionRequired)
"""Of every endpoint that asks whether its caller may."""
GUESSABLE: Final[tuple[Refusal, ...]] = (TooManyGuesses,)
_WITH_A_BODY: Final[tuple[Refusal, ...]] = (InvalidJson, BodyTooLarge, UnsupportedMediaType, InvalidField)
_WITH_A_KEY: Final[tuple[Refusal, ...]] = (InvalidIdempotencyKey, IdempotencyKeyReused, IdempotencyInProgress)
_KEY_PARAMETER: Final = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "A random name of this request, such as a UUID. Sent again with the same body within 30 days, it "
    f"gets the first answer again, marked `{REPLAYED}: true`, and nothing is done twice.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}


class Documented(TypedDict):
    """The arguments of a route's decorator that describe it."""

    response: dict[int, Any]
    openapi_extra: dict[str, Any]


def query(*, answers: dict[int, type[BaseModel]], refusals: tuple[Refusal, ...] = ()) -> Documented:
    """A GET with its answers by status, and the errors that are its own."""
    return _documented(answers=answers, refusals=(*refusals, *_EVERYWHERE))


def command(
    *, answers: dict[int, type[BaseModel]], refusals: tuple[Refusal, ...] = (), takes_key: bool = True
) -> Documented:
    """A POST with a JSON body; all but the webhooks take an idempotency key."""
    keyed = _WITH_A_KEY if takes_key else ()
    documented = _documented(answers=answers, refusals=(*_WITH_A_BODY, *keyed, *refusals, *_EVERYWHERE))
    if takes_key:
        documented["openapi_extra"]["parameters"] = [_KEY_PARAMETER]
    return documented


def _documented(*, answers: dict[int, type[BaseModel]], refusals: tuple[Refusal, ...]) -> Documented:
    meanings: dict[int, list[str]] = defaultdict(list)
    for refusal in refusals:
        meanings[refusal.default_status].append(f"`{refusal.default_code}`: {refusal.default_message}")
    schemas: dict[int, Any] = {
        status: FieldError if status == InvalidField.default_status else Error for status in meanings
    }
    return {
        "response": dict(sorted({**schemas, **answers}.items())),
        "openapi_extra": {
            "responses": {status: {"description": "\n\n".join(texts)} for status, texts in meanings.items()}
        },
    }
