"""That a program read is an entry, once an hour and token, after the answer."""

import time
from dataclasses import replace
from functools import partial

from flask import Flask, Response, after_this_request, current_app

from auth.events import AuthEvent
from auth.pages.client import client_of_request
from auth.tokens.holder import TokenHolder
from dashboard.log.recording.views import ONCE_IN, record_view
from models import Action, Outcome

_KEY = "gatehouse.api_reads"


def note_read(holder: TokenHolder) -> None:
    """Have it recorded, once this request is answered, that a token was read with; best effort."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    told: dict[int, float] = app.extensions.setdefault(_KEY, {})
    if time.monotonic() - told.get(holder.token_id, float("-inf")) < ONCE_IN.total_seconds():
        return
    told[holder.token_id] = time.monotonic()
    seen = AuthEvent(Action.LOG_VIEW, Outcome.SUCCESS, holder.owner, client_of_request())
    seen = replace(seen, detail={"place": "api", "token": str(holder.public_id)})
    after_this_request(partial(_later, app, holder.token_id, seen))


def _later(app: Flask, token_id: int, seen: AuthEvent, response: Response) -> Response:
    if response.status_code == 200:
        response.call_on_close(partial(_record, app, token_id, seen))
    else:
        _forget(app, token_id)
    return response


def _record(app: Flask, token_id: int, seen: AuthEvent) -> None:
    if not record_view(app, seen, at_most=None):
        _forget(app, token_id)


def _forget(app: Flask, token_id: int) -> None:
    """Have the next request try again."""
    app.extensions[_KEY].pop(token_id, None)
