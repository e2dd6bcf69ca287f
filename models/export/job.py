"""Exports under way: what their owner is shown, and how one is cancelled."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.database.base import KEYED, Base
from models.database.types import BigId, Uid, Utc


class ExportState(StrEnum):
    """Where an export stands."""

    RUNNING = "running"
    DONE = "done"
    ABORTED = "aborted"
    CANCELLED = "cancelled"


class ExportJob(Base):
    """One export of one person: ``rows`` written so far, the newest of them at ``reached``."""

    __tablename__ = "export_job"
    __table_args__ = KEYED

    export_id: Mapped[UUID] = mapped_column(Uid, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigId)
    state: Mapped[str] = mapped_column(String(16), default=ExportState.RUNNING)
    rows: Mapped[int] = mapped_column(BigId, default=0)
    reached: Mapped[datetime | None] = mapped_column(Utc)
    started_at: Mapped[datetime] = mapped_column(Utc, index=True)
    updated_at: Mapped[datetime] = mapped_column(Utc)
