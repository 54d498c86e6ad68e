"""Our rows held against a provider's books: each kind of difference, the edges of a period, the command."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from parking.gateways import PROVIDERS, gateway
from parking.gateways.base import Charge, GatewayTimeout, LedgerEntry, RefundOrder, Subject, Succeeded
from parking.gateways.simulated import SimulatedGateway
from parking.models import ParkingSite, Payment, Refund
from parking.queries.reconciliation import OurRow, Verdict, reconcile
from tests.garage import OPENING, Garage, at

DAY = timedelta(days=1)
SINCE, UNTIL = OPENING, OPENING + DAY
ROW = OurRow(
    subject=Subject.CHARGE,
    key="key",
    reference="ref",
    amount_minor=5000,
    currency="INR",
    status="COMPLETED",
    is_settled=True,
    happened_at=OPENING,
)
ENTRY = LedgerEntry(
    subject=Subject.CHARGE, key="key", reference="ref", amount_minor=5000, currency="INR", happened_at=OPENING
)
PENDING = replace(ROW, is_settled=False, status="PENDING", reference="")


class Rows:
    """Our side, in memory."""

    def __init__(self, *rows: OurRow) -> None:
        self.rows = rows

    def belonging_to(self, *, entries: list[LedgerEntry]) -> list[OurRow]:
        names = {entry.key for entry in entries} | {entry.reference for entry in entries}
        return [row for row in self.rows if {row.key, row.reference} & names]

    def settled_or_waiting(self, *, since: datetime, until: datetime) -> list[OurRow]:
        return [row for row in self.rows if since <= row.happened_at < until]


def verdicts(rows: list[OurRow], entries: list[LedgerEntry], *, is_there: bool = False) -> list[Verdict]:
    told = reconcile(books=Rows(*rows), ledger=iter(entries), is_there=lambda row: is_there, since=SINCE, until=UNTIL)
    return [line.verdict for line in told]


@pytest.mark.parametrize(
    ("rows", "entries", "expected"),
    [
        ([], [], []),
        ([ROW], [ENTRY], ["matched"]),
        ([], [ENTRY], ["missing here"]),
        ([], [replace(ENTRY, key="")], ["missing here"]),
        ([ROW], [], ["missing there"]),
        ([PENDING], [], ["waiting"]),
        ([PENDING], [ENTRY], ["not recorded here"]),
        ([replace(PENDING, status="FAILED")], [ENTRY], ["not recorded here"]),
        ([ROW], [replace(ENTRY, amount_minor=5001)], ["different amount"]),
        ([ROW], [replace(ENTRY, currency="EUR")], ["different currency"]),
        # By its reference alone, and by our key alone.
        ([ROW], [replace(ENTRY, key="")], ["matched"]),
        ([replace(ROW, reference="")], [ENTRY], ["matched"]),
        # Captured twice under one key: known here as a surplus row, or not known.
        ([ROW, replace(ROW, key="surplus", reference="ref 2")], [ENTRY, replace(ENTRY, reference="ref 2")], 2),
        ([ROW], [ENTRY, replace(ENTRY, reference="ref 2")], ["matched", "missing here"]),
        ([replace(ROW, reference="")], [ENTRY, replace(ENTRY, reference="ref 2")], ["matched", "missing here"]),
        # A charge and a refund are never taken for each other.
        ([ROW], [replace(ENTRY, subject=Subject.REFUND)], ["missing here", "missing there"]),
    ],
)
def test_what_two_books_say_of_each_other(rows, entries, expected):
    expected = ["matched"] * expected if isinstance(expected, int) else expected
    assert verdicts(rows, entries) == expected


@pytest.mark.parametrize("edge", [SINCE - timedelta(seconds=1), UNTIL])
def test_what_happened_on_one_side_of_an_edge_here_and_on_the_other_there_is_matched(edge):
    outside = {"happened_at": edge}
    assert verdicts([ROW], [replace(ENTRY, **outside)]) == ["matched"]
    assert verdicts([replace(ROW, **outside)], [ENTRY]) == ["matched"]
    assert verdicts([replace(ROW, **outside)], [replace(ENTRY, **outside)]) == []
    assert verdicts([], [replace(ENTRY, **outside)]) == []
    # Far outside, the books do not reach: then the provider is asked for that one.
    assert verdicts([ROW], [], is_there=True) == ["matched"]


def test_thousands_of_entries_are_compared_a_few_at_a_time():
    asked: list[int] = []

    class Counting(Rows):
        def belonging_to(self, *, entries: list[LedgerEntry]) -> list[OurRow]:
            asked.append(len(entries))
            return [replace(ROW, key=entry.key, reference="") for entry in entries]

    entries = (replace(ENTRY, key=str(number), reference=str(number)) for number in range(2001))
    told = reconcile(books=Counting(), ledger=entries, is_there=lambda row: False, since=SINCE, until=UNTIL)
    assert {line.verdict for line in told} == {Verdict.MATCHED}
    assert asked == [200] * 10 + [1]


class BookKeeper(SimulatedGateway):
    """Takes money as the simulated provider does, and writes it down."""

    def __init__(self) -> None:
        self.entries: list[LedgerEntry] = []
        self.is_away = False

    def create_charge(self, *, charge: Charge, now: datetime) -> Any:
        outcome = super().create_charge(charge=charge, now=now)
        if isinstance(outcome, Succeeded):
            self._note(Subject.CHARGE, charge, outcome.reference, now)
        return outcome

    def refund(self, *, order: RefundOrder, now: datetime) -> Any:
        outcome = super().refund(order=order, now=now)
        self._note(Subject.REFUND, order, outcome.reference, now)
        return outcome

    def look_up_charge(self, *, charge: Charge, now: datetime) -> Any:
        return self._known(charge.key)

    def look_up_refund(self, *, order: RefundOrder, now: datetime) -> Any:
        return self._known(order.key)

    def ledger(self, *, since: datetime, until: datetime) -> Iterator[LedgerEntry]:
        if self.is_away:
            raise GatewayTimeout("the provider did not answer")
        return (entry for entry in self.entries if since <= entry.happened_at < until)

    def _known(self, key: str) -> Any:
        found = [entry for entry in self.entries if entry.key == key]
        return Succeeded(reference=found[0].reference) if found else None

    def _note(self, subject: Subject, asked: Charge | RefundOrder, reference: str, now: datetime) -> None:
        common = {"key": asked.key, "amount_minor": asked.amount_minor, "currency": asked.currency}
        self.entries.append(LedgerEntry(subject=subject, reference=reference, happened_at=now, **common))


@pytest.fixture
def keeper(monkeypatch) -> Iterator[BookKeeper]:
    keeper = BookKeeper()
    monkeypatch.setitem(PROVIDERS, "simulated", lambda: keeper)
    gateway.cache_clear()
    yield keeper
    gateway.cache_clear()


@pytest.fixture
def busy_day(garage: Garage, keeper: BookKeeper) -> BookKeeper:
    """One stay that is paid for, one booking that was paid for and cancelled."""
    garage.book_and_pay("DL01AA0001")
    cancelled = garage.book_and_pay("DL01AA0002")
    garage.cancel(cancelled, now=at(minutes=1))
    return keeper


def run(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    day = OPENING.date().isoformat()
    try:
        call_command("reconcile", "--from", day, "--to", day, *arguments, stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


def test_books_that_agree_end_with_status_0(busy_day):
    status, text = run()
    assert status == 0
    assert text.splitlines()[-1] == "simulated, 2026-01-05 to 2026-01-05: no difference"
    assert json.loads(run("--json")[1])["counts"]["charge"]["matched"] == 2


def test_each_difference_is_told_and_ends_with_status_1(busy_day, tmp_path):
    first, second, given_back = busy_day.entries
    foreign = replace(first, key="", reference="=cmd|' /C calc'!A0")
    busy_day.entries = [replace(first, amount_minor=4999), replace(second, currency="EUR"), foreign]
    path = tmp_path / "lines.csv"
    status, text = run("--json", "--csv", str(path))
    assert status == 1
    answer = json.loads(text)
    assert answer["differences"] == 4
    assert answer["counts"]["charge"] == {
        **dict.fromkeys([verdict.value for verdict in Verdict], 0),
        "different amount": 1,
        "different currency": 1,
        "missing here": 1,
    }
    assert answer["counts"]["refund"]["missing there"] == 1
    with path.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert [line["verdict"] for line in lines] == [
        "different amount",
        "different currency",
        "missing here",
        "missing there",
    ]
    assert (lines[0]["our_amount"], lines[0]["their_amount"]) == ("50.00", "49.99")
    assert lines[2]["their_reference"] == "'=cmd|' /C calc'!A0"
    assert lines[3]["key"] == given_back.key


def test_the_table_shows_the_differences(busy_day):
    busy_day.entries.pop()
    status, text = run()
    assert status == 1
    assert "missing there" in text
    assert str(Refund.objects.get().id) in text
    assert text.endswith("simulated, 2026-01-05 to 2026-01-05: 1 difference\n")


def test_what_others_do_with_the_same_account_can_be_left_out(busy_day):
    busy_day.entries.append(replace(busy_day.entries[0], key="", reference="somebody else's"))
    assert run()[0] == 1
    assert run("--ignore-foreign")[0] == 0


def test_a_charge_under_a_key_of_ours_that_has_no_row_is_never_left_out(busy_day):
    busy_day.entries.append(replace(busy_day.entries[0], key=str(uuid4()), reference="another"))
    assert run("--ignore-foreign")[0] == 1


def test_a_payment_that_was_captured_but_not_recorded_is_told(garage, keeper):
    booking = garage.book()
    garage.pay(booking, token="tok_needs_action")
    assert run()[0] == 0  # it waits, here and there
    key = str(Payment.objects.get().id)
    entry = replace(ENTRY, key=key, reference="simch_1", happened_at=at(minutes=1))
    keeper.entries = [entry]
    status, text = run("--json")
    assert status == 1
    assert json.loads(text)["shown"][0]["note"] == "PENDING here"


def test_a_day_is_a_day_of_the_site(busy_day):
    ParkingSite.objects.update(time_zone="Pacific/Kiritimati")  # there it was the day before until 10:00 UTC
    late = replace(busy_day.entries[0], key="", reference="late", happened_at=at(minutes=60 + 1))
    early = replace(late, reference="early", happened_at=at(minutes=60 - 1))
    busy_day.entries += [late, early]
    assert run()[1].count("missing here") == 1 + 1  # the row of the counts, and one line


def test_a_row_whose_entry_lies_far_outside_is_asked_for_alone(busy_day):
    busy_day.entries = [replace(entry, happened_at=OPENING - 9 * DAY) for entry in busy_day.entries]
    assert run()[0] == 0


def test_the_report_reads_as_many_rows_with_as_many_statements(busy_day, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        run()


@pytest.mark.parametrize("arguments", [("--provider", "simulated"), ()])
def test_a_provider_without_books_ends_with_status_2(garage, arguments):
    assert run(*arguments) == (2, "Could not compare: The simulated provider keeps no books to compare with.")


def test_a_provider_that_is_away_ends_with_status_2(busy_day):
    busy_day.is_away = True
    assert run() == (2, "Could not compare: the provider did not answer")


def test_a_provider_that_is_not_set_up_ends_with_status_2(garage):
    status, text = run("--provider", "stripe")
    assert status == 2
    assert "STRIPE_SECRET_KEY" in text


@pytest.mark.parametrize("last", ["2026-01-04", "2027-06-01", "yesterday", "2026-02-30"])
def test_a_period_that_is_none_ends_with_status_2(db, last):
    with pytest.raises(CommandError) as refused:
        call_command("reconcile", "--from", "2026-01-05", "--to", last)
    assert refused.value.returncode in (1, 2)  # from a shell, argparse ends with 2
