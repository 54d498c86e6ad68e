"""What shops and offices give their visitors: a merchant's discount codes, and each use of one."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from parking.domain.states import DiscountKind
from parking.domain.tax import WHOLE_BASIS_POINTS
from parking.models.constraints import amount_in_bounds, choices, one_of
from parking.models.session import ParkingSession
from parking.models.site import ParkingSite


class Merchant(models.Model):
    """Somebody who pays for part of their visitors' parking."""

    site = models.ForeignKey(ParkingSite, on_delete=models.PROTECT, related_name="merchants")
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="parking_merchant_name_once")]

    def __str__(self) -> str:
        return self.name


class DiscountCode(models.Model):
    """A merchant's code, and the bounds of what it gives: for how long, how often, how much in all."""

    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="codes")
    code = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=7, choices=choices(DiscountKind))
    value = models.BigIntegerField()
    """Minutes, minor units or basis points, by `kind`."""
    at_most_minor = models.BigIntegerField()
    """The most that one use gives."""
    currency = models.CharField(max_length=3)
    budget_minor = models.BigIntegerField(null=True, blank=True)
    max_uses = models.PositiveIntegerField(null=True, blank=True)
    uses = models.PositiveIntegerField(default=0)
    spent_minor = models.BigIntegerField(default=0)
    """What was granted, and what stays that are still open have reserved."""
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            one_of(field="kind", states=DiscountKind, name="parking_discount_kind"),
            models.CheckConstraint(
                condition=Q(value__gt=0) & (~Q(kind=DiscountKind.PERCENT) | Q(value__lte=WHOLE_BASIS_POINTS)),
                name="parking_discount_value",
            ),
            amount_in_bounds(field="at_most_minor", name="parking_discount_at_most", minimum=1),
            models.CheckConstraint(
                condition=Q(budget_minor__isnull=True) | Q(spent_minor__lte=F("budget_minor")),
                name="parking_discount_budget",
            ),
            models.CheckConstraint(condition=Q(spent_minor__gte=0), name="parking_discount_spent"),
            models.CheckConstraint(
                condition=Q(max_uses__isnull=True) | Q(uses__lte=F("max_uses")), name="parking_discount_uses"
            ),
            models.CheckConstraint(condition=Q(valid_until__gt=F("valid_from")), name="parking_discount_validity"),
        ]

    def __str__(self) -> str:
        return self.code


class Validation(models.Model):
    """One use of a discount code for one stay: reserved when it is applied, granted when the stay ends."""

    discount = models.ForeignKey(DiscountCode, on_delete=models.PROTECT, related_name="validations")
    session = models.ForeignKey(ParkingSession, on_delete=models.PROTECT, related_name="validations")
    reserved_minor = models.BigIntegerField()
    granted_minor = models.BigIntegerField(null=True, blank=True)
    """It stands from the first end of the stay on, should the stay be opened again."""
    granted_until = models.DateTimeField(null=True, blank=True)
    """Up to when the stay was billed that it was reckoned from."""
    applied_by = models.CharField(max_length=100)
    applied_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "discount"], name="parking_validation_once"),
            amount_in_bounds(field="reserved_minor", name="parking_validation_reserved", minimum=1),
            models.CheckConstraint(
                condition=Q(granted_minor__isnull=True, granted_until__isnull=True)
                | Q(
                    granted_minor__isnull=False,
                    granted_until__isnull=False,
                    granted_minor__gte=0,
                    granted_minor__lte=F("reserved_minor"),
                ),
                name="parking_validation_granted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.discount_id} for {self.session_id}"
