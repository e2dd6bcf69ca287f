"""Verify: recompute the chain and hold it against the head, the totals and a checkpoint."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from dashboard.log.head import require_known_encoding
from dashboard.proof.checkpoint.checkpoint import Checkpoint
from dashboard.proof.checkpoint.history import History
from dashboard.proof.checkpoint.seen import SeenHead
from dashboard.proof.erase_ranges import Ranges
from dashboard.proof.verify.authentic import check_authentic, pruned_tree
from dashboard.proof.verify.faults import Broken, explain
from dashboard.proof.verify.form import check_form
from dashboard.proof.verify.hold import Findings, hold_against, missing
from dashboard.proof.verify.ranges import RANGE_SIZE, Blanked, CheckRange, QuarterKind, stretches
from dashboard.proof.verify.standing import QUARTER_SECONDS, Standing, read_pruned, read_standing
from dashboard.proof.verify.vouchers import Vouchers, link_at
from models import LoginLog, StreamHead, db
from models.frontier import Frontier

#: Entries looked at by one statement.
SOME = 1_000
#: Hears how many more entries were checked.
Advance = Callable[[int], object]


class Unfinished(Exception):
    """The verification could not be brought to an end; it says nothing about the book."""


def verify(
    standing: Standing,
    history: History,
    progress: Advance,
    *,
    since: Checkpoint | None = None,
    trusted: int = 0,
) -> Findings:
    """Check every entry of ``standing`` and hold it against all checkpoints of ``history``.

    With ``since``, the newest checkpoint, only what came after it is checked, and that it still holds.
    Up to ``trusted`` no mac is asked for, nor as far as checkpoints alone speak for entries.
    Raises ``Broken`` with the first wrong entry, and ``Unfinished`` when entries were pruned meanwhile.
    """
    try:
        _check_claims(standing, history)
        begin = max(standing.pruned, since.size) if since else standing.pruned
        if since and since.size > standing.seq:
            raise missing(standing, since)
        totals = check_entries(standing, standing.last, progress, history, after=begin)
        with db.engine.connect() as connection:
            _check_end(connection, standing)
            _check_gaps(connection, Vouchers(standing, history))
            findings = hold_against(connection, standing, history, only=since)
        check_seen(standing, history.seen)
        _check_newest(standing, findings.newest, max(trusted, history.unauthenticated))
        if since is None:
            _check_totals(standing, totals)
            check_form()
    except Broken:
        if read_pruned() != standing.pruned:
            raise Unfinished("entries were pruned meanwhile: run it again") from None
        raise
    return findings


def current_standing() -> Standing:
    """Return where the stream stands now; what is sealed later is not checked.

    Raises ``Broken`` without a head, ``UnknownEncoding`` when a newer Gatehouse sealed the log.
    """
    try:
        standing = read_standing()
    except (TypeError, ValueError):  # only SQLite stores such values
        raise Broken(None, "the head, the totals or a number of an entry is of another kind") from None
    if standing is None:
        raise Broken(None, "the stream has not exactly one head")
    require_known_encoding(standing.encoding)
    return standing


def check_entries(
    standing: Standing, last: int, progress: Advance, history: History, *, after: int | None = None
) -> Counter[QuarterKind]:
    """Check the entries up to ``last`` and return how many there are of each kind.

    They begin after the last pruned one or ``after`` another. Raises ``Broken`` with the first wrong one.
    """
    begin = standing.pruned if after is None else after
    totals: Counter[QuarterKind] = Counter()
    wrong, blanked = list[int](), list[Blanked]()
    vouchers = Vouchers(standing, history)
    with db.engine.connect() as connection:
        places = vouchers.places_blank(connection)
    for stretch in stretches(CheckRange(begin + 1, last, standing.anchor, places)):
        wrong += stretch.suspects
        blanked += stretch.blanked
        totals.update(stretch.totals)
        progress(stretch.totals.total())
    wrong += _unlisted(blanked, places, vouchers)
    if totals.total() != last - begin:
        wrong += _irregular(begin, last)
    if None in wrong:  # only SQLite stores such a number
        raise Broken(None, "the number of an entry is of another kind")
    if wrong:
        with db.engine.connect() as connection:
            raise explain(connection, min(wrong), standing)
    return totals


def _check_claims(standing: Standing, history: History) -> None:
    """Check what needs no look at the entries."""
    if standing.lowest <= standing.pruned:
        raise Broken(standing.lowest, f"it has a number below {standing.pruned + 1}, where the book begins")
    epochs = history.epochs(standing.first_epoch)
    for found in history.checkpoints:
        if found.epoch not in epochs:
            raise Broken(None, f"the checkpoint of {found.time:%F %T} UTC is of another epoch, {found.epoch}")
    if standing.epoch != epochs[-1]:
        if standing.epoch in epochs:
            raise Broken(None, "the database is a copy from before a restore: run `manage.py after-restore`")
        raise Broken(None, f"the head is of epoch {standing.epoch}, which no checkpoint names")


def _unlisted(blanked: list[Blanked], places: int, vouchers: Vouchers) -> list[int]:
    """Return the blank entries that no entry vouches for; it came in the transaction that blanked them.

    ``places`` is up to which number places were blank when the look began.
    """
    if not blanked:
        return []
    with db.engine.connect() as connection:
        listed, by_now = vouchers.erased(connection), vouchers.places_blank(connection)
        nothing = Ranges()
        unlisted = [
            seq for seq, people in blanked if not any(seq in listed.get(who or 0, nothing) for who in people)
        ]
        return unlisted if by_now == places else list(_without(unlisted, by_now, connection))


def _without(seqs: list[int], places: int, connection: Connection) -> Iterator[int]:
    """Yield those whose person is blank, or a place beyond ``places``: others were purged meanwhile."""
    for first in range(0, len(seqs), SOME):
        some = LoginLog.seq.in_(seqs[first : first + SOME])
        unvouched = LoginLog.person_nonce.is_(None) | (LoginLog.seq > places)
        yield from (seq for seq in connection.scalars(select(LoginLog.seq).where(some, unvouched)) if seq)


def _irregular(pruned: int, last: int) -> list[int]:
    """Return the first number that is missing or there twice."""
    for first in range(pruned, last, RANGE_SIZE):
        end = min(first + RANGE_SIZE, last)
        there = select(LoginLog.seq).where(LoginLog.seq > first, LoginLog.seq <= end).order_by(LoginLog.seq)
        with db.engine.connect() as connection:
            found = connection.scalars(there).all()
        if len(found) != end - first:
            pairs = zip(range(first + 1, end + 1), found, strict=False)
            return [min((min(number, seq or 0) for number, seq in pairs if number != seq), default=end)]
    return [last]


def _check_end(connection: Connection, standing: Standing) -> None:
    """Check that the entries end where the head says, with its link."""
    if standing.highest < standing.seq:
        raise explain(connection, standing.highest + 1, standing)
    if standing.highest > standing.seq:
        raise Broken(standing.highest, f"its number is beyond the head, which stands at {standing.seq}")
    if link_at(connection, standing.seq, standing) != standing.chain:
        raise Broken(standing.seq, "the head has another link than this entry, the newest")


def check_seen(standing: Standing | StreamHead, seen: SeenHead | None) -> None:
    """Check that all is there that a serving process saw; raises ``Broken``."""
    if seen is None or seen.epoch != standing.epoch or seen.size <= standing.pruned:
        return
    told = f"a server saw {seen.size} entries"
    if seen.size > standing.seq:
        raise Broken(standing.seq + 1, f"missing; {told}: an older copy was restored or the end cut off")
    with db.engine.connect() as connection:
        link = link_at(connection, seen.size, standing)
    if link is None or link.hex() != seen.chain:
        raise Broken(seen.size, f"{told}, this one with another link: rewritten, or another copy restored")


def check_pruned(standing: Standing | StreamHead, history: History) -> None:
    """Check that no more is said to be pruned than checkpoints cover; raises ``Broken``."""
    covered = max((found.size for found in history.checkpoints), default=0)
    if history.checkpoints and standing.pruned > covered:
        raise Broken(
            None, f"the head says that {standing.pruned} entries were pruned, checkpoints cover {covered}"
        )


def _check_gaps(connection: Connection, vouchers: Vouchers) -> None:
    """Check that purge entries tell of what is gone, and of no less than the head says."""
    standing = vouchers.standing
    if standing.pruned and not vouchers.is_purge_recorded(connection):
        raise Broken(standing.pruned, "it and all before it are gone, but no log_purge entry tells so")
    if not standing.pruned and standing.anchor_frontier:
        raise Broken(None, "the head has a tree of pruned entries, but none was pruned")
    if standing.places_blank > max(standing.pruned, vouchers.places_blank(connection)):
        told = f"the head says that places are blank through {standing.places_blank}"
        raise Broken(None, f"{told}, but no address_purge entry tells so")


def _check_newest(standing: Standing, covering: Checkpoint | None, trusted: int) -> None:
    """Check that what no checkpoint covers is ours, and that the head keeps the tree over all of it."""
    frontier = _tree_at(standing, covering)
    check_authentic(frontier, standing.last, trusted=trusted)
    if frontier.as_bytes() != (standing.frontier or b""):
        raise Broken(None, "the head has another tree than its entries")


def _tree_at(standing: Standing, covering: Checkpoint | None) -> Frontier:
    """Return the tree at the newest checkpoint, or where the entries begin; a copy that may grow."""
    if covering and covering.frontier and covering.size >= standing.pruned:
        return Frontier(covering.size, covering.frontier.as_bytes())
    return pruned_tree(standing.pruned, standing.anchor_frontier)


def _check_totals(standing: Standing, counted: Counter[QuarterKind]) -> None:
    """Check the totals; those of pruned entries stay, so that there may be more, but exactly as many."""
    kinds = standing.totals.keys() | counted.keys()
    surplus = {kind: standing.totals.get(kind, 0) - counted[kind] for kind in kinds}
    for (quarter, *kind), more in sorted(surplus.items(), key=repr):  # SQLite may have bytes for a word
        if more < 0 or (more and not standing.pruned):
            when = datetime.fromtimestamp(quarter * QUARTER_SECONDS, UTC)
            words = " ".join(map(str, kind))
            raise Broken(None, f"the totals of {when:%F %H:%M} {words} are off by {more:+}")
    gone, counted_once = sum(surplus.values()), standing.pruned - standing.uncounted
    if gone != counted_once:
        raise Broken(None, f"the totals of pruned entries add up to {gone}, not {counted_once}")
