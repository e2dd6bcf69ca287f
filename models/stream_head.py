"""The head of the sealed stream: one row, locked by whoever seals."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.database.base import KEYED, Base
from models.database.types import BigId, Digest

#: The version of what the links of the chain cover.
ENCODING = 2


class StreamHead(Base):
    """Where the stream stands: ``seq`` entries sealed, the first ``pruned`` of them gone.

    ``origin`` names the installation, ``epoch`` one unbroken life of its stream; a client
    that kept another epoch must start over. ``chain`` is the link of the newest entry,
    ``anchor`` that of the last pruned one; ``encoding`` is the version of what the links cover.
    The places of the first ``places_blank`` entries are blanked by age; the totals of ``uncounted``
    pruned entries are lost.
    """

    __tablename__ = "stream_head"
    __table_args__ = KEYED

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    origin: Mapped[str] = mapped_column(String(32))
    epoch: Mapped[str] = mapped_column(String(32))
    seq: Mapped[int] = mapped_column(BigId, default=0)
    pruned: Mapped[int] = mapped_column(BigId, default=0)
    chain: Mapped[bytes | None] = mapped_column(Digest(32))
    anchor: Mapped[bytes | None] = mapped_column(Digest(32))
    encoding: Mapped[int] = mapped_column(default=ENCODING)
    places_blank: Mapped[int] = mapped_column(BigId, default=0)
    uncounted: Mapped[int] = mapped_column(BigId, default=0)
