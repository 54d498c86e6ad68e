"""The measured server's settings with other views behind the same middleware."""

from benchmarks.served import *  # noqa: F403 -- a variant of these settings

ROOT_URLCONF = "benchmarks.plain.urls"
