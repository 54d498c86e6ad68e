"""What merchants' codes and permits gave (I12), within their bounds (I9), and how many cars a permit had (I5)."""

from __future__ import annotations

from parking.models import Adjustment, DiscountCode, Permit, Validation
from tests.auditor.busy import Busy
from tests.auditor.corruptions import breaks, change


def _granted(code: str) -> Validation:
    return Validation.objects.filter(discount__code=code).earliest("id")


def _code(code: str) -> DiscountCode:
    return DiscountCode.objects.get(code=code)


@breaks("I12")
def a_code_that_granted_less_than_it_gives(_: Busy) -> None:
    """The books of the code and of the stay agree, and are wrong."""
    validation = _granted("TWENTY")
    adjustment = Adjustment.objects.get(session_id=validation.session_id)
    change(validation, granted_minor=1900)
    change(_code("TWENTY"), spent_minor=_code("TWENTY").spent_minor - 100)
    change(adjustment, amount_minor=-1900)


@breaks("I12")
def a_code_that_granted_otherwise_than_was_taken_off(_: Busy) -> None:
    change(_granted("ONE-HOUR"), granted_minor=4900)
    change(_code("ONE-HOUR"), spent_minor=_code("ONE-HOUR").spent_minor - 100)


@breaks("I12")
def a_stay_that_is_over_with_a_code_still_reserved(_: Busy) -> None:
    """Of a use that granted nothing, so that only the reservation is wrong."""
    validation, code = _granted("HALF"), _code("HALF")
    change(validation, granted_minor=None, granted_until=None)
    change(code, spent_minor=code.spent_minor - (validation.granted_minor or 0) + validation.reserved_minor)


@breaks("I12")
def a_permit_that_paid_outside_of_its_hours(_: Busy) -> None:
    permit = Permit.objects.earliest("id")
    hours = permit.weekly_hours["hours"][0] | {"to": "15:00"}
    change(permit, weekly_hours=permit.weekly_hours | {"hours": [hours]})


@breaks("I12")
def a_permit_that_paid_for_nothing(_: Busy) -> None:
    adjustment = Adjustment.objects.filter(kind="PERMIT").earliest("created_at")
    change(adjustment, amount_minor=adjustment.amount_minor - 100)


@breaks("I9")
def a_code_beyond_its_budget(_: Busy) -> None:
    change(_code("TWENTY"), budget_minor=_code("TWENTY").spent_minor - 1)


@breaks("I9")
def a_code_used_more_often_than_it_may_be(_: Busy) -> None:
    change(_code("HALF"), max_uses=1)


@breaks("I9")
def a_code_whose_uses_do_not_add_up(_: Busy) -> None:
    change(_code("HALF"), spent_minor=_code("HALF").spent_minor + 1)


@breaks("I9")
def a_use_that_was_not_counted(_: Busy) -> None:
    change(_code("HALF"), uses=1)


@breaks("I9")
def a_use_that_gives_more_than_one_may(_: Busy) -> None:
    change(_code("ONE-HOUR"), at_most_minor=99_999)


@breaks("I5")
def more_cars_inside_than_a_permit_is_for(_: Busy) -> None:
    change(Permit.objects.earliest("id"), cars_at_once=1)
