"""The sandbox's own secret key, so that none is ever committed and sessions survive a restart."""

import contextlib
import secrets
import tempfile
from pathlib import Path


def kept_secret_key(*, path: Path) -> str:
    """The key in `path`, made on first use.

    Several processes may start at once: the key is written aside and linked into place, so that one of them
    wins and none reads a half-written file.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, encoding="ascii") as draft:  # of mode 0600
            draft.write(secrets.token_urlsafe(50))
            draft.flush()
            with contextlib.suppress(FileExistsError):
                path.hardlink_to(draft.name)
    return path.read_text(encoding="ascii")
