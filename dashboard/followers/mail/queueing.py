"""The follower: each entry queues the letters that it leads to, once, whoever asks again."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from sqlalchemy.orm import Session

from dashboard.followers.follow import Delivery
from dashboard.followers.mail.kinds import LETTER_KINDS
from dashboard.followers.mail.limits import GIVEN_UP_AFTER
from models import Letter, LoginLog, User, write_transaction
from models.clock import now

#: What names a letter: because of which entry, of which kind, to which account.
WantedLetter = tuple[LoginLog, str, int]


def queue_letters(delivery: Delivery) -> None:
    """Queue what some sealed entries lead to; nothing leaves the house here."""
    wanted = list(_wanted(delivery.entries))
    if wanted:
        write_transaction(partial(_queue, wanted))


def _wanted(entries: Iterable[LoginLog]) -> Iterator[WantedLetter]:
    """Yield the letters that entries lead to; not those whose time is over."""
    oldest = now() - GIVEN_UP_AFTER
    for entry in entries:
        for name, kind in LETTER_KINDS.items() if entry.occurred_at >= oldest else ():
            user_id = kind.whom(entry)
            if user_id is not None:
                yield entry, name, user_id


def _queue(wanted: Sequence[WantedLetter], session: Session) -> None:
    """Add those that are not there; the account is locked, so that none is added to one that is erased."""
    moment = now()
    for entry, kind, user_id in wanted:
        user = session.get(User, user_id, with_for_update=True)
        key = {"event_id": entry.event_id, "kind": kind, "user_id": user_id}
        known = session.get(Letter, key)
        if user and known is None and LETTER_KINDS[kind].suits(user):
            session.add(Letter(**key, made_at=moment, due_at=moment))
            session.flush()
