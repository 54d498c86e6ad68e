"""Taking records out of the admin: the selected ones, or the whole list as it is filtered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse

from parking.admin.operations import Tool, said
from parking.admin.times import local_time, site_time_zone
from parking.domain.permissions import Permission
from parking.edge.staff import caller_of, may
from parking.queries.clock import current_time
from parking.services import exports
from parking.services.export_columns import Column, columns_of
from parking.services.exports import FileFormat

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

_NOT_A_WORD: Final = re.compile(r"[^a-z0-9]+")


class Exports(ModelAdmin):
    """Gives a model's admin its exports as CSV and XLSX, by action and by address."""

    time_field: ClassVar[str]
    not_exported: ClassVar[Sequence[str]] = ()

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"export/{file_format}/",
                self.admin_site.admin_view(partial(self.export_view, file_format=file_format)),
                name=self._export_address(file_format),
            )
            for file_format in FileFormat
        ]
        return own + super().get_urls()

    def has_export_permission(self, request: HttpRequest) -> bool:
        return may(request, Permission.RECORD_EXPORT) and self.has_view_permission(request)

    def export_tools(self, request: HttpRequest) -> list[Tool]:
        if not self.has_export_permission(request):
            return []
        query = request.META.get("QUERY_STRING", "")
        return [
            {
                "label": f"Export {file_format.name}",
                "url": f"{reverse(f'admin:{self._export_address(file_format)}')}{f'?{query}' if query else ''}",
            }
            for file_format in FileFormat
        ]

    def export_view(self, request: HttpRequest, *, file_format: FileFormat) -> HttpResponseBase:
        """The whole list that the address describes, with its filters and its search."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        home = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        query = request.META.get("QUERY_STRING", "")
        try:
            with local_time():
                records = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return redirect(home)
        response = self._export(request, records, file_format=file_format, chosen_by=query or "all")
        return response or redirect(f"{home}?{query}")

    @admin.action(permissions=["export"], description="Export as CSV")
    def export_selected_as_csv(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase | None:
        return self._export(request, queryset, file_format=FileFormat.CSV, chosen_by="selection")

    @admin.action(permissions=["export"], description="Export as XLSX")
    def export_selected_as_xlsx(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase | None:
        return self._export(request, queryset, file_format=FileFormat.XLSX, chosen_by="selection")

    def _export(
        self, request: HttpRequest, records: QuerySet[Any], *, file_format: FileFormat, chosen_by: str
    ) -> HttpResponseBase | None:
        now = current_time()

        def begin() -> bool:
            exports.begin_export(
                records=records, chosen_by=chosen_by, file_format=file_format, caller=caller_of(request), now=now
            )
            return True

        if not said(request, begin):
            return None
        zone = site_time_zone()
        columns = self._export_columns(zone=zone)
        header = [name for name, _ in columns]
        found = exports.rows_of(records=records, time_field=self.time_field or None)
        rows = ([value(row) for _, value in columns] for row in found)
        title = str(self.opts.verbose_name_plural)
        name = file_name(title=title, day=now.astimezone(zone).date(), file_format=file_format)
        if file_format is FileFormat.XLSX:
            return FileResponse(
                exports.xlsx_file(header=header, rows=rows, title=title),
                as_attachment=True,
                filename=name,
                content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            )
        return StreamingHttpResponse(
            exports.csv_stream(header=header, rows=rows),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def _export_columns(self, *, zone: ZoneInfo) -> list[Column]:
        related = set(self.list_select_related or ()) if not isinstance(self.list_select_related, bool) else set()
        return columns_of(model=self.model, zone=zone, left_out=self.not_exported, named=related)

    def _export_address(self, file_format: FileFormat) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_export_{file_format}"


def file_name(*, title: str, day: date, file_format: FileFormat) -> str:
    """``parking-bookings-2026-01-05.csv``"""
    return f"{_NOT_A_WORD.sub('-', title.lower())}-{day.isoformat()}.{file_format}"
