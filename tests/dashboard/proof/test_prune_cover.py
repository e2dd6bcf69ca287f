"""One entry with a wild date stops nothing, and no checkpoint makes young entries old."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dashboard.proof import prune
from dashboard.proof.checkpoint.checkpoint import Checkpoint, signed
from dashboard.proof.checkpoint.key import make_key
from dashboard.proof.verify.verify import current_standing
from models import Action
from tests.dashboard.proof.timeline import DAY, FAR, HOUR, RETENTION, Site
from tests.dashboard.proof.verify.tampering import HEAD, LOG, changed, fault
from tests.support.book import entry, store


def test_a_wild_entry_stops_pruning_until_a_checkpoint_covers_it(site: Site) -> None:
    wild = site.sign_in(site.moment + 3650 * DAY)
    assert f"entry {wild} is of" in site.rests()
    site.moment += HOUR
    assert site.sign()
    assert site.prune() == 11


def test_an_entry_that_waits_for_its_seal_is_named_too(site: Site) -> None:
    store([entry(10_000, occurred_at=site.moment + 3650 * DAY)])
    assert "the entry 00000000-0000-0000-0000-000000002710 is of" in str(site.clock().doubt())


def test_a_wild_entry_is_as_old_as_the_first_checkpoint_that_covers_it(site: Site) -> None:
    wild = site.sign_in(site.moment + 3650 * DAY)
    site.live(90)
    assert site.prune() == 29
    assert wild in site.seqs()
    site.live(20)
    site.prune()
    assert (site.seqs()[0] > wild, fault()) == (True, None)


def test_many_wild_entries_stop_nothing_either(site: Site) -> None:
    wild = [site.sign_in(site.moment + number * 365 * DAY) for number in range(1, 6)]
    site.live(120)
    site.prune()
    assert (site.seqs()[0] > max(wild), fault()) == (True, None)


def test_without_checkpoints_a_wild_entry_stops_what_is_behind_it(unsigned: Site) -> None:
    wild = unsigned.sign_in(unsigned.moment + 200 * DAY)
    unsigned.live(250, signs=False)
    unsigned.prune()
    assert (unsigned.seqs()[0], fault()) == (wild, None)


OTHER_KEY = Ed25519PrivateKey.generate()


FORGERIES: dict[str, Callable[[Checkpoint, Ed25519PrivateKey], Checkpoint]] = {
    "foreign key": lambda found, _: signed(found, OTHER_KEY),
    "forged": lambda found, key: replace(signed(found, key), size=found.size - 1),
    "origin": lambda found, key: signed(replace(found, origin=found.origin[:8] + "0" * 24), key),
    "epoch": lambda found, key: signed(replace(found, epoch="0f" * 16), key),
    "link": lambda found, key: signed(replace(found, chain=bytes(32)), key),
    "size": lambda found, key: signed(replace(found, size=found.size + 1000), key),
}


def planted(site: Site, checkpoint: Checkpoint) -> None:
    """Keep a checkpoint, also under a name that looks like ours."""
    path = site.store.keep(checkpoint)
    ours = site.store.take()
    name = f"{ours.origin[:8]}-{ours.key[:8]}-{path.stem.rsplit('-', 1)[1]}.json"
    path.with_name(name).write_bytes(path.read_bytes())


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_only_what_we_signed_of_this_log_covers_entries(
    unsigned: Site, forge: Callable[[Checkpoint, Ed25519PrivateKey], Checkpoint]
) -> None:
    genuine = unsigned.store.take()
    planted(unsigned, forge(genuine, make_key(unsigned.store.key)))
    before = unsigned.moment + DAY
    assert prune.covered(current_standing(), unsigned.clock().history, before) == 0
    planted(unsigned, replace(genuine, time=genuine.time + HOUR))  # whose signature is of another time
    assert prune.covered(current_standing(), unsigned.clock().history, before) == 0
    unsigned.moment += 2 * HOUR
    unsigned.store.keep(unsigned.store.take())
    assert prune.covered(current_standing(), unsigned.clock().history, before) == 30


def test_a_checkpoint_under_an_older_name_covers_nothing(unsigned: Site) -> None:
    path = unsigned.store.keep(unsigned.store.take())
    older = f"{path.stem.rsplit('-', 1)[0]}-{unsigned.moment - 50 * DAY:%Y%m%dT%H%M%SZ}.json"
    path.rename(path.with_name(older))
    assert prune.covered(current_standing(), unsigned.clock().history, unsigned.moment - 40 * DAY) == 0


def test_our_own_checkpoint_of_a_wrong_time_makes_nothing_old(site: Site) -> None:
    right = site.moment
    site.moment -= RETENTION + HOUR  # and newer than all that tell the truth
    planted(site, site.store.take())
    site.moment = right
    assert prune.covered(current_standing(), site.clock().history, site.moment - RETENTION) == 11
    assert (site.prune(), fault()) == (11, None)


def test_a_name_alone_is_no_checkpoint(site: Site) -> None:
    taken = site.store.take()
    fake = f"{taken.origin[:8]}-{taken.key[:8]}-{site.moment + 1.5 * HOUR:%Y%m%dT%H%M%SZ}.json"
    (site.store.folder / fake).write_text("{}")
    site.moment += 2 * HOUR
    assert site.sign()


def test_a_checkpoint_under_another_time_s_name_is_none(site: Site) -> None:
    newest = site.clock().confirmed
    assert newest
    site.moment += FAR
    path = site.store.newest(newest.origin)
    assert path
    renamed = f"{path.stem.rsplit('-', 1)[0]}-{site.moment:%Y%m%dT%H%M%SZ}.json"
    path.with_name(renamed).write_bytes(path.read_bytes())
    assert "newest entry or checkpoint" in site.rests()


def purge(site: Site, at: timedelta) -> None:
    site.prune()
    assert changed(LOG, LOG.c.action == Action.LOG_PURGE, occurred_at=site.moment + at)
    site.live(10)


def test_a_purge_from_the_future_does_not_rest_retention(site: Site) -> None:
    purge(site, 3650 * DAY)
    assert not prune.was_pruned(site.moment - DAY)


def test_a_purge_from_the_far_past_does_not_hold_retention_up(site: Site) -> None:
    purge(site, -900 * DAY)
    assert not prune.was_pruned(site.moment - DAY)


def test_a_purge_of_today_rests_retention(site: Site) -> None:
    purge(site, 10 * DAY - HOUR)
    assert prune.was_pruned(site.moment - DAY)


def test_a_checkpoint_of_another_epoch_covers_nothing(site: Site) -> None:
    wild = site.sign_in(site.moment + 3650 * DAY)
    site.moment += 2 * HOUR
    assert site.sign()
    assert site.clock().covered() == wild
    changed(HEAD, HEAD.c.id == 1, epoch="0e" * 16)
    assert site.clock().covered() == 0
