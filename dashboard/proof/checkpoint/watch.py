"""Notes how far the log has come, every few seconds, and misses what is gone."""

from sqlalchemy import select

from dashboard.log.head import require_known_encoding
from dashboard.proof.checkpoint.seen import SeenHead, write_seen
from dashboard.proof.checkpoint.store import Store
from dashboard.proof.verify.verify import check_pruned, check_seen
from models import StreamHead, db


def watch(store: Store) -> None:
    """Note how far the log has come; raises ``Broken`` when what was noted before is gone.

    What was noted is never taken back: a database that says something else for a moment hides nothing.
    """
    with db.engine.connect() as connection:
        origin = connection.scalars(select(StreamHead.origin)).one()
    history = store.history(origin)  # before the head: another process may note more meanwhile
    head = db.session.scalars(select(StreamHead)).one()
    db.session.remove()
    require_known_encoding(head.encoding)
    store.check_pin(head, history)
    check_pruned(head, history)
    check_seen(head, history.seen)
    here, seen = SeenHead(head.epoch, head.seq, (head.chain or b"").hex()), history.seen
    if head.seq and (seen is None or seen.epoch != here.epoch or seen.size < here.size):
        write_seen(store.folder, origin, here)
