"""What a page says at arm's length."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from uuid import uuid4

from django.http import HttpResponse
from django.test import Client


@dataclass(frozen=True, kw_only=True)
class Read:
    status: int
    kind: str
    code: str
    title: str
    text: str


def read(response: HttpResponse) -> Read:
    page = response.content.decode().partition("<template")
    part = page[0] if "data-answer=" in page[0] else page[2].partition("</template>")[2]
    kind, code = re.findall(r'data-answer="(\w+)" data-code="(\w+)"', part)[0]
    title = re.findall(r"data-answer-title>([^<]*)<", part)[0]
    text = " ".join(unescape(re.sub(r"<[^>]+>", " ", part)).split())
    return Read(status=response.status_code, kind=kind, code=code, title=unescape(title), text=text)


def scan(client: Client, way: str, code: str, *, scan_id: str | None = None, part: bool = True) -> HttpResponse:
    headers = {"x-answer-part": "yes"} if part else {}
    return client.post(
        f"/parking/scanner/{way}/", {"qr_code": code, "scan_id": scan_id or uuid4().hex}, headers=headers
    )


def said(client: Client, response: HttpResponse) -> str:
    """What the page after a form says, as one line."""
    page = client.get(response["Location"]).content.decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
