"""Counts of sealed entries by quarter hour, so that charts never scan the book."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.database.base import KEYED, Base
from models.database.types import BigId, Utc


class LoginTotal(Base):
    """How many sealed entries of one kind a quarter hour has.

    A quarter hour is the finest step of any time zone's offset, so that a day of every
    zone is a sum of these. ``reason`` is empty where entries have none.
    """

    __tablename__ = "login_total"
    __table_args__ = KEYED

    quarter: Mapped[datetime] = mapped_column(Utc, primary_key=True)
    action: Mapped[str] = mapped_column(String(32), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(16), primary_key=True)
    reason: Mapped[str] = mapped_column(String(32), primary_key=True)
    count: Mapped[int] = mapped_column(BigId)
