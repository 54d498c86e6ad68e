"""Somebody at the gate, with a phone in one hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from playwright.sync_api import Locator, Page, Request, expect

from tests.browser.visitors import Visitor

Way = Literal["entry", "exit"]
GATES: Final[dict[Way, str]] = {"entry": "ENTRY_GATE_01", "exit": "EXIT_GATE_01"}


@dataclass(frozen=True, kw_only=True)
class Attendant:
    """`asked` is each time the page asked the site about a ticket."""

    visitor: Visitor
    asked: list[Request] = field(default_factory=list)

    @property
    def page(self) -> Page:
        return self.visitor.page

    @property
    def answer(self) -> Locator:
        return self.page.locator("[data-answer-place] [data-answer]")

    def stand_at(self, way: Way, *, staff: str) -> None:
        """Sign in, and say where."""
        self.visitor.sign_in(staff)
        self.visitor.go(f"/parking/scanner/{way}/")
        self.page.get_by_role("radio", name=GATES[way]).check()
        self.page.get_by_role("button", name="Scan here").click()
        expect(self.page.get_by_label("Code of the ticket")).to_be_visible()
        self.page.on("request", lambda request: self.asked.append(request) if request.method == "POST" else None)

    def type_code(self, code: str) -> None:
        """With a thumb, into the field."""
        self.page.get_by_label("Code of the ticket").fill(code)
        self.page.get_by_role("button", name="Check").click()

    def hand_scanner(self, code: str) -> None:
        """Types wherever the focus is, faster than anybody, and presses Enter."""
        self.page.keyboard.type(code)
        self.page.keyboard.press("Enter")

    def sees(self, kind: str, title: str) -> None:
        expect(self.answer).to_have_attribute("data-answer", kind)
        expect(self.answer.locator("[data-answer-title]")).to_have_text(title)

    def press(self, name: str) -> None:
        self.answer.get_by_role("button", name=name).click()

    def is_ready(self) -> None:
        """For the next car."""
        expect(self.answer).to_have_count(0)
