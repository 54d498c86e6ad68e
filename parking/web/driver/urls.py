"""The driver's addresses."""

from __future__ import annotations

from django.urls import path

from parking.web.driver import booking, changes, offline, paying, start, ticket

urlpatterns = [
    path("", start.start, name="start"),
    path("zones/", start.zones, name="room-now"),
    path("service-worker.js", offline.service_worker, name="service-worker"),
    path("parking/booking/", booking.booking, name="booking"),
    path("parking/booking/price/", booking.price, name="price"),
    path("parking/booking/<str:ticket>/pay/", paying.pay, name="pay"),
    path("parking/ticket/<str:ticket>/", ticket.ticket, name="ticket"),
    path("parking/ticket/<str:ticket>/now/", ticket.ticket_part, name="ticket-part"),
    path("parking/ticket/<str:ticket>/code.png", ticket.qr_png, name="qr"),
    path("parking/ticket/<str:ticket>/receipt.pdf", ticket.receipt, name="receipt"),
    path("parking/ticket/<str:ticket>/cancel/", changes.cancel, name="cancel"),
    path("parking/ticket/<str:ticket>/plate/", changes.plate, name="plate"),
    path("parking/ticket/<str:ticket>/extend/", changes.extend, name="extend"),
    path("parking/ticket/<str:ticket>/extend/price/", changes.extension_price, name="extension-price"),
    path("parking/ticket/<str:ticket>/overtime/", paying.overtime, name="overtime"),
    path("parking/ticket/<str:ticket>/waiting/", paying.waiting, name="waiting"),
    path("parking/ticket/<str:ticket>/waiting/now/", paying.waiting_part, name="waiting-part"),
]
