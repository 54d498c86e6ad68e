"""Every page there is. Whoever adds a page adds a line, and it is checked like all others (test_every_page.py)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.browser import bookings
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


def of_booking(stage: Callable[[Premises], str], *, path: str = "/parking/ticket/{}/") -> Callable[[Premises], str]:
    """The page at this path of a booking in that stage, a new one each time."""
    return lambda premises: path.format(stage(premises))


OFFICE: Final = tuple(
    PageOf(name=f"office, {name}", path=path, staff="olga")
    for name, path in (
        ("today", "/parking/operator/"),
        ("too long", "/parking/operator/overstays/"),
        ("refused", "/parking/operator/refused/"),
        ("zones", "/parking/operator/zones/"),
        ("a zone", "/parking/operator/zones/1/"),
        ("a slot to take out", "/parking/operator/zones/1/?slot=A001"),
        ("money", "/parking/operator/money/"),
        ("prices", "/parking/operator/prices/"),
        ("a tariff", "/parking/operator/prices/tariffs/1/"),
        ("a tariff by the hour", "/parking/operator/prices/tariffs/new/hourly/"),
        ("a tariff as JSON", "/parking/operator/prices/tariffs/new/"),
        ("a policy", "/parking/operator/prices/policies/1/"),
        ("a new policy", "/parking/operator/prices/policies/new/"),
        ("shift", "/parking/operator/shift/"),
        ("days", "/parking/operator/days/"),
        ("a day", lambda premises: f"/parking/operator/days/{premises.now.date().isoformat()}/"),
        ("exports", "/parking/operator/exports/"),
        ("found", "/parking/operator/find/?q=KA"),
        ("nothing found", "/parking/operator/find/?q=nothing"),
        ("a paid booking", of_booking(bookings.paid, path="/parking/operator/bookings/{}/")),
        ("a parked car", of_booking(bookings.parked, path="/parking/operator/bookings/{}/")),
        ("a car that owes", of_booking(bookings.due, path="/parking/operator/bookings/{}/")),
        ("a stay that is over", of_booking(bookings.left, path="/parking/operator/bookings/{}/")),
    )
)

EVERY_PAGE: Final = (
    PageOf(name="start", path="/"),
    PageOf(name="nothing there", path="/parking/ticket/nothing/", status=404),
    PageOf(name="sign-in", path="/parking/sign-in/"),
    *OFFICE,
    PageOf(name="booking", path="/parking/booking/?zone=2&hours=3"),
    PageOf(name="paying", path=of_booking(bookings.unpaid, path="/parking/booking/{}/pay/")),
    PageOf(name="held too long", path=of_booking(bookings.lapsed, path="/parking/booking/{}/pay/"), status=410),
    PageOf(name="waiting for the bank", path=of_booking(bookings.waiting, path="/parking/ticket/{}/waiting/")),
    PageOf(name="ticket, unpaid", path=of_booking(bookings.unpaid)),
    PageOf(name="ticket, paid", path=of_booking(bookings.paid)),
    PageOf(name="ticket, parked", path=of_booking(bookings.parked)),
    PageOf(name="ticket, due", path=of_booking(bookings.due)),
    PageOf(name="ticket, leaving", path=of_booking(bookings.leaving)),
    PageOf(name="ticket, left", path=of_booking(bookings.left)),
    PageOf(name="ticket, cancelled", path=of_booking(bookings.cancelled)),
    PageOf(name="cancelling", path=of_booking(bookings.paid, path="/parking/ticket/{}/cancel/")),
    PageOf(name="changing the plate", path=of_booking(bookings.paid, path="/parking/ticket/{}/plate/")),
    PageOf(name="staying longer", path=of_booking(bookings.parked, path="/parking/ticket/{}/extend/")),
    PageOf(name="paying what is due", path=of_booking(bookings.due, path="/parking/ticket/{}/overtime/")),
    PageOf(name="scanner, entry", path="/parking/scanner/entry/", staff="ravi"),
    PageOf(name="scanner, exit", path="/parking/scanner/exit/", staff="meera"),
    PageOf(name="desk", path="/parking/scanner/desk/", staff="ravi"),
    PageOf(name="desk, found", path="/parking/scanner/desk/?q=DL", staff="ravi"),
    PageOf(name="desk, expected", path=of_booking(bookings.paid, path="/parking/scanner/desk/{}/"), staff="ravi"),
    PageOf(name="desk, due", path=of_booking(bookings.due, path="/parking/scanner/desk/{}/"), staff="meera"),
    PageOf(
        name="desk, new ticket", path=of_booking(bookings.parked, path="/parking/scanner/desk/{}/ticket/"), staff="ravi"
    ),
    PageOf(name="desk, by hand", path="/parking/scanner/desk/open/", staff="ravi"),
    PageOf(name="desk, counting", path="/parking/scanner/desk/count/", staff="ravi"),
    PageOf(name="drawer", path="/parking/scanner/drawer/", staff="meera"),
    PageOf(name="pairing", path="/parking/scanner/pair/"),
    PageOf(name="pairing, by an operator", path="/parking/scanner/pair/", staff="olga"),
)
