"""An exact limit on wrong guesses, over all processes, and none on right ones."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connection

from parking.domain.errors import TooManyGuesses
from parking.models import GuessCount
from parking.services import guesses
from tests.garage import OPENING, at


def guess(source: str, *, now: datetime = OPENING) -> bool:
    """Whether a wrong guess was answered."""
    try:
        guesses.require_room(source=source, now=now)
        guesses.count(source=source, now=now)
    except TooManyGuesses:
        return False
    return True


@pytest.mark.django_db
def test_so_many_and_not_one_more():
    answered = [guess("here") for _ in range(guesses.LIMIT + 5)]
    assert answered == [True] * guesses.LIMIT + [False] * 5


@pytest.mark.django_db
def test_each_place_and_each_window_counts_alone():
    for _ in range(guesses.LIMIT):
        assert guess("here")
    assert not guess("here", now=at(seconds=299))
    assert guess("there")
    assert guess("here", now=at(seconds=300))


@pytest.mark.django_db
def test_the_refusal_says_how_long_to_wait():
    for _ in range(guesses.LIMIT):
        guess("here")
    with pytest.raises(TooManyGuesses) as refusal:
        guesses.require_room(source="here", now=at(seconds=100))
    assert refusal.value.details == {"retry_after_seconds": 201}


@pytest.mark.django_db
def test_old_windows_are_forgotten():
    guess("here")
    assert guesses.forget(now=at(seconds=299)) == 0
    assert guesses.forget(now=at(seconds=300)) == 1
    assert GuessCount.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_limit_is_exact_when_all_guess_at_once():
    def one(_: int) -> bool:
        try:
            return guess("crowd")
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as crowd:
        answered = list(crowd.map(one, range(3 * guesses.LIMIT)))
    assert sum(answered) == guesses.LIMIT
