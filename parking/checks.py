"""What must be right before the system may start; run by every `manage.py` command and by the server.

A half configured live installation takes real cars and real money with a hole in it, so each finding is an
error, not a warning, and names the variable to set.
"""

import sys
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, register, run_checks
from django.db import DatabaseError, connection

from config.environment import Environment
from parking.db import guards
from parking.gateways.currencies import takes_currency

START = "parking_start"
"""The tag of the checks without which no process may serve."""

PROVIDER_CREDENTIALS: Mapping[str, tuple[str, ...]] = {
    "simulated": (),
    "stripe": ("STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET"),
    "razorpay": ("RAZORPAY_KEY_ID", "RAZORPAY_KEY_SECRET", "RAZORPAY_WEBHOOK_SECRET"),
}
"""The payment providers there are, each with the variables that hold its credentials."""

_PROVIDERS_WITH_LIBRARY = ("stripe", "razorpay")
_KEYS_THAT_TELL_THEIR_MODE = {"stripe": "STRIPE_SECRET_KEY", "razorpay": "RAZORPAY_KEY_ID"}

_SHORTEST_SECRET_KEY = 50  # what Django's own check --deploy asks for
_FEWEST_DIFFERENT_CHARACTERS = 5


@register(START)
def check_environment(**_: Any) -> list[CheckMessage]:
    """Judge the environment this process was started with."""
    return list(environment_errors(environment=settings.ENVIRONMENT))


def environment_errors(*, environment: Environment) -> Iterator[Error]:
    """Every reason not to start."""
    if environment.parking_mode == "live":
        yield from _secret_key_errors(environment.secret_key)
        yield from _seal_key_errors(environment)
        yield from _host_errors(environment.allowed_hosts)
        if environment.debug:
            yield Error("DEBUG is on, and shows strangers the code and its data. Unset it.", id="parking.E005")
    yield from _provider_errors(environment)


def refuse_unsafe_start() -> None:
    """End the process, naming what is missing: `manage.py` runs checks by itself, a web server does not."""
    errors = (
        [message for message in run_checks(tags=[START]) if message.is_serious()] or guard_errors() or currency_errors()
    )
    connection.close()  # a server forks, and must not share what was opened here
    if errors:
        sys.exit("\n".join(["Not started:", *(f"  ({error.id}) {error.msg}" for error in errors)]))


def guard_errors() -> list[CheckMessage]:
    """A database whose guards are missing or altered must not be served (promise I6 and others).

    Not a registered check: `manage.py migrate`, which puts them right, must not be stopped by it. A database that
    does not answer is not a reason to stay down: health says 503 until it does.
    """
    try:
        missing = guards.missing(connection=connection)
    except DatabaseError:
        return []
    finally:
        connection.close()
    if not missing:
        return []
    names = ", ".join(missing[:5]) + (" and others" if len(missing) > 5 else "")
    return [Error(f"The database lacks the guards {names}. Run: manage.py migrate", id="parking.E009")]


def currency_errors() -> list[CheckMessage]:
    """Amounts in a currency that the provider counts otherwise would be charged a hundredfold, or a hundredth."""
    provider = settings.PARKING_PAYMENT_PROVIDER
    try:
        sites = apps.get_model("parking", "ParkingSite")._default_manager
        currencies = sorted(set(sites.values_list("currency", flat=True)))
    except DatabaseError:
        return []
    return [
        Error(
            f"PARKING_PAYMENT_PROVIDER={provider} cannot be used for {currency}: it counts its amounts otherwise.",
            id="parking.E014",
        )
        for currency in currencies
        if not takes_currency(provider=provider, currency=currency)
    ]


def _secret_key_errors(key: str) -> Iterator[Error]:
    if not key:
        yield Error(
            "SECRET_KEY is not set. Set it to 50 or more random characters and keep it secret.",
            id="parking.E001",
        )
    elif (
        len(key) < _SHORTEST_SECRET_KEY
        or len(set(key)) < _FEWEST_DIFFERENT_CHARACTERS
        or key.startswith("django-insecure-")
    ):
        yield Error("SECRET_KEY is too weak. Set it to 50 or more random characters.", id="parking.E002")


def _seal_key_errors(environment: Environment) -> Iterator[Error]:
    if len(environment.seal_key) < _SHORTEST_SECRET_KEY:
        yield Error(
            "SEAL_KEY is not set, or too short. Set it to 50 or more random characters, keep it secret, and never"
            " change it: what was sealed with it can only be checked with it.",
            id="parking.E010",
        )


def _host_errors(hosts: tuple[str, ...]) -> Iterator[Error]:
    if not hosts:
        yield Error("ALLOWED_HOSTS is not set. Set it to the host names of this site.", id="parking.E003")
    elif "*" in hosts:
        yield Error("ALLOWED_HOSTS has `*`, so links could be forged. Name the hosts of this site.", id="parking.E004")


def _provider_errors(environment: Environment) -> Iterator[Error]:
    provider = environment.parking_payment_provider
    if provider not in PROVIDER_CREDENTIALS:
        known = ", ".join(PROVIDER_CREDENTIALS)
        yield Error(f"PARKING_PAYMENT_PROVIDER={provider} is unknown. Set it to one of: {known}.", id="parking.E006")
    elif provider == "simulated" and environment.parking_mode == "live":
        yield Error(
            "PARKING_PAYMENT_PROVIDER=simulated is for sandbox only. Set it to a real provider.",
            id="parking.E007",
        )
    else:
        for variable in PROVIDER_CREDENTIALS[provider]:
            if not getattr(environment, variable.lower()):
                yield Error(f"{variable} is not set. PARKING_PAYMENT_PROVIDER={provider} needs it.", id="parking.E008")
        if provider in _PROVIDERS_WITH_LIBRARY:
            yield from _library_errors(environment, provider)


def _library_errors(environment: Environment, provider: str) -> Iterator[Error]:
    """What is wrong with a provider that is reached by a library of its own and by keys for tests or for real."""
    if find_spec(provider) is None:
        yield Error(
            f"The library for PARKING_PAYMENT_PROVIDER={provider} is not installed. Run: make providers",
            id="parking.E011",
        )
    is_live = environment.parking_mode == "live"
    base = f"{provider.upper()}_API_BASE"
    if is_live and not getattr(environment, base.lower()).startswith("https://"):
        yield Error(f"{base} is not https, so that others could read along. Unset it.", id="parking.E012")
    variable = _KEYS_THAT_TELL_THEIR_MODE[provider]
    if ("_test_" if is_live else "_live_") in getattr(environment, variable.lower()):
        moved = "no money" if is_live else "real money"
        yield Error(
            f"{variable} would move {moved} in {environment.parking_mode} mode. Set the key for this mode.",
            id="parking.E013",
        )
