"""What a fake camera sees: a ticket held before it, as a film that Chromium plays again and again."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image

_SIZE: Final = (1280, 720)
_GARAGE: Final = (72, 74, 78)
_TICKET_PIXELS: Final = 420
_FRAMES: Final = 10


def of_ticket(*, png: bytes, path: Path) -> Path:
    """A Motion JPEG: pictures, one after the other."""
    frame = Image.new("RGB", _SIZE, _GARAGE)
    ticket = Image.open(BytesIO(png)).convert("RGB").resize((_TICKET_PIXELS, _TICKET_PIXELS))
    frame.paste(ticket, ((_SIZE[0] - _TICKET_PIXELS) // 2, (_SIZE[1] - _TICKET_PIXELS) // 2))
    picture = BytesIO()
    frame.save(picture, format="JPEG", quality=85)
    path.write_bytes(picture.getvalue() * _FRAMES)
    return path
