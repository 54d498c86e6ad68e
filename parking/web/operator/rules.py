"""A policy in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, ngettext

from parking.domain.policy import CancellationBasis, Policy, read_policy
from parking.web import formats
from parking.web.operator.labels import label

_MINUTE, _DAY = 60, 24 * 3600


def rules_of(*, definition: Mapping[str, Any], currency: str) -> list[tuple[str, str]]:
    """Each rule beside what it says."""
    policy = read_policy(definition=definition)
    days = policy.booking_horizon_seconds // _DAY
    return [
        (gettext("Time to pay"), _lasting(policy.hold_seconds)),
        (gettext("A payment that was begun keeps the hold"), _lasting(policy.pending_payment_seconds)),
        (gettext("May come early by"), _lasting(policy.early_entry_seconds)),
        (gettext("Cancelling a paid booking"), _cancelling(policy)),
        (gettext("An amount told at the exit stands"), _lasting(policy.quote_seconds)),
        (gettext("Time to drive out after paying"), _lasting(policy.leave_seconds)),
        (gettext("Can be booked ahead"), ngettext("%(n)s day", "%(n)s days", days) % {"n": formats.number(days)}),
        (gettext("One person may take off alone"), formats.money(policy.adjustment_limit_minor, currency)),
        (gettext("A car that is inside comes again"), label(policy.anti_passback)),
    ]


def _cancelling(policy: Policy) -> str:
    match policy.cancellation:
        case CancellationBasis.NONE:
            return gettext("No money back")
        case CancellationBasis.BEFORE_START:
            return "; ".join(
                gettext("%(percent)s%% back until %(time)s before the start")
                % {"percent": tier.percent, "time": _lasting(tier.seconds_before_start)}
                for tier in policy.cancellation_tiers
            )
    return gettext("All back within %(time)s of paying, then nothing") % {"time": _lasting(policy.full_refund_seconds)}


def _lasting(seconds: int) -> str:
    return formats.length(seconds // _MINUTE)
