"""Where entries are sent to by HTTP, and what came of each."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.database.base import TABLE, Base
from models.database.types import BigId, HowOften, Uid, Utc


class DeliveryState(StrEnum):
    """Where a delivery stands; one that failed is tried again."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    GIVEN_UP = "given_up"


class WebhookTrouble(StrEnum):
    """Why a try failed, or why an endpoint was disabled."""

    STATUS = "status"
    REDIRECT = "redirect"
    GONE = "gone"
    NO_NAME = "no_name"
    FORBIDDEN = "forbidden"
    NO_CONNECTION = "no_connection"
    CERTIFICATE = "certificate"
    TOO_LATE = "too_late"
    CUT_OFF = "cut_off"
    NONSENSE = "nonsense"
    NO_SECRET = "no_secret"  # noqa: S105 - a word for what is wrong
    NO_ENTRY = "no_entry"
    NOTHING_SUCCEEDED = "nothing_succeeded"
    BY_HAND = "by_hand"
    ERASED = "erased"


class Webhook(Base):
    """An endpoint: each sealed entry that ``query`` finds goes to ``url``.

    ``secret``, made at ``secret_at``, and ``former_secret`` are encrypted; the former signs too until
    ``former_until``. ``once`` is the key of the form that made the webhook, ``rotated_once`` of the one that
    made its present secret, if that is another. ``failing_since`` is when it first failed after
    ``succeeded_at``, ``failures`` how many tries failed since; until ``rests_until`` nothing is sent.
    """

    __tablename__ = "webhook"
    __table_args__ = TABLE

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uid, unique=True)
    name: Mapped[str] = mapped_column(String(64))
    url: Mapped[str] = mapped_column(Text)
    query: Mapped[str] = mapped_column(Text)
    format: Mapped[str] = mapped_column(String(8))
    secret: Mapped[str] = mapped_column(String(255))
    former_secret: Mapped[str | None] = mapped_column(String(255))
    former_until: Mapped[datetime | None] = mapped_column(Utc)
    made_by: Mapped[int | None] = mapped_column(BigId)
    made_at: Mapped[datetime] = mapped_column(Utc)
    secret_at: Mapped[datetime] = mapped_column(Utc)
    once: Mapped[UUID | None] = mapped_column(Uid, unique=True)
    rotated_once: Mapped[UUID | None] = mapped_column(Uid)
    disabled_at: Mapped[datetime | None] = mapped_column(Utc)
    disabled_why: Mapped[str | None] = mapped_column(String(24))
    failing_since: Mapped[datetime | None] = mapped_column(Utc)
    succeeded_at: Mapped[datetime | None] = mapped_column(Utc)
    failures: Mapped[int] = mapped_column(HowOften, default=0)
    rests_until: Mapped[datetime | None] = mapped_column(Utc)


class WebhookDelivery(Base):
    """An entry on its way to an endpoint, or a test (without ``seq``).

    ``next_try_at`` is None once there is nothing more to try; tries are counted from ``began_at``. ``status``
    is what HTTP said last, ``answer`` the beginning of what came with it, ``trouble`` why it was no success.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index(None, "webhook_id", "event_id", unique=True),
        Index(None, "webhook_id", "next_try_at"),
        Index(None, "webhook_id", "state"),
        TABLE,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    webhook_id: Mapped[int] = mapped_column(BigId)
    event_id: Mapped[UUID] = mapped_column(Uid)
    seq: Mapped[int | None] = mapped_column(BigId, index=True)
    state: Mapped[str] = mapped_column(String(16), default=DeliveryState.WAITING)
    attempts: Mapped[int] = mapped_column(HowOften, default=0)
    made_at: Mapped[datetime] = mapped_column(Utc, index=True)
    began_at: Mapped[datetime] = mapped_column(Utc)
    tried_at: Mapped[datetime | None] = mapped_column(Utc)
    next_try_at: Mapped[datetime | None] = mapped_column(Utc)
    status: Mapped[int | None] = mapped_column(BigId)
    trouble: Mapped[str | None] = mapped_column(String(24))
    answer: Mapped[str | None] = mapped_column(String(200))
    milliseconds: Mapped[int | None] = mapped_column(BigId)
