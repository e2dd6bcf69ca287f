"""The letters that are to be sent, and what became of them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.database.base import KEYED, Base
from models.database.types import BigId, Uid, Utc


class LetterState(StrEnum):
    """What became of a letter; the first three are not through yet."""

    QUEUED = "queued"
    SENDING = "sending"
    HELD = "held"
    DIGESTED = "digested"
    SENT = "sent"
    REFUSED = "refused"
    GIVEN_UP = "given_up"


class Letter(Base):
    """A letter of a ``kind`` to an account, because of an entry, or of a trouble that ``words`` tell (JSON).

    It holds neither text nor address: both are made when it is sent. ``due_at`` is when it may be sent
    or, while it is ``sending``, when its sender is taken for dead. ``tries`` were made, the last of them
    answered by ``code`` and ``answer``. ``digest`` is the ``event_id`` of the digest that lists it.
    """

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_due", "state", "due_at"), KEYED)

    event_id: Mapped[UUID] = mapped_column(Uid, primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    user_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False, index=True)
    state: Mapped[str] = mapped_column(String(16), default=LetterState.QUEUED)
    made_at: Mapped[datetime] = mapped_column(Utc, index=True)
    due_at: Mapped[datetime] = mapped_column(Utc)
    tries: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None] = mapped_column(Utc)
    code: Mapped[int | None] = mapped_column()
    answer: Mapped[str | None] = mapped_column(String(200))
    digest: Mapped[UUID | None] = mapped_column(Uid)
    words: Mapped[str | None] = mapped_column(Text)
