"""Honest lives of a log: whatever an operator may do, in any order, is no fault."""

import random
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from dashboard.log.sealer import seal_all
from dashboard.log.spool import replay
from dashboard.proof import erase, prune
from dashboard.proof.address_purge import purge_addresses
from dashboard.proof.restore import begin_anew
from dashboard.proof.verify.verify import current_standing
from models import User, db
from tests.dashboard.proof.verify.tampering import copied, restored
from tests.proof.site import Site
from tests.support.actions import make_user
from tests.support.recording import refused

#: How many things happen in a life.
EVENTS = 6


def sign_in(site: Site, rng: random.Random) -> None:
    """People come."""
    site.sign_ins(rng.randint(1, 9), user_id=rng.randint(1, 3))


def sign(site: Site, _: random.Random) -> None:
    """The schedule signs."""
    site.checkpoint()


def rotate(site: Site, _: random.Random) -> None:
    """The key is rotated."""
    with site.resting():
        site.store.rotate_key()


def another_machine(site: Site, _: random.Random) -> None:
    """Another process, with the same folder and key, signs."""
    with site.resting():
        type(site.store)(site.store.folder, site.store.key, site.store.database).take()


def forget(site: Site, rng: random.Random) -> None:
    """A person is erased."""
    person = rng.randint(1, 3)
    if db.session.get(User, person) is None:
        make_user(f"person{person}", id=person)
    db.session.rollback()
    seqs = erase.entries_of(person)
    list(erase.blank(person, seqs, site.store.signer()))
    seal_all()


def clear_away(site: Site, rng: random.Random) -> None:
    """The oldest entries are pruned."""
    _plan(site, rng, lambda plan: list(prune.prune(plan, site.store.signer())))


def clear_addresses(site: Site, rng: random.Random) -> None:
    """The oldest addresses are purged."""
    _plan(site, rng, lambda plan: list(purge_addresses(plan, site.store.signer())))


def outage(_: Site, rng: random.Random) -> None:
    """Attempts wait in the spool and enter late."""
    name = f"late{rng.randrange(10**9)}"
    for _number in range(rng.randint(1, 3)):
        replay.keep_attempt(refused(make_user(f"{name}{_number}")))
    replay.enter_all()
    seal_all()


def restore(site: Site, _: random.Random) -> None:
    """A backup is restored, as docs/proof.md says."""
    with site.resting():
        backup = copied()
        site.sign_ins(3)
        site.store.take()
        restored(backup)
        begin_anew(site.store, lambda: False)


HAPPENINGS: tuple[Callable[[Site, random.Random], None], ...] = (
    *(sign_in, sign, rotate, another_machine, forget, clear_away, clear_addresses, outage, restore),
)


def live_honestly(site: Site, rng: random.Random) -> str:
    """Have things happen and verify after each; return which."""
    site.sign_ins(4)
    names = []
    for happens in rng.choices(HAPPENINGS, k=EVENTS):
        happens(site, rng)
        names.append(happens.__name__)
        told = site.fault()
        assert told == "", f"{names}: {told}"
    site.sign_ins(1)
    site.checkpoint()
    assert site.fault() == ""
    assert site.aside() == 0
    return "a life"


def _plan(site: Site, rng: random.Random, work: Callable[[prune.PrunePlan], object]) -> None:
    with site.resting():
        site.store.take()
        standing = current_standing()
        last = rng.randint(standing.pruned, standing.seq)
        clock = site.store.clock()
        if last > standing.pruned:
            work(prune.PrunePlan(standing, clock.moment - timedelta(days=1), last, clock.history))
    seal_all()
    db.session.execute(select(1))
    db.session.rollback()
