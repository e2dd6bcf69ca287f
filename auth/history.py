"""What a person may see of themself: their sign-ins and their sessions."""

from collections.abc import Sequence

from sqlalchemy import select

from auth.sessions import is_live
from models import LoginLog, UserSession, db
from models.clock import now


def own_entries(user_id: int, limit: int = 20) -> Sequence[LoginLog]:
    """Return a person's newest entries, newest first."""
    own = select(LoginLog).where(LoginLog.user_id == user_id)
    return db.session.scalars(
        own.order_by(LoginLog.occurred_at.desc(), LoginLog.id.desc()).limit(limit)
    ).all()


def own_sessions(user_id: int) -> Sequence[UserSession]:
    """Return a person's live sessions, the latest used first."""
    live = select(UserSession).where(UserSession.user_id == user_id, is_live(now()))
    return db.session.scalars(live.order_by(UserSession.last_seen_at.desc())).all()
