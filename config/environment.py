"""The one reader of the environment.

Every setting is a field of `Environment`, with its type, its default and what it means;
`docs/configuration.md` lists the same fields, and a test compares the two. Nothing else in the project reads
settings from the environment.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

import dj_database_url
from environs import Env, EnvValidationError, ValidationError, validate

Validator = Callable[[Any], object]


class UnreadableEnvironmentError(Exception):
    """Some variable holds what its setting cannot be; each line of the text names one, never its value."""


def _database_address(url: str) -> None:
    try:
        config = dj_database_url.parse(url)
    except ValueError:
        raise ValidationError("Not a valid database URL.") from None
    if config["ENGINE"] not in {"django.db.backends.sqlite3", "django.db.backends.postgresql"}:
        raise ValidationError("Must begin with sqlite:// or postgres://.")
    if config["NAME"] in {"", ":memory:"}:
        raise ValidationError("Must name a database; one in memory would be another one for each thread.")


def _networks(parts: tuple[str, ...]) -> None:
    try:
        for part in parts:
            ip_network(part)
    except ValueError:
        raise ValidationError("Must be IP addresses or networks such as 10.0.0.0/8.") from None


def _web_address(text: str) -> None:
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        raise ValidationError("Must be an address such as https://api.example.")


def _setting(meaning: str, *, default: object = "", validator: Validator | None = None) -> Any:
    """A field of the annotated type, hence `Any`, as with `dataclasses.field`."""
    return field(default=default, metadata={"meaning": meaning, "validator": validator})


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Each field is the variable of the same name in capitals; an empty variable counts as unset."""

    parking_mode: Literal["sandbox", "live"] = _setting(
        "`sandbox` simulates payments and has a test clock; `live` takes real money, or refuses to start",
        default="sandbox",
    )
    demo_data: bool = _setting(
        "`make run` fills a new sandbox with an invented week in a garage; switch it off to begin with empty zones",
        default=True,
    )
    database_url: str = _setting(
        "`sqlite:///PATH` (relative to the project) or `postgres://USER:PASSWORD@HOST:PORT/NAME`",
        default="sqlite:///var/parking.sqlite3",
        validator=_database_address,
    )
    sqlite_synchronous: Literal["OFF", "NORMAL", "FULL", "EXTRA"] = _setting(
        "SQLite's durability; below `FULL` a power cut can lose payments that were already confirmed",
        default="FULL",
    )
    conn_max_age: int = _setting(
        "seconds that a serving thread keeps its database connection open; 0 opens one for each request",
        default=600,
        validator=validate.Range(min=0, max=86_400),
    )
    host: str = _setting("address the server listens on", default="127.0.0.1")
    port: int = _setting("port the server listens on", default=8000, validator=validate.Range(min=1, max=65_535))
    web_workers: int = _setting("server processes", default=2, validator=validate.Range(min=1, max=64))
    web_threads: int = _setting(
        "threads in each server process; few, for they share one interpreter lock",
        default=2,
        validator=validate.Range(min=1, max=64),
    )
    run_jobs: bool = _setting(
        "the server runs the background jobs beside it; switch it off where they have a process of their own",
        default=True,
    )
    secret_key: str = _setting(
        "signs sessions and tokens, at least 50 characters; the sandbox makes one and keeps it in `var/`"
    )
    seal_key: str = _setting(
        "signs the chain over the scan log and the audit trail; kept apart from `SECRET_KEY`, which may be changed. "
        "The sandbox uses its `SECRET_KEY`"
    )
    debug: bool = _setting("detailed error pages; refused in live mode", default=False)
    allowed_hosts: tuple[str, ...] = _setting(
        "host names the site answers to, separated by commas; the sandbox answers to this machine's own",
        default=(),
    )
    csrf_trusted_origins: tuple[str, ...] = _setting(
        "other origins whose forms are accepted, with their scheme, separated by commas", default=()
    )
    trust_forwarded_proto: bool = _setting(
        "believe `X-Forwarded-Proto`; only behind a proxy that always sets it itself", default=False
    )
    trusted_proxies: tuple[str, ...] = _setting(
        "addresses or networks of proxies whose `X-Forwarded-For` is believed, separated by commas",
        default=(),
        validator=_networks,
    )
    collected_static: bool = _setting(
        "serve compressed copies of the static files, which `manage.py collectstatic` lays into `var/static` if "
        "this is set for it too; `make run` does both",
        default=False,
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = _setting("least level that is logged", default="INFO")
    log_format: Literal["auto", "console", "json"] = _setting(
        "`auto` is `console` in the sandbox and `json` in live mode", default="auto"
    )
    parking_payment_provider: str = _setting(
        "who takes the money: `stripe`, `razorpay`, or `simulated`, which is for the sandbox only", default="simulated"
    )
    stripe_secret_key: str = _setting("Stripe's secret key, or a restricted one: `sk_...` or `rk_...`")
    stripe_publishable_key: str = _setting("Stripe's publishable key, `pk_...`, which the payer's browser is given")
    stripe_webhook_secret: str = _setting("what Stripe signs its events with, `whsec_...`")
    stripe_api_base: str = _setting(
        "where Stripe's API is; other than https only in the sandbox",
        default="https://api.stripe.com",
        validator=_web_address,
    )
    razorpay_key_id: str = _setting("the id of Razorpay's key, `rzp_...`, which the payer's browser is given")
    razorpay_key_secret: str = _setting("the secret of Razorpay's key")
    razorpay_webhook_secret: str = _setting("what Razorpay signs its events with")
    razorpay_api_base: str = _setting(
        "where Razorpay's API is; other than https only in the sandbox",
        default="https://api.razorpay.com",
        validator=_web_address,
    )
    anonymise_after_days: int = _setting(
        "days after which name, phone and plate of a booking that is over are erased; 0 keeps them until somebody asks",
        default=30,
        validator=validate.Range(min=0, max=3_650),
    )
    parking_phone_region: str = _setting(
        "two-letter region of phone numbers that are given without a country code",
        default="IN",
        validator=validate.Regexp(r"[A-Z]{2}\Z", error="Must be two capital letters."),
    )


def read_environment() -> Environment:
    """Read every setting, or name all variables that cannot be read at once."""
    env = Env(eager=False)
    hints = get_type_hints(Environment)
    values: dict[str, Any] = {}
    for setting in fields(Environment):
        variable = setting.name.upper()
        if os.environ.get(variable, "").strip():
            values[setting.name] = _read(env, variable, hints[setting.name], setting.metadata["validator"])
    try:
        env.seal()
    except EnvValidationError as error:
        problems = cast("dict[str, list[str]]", error.error_messages)
        lines = (f"{variable} cannot be read: {' '.join(texts)}" for variable, texts in problems.items())
        raise UnreadableEnvironmentError("\n".join(lines)) from None
    return Environment(**values)


def _read(env: Env, variable: str, hint: Any, validator: Validator | None) -> Any:
    if get_origin(hint) is Literal:
        return env.str(variable, validate=validate.OneOf(get_args(hint), error="Must be one of: {choices}."))
    if get_origin(hint) is tuple:
        parts = tuple(part.strip() for part in os.environ[variable].split(",") if part.strip())
        return env.str(variable, validate=lambda _: validator(parts)) and parts if validator else parts
    parsers: dict[type, Callable[..., Any]] = {bool: env.bool, int: env.int, str: env.str}
    return parsers[hint](variable, validate=validator)
