"""Serve the site: `python -m config.serve`, which `make run` and a deployment both start.

A module and no shell line, so that address, workers and threads come from the one reader of the environment.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import django
from django.conf import settings
from django.db import connections
from granian import Granian
from granian.constants import Interfaces

from config.environment import Environment
from parking.checks import refuse_unsafe_start

# The longest granian allows: a thread that ends takes its database connection along.
_IDLE_THREAD_SECONDS = 600


def main() -> None:
    """Check, say where the site is, and serve until SIGINT or SIGTERM."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    environment = settings.ENVIRONMENT
    _refuse_taken_port(host=environment.host, port=environment.port)
    refuse_unsafe_start()
    connections.close_all()  # what the checks opened must not be shared with the workers, which are forks
    _announce(host=environment.host, port=environment.port)
    with _jobs() if environment.run_jobs else nullcontext():
        _serve(environment)


def _serve(environment: Environment) -> None:
    Granian(
        "config.wsgi:application",
        address=environment.host,
        port=environment.port,
        interface=Interfaces.WSGI,
        workers=environment.web_workers,
        blocking_threads=environment.web_threads,
        blocking_threads_idle_timeout=_IDLE_THREAD_SECONDS,
        websockets=False,
        log_dictconfig=settings.LOGGING,
    ).serve()


@contextmanager
def _jobs() -> Iterator[None]:
    """The background jobs, in a process that ends with this one, however this one ends."""
    command = [sys.executable, "-m", "django", "run_parking_jobs", "--parent", str(os.getpid())]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603 -- our own words
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _refuse_taken_port(*, host: str, port: int) -> None:
    """Granian shares its port, so a second server would silently take every other request of the first."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        sys.exit(f"Cannot listen on {host} port {port}: {reason}. Set HOST or PORT to another.")


def _announce(*, host: str, port: int) -> None:
    here = {"127.0.0.1": "localhost", "0.0.0.0": "localhost", "::": "localhost"}  # noqa: S104 - names, no binding
    name = here.get(host, f"[{host}]" if ":" in host else host)
    site = f"http://{name}:{port}"
    sys.stdout.write(
        f"Smart Parking ({settings.PARKING_MODE})\n"
        f"  site   {site}/\n"
        f"  admin  {site}/admin/\n"
        f"  API    {site}/parking/api/docs\n"
        "  Ctrl-C stops it.\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    main()
