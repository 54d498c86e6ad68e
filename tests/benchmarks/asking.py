"""The benchmarks' requests without a server: through Django's client."""

from __future__ import annotations

from django.http import HttpResponse
from django.test import Client


def send(request: bytes) -> HttpResponse:
    """What the load would send."""
    head, _, body = request.partition(b"\r\n\r\n")
    line, *fields = head.decode().split("\r\n")
    method, path, _ = line.split()
    headers = dict(field.split(": ", 1) for field in fields if not field.startswith(("Content-", "Host")))
    if method == "GET":
        return Client().get(path, headers=headers)
    return Client().post(path, body, content_type="application/json", headers=headers)
