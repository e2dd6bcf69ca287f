"""What the database tells beside `/readyz`: its schema, the key of its log, the last purges, followers."""

from dataclasses import dataclass
from datetime import datetime

from flask import Flask
from sqlalchemy import func, select, text

from dashboard.followers.follow import consequences
from dashboard.followers.standing import FollowerStanding, standings
from models import Action, LoginLog, StreamHead, db

#: What retention leaves in the log when it forgot something.
RETENTION_ACTIONS = (Action.LOG_PURGE, Action.ADDRESS_PURGE)


@dataclass(frozen=True, slots=True)
class Facts:
    """The revision of the schema, the `secret_id` of who records the log, when purges were recorded.

    ``followers`` are those that this site follows with now.
    """

    schema: str
    secret_id: str | None
    purged: dict[str, datetime]
    followers: list[FollowerStanding]


def read_facts(app: Flask) -> Facts:
    """Return what the database tells now."""
    session = db.session()
    schema = session.scalar(text("SELECT max(version_num) FROM alembic_version"))
    newest = select(LoginLog.action, func.max(LoginLog.occurred_at))
    purges = session.execute(newest.where(LoginLog.action.in_(RETENTION_ACTIONS)).group_by(LoginLog.action))
    secret_id = session.scalars(select(StreamHead.secret_id)).first()
    followers = [one for one in standings(session) if one.row.name in consequences(app)]
    return Facts(str(schema), secret_id, {str(action): moment for action, moment in purges}, followers)
