"""Django's admin for operators. Money, scans and the audit trail are read-only; actions call services."""

from django.contrib import admin

from parking.admin import bookings, garage, gates, integrators, logs, money, terms, zones

__all__ = ["bookings", "garage", "gates", "integrators", "logs", "money", "terms", "zones"]

admin.site.site_header = "Smart Parking"
admin.site.site_title = "Smart Parking"
admin.site.index_title = "Office"
admin.site.index_template = "admin/parking/index.html"
