"""`localstripe`, a stand-in of Stripe's server, as a program of its own on loopback.

It is under the GPL, so it is neither imported nor shipped: it runs in an environment of its own, which is made in
`var/` from `requirements/localstripe.txt` the first time that a test needs it. It checks what goes over the wire,
and is no oracle of what Stripe does: it ignores idempotency keys and accepts refunds above the charge.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
_LOCK = _ROOT / "requirements" / "localstripe.txt"
_START_SECONDS = 30
# It would listen on every address of this machine.
_ON_LOOPBACK = """
import runpy, socket, sys
class Loopback(socket.socket):
    def __init__(self, family=-1, *rest, **more):
        super().__init__(socket.AF_INET if family == socket.AF_INET6 else family, *rest, **more)
    def bind(self, address):
        super().bind(("127.0.0.1", address[1]))
socket.socket = Loopback
sys.argv[0] = "localstripe"
runpy.run_module("localstripe", run_name="__main__")
"""


@dataclass(frozen=True, kw_only=True)
class LocalStripe:
    base: str
    secret_key: str = "sk_test_localstripe"

    def post(self, path: str, **data: str) -> Any:
        request = urllib.request.Request(
            f"{self.base}{path}",
            data=urllib.parse.urlencode(data).encode(),
            headers={"Authorization": f"Bearer {self.secret_key}"},
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.loads(response.read() or b"{}")

    def payment_method(self, *, number: str) -> str:
        """What the payer's browser makes of a card's number."""
        card = {"number": number, "exp_month": "12", "exp_year": "2040", "cvc": "123"}
        fields = {f"card[{name}]": value for name, value in card.items()}
        return str(self.post("/v1/payment_methods", type="card", **fields)["id"])

    def payer_agrees(self, *, client_secret: str) -> None:
        intent = client_secret.split("_secret_", maxsplit=1)[0]
        self.post(f"/v1/payment_intents/{intent}/_authenticate", client_secret=client_secret, success="true")

    def send_events_to(self, *, url: str, secret: str) -> None:
        self.post("/_config/webhooks/parking", url=url, secret=secret)


@contextmanager
def localstripe(*, folder: Path) -> Iterator[LocalStripe]:
    """A fresh one, which ends with the test."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with (folder / "localstripe.log").open("wb") as output:
        program = subprocess.Popen(
            [_python(), "-c", _ON_LOOPBACK, "--from-scratch", "--port", str(port)],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_it_listens(program=program, port=port, log=folder / "localstripe.log")
            yield LocalStripe(base=f"http://127.0.0.1:{port}")
        finally:
            program.kill()
            program.wait()


def _python() -> Path:
    """Of its own environment, which several workers of one test run may want at once."""
    folder = _ROOT / "var" / f"localstripe-{hashlib.sha256(_LOCK.read_bytes()).hexdigest()[:12]}"
    folder.parent.mkdir(exist_ok=True)
    with (folder.parent / "localstripe.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
            install = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes")
            subprocess.run([folder / "bin" / "python", *install, "--requirement", _LOCK], check=True)
            (folder / "complete").touch()
    return folder / "bin" / "python"


def _wait_until_it_listens(*, program: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while program.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError(log.read_text())
