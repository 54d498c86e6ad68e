from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from parking.domain.permissions import Role
from parking.queries.clock import current_time
from parking.services.results import BookingCreated
from tests.garage import Garage

Staff = Callable[[Role], Client]


@pytest.fixture
def staff(db) -> Staff:
    """A browser in which somebody of that role has signed in."""

    def sign_in(role: Role) -> Client:
        user = User.objects.create_user(role.value, password="quiet-harbour-42", is_staff=True)
        user.groups.add(Group.objects.get_or_create(name=role.value)[0])
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def now(db) -> datetime:
    """Pages read the clock themselves, so their stories are told around the present."""
    return current_time()


@pytest.fixture
def paid(garage: Garage, now: datetime) -> BookingCreated:
    """A booking whose car may come in."""
    return garage.book_and_pay(now=now - timedelta(minutes=5))


@pytest.fixture
def inside(garage: Garage, now: datetime) -> BookingCreated:
    """One hour paid, and its car inside for half an hour."""
    return _parked(garage, now=now, minutes=30)


@pytest.fixture
def overdue(garage: Garage, now: datetime) -> BookingCreated:
    """One hour paid, and its car inside for an hour and a half: 50.00 are due."""
    return _parked(garage, now=now, minutes=90)


def _parked(garage: Garage, *, now: datetime, minutes: int) -> BookingCreated:
    came = now - timedelta(minutes=minutes)
    booking = garage.book_and_pay(now=came)
    garage.enter(booking, now=came)
    return booking
