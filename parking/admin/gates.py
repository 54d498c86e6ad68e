"""The scanners at the gates: registered here, given keys, revoked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from parking.admin.base import RecordAdmin
from parking.admin.columns import badge, link, links_to_lists, state, told, when
from parking.admin.operations import Operation, Values
from parking.domain.callers import Caller
from parking.domain.permissions import Permission
from parking.domain.states import GateDirection
from parking.models import GateDevice, ParkingSite, ParkingZone, QRScanLog
from parking.services.credentials import NewKey, make_device_key, register_device, revoke_device


class DeviceForm(forms.Form):
    device_id = forms.CharField(max_length=64, help_text="What the scanner calls itself, for example ENTRY_GATE_02.")
    site = forms.ModelChoiceField(queryset=ParkingSite.objects.none(), empty_label=None)
    direction = forms.ChoiceField(choices=[(one.value, one.value.capitalize()) for one in GateDirection])
    zones = forms.ModelMultipleChoiceField(
        queryset=ParkingZone.objects.none(), required=False, help_text="None chosen: all zones."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = ParkingSite.objects.order_by("id")  # type: ignore[attr-defined]
        self.fields["zones"].queryset = ParkingZone.objects.order_by("name")  # type: ignore[attr-defined]


def _register(caller: Caller, now: datetime, _: object, values: Values) -> str:
    device = register_device(
        site=values["site"],
        device_id=values["device_id"],
        direction=GateDirection(values["direction"]),
        zones=values["zones"],
        caller=caller,
        now=now,
    )
    return f"{device.device_id} is registered. It has no key yet: open it and make one."


def _make_key(caller: Caller, now: datetime, device: GateDevice, _: Values) -> NewKey:
    return make_device_key(device_id=device.device_id, caller=caller, now=now)


def _revoke(caller: Caller, now: datetime, device: GateDevice, _: Values) -> str:
    revoke_device(device_id=device.device_id, caller=caller, now=now)
    return f"{device.device_id} is revoked. It admits nobody until it is given a new key."


def _state(device: GateDevice) -> str:
    if device.revoked_at:
        return badge(value="revoked", text="Revoked")
    return badge(value="keyed", text="Has a key") if device.key_hash else badge(value="no-key", text="No key yet")


def _zones(device: GateDevice) -> str:
    return ", ".join(zone.name for zone in device.zones.all()) or "all"


@admin.register(GateDevice)
class GateDeviceAdmin(RecordAdmin):
    not_exported = ("key_hash",)
    list_select_related = ("site",)
    ordering = ("device_id",)
    list_display_links = ("device_id",)
    list_display = (
        "device_id",
        told("key_state", "State", _state),
        state("direction", "Direction"),
        told("serves", "Zones", _zones),
        link("site", "Site"),
        when("key_made_at", "Key made"),
        when("revoked_at", "Revoked"),
    )
    page = (
        "device_id",
        told("key_state", "State", _state),
        state("direction", "Direction"),
        told("serves", "Zones", _zones),
        link("site", "Site"),
        "key_prefix",
        when("key_made_at", "Key made", with_seconds=True),
        when("revoked_at", "Revoked", with_seconds=True),
        when("created_at", "Registered"),
        told(
            "records", "Its records", lambda row: links_to_lists(row=row, field="device", models={"scans": QRScanLog})
        ),
    )
    operations = (
        Operation(
            name="register",
            label="Register a device",
            explanation="A scanner that is not registered admits nobody. It gets its key in a second step.",
            permission=Permission.DEVICE_MANAGE,
            form=DeviceForm,
            perform=_register,
            on_a_row=False,
        ),
        Operation(
            name="key",
            label="Make a new key",
            explanation="The key it has now stops working at once. The new one is shown once, on the next page; "
            "have the scanner's configuration at hand. A revoked scanner works again with it.",
            permission=Permission.DEVICE_MANAGE,
            perform=_make_key,
        ),
        Operation(
            name="revoke",
            label="Revoke",
            explanation="The scanner admits nobody any more, at once.",
            permission=Permission.DEVICE_MANAGE,
            perform=_revoke,
            is_possible=lambda device: device.revoked_at is None,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("zones")
