"""People with a browser, who notice whatever goes wrong in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypedDict, Unpack
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request, Response

Device = Literal["phone", "desktop", "narrow"]
Scheme = Literal["light", "dark"]

DEVICES: Final[Mapping[Device, Mapping[str, Any]]] = {
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "has_touch": True,
        "is_mobile": True,
    },
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "narrow": {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True},
}
_PASSWORD: Final = "park-and-ride"
"""Of the sandbox's accounts, as `setup_parking_system` prints it."""
_PATIENCE_MS: Final = 10_000
_ELSEWHERE: Final = "America/New_York"
"""Where the browsers think they are: a page that shows their time and not the site's is found out."""
_TELLS_OF_VIOLATIONS: Final = """
document.addEventListener("securitypolicyviolation", (event) => console.error(
    `policy violated: ${event.effectiveDirective} by ${event.blockedURI || event.sourceFile} ${event.sample}`));
"""
_LEFT_ALONE: Final = "net::ERR_ABORTED"
"""A request that its own page gave up, as polling does when the page is left."""
_SEEN_ELSEWHERE: Final = (
    "Failed to load resource: the server responded with a status of ",  # by on_response
    "htmx:afterRequest, ",  # by on_failure, as the next: of a request that got no answer
    "htmx:sendError, ",
    "htmx:sendAbort, ",
)


class Window(TypedDict, total=False):
    """What kind of window to open: by default a phone in light, with JavaScript, in English."""

    device: Device
    scheme: Scheme
    javascript: bool
    language: str
    site: str


@dataclass(kw_only=True)
class Visitor:
    """One browser window with cookies and storage of its own. `problems` is what went wrong in it so far."""

    context: BrowserContext
    page: Page
    site: str
    problems: list[str] = field(default_factory=list)
    _expected: set[int] = field(default_factory=set)
    _is_offline: bool = False

    def go(self, path: str) -> Page:
        """Open the page at this path."""
        self.page.goto(path, wait_until="load")
        return self.page

    def settle(self) -> None:
        """Wait until nothing more comes: what goes wrong late is noticed too."""
        self.page.wait_for_load_state("networkidle")

    def sign_in(self, name: str) -> None:
        """As a member of the invented staff (demo/staff.py), or as the sandbox's operator."""
        page = self.go("/parking/sign-in/")
        page.locator("#username").fill(name)
        page.locator("#password").fill(_PASSWORD)
        page.locator("form:has(#password) button").click()
        page.wait_for_url(lambda url: "/sign-in/" not in url)

    def speak(self, language: str) -> None:
        """Choose the language of the pages, as the switch in their head does."""
        self.context.add_cookies([{"name": "language", "value": language, "url": self.site}])

    def tab(self) -> Visitor:
        """A second tab of the same window, which watches as well, and tells the same list."""
        return _watched(context=self.context, site=self.site, problems=self.problems)

    @contextmanager
    def refused(self, *statuses: int) -> Iterator[None]:
        """Answers with these statuses are what the story is about, for as long as this lasts."""
        self._expected |= set(statuses)
        try:
            yield
        finally:
            self.settle()
            self._expected -= set(statuses)

    def expect_no_network(self) -> None:
        """From now on requests fail, and that is what the story is about."""
        self._is_offline = True

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not self._is_known(message.text):
            self.problems.append(f"{self._where()}: console: {message.text}")

    def on_error(self, error: Error) -> None:
        self.problems.append(f"{self._where()}: uncaught: {error.message}")

    def on_response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._expected:
            self.problems.append(f"{response.status} from {response.url}")

    def on_request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme in ("http", "https", "ws", "wss") and f"{url.scheme}://{url.netloc}" != self.site:
            self.problems.append(f"{self._where()}: asks somebody else: {request.url}")

    def on_failure(self, request: Request) -> None:
        if not self._is_offline and request.failure != _LEFT_ALONE:
            self.problems.append(f"{self._where()}: {request.failure}: {request.url}")

    def _is_known(self, text: str) -> bool:
        """What is reported elsewhere, or belongs to what the story is about."""
        return text.startswith(_SEEN_ELSEWHERE) or (self._is_offline and "net::ERR_" in text)

    def _where(self) -> str:
        return urlsplit(self.page.url).path or self.page.url


def new_visitor(*, browser: Browser, **window: Unpack[Window]) -> Visitor:
    """Opens it for the `site` at this address."""
    site = window["site"]
    context = browser.new_context(
        base_url=site,
        color_scheme=window.get("scheme", "light"),
        java_script_enabled=window.get("javascript", True),
        locale=window.get("language", "en-IN"),
        timezone_id=_ELSEWHERE,
        reduced_motion="reduce",
        **DEVICES[window.get("device", "phone")],
    )
    context.set_default_timeout(_PATIENCE_MS)
    context.add_init_script(_TELLS_OF_VIOLATIONS)
    return _watched(context=context, site=site, problems=[])


def _watched(*, context: BrowserContext, site: str, problems: list[str]) -> Visitor:
    visitor = Visitor(context=context, page=context.new_page(), site=site, problems=problems)
    page = visitor.page
    page.on("console", visitor.on_console)
    page.on("pageerror", visitor.on_error)
    page.on("response", visitor.on_response)
    page.on("request", visitor.on_request)
    page.on("requestfailed", visitor.on_failure)
    return visitor
