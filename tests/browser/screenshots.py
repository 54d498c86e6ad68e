"""`make screenshots`: the pictures of the pages in README.md and docs/, taken of the real pages in an invented garage.

Its moment is fixed, and lies ahead because the sandbox's clock only goes forward. What is random in it (slots, codes)
is another each time; the rest stays as it is until a page changes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import bookings, chromium
from tests.browser.journeys.driver import Driver
from tests.browser.premises import Premises, open_premises
from tests.browser.scanner.attendant import Attendant, Way
from tests.browser.visitors import Device, Scheme, Visitor, new_visitor

IMAGES: Final = Path(__file__).resolve().parents[2] / "docs" / "images"
MOMENT: Final = datetime(2031, 1, 8, 11, 40)  # noqa: DTZ001 -- a Wednesday, in the site's time
_DAYS, _CARS = 8, 150
_COLOURS: Final = 256
_MOST_BYTES: Final = 200_000

Scene = Callable[[Visitor, Premises], None]


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One picture. `scene` brings the visitor to the page; `staff` has signed in before."""

    name: str
    scene: Scene
    device: Device = "phone"
    scheme: Scheme = "light"
    language: str = "en"
    staff: str | None = None


def at(path: str) -> Scene:
    """The page at this address."""

    def scene(visitor: Visitor, _: Premises) -> None:
        visitor.go(path)

    return scene


def ticket(stage: Callable[[Premises], str], *, page: str = "") -> Scene:
    """A ticket in that stage, or one of its pages."""

    def scene(visitor: Visitor, premises: Premises) -> None:
        visitor.go(f"/parking/ticket/{stage(premises)}/{page}")

    return scene


def booking(visitor: Visitor, _: Premises) -> None:
    """All chosen, and nothing committed yet."""
    driver = Driver(visitor=visitor)
    driver.choose(zone="Zone A", hours=2)
    driver.introduce("KA 95 MP 4821", name="Asha Rao")
    driver.sees_price("₹100.00")


def paying(visitor: Visitor, premises: Premises) -> None:
    visitor.go(f"/parking/booking/{bookings.unpaid(premises, hours=2)}/pay/")


def office_booking(stage: Callable[[Premises], str]) -> Scene:
    """A booking in that stage, on its page in the office."""

    def scene(visitor: Visitor, premises: Premises) -> None:
        visitor.go(f"/parking/operator/bookings/{stage(premises)}/")

    return scene


def at_the_gate(way: Way, *, staff: str) -> Scene:
    """The scanner, with its gate chosen."""

    def scene(visitor: Visitor, _: Premises) -> None:
        Attendant(visitor=visitor).stand_at(way, staff=staff)
        visitor.go(f"/parking/scanner/{way}/")  # without the word about the choice

    return scene


def answer(way: Way, stage: Callable[[Premises], str], *, kind: str, staff: str = "meera") -> Scene:
    """What the scanner says to a ticket in that stage."""

    def scene(visitor: Visitor, premises: Premises) -> None:
        attendant = Attendant(visitor=visitor)
        attendant.stand_at(way, staff=staff)
        with visitor.refused(402, 409):
            attendant.type_code(premises.booking(booking_id=stage(premises))["qr_code"])
            expect(attendant.answer).to_have_attribute("data-answer", kind)

    return scene


def at_the_desk(stage: Callable[[Premises], str]) -> Scene:
    """The page of a car in that stage."""

    def scene(visitor: Visitor, premises: Premises) -> None:
        visitor.go(f"/parking/scanner/desk/{stage(premises)}/")

    return scene


SHOTS: Final = (
    Shot(name="driver-start", scene=at("/")),
    Shot(name="driver-booking", scene=booking),
    Shot(name="driver-pay", scene=paying),
    Shot(name="driver-ticket", scene=ticket(bookings.paid)),
    Shot(name="driver-ticket-dark", scene=ticket(bookings.parked), scheme="dark"),
    Shot(name="driver-hindi", scene=at("/"), language="hi"),
    Shot(name="driver-desktop", scene=at("/"), device="desktop"),
    Shot(name="office-today", scene=at("/parking/operator/"), device="desktop", staff="olga"),
    Shot(name="office-phone", scene=at("/parking/operator/"), scheme="dark", staff="olga"),
    Shot(name="office-zone", scene=at("/parking/operator/zones/1/"), device="desktop", staff="olga"),
    Shot(name="office-booking", scene=office_booking(bookings.due), device="desktop", staff="olga"),
    Shot(name="driver-overtime", scene=ticket(bookings.due)),
    Shot(name="gate-scanner", scene=at_the_gate("entry", staff="ravi")),
    Shot(name="gate-open", scene=answer("entry", bookings.paid, kind="open")),
    Shot(name="gate-pay", scene=answer("exit", bookings.due, kind="pay")),
    Shot(name="gate-stop", scene=answer("entry", bookings.parked, kind="stop")),
    Shot(name="gate-desk", scene=at_the_desk(bookings.due), staff="meera", scheme="dark"),
    Shot(name="gate-drawer", scene=at("/parking/scanner/drawer/"), staff="meera"),
)


def take(shot: Shot, *, browser: Browser, premises: Premises) -> bytes:
    """The picture as PNG. Raises RuntimeError if anything went wrong on the page: such a picture shows nothing good."""
    visitor = new_visitor(
        browser=browser, site=premises.url, device=shot.device, scheme=shot.scheme, language=shot.language
    )
    if shot.staff:
        visitor.sign_in(shot.staff)
    shot.scene(visitor, premises)
    visitor.settle()
    visitor.page.evaluate("() => { document.activeElement?.blur(); scrollTo(0, 0); }")
    picture = visitor.page.screenshot()
    visitor.context.close()
    if visitor.problems:
        raise RuntimeError(f"{shot.name}: {visitor.problems}")
    return _small(picture)


def _small(png: bytes) -> bytes:
    """With a palette: pages have few colours, and the file is a third."""
    with Image.open(BytesIO(png)) as picture:
        few = picture.convert("RGB").quantize(colors=_COLOURS, dither=Image.Dither.NONE)
    written = BytesIO()
    few.save(written, format="PNG", optimize=True)
    return written.getvalue()


def main() -> int:
    options = argparse.ArgumentParser(prog="make screenshots", description="Take the pictures of the pages.")
    options.add_argument("names", nargs="*", help="only these (ARGS='driver-start')")
    wanted = set(options.parse_args().names)
    shots = [shot for shot in SHOTS if not wanted or shot.name in wanted]
    with (
        tempfile.TemporaryDirectory(prefix="parking-screenshots-") as folder,
        open_premises(vendor="sqlite", folder=Path(folder), days=_DAYS, cars=_CARS, at=MOMENT) as premises,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(**chromium.launch_options())
        for shot in shots:
            picture = take(shot, browser=browser, premises=premises)
            if len(picture) > _MOST_BYTES:
                raise RuntimeError(f"{shot.name} has {len(picture):,} bytes, more than {_MOST_BYTES:,}")
            (IMAGES / f"{shot.name}.png").write_bytes(picture)
            sys.stdout.write(f"{shot.name}.png {len(picture):,} bytes\n")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
