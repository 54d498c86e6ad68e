"""Every page, as a cheap phone gets it: light, readable by everybody in both colour schemes, as wide as the screen."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.browser import checks
from tests.browser.pages import EVERY_PAGE
from tests.browser.visitors import DEVICES

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="how pages look depends on no database")


@pytest.mark.parametrize("page_of", EVERY_PAGE, ids=lambda page: page.name)
def test_a_page(page_of, premises, visitor):
    phone = visitor(device="phone")
    if page_of.staff:
        phone.sign_in(page_of.staff)
    page, path = phone.page, page_of.at(premises)
    scales = checks.Scales(page=page)
    with phone.refused(page_of.status):
        phone.go(path)
        phone.settle()
        assert scales.total_bytes < checks.MAX_FIRST_VIEW_BYTES, scales.heaviest_first()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert checks.accessibility_findings(page=page) == [], scheme
        page.set_viewport_size(DEVICES["narrow"]["viewport"])
        for language in ("en", "hi"):
            phone.speak(language)
            page.reload()
            assert page.locator("html").get_attribute("lang") == language
            assert checks.sticks_out(page=page) == [], language
