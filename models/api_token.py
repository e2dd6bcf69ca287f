"""API tokens: a program holds the text, the table holds its hash."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.database.base import TABLE, Base
from models.database.types import BigId, Digest, TextList, Uid, Utc


class ApiToken(Base):
    """A token that somebody, ``user_id``, made for a program. ``public_id`` and ``prefix`` may be shown.

    ``scopes`` are those of `models.vocabulary.Scope`. ``once`` is the key of the form that made it: sent
    twice, it is one token.
    """

    __tablename__ = "api_token"
    __table_args__ = TABLE

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uid, unique=True)
    name: Mapped[str] = mapped_column(String(64))
    token_hash: Mapped[bytes] = mapped_column(Digest(32), unique=True)
    prefix: Mapped[str] = mapped_column(String(16))
    scopes: Mapped[list[str]] = mapped_column(TextList, default=list)
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Utc)
    ends_at: Mapped[datetime] = mapped_column(Utc)
    last_used_at: Mapped[datetime | None] = mapped_column(Utc)
    revoked_at: Mapped[datetime | None] = mapped_column(Utc)
    once: Mapped[UUID | None] = mapped_column(Uid, index=True, unique=True)
