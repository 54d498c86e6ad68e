"""The addresses below /parking/operator/."""

from __future__ import annotations

from django.urls import path

from parking.web.operator import booking, days, exports, money, people, prices, till, today, zones

urlpatterns = [
    path("", today.today, name="today"),
    path("plan/", today.plan, name="today-plan"),
    path("tiles/", today.tiles, name="today-tiles"),
    path("figures/", today.figures, name="today-figures"),
    path("overstays/", today.overstays, name="overstays"),
    path("refused/", today.refused, name="refused"),
    path("find/", booking.find, name="find"),
    path("bookings/<str:booking_id>/", booking.booking, name="office-booking"),
    path("bookings/<str:booking_id>/cancel/", booking.cancel, name="office-cancel"),
    path("bookings/<str:booking_id>/ticket/", booking.replace_ticket, name="office-replace"),
    path("bookings/<str:booking_id>/adjust/", booking.adjust, name="office-adjust"),
    path("bookings/<str:booking_id>/refund/", booking.refund, name="office-refund"),
    path("zones/", zones.zones, name="zones"),
    path("zones/<str:zone_id>/", zones.zone, name="zone"),
    path("zones/<str:zone_id>/plan/", zones.zone_plan, name="zone-plan"),
    path("zones/<str:zone_id>/outages/", zones.plan_outage, name="plan-outage"),
    path("zones/<str:zone_id>/outages/<str:outage_id>/end/", zones.end_outage, name="end-outage"),
    path("zones/<str:zone_id>/open/", zones.set_open, name="set-open"),
    path("zones/<str:zone_id>/terms/", zones.set_terms, name="set-terms"),
    path("money/", money.money, name="money"),
    path("money/refunds/<str:refund_id>/hand-back/", money.hand_back, name="hand-back"),
    path("money/adjustments/<str:adjustment_id>/", money.decide, name="decide"),
    path("prices/", prices.prices, name="prices"),
    path("prices/tariffs/new/", prices.new_tariff, name="new-tariff"),
    path("prices/tariffs/new/hourly/", prices.new_hourly, name="new-hourly"),
    path("prices/tariffs/<str:tariff_id>/", prices.tariff, name="tariff"),
    path("prices/policies/new/", prices.new_policy, name="new-policy"),
    path("prices/policies/<str:policy_id>/", prices.policy, name="policy"),
    path("shift/", till.shift, name="shift"),
    path("shift/open/", till.open_shift, name="open-shift"),
    path("shift/close/", till.close_shift, name="close-shift"),
    path("days/", days.days, name="days"),
    path("days/<str:day>/", days.one_day, name="day"),
    path("days/<str:day>/close/", days.close_day, name="close-day"),
    path("exports/", exports.exports, name="exports"),
    path("exports/file/", exports.download, name="download"),
    path("bookings/<str:booking_id>/forget/", people.forget, name="forget"),
]
