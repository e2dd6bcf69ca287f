"""Who looked at the log: an entry an hour for each reader and place, if it can be had."""

import logging
from datetime import timedelta
from functools import partial

from flask import Flask
from sqlalchemy import func, select

from auth.events import AuthEvent
from dashboard.log.recorder import canonical, record
from models import Action, LoginLog, db, write_transaction
from models.clock import now

logger = logging.getLogger(__name__)
#: How often a reader's looking at one place is an entry, and how many of a person there are in that time.
ONCE_IN, AT_MOST = timedelta(hours=1), 30


def record_view(app: Flask, seen: AuthEvent, *, at_most: int | None = AT_MOST) -> bool:
    """Record that somebody looked at the place in the detail of ``seen``, unless the last hour tells it.

    Returns whether the log tells it now. What fails is logged and forgotten: nobody waits for it.
    """
    try:
        with app.app_context():
            if not _was_told(seen, at_most):
                write_transaction(partial(record, event=seen))
    except Exception as error:
        logger.warning("a view was not recorded: %s", error)
        return False
    return True


def _was_told(seen: AuthEvent, at_most: int | None) -> bool:
    """Whether the reader's last hour has this place already, or enough of them."""
    theirs = (LoginLog.user_id == (seen.subject and seen.subject.id)) & (LoginLog.action == Action.LOG_VIEW)
    recent = select(LoginLog.detail).where(theirs, LoginLog.occurred_at > now() - ONCE_IN)
    same = select(recent.where(LoginLog.detail == canonical(seen.detail)).exists())
    count = select(func.count()).select_from(recent.limit(at_most).subquery()) if at_most else None
    told = bool(db.session.scalar(same)) or (
        count is not None and (db.session.scalar(count) or 0) >= (at_most or 0)
    )
    db.session.rollback()
    return told
