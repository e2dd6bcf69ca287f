"""How far each follower of the sealed log is."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.database.base import KEYED, Base
from models.database.types import BigId, HowOften, Utc


class Follower(Base):
    """A follower has done its part for each entry up to ``cursor`` of ``epoch``.

    ``holder`` is the process that delivers, until ``held_until``; ``intent`` what it wrote down before it
    began with the entries after ``cursor``. ``failures`` in a row since ``failing_since``, the last of them
    ``last_error``. ``delivered`` entries passed, ``missed`` were pruned before their turn.
    """

    __tablename__ = "follower"
    __table_args__ = KEYED

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(32))
    cursor: Mapped[int] = mapped_column(BigId)
    holder: Mapped[str | None] = mapped_column(String(96))
    held_until: Mapped[datetime | None] = mapped_column(Utc)
    intent: Mapped[str | None] = mapped_column(Text)
    paused_at: Mapped[datetime | None] = mapped_column(Utc)
    failing_since: Mapped[datetime | None] = mapped_column(Utc)
    failures: Mapped[int] = mapped_column(HowOften, default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    delivered: Mapped[int] = mapped_column(HowOften, default=0)
    delivered_at: Mapped[datetime | None] = mapped_column(Utc)
    missed: Mapped[int] = mapped_column(HowOften, default=0)
