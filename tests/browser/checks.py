"""What every page must be: usable by everybody, as wide as the screen, and light."""

from __future__ import annotations

from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

MAX_FIRST_VIEW_BYTES: Final = 100_000
_GRAVE: Final = {"serious", "critical"}
_SHOWN: Final = 5

_STICKS_OUT: Final = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const scrolls = (node) => {
        for (let up = node.parentElement; up; up = up.parentElement) {
            if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(up).overflowX)) return true;
        }
        return false;
    };
    return [...document.querySelectorAll("body *")]
        .filter((node) => node.getBoundingClientRect().right > width + 0.5 && !scrolls(node))
        .map((node) => `${node.tagName.toLowerCase()}.${node.className} to ${node.getBoundingClientRect().right}`)
        .concat([`the page is ${document.documentElement.scrollWidth} px wide`]);
}"""


def accessibility_findings(*, page: Page) -> list[str]:
    """What axe finds serious or critical, with the elements it found it at."""
    violations: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        f"{found['id']} ({found['impact']}): {found['help']}: {node['html']} {_said(node)}"
        for found in violations
        if found["impact"] in _GRAVE
        for node in found["nodes"][:_SHOWN]
    ]


def _said(node: dict[str, Any]) -> str:
    return "; ".join(check["message"] for kind in ("any", "all", "none") for check in node[kind])


def sticks_out(*, page: Page) -> list[str]:
    """The elements that make a page wider than its screen, but for those inside something that scrolls by itself."""
    found: list[str] = page.evaluate(_STICKS_OUT)
    return found


class Scales:
    """Weighs what a page loads, as it comes over the wire: compressed, with its headers. Begin before opening it."""

    def __init__(self, *, page: Page) -> None:
        self._urls: dict[str, str] = {}
        self._bytes: dict[str, float] = {}
        self._session = page.context.new_cdp_session(page)
        self._session.on("Network.requestWillBeSent", self._asked)
        self._session.on("Network.loadingFinished", self._came)
        self._session.send("Network.enable")
        self._session.send("Network.setCacheDisabled", {"cacheDisabled": True})

    @property
    def total_bytes(self) -> int:
        return round(sum(self._bytes.values()))

    def heaviest_first(self) -> list[tuple[int, str]]:
        return sorted(((round(size), self._urls.get(name, "?")) for name, size in self._bytes.items()), reverse=True)

    def _asked(self, event: dict[str, Any]) -> None:
        self._urls[event["requestId"]] = event["request"]["url"]

    def _came(self, event: dict[str, Any]) -> None:
        if self._urls.get(event["requestId"], "").startswith("http"):
            self._bytes[event["requestId"]] = event["encodedDataLength"]
