"""Forms of what one does about a booking."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from parking.domain.adjustments import GRANTS
from parking.domain.states import AdjustmentKind
from parking.queries.refundable import RefundableBooking, RefundableLine
from parking.web import formats
from parking.web.operator.forms import AmountField, ReasonForm
from parking.web.operator.labels import label


class CancelForm(ReasonForm):
    """With the refund that was shown: if less would go back by now, nothing is cancelled."""

    expected_refund = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    prefix = "cancel"


class TicketForm(ReasonForm):
    prefix = "ticket"


class AdjustForm(ReasonForm):
    """What is taken off a stay; of a booking that never became one, goodwill."""

    kind = forms.ChoiceField(label=_("What"), required=False)
    prefix = "adjust"

    def __init__(self, *args: Any, currency: str, has_stay: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = AmountField(currency=currency, label=_("Amount"))
        words = {
            AdjustmentKind.WAIVER: gettext("Let go of what is due"),
            AdjustmentKind.GOODWILL: gettext("Goodwill on the whole stay"),
        }
        self.fields["kind"].choices = [(kind.value, words[kind]) for kind in words if kind in GRANTS]  # type: ignore[attr-defined] # of a ChoiceField
        if not has_stay:
            del self.fields["kind"]
        self.order_fields(["kind", "amount", "reason"])


class RefundForm(ReasonForm):
    """An amount of one payment."""

    payment = forms.TypedChoiceField(label=_("Payment"), coerce=UUID)
    prefix = "refund"

    def __init__(self, *args: Any, refundable: RefundableBooking, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        currency = refundable.currency
        alone = formats.money(refundable.alone_minor, currency)
        self.fields["payment"].choices = [  # type: ignore[attr-defined] # of a ChoiceField
            (str(line.payment_id), _described(line, currency=currency))
            for line in refundable.payments
            if line.most_minor
        ]
        self.fields["amount"] = AmountField(
            currency=currency,
            label=_("Amount"),
            help_text=gettext("Up to %(amount)s you decide alone; above it a second person must agree.")
            % {"amount": alone},
        )
        self.order_fields(["payment", "amount", "reason"])


def _described(line: RefundableLine, *, currency: str) -> str:
    return gettext("%(kind)s, %(method)s: at most %(amount)s") % {
        "kind": label(line.kind),
        "method": label(line.method),
        "amount": formats.money(line.most_minor, currency),
    }
