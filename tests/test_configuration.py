"""The reader of the environment, its page in the documentation, and the sandbox's own secret key."""

import os
import socket
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from config.environment import Environment, UnreadableEnvironmentError, read_environment
from config.secret_key import kept_secret_key

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in fields(Environment):
        monkeypatch.delenv(setting.name.upper(), raising=False)


def test_everything_has_a_default():
    assert all(setting.default is not MISSING for setting in fields(Environment))
    assert read_environment() == Environment()


def test_the_documentation_lists_every_setting():
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    table = [line for line in page.splitlines() if line.startswith("| `")]
    assert table == [documented_row(setting) for setting in fields(Environment)]


def documented_row(setting: Field[Any]) -> str:
    hint = get_type_hints(Environment)[setting.name]
    choices = ", ".join(f"`{choice}`" for choice in get_args(hint) if isinstance(choice, str))
    kinds = {str: "text", int: "number", bool: "yes or no"}
    kind = choices or kinds.get(hint, "list")
    default = f"`{str(setting.default).lower() if hint is bool else setting.default}`"
    shown = default if setting.default not in {"", ()} else "none"
    return f"| `{setting.name.upper()}` | {kind} | {shown} | {setting.metadata['meaning']} |"


@pytest.mark.parametrize(
    ("variable", "text", "expected"),
    [
        ("PARKING_MODE", "live", "live"),
        ("PORT", "80", 80),
        ("PORT", "", 8000),
        ("DEBUG", "yes", True),
        ("ALLOWED_HOSTS", "parking.example, gate.example,", ("parking.example", "gate.example")),
        ("DATABASE_URL", "postgres://u:p@%2Ftmp:5432/parking", "postgres://u:p@%2Ftmp:5432/parking"),
    ],
)
def test_a_variable_is_read_as_its_type(monkeypatch, variable, text, expected):
    monkeypatch.setenv(variable, text)
    assert getattr(read_environment(), variable.lower()) == expected


@pytest.mark.parametrize(
    ("variable", "text", "problem"),
    [
        ("PARKING_MODE", "production", "Must be one of: sandbox, live."),
        ("PORT", "80x", "Not a valid integer."),
        ("PORT", "65536", "Must be greater than or equal to 1 and less than or equal to 65535."),
        ("DEBUG", "perhaps", "Not a valid boolean."),
        ("DATABASE_URL", "mysql://u:secret@host/parking", "Must begin with sqlite:// or postgres://."),
        ("DATABASE_URL", "nonsense", "Not a valid database URL."),
        (
            "DATABASE_URL",
            "sqlite://:memory:",
            "Must name a database; one in memory would be another one for each thread.",
        ),
        ("PARKING_PHONE_REGION", "India", "Must be two capital letters."),
    ],
)
def test_a_variable_that_cannot_be_read_is_named_without_its_value(monkeypatch, variable, text, problem):
    monkeypatch.setenv(variable, text)
    with pytest.raises(UnreadableEnvironmentError) as caught:
        read_environment()
    assert str(caught.value) == f"{variable} cannot be read: {problem}"


def test_every_unreadable_variable_is_named_at_once_and_without_a_traceback():
    unreadable = {"PORT": "eighty", "PARKING_MODE": "production"}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=os.environ | unreadable,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "PARKING_MODE cannot be read: Must be one of: sandbox, live.",
        "PORT cannot be read: Not a valid integer.",
    ]


def test_the_sandbox_keeps_one_secret_key_however_many_processes_start_at_once(tmp_path):
    path = tmp_path / "var" / "secret_key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: kept_secret_key(path=path), range(32)))
    assert keys == {path.read_text()}
    assert len(keys.pop()) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["secret_key"]


def test_a_second_server_on_one_port_is_refused():
    """Granian would let both have it, and requests would go to either."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "config.serve"],
            cwd=ROOT,
            env=os.environ | {"PORT": str(port)},
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )
    assert done.returncode == 1
    assert done.stderr.startswith(f"Cannot listen on 127.0.0.1 port {port}: ")
