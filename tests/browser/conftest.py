from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, Unpack

import pytest
from django.db import connection
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import chromium
from tests.browser.premises import Premises, open_premises
from tests.browser.visitors import Visitor, Window, new_visitor

expect.set_options(timeout=10_000)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all of them, gone before other tests run: while Playwright is at work in a thread, Django lets
    nobody use its database there."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(**chromium.launch_options())
        yield running
        running.close()


@pytest.fixture(scope="package")
def premises(tmp_path_factory) -> Iterator[Premises]:
    with open_premises(vendor=connection.vendor, folder=tmp_path_factory.mktemp("premises")) as opened:
        yield opened


class NewVisitor(Protocol):
    def __call__(self, **window: Unpack[Window]) -> Visitor: ...


@pytest.fixture
def visitor(browser, premises) -> Iterator[NewVisitor]:
    """Opens windows. The test fails if anything went wrong in one of them that its story is not about."""
    opened: list[Visitor] = []

    def open_window(**window: Unpack[Window]) -> Visitor:
        opened.append(new_visitor(browser=browser, **{"site": premises.url, **window}))
        return opened[-1]

    yield open_window
    for one in opened:
        one.settle()
        one.context.close()
    assert [problem for one in opened for problem in one.problems] == []
