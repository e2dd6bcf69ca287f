"""Rows that stood in the log's table, but that no Gatehouse with our key recorded."""

from datetime import datetime

from sqlalchemy import Column, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.database.base import TABLE, Base
from models.database.types import BigId, Utc
from models.login_log import LoginLog

#: Columns of the log that a row here keeps as they were; it never had a place in the chain.
KEPT = tuple(column.name for column in LoginLog.__table__.c if column.name not in ("id", "seq", "chain"))


class QuarantinedEntry(Base):
    """A row that was moved out of the log, unsealed, ``moved_at``; ``why`` says what was wrong with it.

    The other columns are those of `LoginLog`. Nothing here is part of the log: it is kept so that nothing
    is lost and somebody looks at it.
    """

    __tablename__ = "quarantine"
    __table_args__ = TABLE

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    moved_at: Mapped[datetime] = mapped_column(Utc, index=True)
    why: Mapped[str] = mapped_column(Text)


for _name in KEPT:
    _column = LoginLog.__table__.c[_name]
    setattr(QuarantinedEntry, _name, Column(_name, _column.type, index=_name in ("user_id", "actor_id")))
