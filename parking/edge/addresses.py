"""Which addresses are pages for people, and which are for programs."""

from __future__ import annotations

from typing import Final

_SHARED_ROOT: Final = "/parking/"
PAGES: Final = (
    "/parking/booking/",
    "/parking/ticket/",
    "/parking/scanner/",
    "/parking/operator/",
    "/parking/sign-in/",
    "/parking/sign-out/",
    "/parking/language/",
    "/parking/sandbox/",
)
"""The pages below /parking/. All else there is the API's, which speaks JSON, also of what is not there."""


def is_for_programs(path: str) -> bool:
    return path.startswith(_SHARED_ROOT) and not path.startswith(PAGES) and f"{path}/" not in PAGES
