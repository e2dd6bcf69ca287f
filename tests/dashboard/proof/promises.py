"""A book that is written, sealed, watched, erased and pruned in any order; what must hold after each step."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import islice
from typing import Any
from unittest.mock import patch
from uuid import UUID

from flask import current_app
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, precondition, rule
from sqlalchemy import Connection, Row, event, func, select
from sqlalchemy.exc import IntegrityError, OperationalError

from auth import registration, service, throttle
from auth.attempts import Credentials, NewAccount, Refused
from auth.events import AuthEvent, Client, Subject
from auth.sessions import CurrentUser
from dashboard.export.fields import as_fields
from dashboard.log import sealer, wire
from dashboard.log.authentic.mac import mac_keys
from dashboard.log.head import read_head
from dashboard.log.pull import Since, answer
from dashboard.log.recent_entries import BrokenStream, RecentEntries
from dashboard.log.recorder import record
from dashboard.proof import erase, prune
from dashboard.proof.verify.verify import current_standing
from models import Action, LoginLog, Outcome, UserSession, db, write_transaction
from tests.dashboard.proof.verify.tampering import fault
from tests.support.actions import PASSWORD, entries
from tests.support.feed import Feed
from tests.support.proof import signer, through

NAMES = st.sampled_from(["alice", "bob", "zoë"])
#: What becomes of the answer to a COMMIT.
ANSWERS = st.sampled_from(["arrives", "lost on the way back", "lost on the way there"])
RINGS = st.integers(0, 1)
LOGIN = (Action.LOGIN, Outcome.SUCCESS)
SEAL = (LoginLog.seq, LoginLog.event_id, LoginLog.chain, LoginLog.place, LoginLog.person)
KIND = (LoginLog.action, LoginLog.outcome, LoginLog.session_ref)


@contextmanager
def commit(how: str) -> Iterator[None]:
    """Lose the answer to the next COMMIT, or not."""

    def lose(connection: Connection) -> None:
        raw = connection.connection
        raw.commit() if how == "lost on the way back" else raw.rollback()
        raise OperationalError("COMMIT", None, Exception(how), connection_invalidated=True)

    if how != "arrives":
        event.listen(db.engine, "commit", lose, once=True)
    yield


class Promises(RuleBasedStateMachine):
    """People, an operator, and viewers of two processes; the database is empty when it begins."""

    visitors, viewers = Bundle("visitors"), Bundle("viewers")

    def __init__(self) -> None:
        super().__init__()
        throttle.init_app(current_app)
        #: How many entries of each action and outcome there must be.
        self.told: Counter[tuple[str, str]] = Counter()
        self.accounts: set[str] = set()
        #: Sessions that ever began, and the person of each that goes on.
        self.admitted, self.inside = set[UUID](), dict[UUID, int]()
        #: Every seal that was ever read, and the highest head.
        self.read: dict[int, Row[Any]] = {}
        self.head = 0
        self.recent = [RecentEntries(lambda row: wire.encoded(as_fields(row))) for _ in range(2)]
        self.feeds: list[Feed] = []

    @rule(name=NAMES, how=ANSWERS)
    def register(self, name: str, how: str) -> None:
        with commit(how):
            refusal = registration.register_account(NewAccount(username=name, password=PASSWORD), Client())
        assert isinstance(refusal, Refused) == (name in self.accounts)
        self.told[Action.REGISTER, Outcome.FAILURE if refusal else Outcome.SUCCESS] += 1
        self.accounts.add(name)

    @rule(target=visitors, name=NAMES, how=ANSWERS)
    def sign_in(self, name: str, how: str) -> Any:
        with commit(how):
            result = service.authenticate(Credentials(name, PASSWORD), Client(ip="10.0.0.7"))
        assert isinstance(result, CurrentUser) == (name in self.accounts)
        self.told[Action.LOGIN, Outcome.SUCCESS if isinstance(result, CurrentUser) else Outcome.FAILURE] += 1
        if isinstance(result, Refused):
            return multiple()
        self.admitted.add(result.session_ref)
        self.inside[result.session_ref] = result.user_id
        return result

    @rule(name=NAMES | st.just("nobody"), how=ANSWERS)
    def sign_in_with_a_wrong_password(self, name: str, how: str) -> None:
        with commit(how):
            assert isinstance(service.authenticate(Credentials(name, "wrong"), Client()), Refused)
        self.told[Action.LOGIN, Outcome.FAILURE] += 1

    @rule(visitor=visitors, how=ANSWERS, times=st.integers(1, 2))
    def sign_out(self, visitor: CurrentUser, how: str, times: int) -> None:
        for _ in range(times):
            with commit(how):
                service.sign_out(visitor, Client())
        self.told[Action.LOGOUT, Outcome.SUCCESS] += self.inside.pop(visitor.session_ref, None) is not None

    @rule(how=ANSWERS)
    def record_an_event_twice(self, how: str) -> None:
        kind = (Action.PROFILE_CHANGE, Outcome.SUCCESS)
        happened = AuthEvent(action=kind[0], outcome=kind[1], subject=Subject("zoë", 3), client=Client())
        store = partial(record, event=happened)
        with commit(how):
            write_transaction(store)
        with suppress(IntegrityError):
            write_transaction(store)
        self.told[kind] += 1

    @rule()
    def seal(self) -> None:
        waiting = db.session.scalar(select(func.count()).where(LoginLog.seq.is_(None)))
        assert sealer.seal_once().sealed == min(waiting, sealer.SEAL_BATCH)

    @rule()
    def seal_what_another_process_sealed_meanwhile(self) -> None:
        waiting = sealer.read_waiting(db.session(), mac_keys(), sealer.SEAL_BATCH)
        sealer.seal_once()
        with patch.object(sealer, "read_waiting", lambda *_: waiting), suppress(sealer.SealConflict):
            write_transaction(sealer._seal)

    @rule(target=viewers, recent=RINGS, sees_all=st.booleans())
    def a_viewer_comes(self, recent: int, sees_all: bool) -> Feed:
        head = self.recent[recent].refresh()
        feed = Feed(head.epoch, head.floor if sees_all else head.seq)
        self.feeds.append(feed)
        return feed

    @rule(feed=viewers, recent=RINGS)
    def a_viewer_comes_back(self, feed: Feed, recent: int) -> None:
        head = self.recent[recent].refresh()
        feed.announced({"epoch": head.epoch, "head": head.seq})

    @rule(feed=viewers, recent=RINGS, limit=st.sampled_from([1, 2, 3, 500]), arrivals=st.integers(0, 2))
    def a_viewer_pulls(self, feed: Feed, recent: int, limit: int, arrivals: int) -> None:
        answered = self.pull(feed, self.recent[recent], limit)
        for _ in range(arrivals):  # none: it was cut off meanwhile
            feed.take(answered)

    @rule(name=NAMES, batches=st.integers(0, 3))
    def erase(self, name: str, batches: int) -> None:
        user_id = erase.find_account(name)
        assert (user_id is not None) == (name in self.accounts)
        if user_id is not None:
            erase.close_account(user_id)
            list(islice(erase.blank(user_id, erase.entries_of(user_id), signer()), batches))
            self.accounts.remove(name)
            self.inside = {ref: person for ref, person in self.inside.items() if person != user_id}

    @precondition(lambda self: self.head and max(self.read) > read_head(db.session()).floor)
    @rule(share=st.integers(0, 20), batches=st.integers(1, 3))
    def prune(self, share: int, batches: int) -> None:
        standing = current_standing()
        wanted = through(standing.seq - share % (standing.seq - standing.pruned))
        prune.check_before(wanted, lambda _: None)
        list(islice(prune.prune(wanted, signer()), batches))

    @invariant()
    def every_session_has_one_success_entry(self) -> None:
        succeeded = Counter(row.session_ref for row in self.ever() if (row.action, row.outcome) == LOGIN)
        assert succeeded == Counter(self.admitted)
        assert self.inside.keys() <= set(db.session.scalars(select(UserSession.public_id))) <= self.admitted

    @invariant()
    def every_attempt_has_one_entry(self) -> None:
        kinds = Counter((row.action, row.outcome) for row in self.ever())
        assert {kind: kinds[kind] for kind in self.told} == self.told

    @invariant()
    def no_event_is_there_twice(self) -> None:
        assert set(Counter(row.event_id for row in self.ever()).values()) <= {1}

    @invariant()
    def sealed_numbers_are_contiguous(self) -> None:
        head, seqs = read_head(db.session()), db.session.scalars(select(LoginLog.seq).order_by(LoginLog.seq))
        assert [seq for seq in seqs if seq is not None] == list(range(head.floor + 1, head.seq + 1))

    @invariant()
    def a_seal_that_was_read_never_changes(self) -> None:
        assert all(self.read.get(row.seq, row) == row for row in self.present())

    @invariant()
    def nothing_appears_below_a_head_that_was_read(self) -> None:
        sealed = {row.seq: row for row in self.present() if row.seq}
        assert all(seq > self.head for seq in sealed.keys() - self.read.keys())
        self.read |= sealed
        self.head = read_head(db.session()).seq

    @invariant()
    def what_a_viewer_applied_has_no_gap_and_no_repeat(self) -> None:
        for stretch in (stretch for feed in self.feeds for stretch in feed.shown):
            numbers = range(stretch.begin + 1, stretch.begin + 1 + len(stretch.entries))
            applied = [(shown["seq"], shown["event_id"]) for shown in stretch.entries]
            assert applied == [(seq, str(self.read[seq].event_id)) for seq in numbers]

    def teardown(self) -> None:
        if not sys.exc_info()[0]:  # else a step failed, and that is what to tell
            self.all_is_sealed_proven_and_seen()

    def all_is_sealed_proven_and_seen(self) -> None:
        sealer.seal_all()
        assert (current_standing().unsealed, fault()) == (0, None)
        for recent in self.recent:
            head = recent.refresh()
            for feed in (newcomer := Feed(head.epoch, head.floor), *self.feeds):
                feed.announced({"epoch": head.epoch, "head": head.seq})
                while feed.is_behind:
                    feed.take(self.pull(feed, recent, 4))
            book = [wire.loads(wire.dumps(as_fields(row))) for row in entries()]
            assert newcomer.shown[-1].entries == book
        self.nothing_appears_below_a_head_that_was_read()
        self.what_a_viewer_applied_has_no_gap_and_no_repeat()

    def pull(self, feed: Feed, recent: RecentEntries, limit: int) -> dict[str, Any]:
        """Return what a viewer is answered: the entries that follow, all of them, unless those are pruned."""
        wish, floor = Since.parse(feed.wish(limit)), read_head(db.session()).floor
        try:
            answered = wire.loads(wire.dumps(answer(wish, recent)))
        except BrokenStream:
            assert wish.cursor < floor
            recent.refresh()
            answered = wire.loads(wire.dumps(answer(wish, recent)))
        last = min(wish.cursor + limit, answered["head"])
        seqs = [each["seq"] for each in answered.get("entries", ())]
        assert wish.cursor < floor if "reset" in answered else seqs == list(range(wish.cursor + 1, last + 1))
        return answered

    def present(self) -> list[Row[Any]]:
        """Return what identifies each entry that is there."""
        db.session.rollback()
        return list(db.session.execute(select(*SEAL, *KIND)))

    def ever(self) -> list[Row[Any]]:
        """Return the same of all entries there ever were."""
        floor = read_head(db.session()).floor
        return [*(row for seq, row in self.read.items() if seq <= floor), *self.present()]
