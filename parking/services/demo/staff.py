"""Who works in the invented garage. The command makes an account for each, so that a newcomer can be any of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from parking.domain.callers import Caller, staff_caller
from parking.domain.permissions import Role

ROLES: Final[Mapping[str, Role]] = {
    "meera": Role.CASHIER,
    "ravi": Role.ATTENDANT,
    "olga": Role.OPERATOR,
    "omar": Role.OPERATOR,
}
CASHIER, ATTENDANT, OPERATOR, SECOND_OPERATOR = (staff_caller(name=name, roles=[role]) for name, role in ROLES.items())
STAFF: Final[tuple[Caller, ...]] = (CASHIER, ATTENDANT, OPERATOR, SECOND_OPERATOR)
