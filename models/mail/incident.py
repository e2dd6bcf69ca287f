"""Troubles that admins were written to about and that are not over."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.database.base import KEYED, Base
from models.database.types import Utc


class Incident(Base):
    """A trouble: last seen by any process at ``seen_at``, last told by a letter at ``told_at``."""

    __tablename__ = "incident"
    __table_args__ = KEYED

    name: Mapped[str] = mapped_column(String(96), primary_key=True)
    began_at: Mapped[datetime] = mapped_column(Utc)
    seen_at: Mapped[datetime] = mapped_column(Utc)
    told_at: Mapped[datetime] = mapped_column(Utc)
