"""Which Chromium the tests drive: the system's, as its users have it, and not one that a test library brings along.

`python -m tests.browser.chromium` says where it is, and with `--install` gets it where that is possible.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import Final

VARIABLE: Final = "CHROMIUM"
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_APT: Final = (("update", "--quiet=2"), ("install", "--yes", "--quiet=2", "--no-install-recommends", "chromium"))
_MISSING: Final = (
    "The tests of the pages need Chromium or Chrome. On Debian: apt install chromium. If it has another name or place,"
    f" say where: {VARIABLE}=/path/to/it make test"
)


def find() -> str | None:
    """The one that the environment names, else the first in the path."""
    given = os.environ.get(VARIABLE)
    if given:
        return shutil.which(given)
    return next(filter(None, map(shutil.which, _NAMES)), None)


def path() -> str:
    """Where it is. Raises RuntimeError, whose text says what to do."""
    found = find()
    if found is None:
        raise RuntimeError(_MISSING)
    return found


def launch_options() -> dict[str, object]:
    """For Playwright. Chromium refuses its sandbox to root, as whom containers run tests."""
    return {"executable_path": path(), "args": ["--no-sandbox"] if os.geteuid() == 0 else []}


def _install() -> None:
    """By apt-get, for root or whoever may become root without being asked; else nothing."""
    apt_get = shutil.which("apt-get")
    sudo = shutil.which("sudo")
    if apt_get is None or (os.geteuid() != 0 and sudo is None):
        return
    become_root = [] if os.geteuid() == 0 else [sudo, "--non-interactive"]
    for words in _APT:
        done = subprocess.run(
            [*become_root, apt_get, *words], env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}, check=False
        )
        if done.returncode != 0:
            return


def main() -> int:
    if find() is None and "--install" in sys.argv[1:]:
        sys.stdout.write("Installing Chromium for the tests of the pages\n")
        sys.stdout.flush()
        _install()
    try:
        sys.stdout.write(f"Tests of the pages: {path()}\n")
    except RuntimeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
