"""How a form of the office is answered: done and back to the page, or the page again with what was wrong."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from parking.domain.errors import ParkingError
from parking.web.words import told

UNPROCESSABLE = 422


def answer(
    request: HttpRequest,
    *,
    form: forms.Form,
    act: Callable[[], str],
    done: str,
    again: Callable[[forms.Form, int], HttpResponse],
) -> HttpResponse:
    """Call `act` if the form is right: it says what was done, which stands on the page at `done`.

    What the service refuses is told at the form, with everything that was typed.
    """
    if not form.is_valid():
        return again(form, UNPROCESSABLE)
    try:
        words = act()
    except ParkingError as refusal:
        form.add_error(None, told(refusal))
        return again(form, refusal.status)
    messages.success(request, words)
    return redirect(done)


def press(request: HttpRequest, *, act: Callable[[], str], done: str) -> HttpResponse:
    """The same for a button without a form: a refusal stands on the page that it was pressed on."""
    try:
        messages.success(request, act())
    except ParkingError as refusal:
        messages.error(request, told(refusal))
    return redirect(done)
