"""Every page there is. Whoever adds a page adds a line, and it is checked like all others (test_every_page.py)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.browser.premises import Premises

Path = str | Callable[[Premises], str]


@dataclass(frozen=True, kw_only=True)
class PageOf:
    """`path` may be made on the spot, of a booking for instance; `staff` is who must have signed in (demo/staff.py)."""

    name: str
    path: Path
    status: int = 200
    staff: str | None = None

    def at(self, premises: Premises) -> str:
        return self.path if isinstance(self.path, str) else self.path(premises)


EVERY_PAGE: Final = (
    PageOf(name="start", path="/"),
    PageOf(name="nothing there", path="/parking/ticket/nothing/", status=404),
    PageOf(name="sign-in", path="/parking/sign-in/"),
)
