"""The bodies of requests. Types are strict; what a value means is for the rules to judge, and written here as hints.

Optional fields may also be null; fields that are not named here are ignored.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from parking.domain.contacts import MAX_NAME_LENGTH
from parking.domain.states import VehicleClass
from parking.domain.tariffs import MAX_BOOKED_HOURS
from parking.edge.identifiers import day_of, moment_of

EXAMPLE_ID: Final = "0b9d6b1e-5b0c-4c57-9d0e-3f7a3c1f2a44"
EXAMPLE_CODE: Final = "PARK-ABC123DEF456"


def _a_moment(text: str) -> str:
    moment_of(text)
    return text


def _a_day(text: str) -> str:
    day_of(text)
    return text


MomentText = Annotated[
    str,
    AfterValidator(_a_moment),
    Field(json_schema_extra={"format": "date-time"}, examples=["2026-01-31T09:00:00+05:30"]),
]
DayText = Annotated[str, AfterValidator(_a_day), Field(json_schema_extra={"format": "date"}, examples=["2026-01-31"])]
IdText = Annotated[str, Field(json_schema_extra={"format": "uuid"}, examples=[EXAMPLE_ID])]


def strict(*, example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(strict=True, frozen=True, extra="ignore", json_schema_extra={"examples": [example]})


class CreateBooking(BaseModel):
    """A slot in a zone, for whole hours."""

    model_config = strict(
        example={
            "vehicle_number": "DL01AB1234",
            "owner_name": "John Doe",
            "zone_id": 1,
            "hours": 2,
            "phone_number": "9876543210",
        }
    )

    vehicle_number: str = Field(description="The plate, with or without separators.")
    owner_name: str = Field(json_schema_extra={"minLength": 1, "maxLength": MAX_NAME_LENGTH})
    zone_id: int
    hours: int = Field(json_schema_extra={"minimum": 1, "maximum": MAX_BOOKED_HOURS})
    phone_number: str | None = Field(None, description="As dialled, or with its country code.")
    starts_at: MomentText | None = Field(None, description="When the time begins; left out, now.")
    vehicle_class: VehicleClass | None = Field(None, strict=False, description="Left out, CAR.")


class _PaymentData(BaseModel):
    payment_gateway_data: dict[str, Any] | None = Field(
        None,
        description="What the payment provider's page gave the client. In the sandbox: nothing, or one of the "
        "documented test tokens as `token`.",
    )


class PayBooking(_PaymentData):
    """The payment of a booking."""

    model_config = strict(example={"booking_id": EXAMPLE_ID, "payment_gateway_data": {}})

    booking_id: IdText


class PayAdditional(_PaymentData):
    """The payment of what a stay costs beyond what was paid."""

    model_config = strict(example={"session_id": EXAMPLE_ID, "payment_gateway_data": {}})

    session_id: IdText


class CancelBooking(BaseModel):
    """The end of a booking that has not entered."""

    model_config = strict(example={"booking_id": EXAMPLE_ID, "reason": "Plans changed"})

    booking_id: IdText
    reason: str | None = Field(None, max_length=200)
    expected_refund_amount: str | None = Field(
        None, description="What the driver was shown. If less would go back by now, nothing is cancelled."
    )


class ExtendBooking(_PaymentData):
    """More hours for a booking that is paid, or for the car that is inside on it."""

    model_config = strict(example={"booking_id": EXAMPLE_ID, "hours": 1, "payment_gateway_data": {}})

    booking_id: IdText
    hours: int = Field(
        json_schema_extra={"minimum": 1, "maximum": MAX_BOOKED_HOURS}, description="How many more hours."
    )


class ChangePlate(BaseModel):
    """Another vehicle for a booking that has not entered."""

    model_config = strict(example={"booking_id": EXAMPLE_ID, "vehicle_number": "DL01AB1234"})

    booking_id: IdText
    vehicle_number: str = Field(description="The plate, with or without separators.")


class AskQuote(BaseModel):
    """What a visit would cost (`zone_id` with times), or what a stay costs at a moment (`booking_id`)."""

    model_config = strict(
        example={"zone_id": 1, "starts_at": "2026-01-31T09:00:00+05:30", "ends_at": "2026-01-31T11:30:00+05:30"}
    )

    zone_id: int | None = None
    vehicle_class: VehicleClass | None = Field(None, strict=False, description="Left out, CAR.")
    starts_at: MomentText | None = Field(None, description="Left out, now.")
    ends_at: MomentText | None = None
    hours: int | None = Field(
        None,
        json_schema_extra={"minimum": 1, "maximum": MAX_BOOKED_HOURS},
        description="Instead of `ends_at`: the whole hours of a booking.",
    )
    booking_id: IdText | None = None
    at: MomentText | None = Field(None, description="With `booking_id`: leaving when; left out, now.")

    @model_validator(mode="after")
    def _one_question(self) -> AskQuote:
        if (self.zone_id is None) == (self.booking_id is None):
            raise ValueError("must have either zone_id or booking_id.")
        if self.zone_id is not None and (self.ends_at is None) == (self.hours is None):
            raise ValueError("must have either ends_at or hours with zone_id.")
        return self


class _Scan(BaseModel):
    qr_code: str = Field(min_length=1, max_length=256, description="What the scanner read, as it read it.")
    scanner_device_id: str = Field(min_length=1, max_length=64)
    scanner_location: str | None = Field(None, max_length=100)
    scan_id: str | None = Field(
        None,
        min_length=1,
        max_length=64,
        description="The device's own name of this scan. The same scan sent again gets the same answer.",
    )
    device_time: MomentText | None = Field(None, description="When the device made the scan, by its own clock.")


class ScanEntry(_Scan):
    """A ticket at an entry gate."""

    model_config = strict(example={"qr_code": EXAMPLE_CODE, "scanner_device_id": "ENTRY_GATE_01"})


class ScanExit(_Scan):
    """A ticket at an exit gate."""

    model_config = strict(example={"qr_code": EXAMPLE_CODE, "scanner_device_id": "EXIT_GATE_01"})


class AdjustClock(BaseModel):
    """Move the test clock forward, by seconds or to a moment, or let it stand still or run; or both."""

    model_config = strict(example={"advance_seconds": 3900})

    advance_seconds: int | None = Field(None, json_schema_extra={"minimum": 0})
    now: MomentText | None = None
    freeze: bool | None = None

    @model_validator(mode="after")
    def _one_change(self) -> AdjustClock:
        moves = [name for name in ("advance_seconds", "now") if getattr(self, name) is not None]
        if len(moves) == 2:
            raise ValueError("must have either advance_seconds or now, not both.")
        if not moves and self.freeze is None:
            raise ValueError("must have advance_seconds, now or freeze.")
        return self
