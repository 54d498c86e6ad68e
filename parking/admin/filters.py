"""Filters whose choices are known beforehand: none of them asks a table which values it holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from parking.models import ParkingZone
from parking.queries.clock import current_time

Choices = Iterable[tuple[str, str]]
MAX_ZONE_CHOICES: Final = 100


class Period(admin.SimpleListFilter):
    """How far back, by the indexed time of the list, in whole days of the site."""

    title = "period"
    parameter_name = "period"
    days_back: Final = {"today": 0, "7-days": 6, "30-days": 29, "365-days": 364}

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        return (
            ("today", "Today"),
            ("7-days", "Past 7 days"),
            ("30-days", "Past 30 days"),
            ("365-days", "Past 365 days"),
        )

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: type[Any], model_admin: ModelAdmin[Any]
    ) -> None:
        self.time_field = getattr(model_admin, "time_field", "")
        super().__init__(request, params, model, model_admin)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        days_back = self.days_back.get(self.value() or "")
        if days_back is None:
            return queryset
        return queryset.filter(**{f"{self.time_field}__gte": _midnight(days_back=days_back)})


class Zone(admin.SimpleListFilter):
    title = "zone"
    parameter_name = "zone"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        zones = ParkingZone.objects.order_by("name").values_list("id", "name")[:MAX_ZONE_CHOICES]
        return [(str(zone_id), name) for zone_id, name in zones]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = dict(self.lookup_choices).get(self.value() or "")
        return queryset if chosen is None else queryset.filter(zone_id=int(self.value() or 0))


def one_of(field: str, states: type[StrEnum], *, title: str) -> type[admin.SimpleListFilter]:
    """Choose one of the states that a field may hold."""

    class OneOf(admin.SimpleListFilter):
        parameter_name = field

        def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
            return [(state.value, state.value.replace("_", " ").capitalize()) for state in states]

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            return queryset.filter(**{field: self.value()}) if self.value() in list(states) else queryset

    OneOf.title = title
    return OneOf


def one_condition(name: str, conditions: dict[str, tuple[str, Q]], *, title: str) -> type[admin.SimpleListFilter]:
    """Choose one of some conditions, each by its name: the word that is shown, and what holds."""

    class OneCondition(admin.SimpleListFilter):
        parameter_name = name

        def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
            return [(key, text) for key, (text, _) in conditions.items()]

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            chosen = conditions.get(self.value() or "")
            return queryset if chosen is None else queryset.filter(chosen[1])

    OneCondition.title = title
    return OneCondition


def _midnight(*, days_back: int) -> datetime:
    today = timezone.localtime(current_time())
    return today.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days_back)
