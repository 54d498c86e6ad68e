"""Choose the tests' database before Django reads its settings: `--database=sqlite` or `--database=postgres`.

Loaded early, by `-p` in the configuration. The first process chooses, starts what is needed and stops it; the
workers of pytest-xdist inherit the choice through the environment.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from config.environment import Environment
from tests.plugins.postgres import TemporaryPostgres


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=["sqlite", "postgres"], default="sqlite", help="what the tests run on")


@pytest.hookimpl(wrapper=True)  # so that it goes before pytest-django's, which reads the settings
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    options = early_config.known_args_namespace
    if "PYTEST_XDIST_WORKER" not in os.environ and not (options.help or options.version):
        server = _given_server()
        _forget_the_callers_environment()
        if options.database == "sqlite":
            _use_sqlite(early_config)
        else:
            os.environ["DATABASE_URL"] = server or _start_postgres(early_config)
    return (yield)


def _given_server() -> str | None:
    """A PostgreSQL server to use; the tests make databases of their own in it."""
    urls = (os.environ.get("TEST_DATABASE_URL", ""), os.environ.get("DATABASE_URL", ""))
    return next((url for url in urls if url.startswith("postgres")), None)


def _forget_the_callers_environment() -> None:
    """The settings of the shell that starts the tests must not decide whether they pass."""
    for setting in fields(Environment):
        os.environ.pop(setting.name.upper(), None)
    os.environ["SECRET_KEY"] = secrets.token_urlsafe(50)


def _use_sqlite(config: pytest.Config) -> None:
    folder = Path(tempfile.mkdtemp(prefix="parking-tests-"))
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    os.environ["DATABASE_URL"] = f"sqlite:///{folder}/parking.sqlite3"
    os.environ["SQLITE_SYNCHRONOUS"] = "OFF"


def _start_postgres(config: pytest.Config) -> str:
    server = TemporaryPostgres()
    config.add_cleanup(server.stop)
    server.start()
    return server.url
