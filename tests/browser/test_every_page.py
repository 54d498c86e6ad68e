"""Every page, as a cheap phone gets it: light, readable by everybody in both colour schemes, as wide as the screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser import checks
from tests.browser.pages import EVERY_PAGE, PageOf
from tests.browser.visitors import Visitor


@pytest.fixture(params=EVERY_PAGE, ids=lambda page: page.name)
def page_of(request) -> PageOf:
    return request.param


def open_page(visitor: Visitor, page_of: PageOf, premises) -> Page:
    path = page_of.at(premises)
    if page_of.status >= 400:
        with visitor.refused(page_of.status):
            return visitor.go(path)
    return visitor.go(path)


def test_it_is_for_everybody_light_and_dark_and_weighs_little(page_of, premises, visitor):
    phone = visitor(device="phone")
    if page_of.staff:
        phone.sign_in(page_of.staff)
    scales = checks.Scales(page=phone.page)
    page = open_page(phone, page_of, premises)
    phone.settle()
    assert scales.total_bytes < checks.MAX_FIRST_VIEW_BYTES, scales.heaviest_first()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert checks.accessibility_findings(page=page) == [], scheme


@pytest.mark.parametrize("language", ["en", "hi"])
def test_it_is_as_wide_as_the_narrowest_screen(page_of, premises, visitor, language):
    narrow = visitor(device="narrow", language=language)
    if page_of.staff:
        narrow.sign_in(page_of.staff)
    page = open_page(narrow, page_of, premises)
    assert page.locator("html").get_attribute("lang") == language
    assert checks.sticks_out(page=page) == []
