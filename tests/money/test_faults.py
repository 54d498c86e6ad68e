"""The fault matrix: whatever a provider gets wrong, in whatever operation, in the end its books are ours."""

from __future__ import annotations

import pytest

from tests.money.faults import FAULTS, Fault
from tests.money.operations import OPERATIONS, Operation

CASES = [
    pytest.param(operation, fault, id=f"{operation.name}: {fault.name}".replace(" ", "-"))
    for fault in FAULTS.values()
    for operation in OPERATIONS
    if fault.befalls(operation)
]


@pytest.mark.parametrize(("operation_type", "fault"), CASES)
def test_the_books_agree(tell, note, operation_type: type[Operation], fault: Fault):
    story = tell(slots=operation_type.slots, seed=f"{operation_type.name}, {fault.name}")
    operation = operation_type.prepare(story)
    fault.tell(operation)
    operation.finish()
    story.come_to_rest()

    assert story.breaches() == []
    assert story.kept_minor(operation.booking.booking_id) == operation.wanted_minor()
    movements = [row["subject"] for row in story.books()["movements"]]
    note(
        fault=fault.name,
        operation=operation_type.name,
        status=operation.status,
        charges=movements.count("charge"),
        refunds=movements.count("refund"),
        kept_minor=operation.wanted_minor(),
        rounds=story.rounds,
        events=story.delivered,
        refused=len(story.refused),
    )


def test_every_fault_that_is_left_out_somewhere_says_why(note):
    assert [fault.name for fault in FAULTS.values() if bool(fault.only) != bool(fault.because)] == []
    note(
        faults={fault.name: fault.because for fault in FAULTS.values()},
        operations=[operation.name for operation in OPERATIONS],
        cases=[(case.values[1].name, case.values[0].name) for case in CASES],
    )
