"""The states and transitions as DESIGN section 2 words them, written out a second time.

Nothing here is imported from `parking.domain.states`, so a slip of the pen there cannot hide here.
"""

from __future__ import annotations

from typing import Final

STATES: Final = {
    "booking": ["CREATED", "PAID", "USED", "EXPIRED", "CANCELLED", "NO_SHOW"],
    "session": ["ACTIVE", "AWAITING_PAYMENT", "COMPLETED"],
    "payment": ["PENDING", "COMPLETED", "FAILED"],
    "refund": ["PENDING", "PROCESSED", "FAILED"],
}

BORN: Final = {"booking": "CREATED", "session": "ACTIVE", "payment": "PENDING", "refund": "PENDING"}

TRANSITIONS: Final = {
    "booking": {
        ("CREATED", "PAID"),
        ("CREATED", "EXPIRED"),
        ("CREATED", "CANCELLED"),
        ("EXPIRED", "PAID"),  # late money that found a slot
        ("PAID", "USED"),
        ("PAID", "CANCELLED"),
        ("PAID", "NO_SHOW"),
    },
    "session": {
        ("ACTIVE", "AWAITING_PAYMENT"),
        ("ACTIVE", "COMPLETED"),
        ("AWAITING_PAYMENT", "COMPLETED"),
        ("COMPLETED", "AWAITING_PAYMENT"),  # only while no gate has opened for it
    },
    "payment": {
        ("PENDING", "COMPLETED"),
        ("PENDING", "FAILED"),
        ("FAILED", "COMPLETED"),  # late authorisation
    },
    "refund": {
        ("PENDING", "PROCESSED"),
        ("PENDING", "FAILED"),
        ("FAILED", "PENDING"),  # retry
    },
}

PAIRS: Final = [(entity, old, new) for entity, states in STATES.items() for old in states for new in states]
"""Every ordered pair of every entity's states, a state with itself included."""
