"""The addresses below /parking/scanner/."""

from __future__ import annotations

from django.urls import path

from parking.web.attendant import at_the_exit, counting, desk, drawer, gates, helping, pairing, scanning

urlpatterns = [
    path("entry/", scanning.entry, name="scan-entry"),
    path("exit/", scanning.leave, name="scan-exit"),
    path("exit/pay/", at_the_exit.pay, name="scan-pay"),
    path("exit/shift/", at_the_exit.open_shift, name="scan-shift"),
    path("gate/", gates.choose_gate, name="choose-gate"),
    path("pair/", pairing.pairing, name="pairing"),
    path("pair/key/", pairing.pair_by_key, name="pair-by-key"),
    path("pair/bind/", pairing.bind, name="pair-bind"),
    path("pair/new/", pairing.register, name="pair-new"),
    path("pair/end/", pairing.end, name="pair-end"),
    path("desk/", desk.desk, name="desk"),
    path("desk/open/", helping.open_gate, name="desk-open"),
    path("desk/count/", counting.count, name="desk-count"),
    path("desk/<str:booking>/", desk.stay, name="desk-stay"),
    path("desk/<str:booking>/ticket/", desk.ticket, name="desk-ticket"),
    path("desk/<str:booking>/take/", helping.take, name="desk-take"),
    path("desk/<str:booking>/replace/", helping.replace, name="desk-replace"),
    path("desk/<str:booking>/lost/", helping.lose, name="desk-lose"),
    path("desk/<str:booking>/adjust/", helping.adjust, name="desk-adjust"),
    path("desk/<str:booking>/open/", helping.open_for, name="desk-open-for"),
    path("desk/<str:booking>/left/", helping.has_left, name="desk-left"),
    path("drawer/", drawer.drawer, name="drawer"),
    path("drawer/open/", drawer.open_shift, name="drawer-open"),
    path("drawer/close/", drawer.close_shift, name="drawer-close"),
    path("drawer/hand-back/", drawer.hand_back, name="drawer-hand-back"),
]
