"""What the database tells beside `/readyz`: its schema, the key of its log, the last purges."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text

from models import Action, LoginLog, StreamHead, db

#: What retention leaves in the log when it forgot something.
RETENTION_ACTIONS = (Action.LOG_PURGE, Action.ADDRESS_PURGE)


@dataclass(frozen=True, slots=True)
class Facts:
    """The revision of the schema, the `secret_id` of who records the log, when purges were recorded."""

    schema: str
    secret_id: str | None
    purged: dict[str, datetime]


def read_facts() -> Facts:
    """Return what the database tells now."""
    session = db.session()
    schema = session.scalar(text("SELECT max(version_num) FROM alembic_version"))
    newest = select(LoginLog.action, func.max(LoginLog.occurred_at))
    purges = session.execute(newest.where(LoginLog.action.in_(RETENTION_ACTIONS)).group_by(LoginLog.action))
    secret_id = session.scalars(select(StreamHead.secret_id)).first()
    return Facts(str(schema), secret_id, {str(action): moment for action, moment in purges})
