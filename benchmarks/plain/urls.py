"""The plain views, at the addresses of the real ones."""

from django.urls import path

from benchmarks.plain import views

urlpatterns = [
    path("parking/api/booking/create/", views.create_booking),
    path("parking/api/booking/payment/", views.pay_booking),
    path("parking/api/scan/entry/", views.scan_entry),
    path("parking/api/scan/exit/", views.scan_exit),
    path("parking/api/zone/<int:zone_id>/status/", views.zone_status),
    path("parking/api/zones/", views.zones),
]
