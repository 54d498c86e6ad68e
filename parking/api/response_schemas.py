"""The bodies of answers, as the OpenAPI document shows them and as they are rendered."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from parking.domain.states import (
    AdjustmentKind,
    BookingStatus,
    PaymentKind,
    PaymentMethod,
    PaymentStatus,
    RefundKind,
    RefundStatus,
    SessionStatus,
    VehicleClass,
)

Amount = Annotated[str, Field(description="A decimal number, in `currency`.", examples=["100.00"])]
Currency = Annotated[str, Field(description="ISO 4217.", examples=["INR"])]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-01-31T03:30:00.000000Z"])]
Id = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
Code = Annotated[str, Field(examples=["PARK-ABC123DEF456"])]


class Answer(BaseModel):
    success: Literal[True] = True


class AnswerWithMessage(Answer):
    message: str = Field(description="What happened and what to do next, for the person.")


class Error(BaseModel):
    """A refusal. Some carry more keys, which say what it is about."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [{"success": False, "error": "Descriptive error message", "code": "unknown_zone"}]
        },
    )

    success: Literal[False] = False
    error: str = Field(description="What is wrong and what to do next, for the person.")
    code: str = Field(description="Which refusal it is, for programs; never changes.")


class FieldProblem(BaseModel):
    field: str
    error: str


class FieldError(Error):
    """Values of the request that cannot be used; with `invalid_field`, `field` names the first of them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "success": False,
                    "error": "hours: must be a whole number from 1 to 24.",
                    "code": "invalid_field",
                    "field": "hours",
                    "errors": [{"field": "hours", "error": "hours: must be a whole number from 1 to 24."}],
                }
            ]
        }
    )

    field: str | None = None
    errors: list[FieldProblem] | None = None


class BookingCreatedAnswer(AnswerWithMessage):
    booking_id: Id = Field(description="Who knows it may pay, see and cancel the booking: keep it secret.")
    qr_code: Code
    vehicle_number: str
    slot_number: str
    zone_name: str
    hours: int
    amount: Amount
    currency: Currency
    created_at: Moment
    expires_at: Moment = Field(description="Pay before.")
    starts_at: Moment
    ends_at: Moment
    status: BookingStatus


class _PaymentAnswer(AnswerWithMessage):
    payment_id: Id
    booking_id: Id
    amount: Amount
    currency: Currency
    payment_status: PaymentStatus
    next_action: dict[str, str] | None = Field(
        description="What the payer must still do, as the provider says it; null if there is nothing to do."
    )


class BookingPaymentAnswer(_PaymentAnswer):
    booking_status: BookingStatus


class AdditionalPaymentAnswer(_PaymentAnswer):
    session_id: Id
    session_status: SessionStatus
    leave_by: Moment | None = Field(description="Until then the exit gate opens and charges nothing more.")


class BookingExtendedAnswer(AnswerWithMessage):
    booking_id: Id
    hours: int = Field(description="In all. While the payment waits, still as before.")
    paid_until: Moment
    slot_number: str = Field(description="It may be another, if the first was promised to somebody else.")
    payment_id: Id | None = Field(description="Null if the hours cost nothing more.")
    amount: Amount
    currency: Currency
    payment_status: PaymentStatus | None
    next_action: dict[str, str] | None = Field(
        description="What the payer must still do, as the provider says it; null if there is nothing to do."
    )


class PlateChangedAnswer(AnswerWithMessage):
    booking_id: Id
    vehicle_number: str
    slot_number: str


class PriceLineAnswer(BaseModel):
    """A part of the price, in words."""

    text: str
    starts_at: Moment
    ends_at: Moment
    amount: Amount


class QuoteAnswer(Answer):
    zone_name: str
    vehicle_class: VehicleClass
    starts_at: Moment
    ends_at: Moment
    total_minutes: int
    billable_minutes: int
    price_amount: Amount = Field(description="What the tariff asks for the time.")
    adjustments_amount: Amount
    discount_amount: Amount
    total_amount: Amount
    prepaid_amount: Amount = Field(description="What was paid and kept so far.")
    additional_amount: Amount = Field(description="What would still have to be paid.")
    refund_amount: Amount = Field(description="What would go back.")
    currency: Currency
    tariff: str = Field(description="Name and version of the tariff.", examples=["Zone A - Premium v1"])
    lines: list[PriceLineAnswer] = Field(description="The price in its parts, where the tariff tells them.")
    notes: list[str] = Field(description="What else there is to know, such as a change of the clocks.")


class BookingCancelledAnswer(AnswerWithMessage):
    booking_id: Id
    refund_amount: Amount
    refund_processed: bool = Field(description="Whether the payment provider has already confirmed it.")
    currency: Currency


class SessionSummary(BaseModel):
    """The stay of a booking that has entered."""

    session_id: Id
    status: SessionStatus
    entry_time: Moment
    exit_time: Moment | None
    billed_until: Moment | None
    leave_by: Moment | None
    gate_opened_at: Moment | None
    amount_due: Amount = Field(description="What leaving now would still cost.")


class AdjustmentSummary(BaseModel):
    """What was added to the price, or (below zero) taken from it."""

    kind: AdjustmentKind
    amount: Amount
    time: Moment


class BookingAnswer(Answer):
    booking_id: Id
    session_id: Id | None = Field(description="Null until the vehicle has entered.")
    status: BookingStatus
    qr_code: Code
    vehicle_number: str
    zone_id: int
    zone_name: str
    slot_number: str | None = Field(description="Null once the booking holds none.")
    hours: int
    created_at: Moment
    expires_at: Moment
    starts_at: Moment
    ends_at: Moment
    paid_at: Moment | None
    amount: Amount
    captured_amount: Amount
    refunded_amount: Amount = Field(description="Refunds on their way included.")
    cancel_refund_amount: Amount | None = Field(
        description="What cancelling now would give back; null if it cannot be cancelled any more."
    )
    adjustments: list[AdjustmentSummary]
    currency: Currency
    vehicle_class: VehicleClass
    session: SessionSummary | None


class ReceiptCharge(BaseModel):
    """Money that was taken."""

    kind: PaymentKind
    method: PaymentMethod
    time: Moment
    amount: Amount
    status: PaymentStatus
    reference: str = Field(description="The payment provider's, if it gave one.")


class ReceiptRefund(BaseModel):
    """Money that goes back. One that FAILED is not counted; it is tried again."""

    kind: RefundKind
    time: Moment = Field(description="When it was ordered.")
    processed_at: Moment | None = Field(description="When the payment provider confirmed it.")
    amount: Amount
    status: RefundStatus
    reference: str = Field(description="The payment provider's, if it gave one.")


class ReceiptAnswer(Answer):
    receipt_number: int = Field(description="Counted without a gap by each site; the same whenever it is asked for.")
    issued_at: Moment
    as_of: Moment = Field(description="Refunds that came until then are in it.")
    issuer_name: str
    site_name: str
    booking_id: Id
    vehicle_number: str
    zone_name: str
    hours: int
    starts_at: Moment
    ends_at: Moment
    entry_time: Moment | None
    exit_time: Moment | None
    charges: list[ReceiptCharge]
    refunds: list[ReceiptRefund]
    adjustments: list[AdjustmentSummary]
    captured_amount: Amount
    refunded_amount: Amount = Field(description="Refunds on their way included.")
    net_amount: Amount
    tax_percentage: str = Field(examples=["18.00"])
    tax_amount: Amount = Field(description="Included in `gross_amount`; half a minor unit is rounded up.")
    gross_amount: Amount = Field(description="What was kept: captured less refunded.")
    currency: Currency


class EntryAnswer(AnswerWithMessage):
    session_id: Id
    booking_id: Id
    vehicle_number: str
    slot_number: str
    zone_name: str
    entry_time: Moment
    paid_until: Moment


class _Bill(BaseModel):
    session_id: Id
    booking_id: Id
    vehicle_number: str
    zone_name: str
    slot_number: str
    entry_time: Moment
    exit_time: Moment | None = Field(description="Null while money is due.")
    billed_until: Moment
    duration_minutes: int = Field(description="The same as `total_minutes`.")
    total_minutes: int
    billable_minutes: int
    billable_hours: int
    hourly_rate: Amount
    price_amount: Amount = Field(description="What the tariff asks for the stay.")
    adjustments_amount: Amount = Field(description="What people added to it, or (below zero) took from it.")
    discount_amount: Amount = Field(description="What a permit or a merchant's code pays of it.")
    total_amount: Amount = Field(description="The price with its adjustments, less the discounts.")
    prepaid_amount: Amount = Field(description="All that was captured so far.")
    additional_payment_needed: bool
    additional_amount: Amount
    refund_amount: Amount
    currency: Currency
    session_status: SessionStatus
    quote_valid_until: Moment | None = Field(description="How long `additional_amount` stands.")


class ExitAnswer(_Bill, AnswerWithMessage):
    pass


class PaymentDueError(_Bill, Error):
    """The gate stays shut: pay `additional_amount` to payment/additional, then scan again."""


class ZoneSummary(BaseModel):
    id: int
    name: str
    hourly_rate: Amount
    currency: Currency
    total_slots: int
    occupied_slots: int
    available_slots: int
    occupancy_percentage: float


class ZonesAnswer(Answer):
    zones: list[ZoneSummary]


class ZoneStatusAnswer(Answer):
    zone_id: int
    zone_name: str
    hourly_rate: Amount
    currency: Currency
    total_slots: int
    occupied_slots: int = Field(description="Cars inside.")
    available_slots: int = Field(description="Neither taken, held nor out of service, less `unaccounted_cars`.")
    out_of_service_slots: int = Field(description="Out of service at this moment, and nobody in them.")
    unaccounted_cars: int = Field(description="Cars that somebody counted inside beyond those known.")
    active_sessions: int
    occupancy_percentage: float


class RoomStep(BaseModel):
    """So many slots are free from `starts_at` to `ends_at`."""

    starts_at: Moment
    ends_at: Moment
    free_slots: int


class AvailabilityAnswer(Answer):
    zone_id: int
    zone_name: str
    starts_at: Moment
    ends_at: Moment
    total_slots: int
    free_slots: int = Field(description="Free for the whole time: so many bookings of all of it can be made.")
    steps: list[RoomStep] = Field(description="How many slots are free when, in at most 500 steps.")
    exact: bool = Field(description="False if there were more steps: then each tells the fewest of its time.")


class HealthAnswer(Answer):
    status: Literal["healthy"] = "healthy"
    timestamp: Moment
    zones_configured: int


class EventAnswer(AnswerWithMessage):
    pass


class ClockAnswer(Answer):
    now: Moment
    frozen: bool
    offset_seconds: float = Field(description="How far it is ahead of the real time.")
