"""The head of the sealed stream: one row, locked by whoever seals."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from models.database.base import KEYED, Base
from models.database.types import BigId, Digest, Utc

#: The version of what the links of the chain cover.
ENCODING = 2


class StreamHead(Base):
    """Where the stream stands: ``seq`` entries sealed, the first ``pruned`` of them gone.

    ``origin`` names the installation, ``epoch`` one unbroken life of its stream; a client
    that kept another epoch must start over. ``chain`` is the link of the newest entry,
    ``anchor`` that of the last pruned one; ``encoding`` is the version of what the links cover.
    The places of the first ``places_blank`` entries are blanked by age; the totals of ``uncounted``
    pruned entries are lost.

    ``chain_0`` was made of the ``first_epoch``. ``frontier`` and ``anchor_frontier`` are those of the tree
    (`models.frontier`) at ``seq`` and at ``pruned``. ``secret_id`` tells which SECRET_KEY records here,
    ``checkpoint_key`` and ``checkpoint_size`` which key signed the newest checkpoint and over how many
    entries; ``signer`` is the process that takes the next one, ``signer_until`` then.
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
    first_epoch: Mapped[str] = mapped_column(String(32))
    frontier: Mapped[bytes | None] = mapped_column(LargeBinary(2048))
    anchor_frontier: Mapped[bytes | None] = mapped_column(LargeBinary(2048))
    secret_id: Mapped[str | None] = mapped_column(String(16))
    checkpoint_key: Mapped[str | None] = mapped_column(String(16))
    checkpoint_size: Mapped[int] = mapped_column(BigId, default=0)
    signer: Mapped[str | None] = mapped_column(String(64))
    signer_until: Mapped[datetime | None] = mapped_column(Utc)
