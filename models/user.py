"""The people who may sign in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.database.base import TABLE, Base
from models.database.types import BigId, TextList, Uid, Utc
from models.vocabulary import Role


class User(Base):
    """An account. ``username_key`` and ``email_key`` are what names and addresses are compared by.

    Without ``password_hash`` no password signs in. ``erased_at`` is set once its person is forgotten. Cookies
    of known devices count while they are of the ``device_generation``. ``once`` is the key of the form that
    made it, ``username_skeleton`` what the name looks like (Unicode UTS 39). ``language`` is that of the page
    it was made on; letters use it where no ``locale`` is chosen.
    """

    __tablename__ = "user"
    __table_args__ = TABLE

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    username: Mapped[str] = mapped_column(String(64))
    username_key: Mapped[str] = mapped_column(String(192), unique=True)
    email: Mapped[str | None] = mapped_column(String(254))
    email_key: Mapped[str | None] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    gender: Mapped[str | None] = mapped_column(String(16))
    city: Mapped[str | None] = mapped_column(String(100))
    hobbies: Mapped[list[str]] = mapped_column(TextList, default=list)
    role: Mapped[str] = mapped_column(String(16), default=Role.USER)
    locale: Mapped[str | None] = mapped_column(String(16))
    timezone: Mapped[str | None] = mapped_column(String(64))
    disabled: Mapped[bool] = mapped_column(default=False)
    locked_until: Mapped[datetime | None] = mapped_column(Utc)
    created_at: Mapped[datetime] = mapped_column(Utc, index=True)
    erased_at: Mapped[datetime | None] = mapped_column(Utc)
    device_generation: Mapped[int] = mapped_column(default=0)
    once: Mapped[UUID | None] = mapped_column(Uid, index=True, unique=True)
    username_skeleton: Mapped[str | None] = mapped_column(String(255), index=True)
    email_confirmed_at: Mapped[datetime | None] = mapped_column(Utc)
    language: Mapped[str | None] = mapped_column(String(16))
