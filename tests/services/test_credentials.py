"""Keys: shown once, stored hashed, rotated and revoked; what each opens and what it does not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from parking.domain.callers import DRIVER, SYSTEM, CallerKind, staff_caller
from parking.domain.errors import InvalidField, InvalidKey, PermissionRequired, UnknownDevice
from parking.domain.permissions import DEVICE_PERMISSIONS, ROLES, Permission, Role, Scope
from parking.domain.states import GateDirection
from parking.models import ApiKey, AuditEvent, GateDevice, ParkingSite, QRScanLog
from parking.services import credentials
from tests.garage import OPENING, at

pytestmark = pytest.mark.django_db
OPERATOR = staff_caller(name="meera", roles=[Role.OPERATOR])
GATE = "ENTRY_GATE_01"


def make_gate_key() -> credentials.NewKey:
    return credentials.make_device_key(device_id=GATE, caller=OPERATOR, now=OPENING)


def make_api_key(**changes: object) -> credentials.NewKey:
    arguments = {"name": "City app", "scopes": [Scope.ZONES_READ], "caller": OPERATOR, "now": OPENING, **changes}
    return credentials.make_api_key(**arguments)


class TestGates:
    def test_a_gate_is_known_by_its_key(self, garage):
        caller = credentials.authenticate(token=make_gate_key().token, now=OPENING)
        assert (caller.kind, caller.name, caller.permissions) == (CallerKind.DEVICE, GATE, DEVICE_PERMISSIONS)

    def test_the_key_itself_is_nowhere_in_the_database(self, garage):
        key = make_gate_key()
        rows = [*GateDevice.objects.values(), *AuditEvent.objects.values()]
        _, _, secret = key.token.split("_", 2)
        assert len(secret) >= 40
        assert secret not in str(rows)
        assert len(GateDevice.objects.get(device_id=GATE).key_hash) == 64

    def test_a_new_key_ends_the_one_before(self, garage):
        old, new = make_gate_key(), make_gate_key()
        with pytest.raises(InvalidKey):
            credentials.authenticate(token=old.token, now=OPENING)
        assert credentials.authenticate(token=new.token, now=OPENING).name == GATE

    def test_a_revoked_gate_has_no_key_that_works_until_it_is_given_a_new_one(self, garage):
        key = make_gate_key()
        credentials.revoke_device(device_id=GATE, caller=OPERATOR, now=OPENING)
        with pytest.raises(InvalidKey):
            credentials.authenticate(token=key.token, now=OPENING)
        assert credentials.authenticate(token=make_gate_key().token, now=OPENING).name == GATE

    @pytest.mark.parametrize(
        "spoil",
        [str.upper, lambda token: token[:-1], lambda token: token + "x", str.swapcase],
        ids=["upper case", "shorter", "longer", "swapped case"],
    )
    def test_a_key_that_is_nearly_right_is_wrong(self, garage, spoil):
        with pytest.raises(InvalidKey):
            credentials.authenticate(token=spoil(make_gate_key().token), now=OPENING)

    @pytest.mark.parametrize("token", ["", "spgate_", "spgate__x", "spapi_0_", "é", "x" * 10_000, "spgate_\x00_a"])
    def test_what_is_no_key_is_refused(self, garage, token):
        with pytest.raises(InvalidKey):
            credentials.authenticate(token=token, now=OPENING)

    def test_a_gate_is_registered_once_and_opens_nothing_before_it_has_a_key(self, garage):
        site = ParkingSite.objects.get()
        arguments = {"site": site, "device_id": "NORTH_1", "direction": GateDirection.BOTH, "now": OPENING}
        device = credentials.register_device(**arguments, zones=[garage.zone], caller=OPERATOR)
        assert (device.key_hash, list(device.zones.all())) == ("", [garage.zone])
        with pytest.raises(InvalidField):
            credentials.register_device(**arguments, caller=OPERATOR)

    def test_there_is_no_key_for_a_gate_that_is_not_registered(self, garage):
        for use_case in (credentials.make_device_key, credentials.revoke_device):
            with pytest.raises(UnknownDevice):
                use_case(device_id="NOWHERE", caller=OPERATOR, now=OPENING)


class TestIntegrators:
    def test_a_key_may_what_its_scopes_say(self, garage):
        key = make_api_key(scopes=[Scope.BOOKINGS_READ, Scope.ZONES_READ])
        caller = credentials.authenticate(token=key.token, now=OPENING)
        assert caller.kind == CallerKind.INTEGRATOR
        assert caller.permissions == {Permission.ZONE_VIEW, Permission.BOOKING_VIEW}

    def test_it_ends_when_it_expires_or_is_revoked(self, garage):
        key = make_api_key(expires_at=at(minutes=10))
        assert credentials.authenticate(token=key.token, now=at(minutes=10) - timedelta(seconds=1))
        with pytest.raises(InvalidKey):
            credentials.authenticate(token=key.token, now=at(minutes=10))
        other = make_api_key()
        credentials.revoke_api_key(prefix=other.prefix, caller=OPERATOR, now=OPENING)
        credentials.revoke_api_key(prefix=other.prefix, caller=OPERATOR, now=at(minutes=1))
        with pytest.raises(InvalidKey):
            credentials.authenticate(token=other.token, now=OPENING)
        assert AuditEvent.objects.filter(action="api_key.revoked").count() == 1

    @pytest.mark.parametrize("change", [{"scopes": []}, {"name": ""}, {"name": "x" * 65}, {"name": "a\nb"}])
    def test_a_key_needs_a_name_and_a_scope(self, garage, change):
        with pytest.raises(InvalidField):
            make_api_key(**change)
        assert ApiKey.objects.count() == 0

    def test_an_unknown_key_is_not_revoked(self, garage):
        with pytest.raises(InvalidKey):
            credentials.revoke_api_key(prefix="none", caller=OPERATOR, now=OPENING)


@pytest.mark.parametrize("role", [None, Role.ATTENDANT, Role.CASHIER, Role.AUDITOR])
def test_only_an_operator_hands_out_and_takes_back_keys(garage, role):
    caller = DRIVER if role is None else staff_caller(name="ravi", roles=[role])
    refused = [
        lambda: credentials.make_device_key(device_id=GATE, caller=caller, now=OPENING),
        lambda: credentials.revoke_device(device_id=GATE, caller=caller, now=OPENING),
        lambda: make_api_key(caller=caller),
        lambda: credentials.revoke_api_key(prefix="x", caller=caller, now=OPENING),
        lambda: credentials.register_device(
            site=ParkingSite.objects.get(), device_id="X", direction=GateDirection.BOTH, caller=caller, now=OPENING
        ),
    ]
    for use_case in refused:
        with pytest.raises(PermissionRequired):
            use_case()
    assert not AuditEvent.objects.exclude(action="site.set_up").exists()


def test_every_role_holds_what_the_ones_below_it_hold():
    assert ROLES[Role.ATTENDANT] < ROLES[Role.CASHIER] < ROLES[Role.OPERATOR] == SYSTEM.permissions
    assert ROLES[Role.AUDITOR] < ROLES[Role.OPERATOR]
    assert not {Permission.GATE_SCAN, Permission.BOOKING_PAY, Permission.DEVICE_MANAGE} & ROLES[Role.AUDITOR]


class TestAKeyThatWasGoodAMomentAgo:
    """A process may know a gate for some seconds without asking; what it admits by, it asks each time (promise I20)."""

    @pytest.mark.parametrize(
        "end", [credentials.revoke_device, credentials.make_device_key], ids=["revoked", "replaced"]
    )
    def test_it_admits_nobody_once_it_is_ended(self, garage, end):
        booking = garage.book_and_pay()
        key = credentials.make_device_key(device_id=GATE, caller=SYSTEM, now=OPENING)
        gate = credentials.authenticate(token=key.token, now=OPENING)
        known = dict(credentials._gates)
        end(device_id=GATE, caller=SYSTEM, now=OPENING)
        credentials._gates.update(known)  # as in another process
        assert credentials.authenticate(token=key.token, now=OPENING) == gate
        with pytest.raises(InvalidKey):
            garage.enter(booking, caller=gate)
        assert list(QRScanLog.objects.values_list("result", "reason")) == [("FAILED", "invalid_key")]
        with pytest.raises(InvalidKey):
            credentials.authenticate(token=key.token, now=OPENING + timedelta(seconds=5))

    def test_one_that_was_never_good_is_not_remembered(self, garage):
        key = credentials.make_device_key(device_id=GATE, caller=SYSTEM, now=OPENING)
        for _ in range(2):
            with pytest.raises(InvalidKey):
                credentials.authenticate(token=f"{key.token}x", now=OPENING)
