"""From a stored definition to the tariff that it describes."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from parking.domain.tariffs.checks import problems_of
from parking.domain.tariffs.contract import Tariff, TariffProblem
from parking.domain.tariffs.forms import RatesForm
from parking.domain.tariffs.hourly import read_hourly
from parking.domain.tariffs.meaning import Reader
from parking.domain.tariffs.rates import RatesTariff

_WORDS = {"extra_forbidden": "no such key", "missing": "is missing"}


def read_tariff(*, definition: Mapping[str, object]) -> Tariff:
    """The tariff that a stored definition describes. Raises TariffProblem if it describes none."""
    match definition.get("kind"):
        case "hourly":
            return read_hourly(definition=definition)
        case "rates":
            return _read_rates(definition=definition)
        case _:
            raise TariffProblem(["kind: must be hourly or rates"])


def _read_rates(*, definition: Mapping[str, object]) -> RatesTariff:
    try:
        form = RatesForm.model_validate(dict(definition))
    except ValidationError as error:
        raise TariffProblem(_problem(details) for details in error.errors(include_url=False)) from None
    reader = Reader(currency=form.currency)
    tariff = reader.tariff(form)
    if tariff is None or (problems := problems_of(tariff=tariff)):
        raise TariffProblem(reader.problems if tariff is None else problems)
    return tariff


def _problem(details: ErrorDetails) -> str:
    path = ""
    for part in details["loc"]:
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    words = _WORDS.get(details["type"], details["msg"].removeprefix("Value error, "))
    return f"{path.removeprefix('.')}: {words[0].lower()}{words[1:]}"
