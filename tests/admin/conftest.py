from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from parking.domain.permissions import Role
from parking.models import SandboxClock
from tests.garage import OPENING, Garage, at

SignIn = Callable[..., Client]


@pytest.fixture
def sign_in(db) -> SignIn:
    """A browser in which a member of staff with these roles has signed in; the name is theirs."""

    def signed_in(*roles: Role, name: str = "meera", superuser: bool = False) -> Client:
        user = User.objects.create_user(username=name, is_staff=True, is_superuser=superuser)
        user.groups.set([Group.objects.get_or_create(name=role.value)[0] for role in roles])
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def operator(sign_in: SignIn) -> Client:
    return sign_in(Role.OPERATOR)


@pytest.fixture(autouse=True)
def _it_is_opening_time(db) -> None:
    SandboxClock.objects.create(id=1, frozen_at=OPENING)


def tell_a_story(garage: Garage, plate: str = "DL01AB1234", *, begins: float = 0) -> None:
    """Two bookings, one cancelled, one that overstayed and paid: a row in every table that a booking touches."""
    garage.cancel(garage.book_and_pay(plate, now=at(minutes=begins)), now=at(minutes=begins + 1))
    booking = garage.book_and_pay(plate, now=at(minutes=begins + 2))
    admitted = garage.enter(booking, now=at(minutes=begins + 3))
    with pytest.raises(Exception, match="payment_due"):
        garage.leave(booking, now=at(minutes=begins + 100))
    garage.top_up(admitted.session_id, now=at(minutes=begins + 101))
    garage.leave(booking, now=at(minutes=begins + 102))
