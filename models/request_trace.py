"""How requests went that left an entry or met an error: no part of the log, and forgotten soon."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.database.base import TABLE, Base
from models.database.types import BigId, TextList, Uid, Utc


class RequestTrace(Base):
    """One request, found by its ``request_id``, which its entries have too; ``event_id`` is their first.

    ``seconds`` passed until its answer was ready. ``route`` is the method and the rule of the address, never
    the address itself, and empty when there is no such page. ``page`` is the template that was shown, None
    when there was none, ``shown`` what it told, as texts of ours from the catalogue, never what people typed;
    ``error`` the class of an exception that nobody expected.
    """

    __tablename__ = "request_trace"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    request_id: Mapped[str] = mapped_column(String(64), unique=True)
    event_id: Mapped[UUID | None] = mapped_column(Uid)
    began_at: Mapped[datetime] = mapped_column(Utc, index=True)
    seconds: Mapped[float] = mapped_column()
    route: Mapped[str] = mapped_column(String(255))
    status: Mapped[int] = mapped_column()
    page: Mapped[str | None] = mapped_column(String(64))
    shown: Mapped[list[str]] = mapped_column(TextList)
    error: Mapped[str | None] = mapped_column(String(128))

    __table_args__ = (Index("ix_request_trace_status_time", "status", "began_at"), TABLE)
