"""Links of letters that were used: each works once."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from models.database.base import KEYED, Base
from models.database.types import BigId, Digest, Utc


class UsedLink(Base):
    """The SHA-256 of a link's token, and whose it was."""

    __tablename__ = "used_link"
    __table_args__ = KEYED

    token_hash: Mapped[bytes] = mapped_column(Digest(32), primary_key=True)
    user_id: Mapped[int] = mapped_column(BigId, index=True)
    used_at: Mapped[datetime] = mapped_column(Utc)
