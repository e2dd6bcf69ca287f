"""Entries as the panel shows them: the newest ones, and which of them are admin actions."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from dashboard.export.fields import detail
from dashboard.log.recording.query_words import words_behind
from models import Action, LoginLog, db

#: What only people with a role in the panel do.
ADMIN_ACTIONS = frozenset(
    {
        Action.ACCOUNT_LOCK,
        Action.ACCOUNT_UNLOCK,
        Action.ACCOUNT_DISABLE,
        Action.ACCOUNT_ENABLE,
        Action.ROLE_CHANGE,
        Action.TOKEN_CREATE,
        Action.TOKEN_REVOKE,
        Action.LOG_VIEW,
        Action.LOG_EXPORT,
        Action.LOG_PURGE,
        Action.ERASE,
    }
)


def newest(limit: int, *, user_id: int | None = None) -> Sequence[LoginLog]:
    """Return the newest entries, newest first, sealed or not."""
    chosen = select(LoginLog).order_by(LoginLog.occurred_at.desc(), LoginLog.id.desc()).limit(limit)
    if user_id is not None:
        chosen = chosen.where(LoginLog.user_id == user_id)
    return db.session.scalars(chosen).all()


def detail_of(entry: LoginLog) -> dict[str, Any]:
    """Return the detail of an entry to show: the words of a query in place of the reference to them."""
    facts = detail(entry.detail or "{}")
    if "q_ref" in facts:
        facts["q"] = words_behind(facts.pop("q_ref")) or _("no longer kept")
    return facts


def is_by_admin(entry: LoginLog) -> bool:
    """Whether an entry is an admin action, or something done to an account by somebody else."""
    return entry.actor_name is not None or entry.action in ADMIN_ACTIONS
