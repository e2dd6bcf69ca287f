"""One entry with a wild date stops nothing, and no checkpoint makes young entries old."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dashboard.log.sealer import seal_all
from dashboard.proof import prune
from dashboard.proof.checkpoint.checkpoint import Checkpoint
from dashboard.proof.verify.verify import current_standing
from models.frontier import Frontier
from tests.dashboard.proof.timeline import DAY, FAR, HOUR, RETENTION, Site
from tests.dashboard.proof.verify.tampering import HEAD, changed, fault
from tests.support.book import entry, store
from tests.support.proof import note


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


FORGERIES: dict[str, Callable[[Checkpoint], str]] = {
    "foreign key": lambda found: note(found, Ed25519PrivateKey.generate()),
    "altered": lambda found: note(found).replace(found.time.strftime("%Y-"), "1999-"),
    "another origin": lambda found: note(replace(found, origin=found.origin[:8] + "0" * 24)),
    "another epoch": lambda found: note(replace(found, epoch="0f" * 16)),
    "another link": lambda found: note(replace(found, chain=bytes(32))),
    "more than there is": lambda found: note(
        replace(found, size=found.size + 1000, frontier=Frontier.repeated(found.size + 1000, b""))
    ),
    "nothing": lambda _: "",
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_only_what_we_signed_of_this_log_covers_entries(
    unsigned: Site, forge: Callable[[Checkpoint], str]
) -> None:
    genuine = unsigned.store.take()
    unsigned.store.path(genuine).write_text(forge(genuine))
    before = unsigned.moment + DAY
    assert prune.covered(current_standing(), unsigned.clock().history, before) == 0
    unsigned.store.path(genuine).write_text(note(genuine))
    assert prune.covered(current_standing(), unsigned.clock().history, before) == 30


def test_a_checkpoint_under_an_older_name_is_no_older(unsigned: Site) -> None:
    path = unsigned.store.path(unsigned.store.take())
    path.rename(path.with_name("19700101T000000Z.note"))
    assert prune.covered(current_standing(), unsigned.clock().history, unsigned.moment - 40 * DAY) == 0


def test_our_own_checkpoint_of_a_wrong_time_makes_nothing_old(site: Site) -> None:
    right = site.moment
    site.moment -= RETENTION + HOUR  # and newer than all that tell the truth
    site.store.take()
    site.moment = right
    assert prune.covered(current_standing(), site.clock().history, site.moment - RETENTION) == 11
    assert (site.prune(), fault()) == (11, None)


def test_a_name_alone_is_no_checkpoint(site: Site) -> None:
    path = site.store.path(site.store.take())
    path.with_name("20991231T000000Z.note").write_text("{}")
    site.moment += 2 * HOUR
    assert site.sign()


def test_a_checkpoint_under_another_time_s_name_is_of_its_own(site: Site) -> None:
    newest = site.clock().confirmed
    assert newest
    site.moment += FAR
    path = site.store.path(newest)
    path.with_name(f"{site.moment:%Y%m%dT%H%M%SZ}.note").write_bytes(path.read_bytes())
    assert "newest entry or checkpoint" in site.rests()


def purge(site: Site, at: timedelta) -> None:
    """Have a purge recorded while the clock is wrong by ``at``; ten days go by."""
    plan = prune.plan_prune(current_standing(), RETENTION, site.clock())
    right = site.moment
    site.moment += at
    assert sum(prune.prune(plan, site.store.signer()))
    site.moment = right
    seal_all()
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
