"""The picture: what stands in it, and that it stays a picture whatever the names and figures are."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest

from parking.domain.backtest import MAX_TARIFFS, Backtest, NamedTariff, backtest
from parking.domain.stay_records import RecordedStay
from parking.domain.tariffs import HourlyTariff
from parking.management.backtest_plot import LEFT, RIGHT, ROW_HEIGHT, WIDTH, plot
from parking.management.backtest_report import charge_names, length_names, percent
from parking.management.tables import Money

MONEY = Money(currency="INR")
MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"


def result(*, names=("new",), minutes=(20, 50, 200, 200, 900)) -> Backtest:
    stays = [
        RecordedStay(line=2 + number, bay="P1", arrived_at=MONDAY, departed_at=MONDAY + timedelta(minutes=lasts))
        for number, lasts in enumerate(minutes)
    ]
    return backtest(
        stays=stays,
        tariffs=[
            NamedTariff(name=name, tariff=HourlyTariff(rate_minor=6000 + 1000 * number))
            for number, name in enumerate(names)
        ],
        against=NamedTariff(name="old", tariff=HourlyTariff(rate_minor=5000)),
        zone=UTC,
    )


def drawn(found: Backtest, *, name="stays.csv") -> ElementTree.Element:
    return ElementTree.fromstring(plot(backtest=found, money=MONEY, name=name))


def texts(picture: ElementTree.Element) -> list[str]:
    return [str(text.text) for text in picture.iter(f"{SVG}text")]


def bars(picture: ElementTree.Element, number: int) -> list[ElementTree.Element]:
    return [bar for bar in picture.iter(f"{SVG}rect") if bar.get("class") == f"b{number}"]


def test_title_axes_and_names_are_there():
    found = result()
    said = texts(drawn(found))
    assert said[0] == "Backtest of stays.csv: 5 stays under 2 tariffs"
    assert {"Number of stays by charge, INR", "Revenue by length of stay, INR", "old", "new"} <= set(said)
    assert set(charge_names(edges=found.charge_edges, money=MONEY)) <= set(said)
    assert set(length_names()) <= set(said)
    assert "revenue 1,250.00, mean 250.00, median 200.00" in said
    picture = drawn(found)
    assert picture.find(f"{SVG}title").text == said[0]
    assert "old: revenue 1,250.00 INR" in picture.find(f"{SVG}desc").text


def test_the_highest_bar_fills_its_row_and_the_others_are_in_proportion():
    found = result(minutes=(20, 20, 20, 20, 200))
    heights = [int(bar.get("height")) for bar in bars(drawn(found), 0)][: len(found.against.charge_bands)]
    assert heights == [ROW_HEIGHT * count // 4 for count in found.against.charge_bands]


@pytest.mark.parametrize("tariffs", [1, MAX_TARIFFS])
@pytest.mark.parametrize("minutes", [(), (0,), (20, 500_000)])
def test_everything_is_inside_the_picture(tariffs, minutes):
    picture = drawn(result(names=[f"tariff {number}" for number in range(tariffs)], minutes=minutes))
    height = int(picture.get("height"))
    for shape in picture.iter(f"{SVG}rect"):
        if shape.get("class") == "ground":
            continue
        x, y, wide, high = (int(shape.get(side)) for side in ("x", "y", "width", "height"))
        assert LEFT <= x <= x + wide <= WIDTH - RIGHT
        assert 0 <= y <= y + high <= height
        assert wide > 0 <= high
    for text in picture.iter(f"{SVG}text"):
        assert 0 < int(text.get("y")) < height


def test_names_cannot_break_out_of_it():
    picture = drawn(result(names=["<script>&\"'\x1b" + "x" * 100]), name="\udcff.csv")
    said = texts(picture)
    assert picture.find(f".//{SVG}script") is None
    assert said[0].startswith("Backtest of ?.csv")
    assert "<script>&\"'?" + "x" * 47 + "…" in said


def test_it_is_readable_on_a_light_and_on_a_dark_page():
    style = drawn(result()).find(f"{SVG}style").text
    light, dark = style.split("@media (prefers-color-scheme: dark)")
    for class_name in (".ground", "text", ".label", ".count", ".over", ".axis", ".grid", ".outline", ".b5"):
        colours = [re.search(rf"{re.escape(class_name)}[ ,].*?#([0-9a-f]{{6}})", part)[1] for part in (light, dark)]
        assert colours[0] != colours[1]


def test_bands_are_named_by_their_upper_edges():
    assert length_names()[:3] == ["up to 30 min", "to 1 h", "to 2 h"]
    assert length_names()[-4:] == ["to 24 h", "to 2 d", "to 7 d", "over 7 d"]
    assert charge_names(edges=[], money=MONEY) == ["free"]
    assert charge_names(edges=[150, 100_000], money=MONEY) == ["free", "up to 1.50", "to 1,000", "over 1,000"]


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [(1, 3, "+33.3 %"), (-1, 3, "-33.3 %"), (-1, 2000, "-0.1 %"), (0, 5, "+0.0 %"), (5, 0, "-"), (7, 2, "+350.0 %")],
)
def test_per_cents(part, whole, words):
    assert percent(part, whole) == words


def test_amounts_with_and_without_signs():
    assert [MONEY.signed(amount) for amount in (123_456, -50, 0)] == ["+1,234.56", "-0.50", "0.00"]
    assert Money(currency="JPY").short(100_000) == "100,000"
    assert Money(currency="KWD").grouped(1_234_567) == "1,234.567"
