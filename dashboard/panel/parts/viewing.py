"""Who looked at the log in the panel: recorded after the answer, see `dashboard.log.recording.views`."""

from dataclasses import replace
from functools import partial
from typing import Any

from flask import Response, after_this_request, current_app
from flask_login import current_user

from auth.pages.client import client_of_request
from dashboard.log.recording.views import record_view
from models import Action


def note_view(place: str, **which: Any) -> None:
    """Have it recorded, once this request is answered, that its user looked at ``place``.

    ``which`` says at whose, or at which entry.
    """
    detail: dict[str, object] = {"place": place, **{name: str(value) for name, value in which.items()}}
    seen = current_user.event(Action.LOG_VIEW, client_of_request())
    event = replace(seen, detail=detail)
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    @after_this_request
    def later(response: Response) -> Response:
        if response.status_code == 200:
            response.call_on_close(partial(record_view, app, event))
        return response
