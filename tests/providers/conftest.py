from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from config.environment import Environment
from parking.gateways import gateway

STRIPE_SECRET = "whsec_of_the_tests"
RAZORPAY_SECRET = "razorpay-webhook-secret-of-the-tests"

CONFIGURED = Environment(
    stripe_secret_key="sk_test_of_the_tests",
    stripe_publishable_key="pk_test_of_the_tests",
    stripe_webhook_secret=STRIPE_SECRET,
    razorpay_key_id="rzp_test_key",
    razorpay_key_secret="razorpay-key-secret",
    razorpay_webhook_secret=RAZORPAY_SECRET,
)


@pytest.fixture
def use_provider(settings) -> Iterator[Callable[..., None]]:
    """The provider of new payments, and its settings."""

    def use(name: str, **changes: Any) -> None:
        settings.PARKING_PAYMENT_PROVIDER = name
        settings.ENVIRONMENT = replace(CONFIGURED, parking_payment_provider=name, **changes)
        gateway.cache_clear()

    yield use
    gateway.cache_clear()
