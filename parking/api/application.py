"""The API put together: its routes, its document, its errors."""

from __future__ import annotations

from typing import Final

from ninja import NinjaAPI, Swagger

from parking.api import (
    bookings,
    changes,
    information,
    payments,
    quotes,
    receipts,
    sandbox,
    scans,
    validations,
    webhooks,
)
from parking.api.desk import adjustments, cash, passback, people
from parking.api.door import StrictParser
from parking.api.errors import add_handlers
from parking.api.operator import days, exports, merchants, outages, permits, persons, refunds, terms

API_VERSION: Final = "1.0.0"
_DESCRIPTION: Final = """\
Parking from booking to exit: book a slot, pay for it, enter and leave by QR code.

Money is a decimal string beside its `currency`. Times are RFC 3339 in UTC. Every error has `success` (false),
`error` for the person and a stable `code` for programs. A booking's id is the key to it: whoever knows it may pay,
see and cancel that booking, and nothing else."""


def build_api(*, with_sandbox: bool) -> NinjaAPI:
    """The API, mounted at `parking/`."""
    api = NinjaAPI(
        title="Smart Parking",
        version=API_VERSION,
        description=_DESCRIPTION,
        docs_url="api/docs",
        openapi_url="api/openapi.json",
        # No validator: the page of a private network must not send its address to anybody.
        docs=Swagger(settings={"validatorUrl": None}),
        parser=StrictParser(),
        urls_namespace="parking-api",
    )
    # payments first: its booking/payment/ must not be taken for a booking's id.
    api.add_router("api/payment/webhook/", webhooks.router)
    api.add_router("api/", payments.router)
    api.add_router("api/", quotes.router)
    api.add_router("api/booking/", changes.router)
    api.add_router("api/booking/", bookings.router)
    api.add_router("api/booking/", receipts.router)
    api.add_router("api/", validations.router)
    api.add_router("api/scan/", scans.router)
    api.add_router("", information.router)
    if with_sandbox:
        api.add_router("api/sandbox/", sandbox.router)
    api.add_router("api/desk/", people.router)
    api.add_router("api/desk/", adjustments.router)
    api.add_router("api/desk/", cash.router)
    api.add_router("api/desk/", passback.router)
    api.add_router("api/operator/", outages.router)
    api.add_router("api/operator/", terms.router)
    api.add_router("api/operator/", merchants.router)
    api.add_router("api/operator/", permits.router)
    api.add_router("api/operator/", refunds.router)
    api.add_router("api/operator/", days.router)
    api.add_router("api/operator/", persons.router)
    api.add_router("api/operator/", exports.router)
    add_handlers(api=api)
    return api
