"""Number plates: one canonical spelling, nothing guessed (DESIGN section 2, promise I22)."""

from __future__ import annotations

import re
from typing import Final

from parking.domain.errors import InvalidField

MAX_PLATE_LENGTH: Final = 12
_SEPARATORS: Final = re.compile(r"[ \t.\-_/]")
_CANONICAL: Final = re.compile(rf"[A-Z0-9]{{2,{MAX_PLATE_LENGTH}}}")
_MAX_RAW_LENGTH: Final = 32


def canonical_plate(*, text: str) -> str:
    """The plate without separators, upper-cased: ``"dl-01 ab 1234"`` is ``"DL01AB1234"``.

    Raises InvalidField for anything that is then not 2 to 12 of ``A-Z0-9``: a look-alike letter of another
    alphabet is refused, never repaired, because two spellings of one car would be two cars.
    """
    plate = _SEPARATORS.sub("", text)
    # str.upper() would turn some foreign letters into ASCII ones (the dotless i into "I"); only ASCII may be raised.
    if len(text) > _MAX_RAW_LENGTH or not plate.isascii() or not _CANONICAL.fullmatch(plate.upper()):
        raise InvalidField(
            field="vehicle_number",
            problem=f"must be 2 to {MAX_PLATE_LENGTH} letters A to Z and digits, as on the plate.",
        )
    return plate.upper()
