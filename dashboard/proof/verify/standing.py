"""Where the stream stood at one moment: what a verification holds the entries against."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from dashboard.log.chain import first_link
from dashboard.proof.verify.ranges import QuarterKind
from models import LoginLog, LoginTotal, StreamHead, db
from models.database.base import is_sqlite

QUARTER_SECONDS = 15 * 60


@dataclass(frozen=True, slots=True)
class Standing:
    """The head, the lowest and highest numbers that are there, and the totals, all at once.

    See `models.StreamHead` for what the head holds.

    ``anchor`` is the link before the first entry that is kept; ``unsealed`` entries have
    no number yet; the totals of ``uncounted`` pruned entries are lost.
    """

    origin: str
    epoch: str
    first_epoch: str
    seq: int
    chain: bytes
    pruned: int
    anchor: bytes
    encoding: int
    places_blank: int
    uncounted: int
    lowest: int
    highest: int
    unsealed: int
    totals: Mapping[QuarterKind, int]
    frontier: bytes | None
    anchor_frontier: bytes | None

    @property
    def last(self) -> int:
        """The number up to which there is anything to check."""
        return min(self.seq, self.highest)


def read_standing() -> Standing | None:
    """Read it in one snapshot; None when the stream has not exactly one head.

    Raises ``TypeError`` or ``ValueError`` when something that must be a number, text or time is none.
    """
    level = {} if is_sqlite(db.engine.url) else {"isolation_level": "REPEATABLE READ"}
    with db.engine.connect().execution_options(**level) as connection:
        heads = connection.execute(select(StreamHead.__table__)).all()
        if len(heads) != 1:
            return None
        head = heads[0]
        lowest, highest, unsealed = _numbers(connection)
        _require(str, head.origin, head.epoch, head.first_epoch)
        _require(int, head.seq, head.pruned, head.encoding, head.uncounted, lowest or 0, highest or 0)
        begin = first_link(head.origin, head.first_epoch)
        return Standing(
            origin=head.origin,
            epoch=head.epoch,
            first_epoch=head.first_epoch,
            seq=head.seq,
            chain=head.chain or (b"" if head.seq else begin),
            pruned=head.pruned,
            anchor=(head.anchor or b"") if head.pruned else begin,
            encoding=head.encoding,
            places_blank=head.places_blank,
            uncounted=head.uncounted,
            lowest=head.pruned + 1 if lowest is None else lowest,
            highest=head.pruned if highest is None else highest,
            unsealed=unsealed,
            totals=read_totals(connection),
            frontier=head.frontier,
            anchor_frontier=head.anchor_frontier,
        )


def read_pruned() -> int:
    """Return how many entries are pruned by now."""
    with db.engine.connect() as connection:
        return connection.scalars(select(StreamHead.pruned)).one()


def _numbers(connection: Connection) -> tuple[int | None, int | None, int]:
    unsealed = select(func.count()).where(LoginLog.seq.is_(None)).scalar_subquery()
    row = connection.execute(select(func.min(LoginLog.seq), func.max(LoginLog.seq), unsealed)).one()
    return row[0], row[1], row[2]


def read_totals(connection: Connection) -> dict[QuarterKind, int]:
    """Return the stored totals."""
    kind = (LoginTotal.quarter, LoginTotal.action, LoginTotal.outcome, LoginTotal.reason)
    rows = connection.execute(select(*kind, LoginTotal.count)).all()
    _require(int, *(count for *_, count in rows))
    return {(quarter.timestamp() / QUARTER_SECONDS, *rest): count for quarter, *rest, count in rows}  # type: ignore[misc]


def _require(kind: type, *values: object) -> None:
    """Raise ``TypeError`` unless all are of a kind: SQLite stores anything in any column."""
    for value in values:
        if not isinstance(value, kind):
            raise TypeError(f"{value!r} is no {kind.__name__}")
