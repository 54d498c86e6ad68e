"""What must be right before the system may start; run by every `manage.py` command and by the server.

A half configured live installation takes real cars and real money with a hole in it, so each finding is an
error, not a warning, and names the variable to set.
"""

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register, run_checks
from django.db import DatabaseError, connection

from config.environment import Environment
from parking.db import guards

START = "parking_start"
"""The tag of the checks without which no process may serve."""

PROVIDER_CREDENTIALS: Mapping[str, tuple[str, ...]] = {"simulated": ()}
"""The payment providers there are, each with the variables that hold its credentials."""

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
    errors = [message for message in run_checks(tags=[START]) if message.is_serious()] or guard_errors()
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
