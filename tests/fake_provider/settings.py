"""The project's settings, and the fake provider besides: for the processes that the tests start."""

from config.settings import *  # noqa: F403 -- Django's settings are the names of a module
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.fake_provider"]
