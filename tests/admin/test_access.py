"""Who sees what in the admin, and that nobody writes there."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission as ModelPermission
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from parking.domain.permissions import Role
from parking.models import (
    ApiKey,
    AuditEvent,
    GateDevice,
    LogSeal,
    ParkingBooking,
    ParkingSession,
    ParkingSite,
    ParkingSlot,
    ParkingZone,
    Payment,
    PolicyVersion,
    QRScanLog,
    Quote,
    Receipt,
    Refund,
    SlotAllocation,
    TariffVersion,
    Vehicle,
)
from parking.queries.clock import current_time
from parking.services import receipts
from tests.admin.conftest import SignIn, tell_a_story
from tests.garage import Garage, at

pytestmark = pytest.mark.django_db

MODELS: list[type[Model]] = [
    ApiKey,
    AuditEvent,
    GateDevice,
    LogSeal,
    ParkingBooking,
    ParkingSession,
    ParkingSite,
    ParkingSlot,
    ParkingZone,
    Payment,
    PolicyVersion,
    QRScanLog,
    Quote,
    Receipt,
    Refund,
    SlotAllocation,
    TariffVersion,
    Vehicle,
]
EXPORTERS = {Role.OPERATOR, Role.AUDITOR}
SLOT_ACTIONS = {Role.OPERATOR}


def address(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:parking_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def a_row_of_each(garage: Garage) -> dict[type[Model], Model]:
    tell_a_story(garage)
    ApiKey.objects.create(name="App", key_prefix="abc", key_hash="a" * 64, scopes=[], created_at=current_time())
    LogSeal.objects.create(log="audit", first_id=1, last_id=2, row_count=2, digest="d" * 64, sealed_at=current_time())
    booking = ParkingBooking.objects.earliest("created_at")
    receipts.get_receipt(booking_id=booking.id, now=at(minutes=200))
    return {model: model._default_manager.first() for model in MODELS}  # type: ignore[misc]


def test_every_model_of_the_app_that_a_person_would_read_is_there():
    registered = {model for model in admin.site._registry if model._meta.app_label == "parking"}
    assert registered == set(MODELS)


@pytest.mark.parametrize("role", list(Role))
def test_every_role_reads_every_record(sign_in: SignIn, a_row_of_each, role: Role):
    client = sign_in(role)
    assert client.get("/admin/").status_code == 200
    for model, row in a_row_of_each.items():
        listed = client.get(address(model, "changelist"))
        shown = client.get(address(model, "change", row.pk))
        assert (listed.status_code, shown.status_code) == (200, 200), model
        assert b'name="_save"' not in shown.content, model
        exports = b"Export CSV" in listed.content
        assert exports == (role in EXPORTERS), model
    assert client.get(reverse("admin:parking_occupancy")).status_code == 200


def test_staff_without_a_role_see_nothing_whatever_django_allows_them(sign_in: SignIn, a_row_of_each):
    client = sign_in(name="newcomer")
    User.objects.get(username="newcomer").user_permissions.set(ModelPermission.objects.all())
    assert b"/admin/parking/" not in client.get("/admin/").content
    assert client.get(reverse("admin:parking_occupancy")).status_code == 403
    for model, row in a_row_of_each.items():
        assert client.get(address(model, "changelist")).status_code == 403, model
        assert client.get(address(model, "change", row.pk)).status_code == 403, model
        assert client.get(address(model, "export_csv")).status_code == 403, model


def test_somebody_who_is_no_staff_is_sent_to_sign_in(client: Client, a_row_of_each):
    client.force_login(User.objects.create_user("driver"))
    for model in MODELS:
        response = client.get(address(model, "changelist"))
        assert response.status_code == 302, model
        assert "login" in response.headers["Location"]


def test_a_superuser_is_an_operator(sign_in: SignIn, garage: Garage):
    client = sign_in(superuser=True)
    client.post(address(ParkingZone, "close", garage.zone.id), {"ticket": ticket(client, "close", garage.zone)})
    assert AuditEvent.objects.get(action="zone.closed").caller == "staff:meera"


def test_somebody_who_left_may_do_nothing(sign_in: SignIn, garage: Garage):
    client = sign_in(Role.OPERATOR)
    User.objects.filter(username="meera").update(is_active=False)
    assert client.get(address(ParkingZone, "changelist")).status_code == 302


@pytest.mark.parametrize("superuser", [False, True])
def test_nobody_adds_changes_or_deletes_not_even_by_address(sign_in: SignIn, a_row_of_each, superuser):
    client = sign_in(Role.OPERATOR, superuser=superuser)
    for model, row in a_row_of_each.items():
        before = model._default_manager.values().get(pk=row.pk)
        for page, args in (("add", ()), ("delete", (row.pk,))):
            assert client.get(address(model, page, *args)).status_code == 403, (model, page)
            assert client.post(address(model, page, *args), {"post": "yes"}).status_code == 403, (model, page)
        changed = dict.fromkeys(before, "1")
        assert client.post(address(model, "change", row.pk), changed).status_code == 403, model
        everything = {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"}
        client.post(address(model, "changelist"), everything)
        assert client.post(address(model, "changelist"), {"_save": "1", "form-0-id": str(row.pk)}).status_code != 500
        assert model._default_manager.values().get(pk=row.pk) == before, model


def test_no_list_can_be_probed_by_a_field_that_is_not_offered(operator: Client, a_row_of_each):
    probes = ("key_hash__startswith=a", "owner_name__icontains=a", "provider_token__regex=.*")
    for model in (ApiKey, ParkingBooking, Payment):
        for probe in probes:
            assert operator.get(f"{address(model, 'changelist')}?{probe}").status_code in (302, 400), (model, probe)


def test_no_key_is_shown_or_exported_not_even_as_its_hash(operator: Client, garage: Garage):
    GateDevice.objects.update(key_hash="f" * 64)
    ApiKey.objects.create(name="App", key_prefix="abc", key_hash="f" * 64, scopes=[], created_at=current_time())
    for model in (GateDevice, ApiKey):
        row = model._default_manager.first()
        pages = [operator.get(address(model, "changelist")), operator.get(address(model, "change", row.pk))]
        export = operator.get(address(model, "export_csv"))
        assert all(b"ffff" not in page.content for page in pages)
        assert b"ffff" not in b"".join(export.streaming_content)


def ticket(client: Client, operation: str, row: Model | None = None, *, model: type[Model] | None = None) -> str:
    """What the form of an operation carries, so that it is sent only once."""
    page = client.get(address(model or type(row), operation, *([row.pk] if row else [])))
    assert page.status_code == 200, page.status_code
    return page.context["ticket"]
