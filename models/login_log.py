"""The book: one row an attempt, written once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.database.base import TABLE, Base
from models.database.types import BigId, Digest, Ip, Uid, Utc
from models.vocabulary import SOURCE

#: Columns that an equality filter may use; each index ends in the order of the book.
FILTERED = (
    (),
    ("user_id",),
    ("username_key",),
    ("name_ref",),
    ("ip",),
    ("session_ref",),
    ("action",),
    ("outcome",),
    ("reason",),
    ("action", "outcome"),
    ("actor_id",),
)


class LoginLog(Base):
    """An entry (OCSF Authentication 3002, ECS). Only the seal and an erasure ever change it.

    Personal are two groups, each sealed with a nonce and a digest of its own, so that one can
    be blanked without the other: *place* (``ip peer_ip user_agent``) and *person*
    (``username username_key name_ref actor_name detail``). A name that belongs to no account is
    kept as its first character and ``***``, with ``name_ref`` to find it again. ``source`` says
    whose door it was.
    """

    __tablename__ = "login_log"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[UUID] = mapped_column(Uid, unique=True)
    seq: Mapped[int | None] = mapped_column(BigId, unique=True)
    chain: Mapped[bytes | None] = mapped_column(Digest(32))
    place: Mapped[bytes | None] = mapped_column(Digest(32))
    person: Mapped[bytes | None] = mapped_column(Digest(32))
    place_nonce: Mapped[bytes | None] = mapped_column(Digest(16))
    person_nonce: Mapped[bytes | None] = mapped_column(Digest(16))
    mac: Mapped[bytes | None] = mapped_column(Digest(32))
    occurred_at: Mapped[datetime] = mapped_column(Utc)
    action: Mapped[str] = mapped_column(String(32))
    outcome: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(32))
    user_id: Mapped[int | None] = mapped_column(BigId)
    username: Mapped[str | None] = mapped_column(String(64))
    username_key: Mapped[str | None] = mapped_column(String(192))
    name_ref: Mapped[bytes | None] = mapped_column(Digest(16))
    actor_id: Mapped[int | None] = mapped_column(BigId)
    actor_name: Mapped[str | None] = mapped_column(String(64))
    session_ref: Mapped[UUID | None] = mapped_column(Uid)
    auth_method: Mapped[str | None] = mapped_column(String(32))
    ip: Mapped[str | None] = mapped_column(Ip)
    peer_ip: Mapped[str | None] = mapped_column(Ip)
    user_agent: Mapped[str | None] = mapped_column(String(512))
    browser: Mapped[str | None] = mapped_column(String(64))
    os: Mapped[str | None] = mapped_column(String(64))
    device: Mapped[str | None] = mapped_column(String(64))
    country: Mapped[str | None] = mapped_column(String(2))
    asn: Mapped[int | None] = mapped_column(BigId)
    source: Mapped[str] = mapped_column(String(64), default=SOURCE)
    new_device: Mapped[bool | None] = mapped_column()
    request_id: Mapped[str | None] = mapped_column(String(64))
    detail: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        *(Index(f"ix_login_log_{'_'.join((*by, 'time'))}", *by, "occurred_at", "id") for by in FILTERED),
        TABLE,
    )


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
