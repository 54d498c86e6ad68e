"""Dirty files: what cannot be used is counted and named by line, and never stops the rest."""

from __future__ import annotations

import pytest
from django.core.management.base import CommandError
from hypothesis import given
from hypothesis import strategies as st

from parking.domain.stay_records import UnreadableHeaderError, read_stay_records

HEADER = "bay,arrived_utc,departed_utc\n"
NINE_TO_TEN = "2026-01-05T09:00:00Z,2026-01-05T10:00:00Z"


def problems(*rows: str) -> list[tuple[int, str, str]]:
    records = read_stay_records(lines=[HEADER, *(f"{row}\n" for row in rows)])
    assert records.rows_read == len(records.stays) + len(records.rejected)
    return [(row.line, row.problem.value, row.detail) for row in records.rejected]


@pytest.mark.parametrize(
    ("row", "problem", "detail"),
    [
        ("P1,2026-01-05T09:00:00Z", "missing_column", "2 of 3 columns"),
        (f"P1,{NINE_TO_TEN},", "extra_column", "4 of 3 columns"),
        (f" ,{NINE_TO_TEN}", "empty_bay", ""),
        (",,", "empty_bay", ""),
        ("P1,soon,2026-01-05T10:00:00Z", "unreadable_time", "arrived_utc 'soon'"),
        ("P1,2026-01-05T09:00:00Z,", "unreadable_time", "departed_utc ''"),
        ("P1,2026-02-30T09:00:00Z,2026-03-05T10:00:00Z", "unreadable_time", "arrived_utc '2026-02-30T09:00:00Z'"),
        ("P1,2026-01-05T09:00:00,2026-01-05T10:00:00Z", "naive_time", "arrived_utc '2026-01-05T09:00:00'"),
        ("P1,2026-01-05T09:00:00Z,2026-01-06", "naive_time", "departed_utc '2026-01-06'"),
        ("P1,0001-01-01T00:00+14:00,2026-01-05T10:00:00Z", "time_out_of_range", "arrived_utc '0001-01-01T00:00+14:00'"),
        ("P1,2026-01-05T09:00Z,9999-12-31T23:59-14:00", "time_out_of_range", "departed_utc '9999-12-31T23:59-14:00'"),
        (
            "P1,2026-01-05T09:00:00Z,2026-01-05T14:30:00+05:30",
            "departure_not_after_arrival",
            "'2026-01-05T09:00:00Z' then '2026-01-05T14:30:00+05:30'",
        ),
        ("P1,2026-01-05T09:00:00Z,2027-01-06T09:00:01Z", "longer_than_a_year", "366 days"),
        (f'"P1,{NINE_TO_TEN}', "unreadable_line", "'\"P1,2026-01-05T09:00:00Z,2026-01-05T10:0...'"),
        (f"P\udcfc,{NINE_TO_TEN}", "unreadable_line", "'P\\udcfc,2026-01-05T09:00:00Z,2026-01-05T10:00...'"),
    ],
)  # fmt: skip
def test_a_broken_row_is_named_and_the_next_one_used(row, problem, detail):
    assert problems(row, f"P1,{NINE_TO_TEN}") == [(2, problem, detail)]


def test_of_stays_that_overlap_in_a_bay_the_first_to_arrive_is_kept():
    assert problems(
        "P1,2026-01-05T09:30:00Z,2026-01-05T11:00:00Z",
        f"P1,{NINE_TO_TEN}",
        f"P2,{NINE_TO_TEN}",
        "P1,2026-01-05T10:00:00Z,2026-01-05T10:30:00Z",
        f"P1,{NINE_TO_TEN}",
    ) == [
        (2, "overlap", "overlaps line 3 in bay 'P1'"),
        (6, "overlap", "overlaps line 3 in bay 'P1'"),
    ]


def test_rows_out_of_order_are_sorted_and_counted():
    records = read_stay_records(
        lines=[
            HEADER,
            "P1,2026-01-05T12:00:00Z,2026-01-05T13:00:00Z",
            "P2,2026-01-05T08:00:00Z,2026-01-05T09:00:00Z",
            "P3,2026-01-05T10:00:00Z,2026-01-05T11:00:00Z",
            "P4,2026-01-05T12:00:00Z,2026-01-05T13:00:00Z",
        ]
    )
    assert [stay.line for stay in records.stays] == [3, 4, 2, 5]
    assert records.rows_out_of_order == 2


def test_columns_may_stand_in_another_order_with_others_beside_them():
    records = read_stay_records(
        lines=["id, departed_utc,arrived_utc,bay\n", "7,2026-01-05T10:00:00Z,2026-01-05T09:00:00Z,P1\n"]
    )
    (stay,) = records.stays
    assert (stay.bay, stay.arrived_at.hour, stay.departed_at.hour) == ("P1", 9, 10)


@pytest.mark.parametrize(
    "lines",
    [[], ["\n"], [f"P1,{NINE_TO_TEN}\n"], ["bay,arrived_utc\n"], ["bay,bay,arrived_utc,departed_utc\n"]],
    ids=["empty", "blank", "no header", "column missing", "column twice"],
)
def test_without_its_header_a_file_cannot_be_read(lines):
    with pytest.raises(UnreadableHeaderError, match="bay,arrived_utc,departed_utc"):
        read_stay_records(lines=lines)


@given(rows=st.lists(st.text(st.characters(exclude_characters="\r\n")) | st.just(f"P1,{NINE_TO_TEN}")))
def test_no_row_is_fatal_and_none_is_lost(rows):
    records = read_stay_records(lines=[HEADER, *rows])
    assert records.rows_read == sum(bool(row.strip()) for row in rows)
    assert records.rows_read == len(records.stays) + len(records.rejected)


def test_a_file_with_a_byte_order_mark_windows_line_ends_and_a_foreign_byte(replay, tmp_path):
    path = tmp_path / "windows.csv"
    rows = ["bay,arrived_utc,departed_utc", f"P1,{NINE_TO_TEN}", "", f"P\xfc,{NINE_TO_TEN}", ""]
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(rows).encode("latin-1"))
    answer = replay(path)
    assert answer["rows"] == {
        "read": 2,
        "used": 1,
        "out_of_order": 0,
        "rejected": {
            "unreadable_line": {
                "count": 1,
                "first": ["line 4: 'P\\udcfc,2026-01-05T09:00:00Z,2026-01-05T10:00...'"],
            }
        },
    }
    assert answer["sessions"] == 1


def test_many_broken_rows_are_counted_and_the_first_five_named(replay, file_of):
    answer = replay(file_of(*["nonsense"] * 7, f"P1,{NINE_TO_TEN}"))
    assert answer["rows"]["rejected"] == {
        "missing_column": {"count": 7, "first": [f"line {line}: 1 of 3 columns" for line in range(2, 7)]}
    }
    assert answer["sessions"] == 1


@pytest.mark.parametrize("content", ["", "\n\n", f"P1,{NINE_TO_TEN}\n"], ids=["empty", "blank", "no header"])
def test_the_command_refuses_a_file_without_a_header(run, tmp_path, content):
    path = tmp_path / "stays.csv"
    path.write_text(content)
    with pytest.raises(CommandError, match="The first line must name the columns"):
        run(path)


def test_the_command_refuses_what_it_cannot_open(run, tmp_path):
    with pytest.raises(CommandError, match=r"none\.csv cannot be read: No such file or directory"):
        run(tmp_path / "none.csv")
    with pytest.raises(CommandError, match="cannot be read: Is a directory"):
        run(tmp_path)
