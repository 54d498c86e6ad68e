"""Merchants and the discount codes that they give to their visitors."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import BaseModel, Field, model_validator

from parking.api import documentation
from parking.api.callers import caller_of
from parking.api.documentation import BY_KEY
from parking.api.request_schemas import MomentText, strict
from parking.api.response_schemas import Amount, Answer, Currency, Moment
from parking.domain import errors
from parking.domain.money import format_amount, parse_amount
from parking.domain.permissions import Permission
from parking.domain.states import DiscountKind
from parking.domain.times import format_time
from parking.edge.identifiers import moment_of, number_of
from parking.edge.moments import now_of
from parking.queries.discounts import CodeSummary, currency_of_codes, list_codes, list_merchants
from parking.services import ParkingService

router = Router(tags=["Operator"])

_GIVES = {"minutes": DiscountKind.TIME, "amount": DiscountKind.AMOUNT, "basis_points": DiscountKind.PERCENT}


class CreateMerchant(BaseModel):
    """Somebody who pays for part of their visitors' parking."""

    model_config = strict(example={"name": "Book shop"})

    name: str


class CloseMerchant(BaseModel):
    """Nothing more is needed."""

    model_config = strict(example={})


class CreateCodes(BaseModel):
    """One code, or with `count` a batch of random codes for one use each. It gives one of three things."""

    model_config = strict(
        example={
            "code": "BOOKSHOP-2H",
            "minutes": 120,
            "at_most_amount": "150.00",
            "budget_amount": "20000.00",
            "valid_from": "2026-01-01T00:00:00+05:30",
            "valid_until": "2026-04-01T00:00:00+05:30",
        }
    )

    minutes: int | None = Field(None, description="The stay costs as if it had been so much shorter.")
    amount: str | None = Field(None, examples=["50.00"], description="So much off the price.")
    basis_points: int | None = Field(None, description="A part of the price: 2500 is a quarter of it.")
    at_most_amount: str | None = Field(None, description="The most that one use gives; needed unless `amount` is.")
    budget_amount: str | None = Field(None, description="The most that all uses together give.")
    max_uses: int | None = None
    valid_from: MomentText | None = Field(None, description="Left out, now.")
    valid_until: MomentText
    code: str | None = Field(None, description="Left out, a random one.")
    count: int | None = Field(None, description="How many codes, without `code`, `max_uses` and `budget_amount`.")

    @model_validator(mode="after")
    def _one_thing(self) -> CreateCodes:
        if sum(getattr(self, name) is not None for name in _GIVES) != 1:
            raise ValueError("must have exactly one of minutes, amount and basis_points.")
        alone = (self.code, self.max_uses, self.budget_amount)
        if self.count is not None and any(value is not None for value in alone):
            raise ValueError("must not have code, max_uses or budget_amount beside count.")
        return self


class CloseCode(BaseModel):
    """A code that is to be used no more."""

    model_config = strict(example={"code": "BOOKSHOP-2H"})

    code: str


class MerchantAnswer(Answer):
    merchant_id: int
    name: str
    currency: Currency


class MerchantItem(BaseModel):
    merchant_id: int
    name: str
    created_at: Moment
    closed_at: Moment | None
    codes: int = Field(description="How many it has.")


class MerchantsAnswer(Answer):
    merchants: list[MerchantItem]


class CodesAnswer(Answer):
    codes: list[str] = Field(examples=[["BOOKSHOP-2H"]], description="Who knows a code may use it.")
    at_most_amount: Amount
    currency: Currency


class CodeItem(BaseModel):
    code: str
    gives: DiscountKind
    minutes: int | None
    amount: Amount | None
    basis_points: int | None
    at_most_amount: Amount
    budget_amount: Amount | None
    max_uses: int | None
    uses: int
    granted_amount: Amount = Field(description="Of stays that are over.")
    reserved_amount: Amount = Field(description="For stays that go on.")
    currency: Currency
    valid_from: Moment
    valid_until: Moment
    closed_at: Moment | None


class MerchantCodesAnswer(Answer):
    codes: list[CodeItem]


@router.post(
    "merchants/",
    operation_id="create_merchant",
    summary="Add a merchant",
    **documentation.command(answers={201: MerchantAnswer}, refusals=BY_KEY),
)
def create_merchant(request: HttpRequest, body: CreateMerchant) -> Status[MerchantAnswer]:
    """It has no codes yet."""
    merchant = ParkingService.create_merchant(name=body.name, caller=caller_of(request), now=now_of(request))
    answer = MerchantAnswer(merchant_id=merchant.merchant_id, name=merchant.name, currency=merchant.currency)
    return Status(201, answer)


@router.get(
    "merchants/",
    operation_id="list_merchants",
    summary="List the merchants",
    **documentation.query(answers={200: MerchantsAnswer}, refusals=BY_KEY),
)
def merchants(request: HttpRequest) -> MerchantsAnswer:
    """By name, those that are closed too."""
    caller_of(request).require(Permission.MERCHANT_MANAGE)
    return MerchantsAnswer(
        merchants=[
            MerchantItem(
                merchant_id=one.id,
                name=one.name,
                created_at=format_time(moment=one.created_at),
                closed_at=format_time(moment=one.closed_at) if one.closed_at else None,
                codes=one.codes,
            )
            for one in list_merchants()
        ]
    )


@router.post(
    "merchants/{merchant_id}/close/",
    operation_id="close_merchant",
    summary="Close a merchant",
    **documentation.command(answers={200: Answer}, refusals=(*BY_KEY, errors.UnknownMerchant)),
)
def close_merchant(request: HttpRequest, merchant_id: str, body: CloseMerchant) -> Answer:
    """Its codes can be used no more. Stays that have used one keep their discount."""
    ParkingService.close_merchant(
        merchant_id=number_of(merchant_id, unknown=errors.UnknownMerchant),
        caller=caller_of(request),
        now=now_of(request),
    )
    return Answer()


@router.post(
    "merchants/{merchant_id}/codes/",
    operation_id="create_discount_codes",
    summary="Make a discount code, or many",
    **documentation.command(
        answers={201: CodesAnswer}, refusals=(*BY_KEY, errors.UnknownMerchant, errors.Conflict, errors.Busy)
    ),
)
def create_codes(request: HttpRequest, merchant_id: str, body: CreateCodes) -> Status[CodesAnswer]:
    """What a code gives never changes. To change it, close the code and make another."""
    caller = caller_of(request)
    caller.require(Permission.MERCHANT_MANAGE)
    number = number_of(merchant_id, unknown=errors.UnknownMerchant)
    currency, now = currency_of_codes(merchant_id=number), now_of(request)
    name = next(name for name in _GIVES if getattr(body, name) is not None)
    given = getattr(body, name)
    value: int = parse_amount(text=given, currency=currency) if name == "amount" else given
    valid_from = moment_of(body.valid_from) if body.valid_from is not None else now
    if body.count is not None:
        made = ParkingService.create_discount_batch(
            merchant_id=number,
            count=body.count,
            gives=_GIVES[name],
            value=value,
            at_most_minor=_minor(body.at_most_amount, currency=currency),
            valid_from=valid_from,
            valid_until=moment_of(body.valid_until),
            caller=caller,
            now=now,
        )
    else:
        made = ParkingService.create_discount_code(
            merchant_id=number,
            gives=_GIVES[name],
            value=value,
            at_most_minor=_minor(body.at_most_amount, currency=currency),
            budget_minor=_minor(body.budget_amount, currency=currency),
            max_uses=body.max_uses,
            valid_from=valid_from,
            valid_until=moment_of(body.valid_until),
            code=body.code,
            caller=caller,
            now=now,
        )
    at_most = format_amount(amount_minor=made.at_most_minor, currency=made.currency)
    return Status(201, CodesAnswer(codes=list(made.codes), at_most_amount=at_most, currency=made.currency))


@router.get(
    "merchants/{merchant_id}/codes/",
    operation_id="list_discount_codes",
    summary="See a merchant's codes",
    **documentation.query(answers={200: MerchantCodesAnswer}, refusals=(*BY_KEY, errors.UnknownMerchant)),
)
def codes(request: HttpRequest, merchant_id: str) -> MerchantCodesAnswer:
    """How often each was used, what it has granted, and what is reserved for stays that go on."""
    caller_of(request).require(Permission.MERCHANT_MANAGE)
    found = list_codes(merchant_id=number_of(merchant_id, unknown=errors.UnknownMerchant))
    return MerchantCodesAnswer(codes=[_item(one) for one in found])


@router.post(
    "merchants/{merchant_id}/codes/close/",
    operation_id="close_discount_code",
    summary="Close a discount code",
    **documentation.command(
        answers={200: Answer}, refusals=(*BY_KEY, errors.UnknownMerchant, errors.UnknownDiscount, errors.Busy)
    ),
)
def close_code(request: HttpRequest, merchant_id: str, body: CloseCode) -> Answer:
    """Stays that have used it keep their discount."""
    ParkingService.close_discount_code(
        merchant_id=number_of(merchant_id, unknown=errors.UnknownMerchant),
        code=body.code,
        caller=caller_of(request),
        now=now_of(request),
    )
    return Answer()


def _minor(text: str | None, *, currency: str) -> int | None:
    return None if text is None else parse_amount(text=text, currency=currency)


def _item(one: CodeSummary) -> CodeItem:
    def money(amount_minor: int) -> str:
        return format_amount(amount_minor=amount_minor, currency=one.currency)

    return CodeItem(
        code=one.code,
        gives=one.gives,
        minutes=one.value if one.gives is DiscountKind.TIME else None,
        amount=money(one.value) if one.gives is DiscountKind.AMOUNT else None,
        basis_points=one.value if one.gives is DiscountKind.PERCENT else None,
        at_most_amount=money(one.at_most_minor),
        budget_amount=None if one.budget_minor is None else money(one.budget_minor),
        max_uses=one.max_uses,
        uses=one.uses,
        granted_amount=money(one.granted_minor),
        reserved_amount=money(one.reserved_minor),
        currency=one.currency,
        valid_from=format_time(moment=one.valid_from),
        valid_until=format_time(moment=one.valid_until),
        closed_at=format_time(moment=one.closed_at) if one.closed_at else None,
    )
