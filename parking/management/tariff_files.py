"""Definitions of tariffs in files, as data/tariffs/*.json are: read, completed and checked without a database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.core.management.base import CommandError

from parking.domain.errors import InvalidField
from parking.domain.money import currency_exponent, parse_amount
from parking.domain.tariffs import Tariff, TariffProblem, hourly_definition, read_tariff

DEFAULT_CURRENCY: Final = "INR"
DEFAULT_RATE: Final = "50.00"
"""Per started hour, in DEFAULT_CURRENCY (specification, "Billing Rules")."""
MAX_FILE_BYTES: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffFile:
    """A tariff and the file that defines it, None for the specification's.

    `definition` names its currency and time zone if its kind does.
    """

    path: Path | None
    name: str
    definition: Mapping[str, Any]
    tariff: Tariff
    currency: str


def hourly_at(*, rate: str, currency: str) -> TariffFile:
    """The specification's tariff at a decimal price per started hour. Raises CommandError."""
    try:
        rate_minor = parse_amount(text=rate, currency=currency)
        definition = hourly_definition(rate_minor=rate_minor)
    except (InvalidField, ValueError) as error:
        problem = str(getattr(error, "message", error)).removeprefix("amount: ")
        raise CommandError(f"--rate {rate}: {problem}") from error
    return TariffFile(
        path=None,
        name=f"Hourly at {rate}",
        definition=definition,
        tariff=read_tariff(definition=definition),
        currency=currency,
    )


def read_tariff_files(*, paths: Sequence[Path], time_zone: str) -> list[TariffFile]:
    """The tariffs, all in the one currency that they name; in INR if none names one.

    A definition without a time zone is read in `time_zone`. Raises CommandError that tells every problem with its
    path, or which files name which currency.
    """
    definitions = [_definition(path=path) for path in paths]
    currency = _common_currency(paths=paths, definitions=definitions)
    return [
        _tariff(path=path, definition=definition, currency=currency, time_zone=time_zone)
        for path, definition in zip(paths, definitions, strict=True)
    ]


def _definition(*, path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > MAX_FILE_BYTES:
        raise CommandError(f"{path} is no tariff definition: it has more than {MAX_FILE_BYTES:,} bytes.")
    try:
        definition = json.loads(content, object_pairs_hook=_without_repeated_keys)
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{path} is no JSON: {error}") from error
    if not isinstance(definition, dict):
        raise CommandError(f"{path} is no tariff definition: it must be a JSON object.")
    return definition


def _without_repeated_keys(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """JSON lets a later value win in silence; with a price that would be a surprise."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} occurs twice in one object")
        found[key] = value
    return found


def _common_currency(*, paths: Sequence[Path], definitions: Sequence[Mapping[str, Any]]) -> str:
    named = {
        path.name: str(definition["currency"])
        for path, definition in zip(paths, definitions, strict=True)
        if "currency" in definition
    }
    if len(set(named.values())) > 1:
        told = ", ".join(f"{name} is in {currency}" for name, currency in named.items())
        raise CommandError(f"All tariffs must have one currency: {told}.")
    currency = next(iter(named.values()), DEFAULT_CURRENCY)
    try:
        currency_exponent(currency=currency)
    except InvalidField as error:
        raise CommandError(f"{next(iter(named))}: {error.message}") from error
    return currency


def _tariff(*, path: Path, definition: Mapping[str, Any], currency: str, time_zone: str) -> TariffFile:
    complete = dict(definition)
    if complete.get("kind") == "rates":
        complete = {"currency": currency, "time_zone": time_zone, **complete}
    try:
        tariff = read_tariff(definition=complete)
    except TariffProblem as error:
        problems = "".join(f"\n  {problem}" for problem in error.problems)
        raise CommandError(f"{path} is no tariff definition:{problems}") from error
    name = complete.get("name")
    return TariffFile(
        path=path,
        name=name if isinstance(name, str) else path.stem,
        definition=complete,
        tariff=tariff,
        currency=currency,
    )
