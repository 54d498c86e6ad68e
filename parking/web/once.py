"""A form of staff's is carried out once, however often it is sent: pressed twice, sent again, in two tabs.

The form carries a key of its own (`{% once %}`), and the row of a key is committed before anything is done, as for the
API's header `Idempotency-Key` (DESIGN section 6, promise I14).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from parking.domain.callers import Caller
from parking.edge.moments import now_of
from parking.services import idempotency
from parking.services.idempotency import MAX_ROUTE_LENGTH, KeyedRequest, StoredAnswer

FIELD: Final = "form_key"
_OF_THE_BROWSER: Final = ("csrfmiddlewaretoken", FIELD)


def once_for_each_form(request: HttpRequest, *, caller: Caller, act: Callable[[], HttpResponse]) -> HttpResponse:
    """Do it, unless the same form was sent before: then lead to where the first one led. A form that did not lead on,
    because something in it was wrong, may be sent again."""
    sent = _keyed_request(request, caller)
    if sent is None:
        return act()
    first = idempotency.begin(request=sent, wall=datetime.now(UTC), now=now_of(request))
    if first is not None:
        messages.info(request, gettext("This form was sent more than once. It counted once."))
        return redirect(first.headers["Location"])
    try:
        response = act()
    except Exception:
        idempotency.release(request=sent)
        raise
    if response.status_code != HTTPStatus.FOUND:
        idempotency.release(request=sent)
        return response
    answer = StoredAnswer(status=response.status_code, headers={"Location": response["Location"]}, body=b"")
    idempotency.finish(request=sent, answer=answer, now=now_of(request))
    return response


def _keyed_request(request: HttpRequest, caller: Caller) -> KeyedRequest | None:
    if request.method != "POST":
        return None
    try:
        key = UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None
    fields = {name: values for name, values in sorted(request.POST.lists()) if name not in _OF_THE_BROWSER}
    return KeyedRequest(
        scope=f"page:{caller.label}",
        key=str(key),
        route=request.path_info[:MAX_ROUTE_LENGTH],
        body=json.dumps(fields).encode(),
    )
