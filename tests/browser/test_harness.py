"""The visitors notice what goes wrong: each check is shown a page that it must refuse, and one that it must not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from tests.browser import checks
from tests.browser.visitors import Visitor, new_visitor

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="a browser's checks depend on no database")

SITE = "http://garage.test"
POLICY = "default-src 'self'; img-src 'self' data:; script-src 'self' 'nonce-ours'"
HEAD = """<!doctype html><html lang=en><title>A page</title>
<meta name=viewport content="width=device-width"><link rel=icon href=data:,>"""
GOOD = "<p>All is well."


@pytest.fixture
def visitor(browser) -> Iterator[Visitor]:
    """Nobody else's: what it noticed is what the tests are about."""
    visitor = new_visitor(browser=browser, site=SITE, device="narrow")
    yield visitor
    visitor.context.close()


def show(visitor: Visitor, body: str, *, status: int = 200, policy: str = POLICY) -> list[str]:
    """Open a page with this body, and tell what was noticed."""
    html = f"{HEAD}<main><h1>Garage</h1>{body}"
    headers = {"content-type": "text/html", "content-security-policy": policy}
    visitor.context.route(f"{SITE}/", lambda route: route.fulfill(status=status, headers=headers, body=html))
    visitor.context.route("**/gone", lambda route: route.abort("connectionrefused"))
    visitor.context.route("**/broken", lambda route: route.fulfill(status=500))
    visitor.context.route("http://elsewhere.test/*", lambda route: route.fulfill(status=204))
    visitor.go("/")
    visitor.settle()
    return visitor.problems


def script(text: str) -> str:
    return f"<script nonce=ours>{text}</script>"


def test_a_good_page_is_let_be(visitor):
    assert show(visitor, GOOD) == []


@pytest.mark.parametrize(
    ("body", "noticed"),
    [
        (script("console.error('oh')"), ["/: console: oh"]),
        (script("throw new Error('oh')"), ["/: uncaught: oh"]),
        ("<img alt='' src=/broken>", [f"500 from {SITE}/broken"]),
    ],
)
def test_an_error_is_noticed(visitor, body, noticed):
    assert show(visitor, body) == noticed


@pytest.mark.parametrize(
    ("body", "directive"),
    [
        ("<p style='color: red'>Red.", "style-src-attr"),
        ("<p onclick='oh()'>Press.", "script-src-attr"),
        ("<script>oh()</script>", "script-src-elem"),
        (script("try { eval('1') } catch {}"), "script-src"),
    ],
)
def test_a_violation_of_the_policy_is_noticed(visitor, body, directive):
    problems = show(visitor, body)
    assert any(f"policy violated: {directive} by" in problem for problem in problems)


def test_a_request_that_fails_is_noticed(visitor):
    problems = show(visitor, "<img alt='' src=/gone>")
    assert f"/: net::ERR_CONNECTION_REFUSED: {SITE}/gone" in problems


def test_whoever_asks_somebody_else_is_noticed(visitor):
    problems = show(visitor, "<img alt='' src=http://elsewhere.test/pixel>", policy="default-src * 'unsafe-inline'")
    assert "/: asks somebody else: http://elsewhere.test/pixel" in problems


def test_a_refusal_is_noticed_unless_it_is_what_the_story_is_about(visitor):
    assert show(visitor, GOOD, status=409) == [f"409 from {SITE}/"]
    visitor.problems.clear()
    with visitor.refused(409):
        visitor.go("/")
    assert visitor.problems == []


def test_a_second_tab_is_watched_too(visitor):
    show(visitor, GOOD)
    tab = visitor.tab()
    tab.go("/")
    tab.page.evaluate("console.error('oh')")
    assert visitor.problems == ["/: console: oh"]


def test_axe_names_what_is_serious(visitor):
    show(visitor, GOOD)
    assert checks.accessibility_findings(page=visitor.page) == []
    show(visitor, "<label>Plate</label><input>")
    [finding] = checks.accessibility_findings(page=visitor.page)
    assert finding.startswith("label (critical): Form elements must have labels: <input>")


def test_what_sticks_out_is_named_unless_it_scrolls_by_itself(visitor):
    free = "default-src 'unsafe-inline' data:"
    show(visitor, "<div style='overflow-x: auto'><p style='width: 900px'>Wide.", policy=free)
    assert checks.sticks_out(page=visitor.page) == []
    show(visitor, "<p class=wide style='width: 900px; margin: 0'>Wide.", policy=free)
    assert checks.sticks_out(page=visitor.page) == ["p.wide to 908", "the page is 908 px wide"]


def test_a_page_is_weighed_with_all_that_it_loads(browser, premises):
    """The page that documents the API brings a megabyte of scripts; a robot's answer is a few lines."""
    visitor = new_visitor(browser=browser, site=premises.url)
    scales = checks.Scales(page=visitor.page)
    visitor.go("/parking/health/")
    visitor.settle()
    assert 100 < scales.total_bytes < 5_000
    visitor.go("/parking/api/docs")
    visitor.settle()
    assert scales.total_bytes > checks.MAX_FIRST_VIEW_BYTES
    assert "swagger-ui-bundle" in scales.heaviest_first()[0][1]
    visitor.context.close()
