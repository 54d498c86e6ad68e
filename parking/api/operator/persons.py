"""People who ask what is known of them, or to be forgotten. By POST: what stands in an address is kept in logs."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from ninja import Router
from pydantic import BaseModel, Field, model_validator

from parking.api import documentation
from parking.api.callers import caller_of
from parking.api.documentation import BY_KEY
from parking.api.request_schemas import strict
from parking.api.response_schemas import Answer, AnswerWithMessage, Id, Moment
from parking.domain import errors
from parking.domain.anonymity import OBSTACLES_IN_WORDS, Obstacle
from parking.domain.permissions import Permission
from parking.domain.times import format_time
from parking.edge.moments import now_of
from parking.queries.people import find_person
from parking.services import ParkingService

router = Router(tags=["Operator"])


class NamePerson(BaseModel):
    """Somebody, by the plate of their car or by the phone number that they booked with."""

    model_config = strict(example={"vehicle_number": "DL01AB1234"})

    vehicle_number: str | None = Field(None, description="The plate, with or without separators.")
    phone_number: str | None = Field(None, description="As dialled, or with its country code.")

    @model_validator(mode="after")
    def _one_way(self) -> NamePerson:
        if (self.vehicle_number is None) == (self.phone_number is None):
            raise ValueError("must have either vehicle_number or phone_number.")
        return self


class InTheWayItem(BaseModel):
    obstacle: Obstacle
    words: str
    booking_id: Id | None
    vehicle_number: str


class PersonAnswer(Answer):
    vehicle_numbers: list[str]
    phone_numbers: list[str] = Field(description="All that stand on bookings of these vehicles.")
    bookings: int
    newest_booking_at: Moment | None
    in_the_way: list[InTheWayItem] = Field(description="What must end before they can be forgotten; at most 50.")


class PersonForgottenAnswer(AnswerWithMessage):
    bookings: int
    vehicles: int
    stored_answers: int = Field(description="Answers kept for idempotency keys that named them.")


@router.post(
    "people/find/",
    operation_id="find_person",
    summary="See what is known of a person",
    **documentation.command(answers={200: PersonAnswer}, refusals=BY_KEY),
)
def find(request: HttpRequest, body: NamePerson) -> PersonAnswer:
    """What would be erased, and what is in the way. A phone number leads to all vehicles that were booked with it, and
    to all bookings of those."""
    caller_of(request).require(Permission.PERSON_ANONYMISE)
    person = find_person(
        vehicle_number=body.vehicle_number,
        phone_number=body.phone_number,
        phone_region=settings.PARKING_PHONE_REGION,
        now=now_of(request),
    )
    newest = person.newest_booking_at
    return PersonAnswer(
        vehicle_numbers=list(person.vehicle_numbers),
        phone_numbers=list(person.phone_numbers),
        bookings=person.bookings,
        newest_booking_at=format_time(moment=newest) if newest is not None else None,
        in_the_way=[
            InTheWayItem(
                obstacle=one.obstacle,
                words=OBSTACLES_IN_WORDS[one.obstacle],
                booking_id=str(one.booking_id) if one.booking_id is not None else None,
                vehicle_number=one.vehicle_number,
            )
            for one in person.in_the_way
        ],
    )


@router.post(
    "people/anonymise/",
    operation_id="anonymise_person",
    summary="Forget a person",
    **documentation.command(
        answers={200: PersonForgottenAnswer}, refusals=(*BY_KEY, errors.PersonStillNeeded, errors.Busy)
    ),
)
def anonymise(request: HttpRequest, body: NamePerson) -> PersonForgottenAnswer:
    """Erases their names, phone numbers and plates from everything that is over; amounts, times and places stay. It
    cannot be undone. Refused while anything of theirs is not over. Again, it finds nobody."""
    forgotten = ParkingService.anonymise_person(
        vehicle_number=body.vehicle_number,
        phone_number=body.phone_number,
        caller=caller_of(request),
        now=now_of(request),
    )
    known = forgotten.bookings or forgotten.vehicles
    return PersonForgottenAnswer(
        bookings=forgotten.bookings,
        vehicles=forgotten.vehicles,
        stored_answers=forgotten.stored_answers,
        message="They are forgotten. Nothing here names them any more." if known else "Nothing names them here.",
    )
