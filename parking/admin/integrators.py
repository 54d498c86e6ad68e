"""The keys of those who call the API."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.contrib import admin

from parking.admin.base import RecordAdmin
from parking.admin.columns import badge, told, when
from parking.admin.operations import Operation, Values
from parking.domain.callers import Caller
from parking.domain.permissions import Permission, Scope
from parking.models import ApiKey
from parking.queries.clock import current_time
from parking.services.credentials import NewKey, make_api_key, revoke_api_key


class ApiKeyForm(forms.Form):
    name = forms.CharField(max_length=64, help_text="Whose key it is.")
    scopes = forms.MultipleChoiceField(
        choices=[(scope.value, scope.value) for scope in Scope], widget=forms.CheckboxSelectMultiple
    )
    expires_at = forms.DateTimeField(
        required=False,
        label="Valid until",
        help_text="In the site's time. Empty: until it is revoked.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )


def _make(caller: Caller, now: datetime, _: object, values: Values) -> NewKey:
    return make_api_key(
        name=values["name"],
        scopes=[Scope(scope) for scope in values["scopes"]],
        expires_at=values["expires_at"],
        caller=caller,
        now=now,
    )


def _revoke(caller: Caller, now: datetime, key: ApiKey, _: Values) -> str:
    revoke_api_key(prefix=key.key_prefix, caller=caller, now=now)
    return f"The key {key.key_prefix} of {key.name} is revoked."


def _state(key: ApiKey) -> str:
    if key.revoked_at:
        return badge(value="revoked", text="Revoked")
    if key.expires_at and key.expires_at <= current_time():
        return badge(value="expired", text="Expired")
    return badge(value="keyed", text="Valid")


def _scopes(key: ApiKey) -> str:
    return ", ".join(key.scopes)


@admin.register(ApiKey)
class ApiKeyAdmin(RecordAdmin):
    not_exported = ("key_hash",)
    list_display_links = ("name",)
    list_display = (
        "name",
        "key_prefix",
        told("key_state", "State", _state),
        told("allows", "Scopes", _scopes),
        when("created_at", "Made"),
        when("expires_at", "Valid until"),
        when("revoked_at", "Revoked"),
    )
    page = (
        "name",
        "key_prefix",
        told("key_state", "State", _state),
        told("allows", "Scopes", _scopes),
        when("created_at", "Made"),
        when("expires_at", "Valid until"),
        when("revoked_at", "Revoked"),
    )
    operations = (
        Operation(
            name="make",
            label="Make an API key",
            explanation="The key is shown once, on the next page. It is stored nowhere.",
            permission=Permission.API_KEY_MANAGE,
            form=ApiKeyForm,
            perform=_make,
            on_a_row=False,
        ),
        Operation(
            name="revoke",
            label="Revoke",
            explanation="The key stops working at once, for good.",
            permission=Permission.API_KEY_MANAGE,
            perform=_revoke,
            is_possible=lambda key: key.revoked_at is None,
        ),
    )
