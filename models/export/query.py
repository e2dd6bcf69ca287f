"""What people asked for when they exported: words that may name others, kept apart from the log."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from models.database.base import KEYED, Base
from models.database.types import Digest, Utc


class ExportQuery(Base):
    """The words behind a ``q_ref`` of sealed ``log_export`` entries; erasure and retention may take them.

    ``q_ref`` is an HMAC of ``words`` with a subkey of SECRET_KEY; ``used_at`` is when they were last used.
    """

    __tablename__ = "export_query"
    __table_args__ = KEYED

    q_ref: Mapped[bytes] = mapped_column(Digest(16), primary_key=True)
    words: Mapped[str] = mapped_column(Text)
    used_at: Mapped[datetime] = mapped_column(Utc, index=True)
