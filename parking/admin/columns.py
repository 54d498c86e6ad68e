"""Columns of lists and fields of pages: times, money, states, and links from one record to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from parking.admin.times import show_time
from parking.domain.money import format_amount

Column = Callable[[Any], Any]
NOTHING = "–"  # noqa: RUF001 -- an en dash is meant


def when(field: str, label: str, *, with_seconds: bool = False) -> Column:
    """A time; the list may be ordered by it where its admin names it as the indexed one."""

    def show(row: Model) -> str | SafeString:
        moment = getattr(row, field)
        if moment is None:
            return NOTHING
        text = show_time(moment=moment, with_seconds=with_seconds)
        return format_html('<time datetime="{}">{}</time>', moment.isoformat(), text)

    return _column(show, name=field, label=label, ordering=field)


def money(field: str, label: str) -> Column:
    """An amount of minor units, as ``100.00 INR``."""

    def show(row: Any) -> SafeString:
        return show_money(amount_minor=getattr(row, field), currency=row.currency)

    return _column(show, name=field, label=label)


def state(field: str, label: str = "State") -> Column:
    """A stored state, as a coloured word."""

    def show(row: Any) -> SafeString:
        return badge(value=getattr(row, field), text=getattr(row, f"get_{field}_display")())

    return _column(show, name=field, label=label)


def link(field: str, label: str, *, text: Callable[[Any], object] = str) -> Column:
    """The row that `field` points to, by a link to its page."""

    def show(row: Model) -> str | SafeString:
        target = getattr(row, field)
        return NOTHING if target is None else link_to(row=target, text=str(text(target)))

    return _column(show, name=field, label=label)


def told(name: str, label: str, tell: Callable[[Any], object]) -> Column:
    """Whatever `tell` makes of the row."""

    def show(row: Model) -> object:
        return tell(row) or NOTHING

    return _column(show, name=name, label=label)


def show_money(*, amount_minor: int, currency: str) -> SafeString:
    return format_html(
        '<span class="money">{} {}</span>', format_amount(amount_minor=amount_minor, currency=currency), currency
    )


def badge(*, value: str, text: str) -> SafeString:
    return format_html('<span class="state state-{}">{}</span>', value.lower().replace("_", "-"), text)


def address_of(row: Model) -> str:
    return reverse(f"admin:parking_{row._meta.model_name}_change", args=[row.pk])


def link_to(*, row: Model, text: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', address_of(row), text)


def links_to_lists(*, row: Model, field: str, models: dict[str, type[Model]]) -> SafeString:
    """Links to lists of the records that point to `row` by `field`."""
    links = (
        (reverse(f"admin:parking_{model._meta.model_name}_changelist"), f"{field}__id__exact", row.pk, text)
        for text, model in models.items()
    )
    return format_html_join(" · ", '<a href="{}?{}={}">{}</a>', links)


def _column(show: Column, *, name: str, label: str, ordering: str | None = None) -> Column:
    show.__name__ = name
    return admin.display(description=label, ordering=ordering)(show)
