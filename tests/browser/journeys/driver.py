"""A driver, who does everything through the pages: what is on them is found as a person finds it, by its words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.visitors import Visitor

_TICKET: Final = re.compile(r"/parking/(?:ticket|booking)/([0-9a-f-]{36})/")


@dataclass(frozen=True, kw_only=True)
class Driver:
    """With a phone in one hand."""

    visitor: Visitor

    @property
    def page(self) -> Page:
        return self.visitor.page

    @property
    def booking_id(self) -> str:
        """Of the ticket whose page is open."""
        found = _TICKET.search(self.page.url)
        assert found is not None, self.page.url
        return found[1]

    def press(self, name: str) -> None:
        """A button, or a link: people press both."""
        button = self.page.get_by_role("button", name=name, exact=True)
        button.or_(self.page.get_by_role("link", name=name, exact=True)).click()

    def choose(self, *, zone: str = "Zone A", hours: int = 1) -> None:
        """From the start page to the form, with place and hours chosen."""
        self.visitor.go("/")
        self.press("Book a place")
        self.page.get_by_role("radio", name=re.compile(zone)).check()
        self.page.get_by_label("How many hours?").fill(str(hours))

    def introduce(self, plate: str, *, name: str = "Asha Rao") -> None:
        self.page.get_by_label("Number plate").fill(plate)
        self.page.get_by_label("Your name").fill(name)

    def book(self, plate: str, *, price: str, zone: str = "Zone A", hours: int = 1) -> None:
        """Until the place is held. `price` is what the form must show before anything is committed."""
        self.choose(zone=zone, hours=hours)
        self.introduce(plate)
        self.sees_price(price)
        self.press("Book")
        self.page.wait_for_url("**/pay/")

    def sees_price(self, price: str) -> None:
        expect(self.page.locator("#price")).to_contain_text(price)

    def pay(self, amount: str, *, card: str = "A card that works") -> None:
        self.page.get_by_label("Pay with").select_option(label=card)
        self.press(f"Pay {amount}")

    def book_and_pay(self, plate: str, *, price: str, zone: str = "Zone A", hours: int = 1) -> str:
        """Returns the code that the gate reads off the ticket."""
        self.book(plate, price=price, zone=zone, hours=hours)
        self.pay(price)
        self.page.wait_for_url("**/parking/ticket/**")
        return self.shown_code()

    def look_again(self) -> None:
        """The page keeps itself up to date; this is for those who do not want to wait for it."""
        self.page.reload()

    def shown_code(self) -> str:
        """What a scanner reads off the screen; the same stands below it in letters."""
        frame = self.page.locator(".qr-frame")
        expect(frame).to_be_visible()
        self.visitor.settle()  # the ticket looks first whether it is still right
        [read] = zxingcpp.read_barcodes(Image.open(BytesIO(frame.screenshot())))
        expect(self.page.locator(".code")).to_have_text(read.text)
        return read.text

    def sees(self, *words: str) -> None:
        for word in words:
            expect(self.page.get_by_role("main")).to_contain_text(word)
