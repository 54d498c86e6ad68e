from __future__ import annotations

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from parking import gateways
from tests.fake_provider.gateway import NAME, FakeGateway


class FakeProviderConfig(AppConfig):
    name = "tests.fake_provider"
    label = "fake_provider"

    def ready(self) -> None:
        from parking import checks  # noqa: PLC0415 -- reads models, which are not there before the apps are ready

        if settings.PARKING_MODE != "sandbox":
            raise ImproperlyConfigured("The fake provider takes no real money. It is for tests in the sandbox only.")
        gateways.PROVIDERS[NAME] = FakeGateway.from_environment
        checks.PROVIDER_CREDENTIALS[NAME] = ()
