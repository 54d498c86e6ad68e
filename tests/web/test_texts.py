"""Every text of pages and errors is there in every language, and says what the English one says."""

from __future__ import annotations

import re

import pytest

from parking.management import texts

_PLACEHOLDERS = re.compile(r"%\([a-z_]+\)s|%[sd]|\{[a-z_]+\}")


def _forms(translation) -> list[str]:
    return [translation] if isinstance(translation, str) else list(translation)


@pytest.fixture(params=texts.languages())
def catalogue(request):
    return texts.read(language=request.param)


def test_all_that_pages_say_is_in_the_catalogue_and_nothing_else(catalogue):
    gathered = {(message.id, message.context) for message in texts.gather()}

    assert {(message.id, message.context) for message in catalogue} == gathered, "run: make texts"


def test_all_of_it_is_translated(catalogue):
    assert [message.id for message in catalogue if message.id and not texts.is_translated(message.string)] == []


def test_a_translation_has_the_placeholders_of_its_text(catalogue):
    for message in catalogue:
        if message.id:
            wanted = set(_PLACEHOLDERS.findall(_forms(message.id)[-1]))
            for form in _forms(message.string):
                assert set(_PLACEHOLDERS.findall(form)) == wanted, message.id


def test_words_of_code_templates_and_errors_are_gathered():
    gathered = {message.id for message in texts.gather()}

    assert {
        "Choose a zone.",  # code
        "Skip to the content",  # a template
        "Pay %(amount)s",  # a template, with a value in it
        ("%(hours)s hour", "%(hours)s hours"),  # in number
        "The payment was declined. Nothing was charged; try another way to pay.",  # an error's own
        "This booking is already cancelled. Nothing was refunded again.",  # an error where it is raised
    } <= gathered
    assert "vehicle_number" not in gathered


def test_hindi_is_told_in_hindi(client, db):
    page = client.get("/parking/sign-in/", headers={"accept-language": "hi"}).content.decode()

    assert "साइन इन करें" in page
    assert "Sign in" not in page
