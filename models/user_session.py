"""Server-side sessions: a cookie holds a token, the table holds its hash."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.database.base import TABLE, Base
from models.database.types import BigId, Digest, Ip, Uid, Utc


class UserSession(Base):
    """One sign-in that lasts. ``public_id`` may be shown; the token's hash never is.

    ``once`` is the key of the form that began it: sent twice, it is one session.
    """

    __tablename__ = "user_session"
    __table_args__ = TABLE

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uid, unique=True)
    token_hash: Mapped[bytes] = mapped_column(Digest(32), unique=True)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Utc)
    last_seen_at: Mapped[datetime] = mapped_column(Utc, index=True)
    remember: Mapped[bool] = mapped_column(default=False)
    ip: Mapped[str | None] = mapped_column(Ip)
    user_agent: Mapped[str | None] = mapped_column(String(512))
    revoked_at: Mapped[datetime | None] = mapped_column(Utc)
    once: Mapped[UUID | None] = mapped_column(Uid, index=True, unique=True)
