"""What the texts of a well-formed definition mean. All that is wrong is noted with its path; nothing is raised."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from parking.domain.errors import InvalidField
from parking.domain.money import parse_amount
from parking.domain.tariffs.forms import BandForm, CapForm, GraceForm, OfferForm, RateForm, RatesForm, WhenForm
from parking.domain.tariffs.local_times import DAY_MINUTES
from parking.domain.tariffs.rates import RatesTariff
from parking.domain.tariffs.rules import Band, Cap, CapPer, DayTimes, Grace, LostTicket, Offer, Rate, Tax
from parking.domain.tariffs.schedule import schedule_of

MAX_PRICE_MINOR: Final = 10**9
EVERY_DAY: Final = frozenset(range(7))
LONGEST_START_GRACE: Final = DAY_MINUTES
LONGEST_OTHER_GRACE: Final = 59

_CAP_NAMES: Final = {
    CapPer.DAY_FROM_ENTRY: "Maximum for 24 h",
    CapPer.WEEK_FROM_ENTRY: "Maximum for 7 days",
    CapPer.DAY: "Maximum per calendar day",
    CapPer.WEEK: "Maximum per calendar week",
    CapPer.NIGHT: "Maximum per night",
    CapPer.STAY: "Maximum for the stay",
}


class Reader:
    """Reads one definition; what it cannot read it notes in `problems`, and goes on with something harmless."""

    def __init__(self, *, currency: str) -> None:
        self.problems: list[str] = []
        self._currency = currency

    def tariff(self, form: RatesForm) -> RatesTariff | None:
        """The tariff, or None if there are problems."""
        rates = tuple(self._rate(rate, path=f"rates[{index}]") for index, rate in enumerate(form.rates))
        self._check_names([rate.name for rate in rates])
        caps = tuple(self._cap(cap, path=f"caps[{index}]") for index, cap in enumerate(form.caps))
        offers = tuple(self._offer(offer, path=f"offers[{index}]") for index, offer in enumerate(form.offers))
        grace = self._grace(form.grace)
        lost_ticket = self._lost_ticket(form)
        tax = Tax(basis_points=form.tax.percent, is_included=form.tax.included) if form.tax else None
        minimum = form.minimum_charge
        minimum_minor = 0 if minimum is None else self._price(minimum, path="minimum_charge", least=1)
        # Gaps between rates that were misread would only confuse.
        schedule = None if self.problems else schedule_of(rates=rates, problems=self.problems)
        if schedule is None:
            return None
        return RatesTariff(
            name=form.name,
            description=form.description,
            currency=self._currency,
            zone=form.time_zone,
            rates=rates,
            schedule=schedule,
            boundary=form.boundary,
            on_change=form.on_change,
            caps=caps,
            grace=grace,
            minimum_charge_minor=minimum_minor,
            offers=offers,
            lost_ticket=lost_ticket,
            tax=tax,
            may_fall=form.may_fall,
        )

    def _price(self, text: str, *, path: str, least: int = 0) -> int:
        try:
            amount_minor = parse_amount(text=text, currency=self._currency)
        except InvalidField as problem:
            # The field that parse_amount names is not ours.
            self.problems.append(f"{path}: {problem.message.removeprefix('amount: ').removesuffix('.')}")
            return least
        if not least <= amount_minor <= MAX_PRICE_MINOR:
            self.problems.append(f"{path}: {text!r} is out of range")
        return amount_minor

    def _check_names(self, names: Iterable[str]) -> None:
        seen: set[str] = set()
        for index, name in enumerate(names):
            if name in seen:
                self.problems.append(f"rates[{index}].name: there is another rate {name!r}")
            seen.add(name)

    def _rate(self, form: RateForm, *, path: str) -> Rate:
        if (form.free is None) is (form.bands is None):
            self.problems.append(f"{path}: must have either bands or free, and not both")
        when = form.when or WhenForm()
        if when.days is not None and when.dates is not None:
            self.problems.append(f"{path}.when: must not have both days and dates")
        return Rate(
            name=form.name,
            days=_union(when.days),
            dates=frozenset(when.dates or []),
            times=self._times(when.from_, when.to, path=f"{path}.when"),
            bands=self._bands(form.bands or [], path=f"{path}.bands"),
        )

    def _times(self, starts: int | None, ends: int | None, *, path: str) -> DayTimes:
        first = 0 if starts is None else starts
        last = DAY_MINUTES if ends is None else ends
        if first == DAY_MINUTES:
            self.problems.append(f"{path}.from: must be before 24:00")
        if first == last:
            self.problems.append(f"{path}: from and to must differ")
        return DayTimes(starts=first, ends=last)

    def _bands(self, forms: list[BandForm], *, path: str) -> tuple[Band, ...]:
        ends = [form.until for form in forms]
        for index, (end, following) in enumerate(pairwise(ends)):
            if end is None:
                self.problems.append(f"{path}[{index}].until: is missing; only the last band goes on for ever")
            elif following is not None and following <= end:
                self.problems.append(f"{path}[{index + 1}].until: must be later than that of the band before")
        if ends and ends[-1] is not None:
            self.problems.append(f'{path}[{len(ends) - 1}].until: the last band has none; say adds "0" if all is paid')
        starts = [0, *(end or 0 for end in ends)]
        return tuple(
            self._band(form, starts=start, until=end, path=f"{path}[{index}]")
            for index, (form, start, end) in enumerate(zip(forms, starts, ends, strict=False))
        )

    def _band(self, form: BandForm, *, starts: int, until: int | None, path: str) -> Band:
        key = "adds" if form.adds is not None else "total"
        price = form.adds if form.adds is not None else form.total
        if (form.adds is None) is (form.total is None):
            self.problems.append(f"{path}: must have either adds or total, and not both")
        if form.pro_rata and (form.each is None or form.adds is None):
            self.problems.append(f"{path}.pro_rata: needs each and adds")
        return Band(
            starts=starts,
            until=until,
            each=form.each,
            amount_minor=0 if price is None else self._price(price, path=f"{path}.{key}"),
            is_total=form.total is not None,
            is_pro_rata=form.pro_rata,
        )

    def _cap(self, form: CapForm, *, path: str) -> Cap:
        night = DayTimes()
        if form.per is not CapPer.NIGHT:
            if form.from_ is not None or form.to is not None:
                self.problems.append(f"{path}: from and to are for a cap per night only")
        elif form.from_ is None or form.to is None:
            self.problems.append(f"{path}: a cap per night needs from and to")
        else:
            night = self._times(form.from_, form.to, path=path)
        return Cap(
            name=form.name or _CAP_NAMES[form.per],
            per=form.per,
            at_most_minor=self._price(form.at_most, path=f"{path}.at_most", least=1),
            night=night,
        )

    def _grace(self, form: GraceForm) -> Grace:
        return Grace(
            start=self._grace_minutes(form.start, path="grace.start", longest=LONGEST_START_GRACE),
            step=self._grace_minutes(form.step, path="grace.step", longest=LONGEST_OTHER_GRACE),
            end=self._grace_minutes(form.end, path="grace.end", longest=LONGEST_OTHER_GRACE),
        )

    def _grace_minutes(self, minutes: int | None, *, path: str, longest: int) -> int:
        if minutes is not None and minutes > longest:
            self.problems.append(f"{path}: must be at most {longest}m")
        return minutes or 0

    def _offer(self, form: OfferForm, *, path: str) -> Offer:
        enter = self._times(form.enter.from_, form.enter.to, path=f"{path}.enter")
        leave_to = form.leave.to + (0 if form.leave.to > enter.starts else DAY_MINUTES)
        leave_from = form.leave.from_
        if leave_from is not None:
            leave_from += 0 if leave_from >= enter.starts else DAY_MINUTES
            if leave_from > leave_to:
                self.problems.append(f"{path}.leave: from comes after to")
        return Offer(
            name=form.name,
            days=_union(form.days),
            enter=enter,
            leave_from=leave_from,
            leave_to=leave_to,
            longest=form.longest,
            price_minor=self._price(form.price, path=f"{path}.price"),
        )

    def _lost_ticket(self, form: RatesForm) -> LostTicket | None:
        if (lost := form.lost_ticket) is None:
            return None
        return LostTicket(
            fee_minor=self._price(lost.fee, path="lost_ticket.fee"),
            total_at_most_minor=None
            if lost.total_at_most is None
            else self._price(lost.total_at_most, path="lost_ticket.total_at_most", least=1),
        )


def _union(days: list[frozenset[int]] | None) -> frozenset[int]:
    return EVERY_DAY if days is None else frozenset[int]().union(*days)
