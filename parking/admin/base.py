"""A list of records as an operator reads it: never edited here, and fast with a million rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final
from uuid import UUID

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import cached_property
from django.utils.text import capfirst

from parking.admin.days import day_links
from parking.admin.exporting import Exports
from parking.admin.operations import ServiceActions
from parking.admin.times import local_time, rendered
from parking.domain.permissions import Permission
from parking.edge.staff import may
from parking.queries.search import find_bookings

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

ROWS_PER_PAGE: Final = 50
MAX_COUNTED: Final = 5_000
"""Nobody turns a hundred pages; further back, one filters."""


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than `MAX_COUNTED`: counting a million rows takes longer than showing fifty."""

    @cached_property
    def has_more(self) -> bool:
        return self._counted > MAX_COUNTED

    @cached_property
    def count(self) -> int:
        return min(self._counted, MAX_COUNTED)

    @cached_property
    def _counted(self) -> int:
        records: Any = self.object_list
        return int(records.order_by()[: MAX_COUNTED + 1].count())


class RecordList(ChangeList):
    """Ordered only by what has an index, whatever the address asks for; days and months need no scan."""

    def get_ordering_field(self, field_name: Any) -> Any:
        ordering = super().get_ordering_field(field_name)
        return ordering if ordering == self.model_admin.time_field else None  # type: ignore[attr-defined]

    def day_links(self) -> dict[str, Any] | None:
        return day_links(records=self)


class RecordAdmin(Exports, ServiceActions, ModelAdmin):
    """Read-only for everybody: no add, change or delete, by page, address or action.

    Who may look is the domain's decision (RECORD_VIEW), not that of Django's permissions on models. What may be
    changed at all is changed by `operations` and actions, which call services.
    """

    time_field: ClassVar[str] = ""
    """The indexed time of the list, if it has one: it is ordered and drilled down by it."""
    booking_path: ClassVar[str] = ""
    """Where a record's booking is, for a search to find: `"pk"`, `"booking_id"`..."""
    linked_by: ClassVar[Sequence[str]] = ()
    """The indexed foreign keys by which other records' pages link to this list."""
    page: ClassVar[Sequence[Any]] = ()
    """What the page of one record shows: names of fields, and columns."""
    search_help_text = "Plate or its beginning, QR code, booking id, phone number, or payment reference"
    list_display_links: Any = None

    paginator = BoundedPaginator
    list_per_page = ROWS_PER_PAGE
    list_max_show_all = ROWS_PER_PAGE
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions: Any = ("export_selected_as_csv", "export_selected_as_xlsx")
    change_list_template = "admin/parking/change_list.html"
    change_form_template = "admin/parking/change_form.html"

    class Media:
        css: ClassVar[dict[str, Sequence[str]]] = {"all": ["parking/admin.css"]}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(request, Permission.RECORD_VIEW)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may(request, Permission.RECORD_VIEW)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.page

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.page

    def get_ordering(self, request: HttpRequest) -> Any:
        return [f"-{self.time_field}", "-pk"] if self.time_field else self.ordering or ["-pk"]

    def get_sortable_by(self, request: HttpRequest) -> list[Any]:
        return [column for column in self.list_display if _ordering_of(column) == self.time_field != ""]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RecordList

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """By its filters, its days, and links from other records; not by any field that somebody may think of."""
        days = {f"{self.date_hierarchy}__{part}" for part in ("year", "month", "day")}
        links = {f"{field}__id__exact" for field in self.linked_by}
        filters = {getattr(list_filter, "parameter_name", None) for list_filter in self.list_filter}
        return lookup in days | links | filters

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not self.search_fields or not search_term.strip():
            return queryset, False
        return queryset.filter(self.search(text=search_term.strip())), False

    def search(self, *, text: str) -> Q:
        """What a search finds: the records of the bookings that the text names."""
        return Q(**{f"{self.booking_path}__in": _bookings(text=text)})

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:  # type: ignore[override]
        shown = {
            "title": capfirst(self.opts.verbose_name_plural),
            "tools": [*self.list_tools(request), *self.export_tools(request)],
        }
        with local_time():
            return rendered(super().changelist_view(request, shown | (extra_context or {})))

    def changeform_view(  # type: ignore[override]
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponseBase:
        with local_time():
            row = self.get_object(request, object_id) if object_id else None
            context = {} if row is None else self.page_context(request, row)
            page = super().changeform_view(request, object_id, form_url, context | (extra_context or {}))
            return rendered(page)

    def page_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What the page of one record shows besides its fields."""
        if not self.has_view_permission(request):
            return {}
        return {"title": capfirst(self.opts.verbose_name), "tools": self.row_tools(request, row)}


def _bookings(*, text: str) -> list[UUID]:
    return find_bookings(text=text, phone_region=settings.PARKING_PHONE_REGION)


def _ordering_of(column: str | Callable[..., Any]) -> object:
    return getattr(column, "admin_order_field", None)
