"""Who looked at the log: an entry an hour for each viewer and place, after the answer, if it can be had."""

import json
import logging
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Flask, Response, after_this_request, current_app
from flask_login import current_user
from sqlalchemy import select

from auth.events import AuthEvent
from auth.pages.client import client_of_request
from dashboard.log.recorder import record
from models import Action, LoginLog, db, write_transaction
from models.clock import now

logger = logging.getLogger(__name__)
#: How often a viewer's looking at one place is an entry, and how many of them there are in that time.
ONCE_IN, AT_MOST = timedelta(hours=1), 30


def note_view(place: str, **which: Any) -> None:
    """Have it recorded, once this request is answered, that its user looked at ``place``.

    ``which`` says at whose, or at which entry. What fails is logged and forgotten: nobody waits for it.
    """
    detail: dict[str, object] = {"place": place, **{name: str(value) for name, value in which.items()}}
    seen = current_user.event(Action.LOG_VIEW, client_of_request())
    event = replace(seen, detail=detail)
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    @after_this_request
    def later(response: Response) -> Response:
        if response.status_code == 200:
            response.call_on_close(partial(_record, app, event))
        return response


def _record(app: Flask, event: AuthEvent) -> None:
    try:
        with app.app_context():
            if not _was_told(event):
                write_transaction(partial(record, event=event))
    except Exception as error:
        logger.warning("a view was not recorded: %s", error)


def _was_told(event: AuthEvent) -> bool:
    """Whether the viewer's last hour has this place already, or enough of them."""
    theirs = (LoginLog.user_id == (event.subject and event.subject.id)) & (LoginLog.action == Action.LOG_VIEW)
    recent = theirs & (LoginLog.occurred_at > now() - ONCE_IN)
    details = db.session.scalars(select(LoginLog.detail).where(recent).limit(AT_MOST)).all()
    db.session.rollback()
    return len(details) >= AT_MOST or event.detail in [json.loads(detail or "null") for detail in details]
