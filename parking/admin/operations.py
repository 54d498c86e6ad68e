"""Pages that do something: a form, one service call, its answer. The only way in which the admin changes anything."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from parking.admin.times import local_time, rendered
from parking.domain.callers import Caller
from parking.domain.errors import ParkingError
from parking.domain.permissions import Permission
from parking.edge.staff import caller_of, may
from parking.queries.clock import current_time
from parking.services.credentials import NewKey

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

Answer = TypeVar("Answer")
Tool = dict[str, str]
Values = dict[str, Any]
_TICKETS: Final = "parking_admin_forms"
_MOST_TICKETS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Something that may be done: with one record, or (`on_a_row` false) with the list as a whole.

    `perform` is told the caller, the time, the record (None for a list) and the form's values, calls one service, and
    says what came of it. A new key is shown on that answer's page and nowhere else.
    """

    name: str
    label: str
    explanation: str
    permission: Permission
    perform: Callable[[Caller, datetime, Any, Values], str | NewKey]
    form: type[forms.Form] = forms.Form
    on_a_row: bool = True
    is_possible: Callable[[Any], bool] = lambda _: True


class ServiceActions(ModelAdmin):
    """Gives a model's admin the pages of its `operations`."""

    operations: ClassVar[Sequence[Operation]] = ()

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<path:object_id>/{operation.name}/" if operation.on_a_row else f"{operation.name}/",
                self.admin_site.admin_view(partial(self.operation_view, operation=operation)),
                name=self._address(operation),
            )
            for operation in self.operations
        ]
        return own + super().get_urls()

    def list_tools(self, request: HttpRequest) -> list[Tool]:
        return [
            {"label": operation.label, "url": reverse(f"admin:{self._address(operation)}")}
            for operation in self.operations
            if not operation.on_a_row and may(request, operation.permission)
        ]

    def row_tools(self, request: HttpRequest, row: Any) -> list[Tool]:
        return [
            {"label": operation.label, "url": reverse(f"admin:{self._address(operation)}", args=[row.pk])}
            for operation in self.operations
            if operation.on_a_row and may(request, operation.permission) and operation.is_possible(row)
        ]

    def operation_view(
        self, request: HttpRequest, *, operation: Operation, object_id: str | None = None
    ) -> HttpResponseBase:
        if not may(request, operation.permission):
            raise PermissionDenied
        row = self._row(request, object_id)
        with local_time():
            if request.method != "POST":
                return rendered(self._form_page(request, operation=operation, row=row, form=operation.form()))
            if not _take_ticket(request):
                messages.warning(request, "This form was sent before. Nothing was done a second time.")
                return redirect(self._home(row))
            form = operation.form(request.POST)
            if not form.is_valid():
                return rendered(self._form_page(request, operation=operation, row=row, form=form))
            return self._perform(request, operation=operation, row=row, values=form.cleaned_data)

    def _perform(self, request: HttpRequest, *, operation: Operation, row: Any, values: Values) -> HttpResponseBase:
        answer = said(request, partial(operation.perform, caller_of(request), current_time(), row, values))
        if isinstance(answer, NewKey):
            page = self._page(request, "key_made.html", operation=operation, row=row, token=answer.token)
            return rendered(page)
        if answer is not None:
            messages.success(request, answer)
        return redirect(self._home(row))

    def _form_page(self, request: HttpRequest, *, operation: Operation, row: Any, form: forms.Form) -> TemplateResponse:
        ticket = _issue_ticket(request)
        return self._page(request, "operation.html", operation=operation, row=row, form=form, ticket=ticket)

    def _page(
        self, request: HttpRequest, template: str, *, operation: Operation, row: Any, **context: Any
    ) -> TemplateResponse:
        shown = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": operation.label,
            "subtitle": str(row) if row else None,
            "operation": operation,
            "row": row,
            "home": self._home(row),
            "media": self.media,
        }
        return TemplateResponse(request, f"admin/parking/{template}", shown | context)

    def _row(self, request: HttpRequest, object_id: str | None) -> Any:
        if object_id is None:
            return None
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        return row

    def _address(self, operation: Operation) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{operation.name}"

    def _home(self, row: Any) -> str:
        place = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        return reverse(f"{place}_change", args=[row.pk]) if row else reverse(f"{place}_changelist")


def said(request: HttpRequest, call: Callable[[], Answer]) -> Answer | None:
    """What the service answers; a refusal becomes a message in its own words, and None."""
    try:
        return call()
    except ParkingError as refusal:
        messages.error(request, refusal.message)
        return None


def _issue_ticket(request: HttpRequest) -> str:
    """A form can be sent once, so that loading an answer again makes no second key that ends the first."""
    tickets = cast("list[str]", request.session.get(_TICKETS, []))
    ticket = secrets.token_urlsafe(16)
    request.session[_TICKETS] = [*tickets, ticket][-_MOST_TICKETS:]
    return ticket


def _take_ticket(request: HttpRequest) -> bool:
    tickets = cast("list[str]", request.session.get(_TICKETS, []))
    ticket = request.POST.get("ticket", "")
    request.session[_TICKETS] = [other for other in tickets if other != ticket]
    return ticket in tickets
