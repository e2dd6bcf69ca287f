"""A clock that cannot be right destroys nothing and signs nothing; one wild entry stops nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from sqlalchemy import select

from dashboard.stream import prune
from dashboard.stream.checkpoint import Checkpoint, signed
from dashboard.stream.checkpoint_key import make_key
from dashboard.stream.clock import Doubtful
from dashboard.stream.verify import begin
from models import Action, LoginLog, StreamHead, db
from tests.dashboard.book import entry, store
from tests.dashboard.stream.tampering import HEAD, LOG, changed, fault
from tests.dashboard.stream.timeline import DAY, HOUR, Site

FAR = 4000 * DAY
RETENTION = 98 * DAY


@pytest.fixture
def site(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Site:
    """A site that keeps entries for 98 days and runs for 150, with checkpoints."""
    return running(sqlite_app, monkeypatch, tmp_path)


@pytest.fixture
def unsigned(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Site:
    """The same without any checkpoint."""
    site = Site(sqlite_app, monkeypatch, tmp_path, RETENTION)
    site.live(150, signs=False)
    return site


def running(app: Flask, patch: pytest.MonkeyPatch, folder: Path) -> Site:
    """Return a site with 31 entries and as many checkpoints, one each five days."""
    site = Site(app, patch, folder, RETENTION)
    site.sign_in()
    assert site.sign()
    site.live(150)
    return site


def unsignable(site: Site) -> str:
    """Return why the schedule takes no checkpoint."""
    with pytest.raises(Doubtful) as doubt:
        site.sign()
    return str(doubt.value)


def test_a_sound_site_prunes_and_signs(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    site = running(app, monkeypatch, tmp_path)
    assert (site.prune(), fault()) == (11, None)
    site.moment += 2 * HOUR
    assert site.sign()


def test_a_site_without_checkpoints_prunes_while_entries_agree(unsigned: Site) -> None:
    assert (unsigned.prune(), fault()) == (10, None)


def test_a_wild_clock_and_a_wild_entry_on_either_database(
    app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    site = running(app, monkeypatch, tmp_path)
    right = site.moment
    site.moment += FAR
    assert "newest entry or checkpoint" in site.rests()
    wild = site.sign_in()
    assert "nothing is known" in site.rests()
    site.moment = right
    assert f"entry {wild} is of" in site.rests()
    site.live(110)
    site.prune()
    assert (wild in site.seqs(), fault()) == (False, None)


class TestAheadOfTheTruth:
    """The clock is 4,000 days ahead: everything looks old."""

    def test_nothing_goes_and_nothing_is_signed(self, site: Site) -> None:
        site.moment += FAR
        assert "but the newest entry or checkpoint is of" in site.rests()
        assert "no checkpoint is taken" in unsignable(site)
        assert fault() is None

    def test_a_sign_in_under_the_wrong_clock_confirms_it_not(self, site: Site) -> None:
        before = site.seqs()
        site.moment += FAR
        site.sign_in()
        assert "nothing is known" in site.rests()
        assert "nothing is known" in unsignable(site)
        site.moment += 20 * DAY
        site.sign_in()
        assert f"it would delete {len(before)} of {len(before) + 2} entries" in site.rests()
        assert (set(before) <= set(site.seqs()), fault()) == (True, None)

    def test_neither_does_it_without_checkpoints(self, unsigned: Site) -> None:
        unsigned.moment += FAR
        assert "but the newest entry or checkpoint is of" in unsigned.rests()
        unsigned.sign_in()
        assert "nothing is known" in unsigned.rests()
        assert "nothing is known" in unsignable(unsigned)

    def test_neither_does_a_checkpoint_taken_by_hand(self, site: Site) -> None:
        site.moment += FAR
        site.sign_in()
        site.store.keep(site.store.take())
        assert "nothing is known" in site.rests()

    def test_all_goes_on_by_itself_when_it_is_set_back(self, site: Site) -> None:
        right = site.moment
        site.moment += FAR
        wild = site.sign_in()
        unsignable(site)
        site.moment = right + 2 * HOUR
        assert f"entry {wild} is of" in site.rests()
        assert site.sign()
        site.moment += DAY
        site.sign_in()
        assert (site.prune(), fault()) == (11, None)
        assert wild in site.seqs()

    def test_a_second_time_is_no_better(self, site: Site) -> None:
        right = site.moment
        for _ in range(2):
            site.moment = right + FAR
            site.sign_in()
            site.store.keep(site.store.take())
            site.rests()
            right += DAY
            site.moment = right
            site.sign_in()

    def test_the_wild_entries_go_when_their_time_comes(self, site: Site) -> None:
        right = site.moment
        site.moment += FAR
        wild = site.sign_in()
        site.moment = right
        site.live(90)
        assert wild in site.seqs()
        site.prune()
        assert wild in site.seqs()
        site.live(20)
        site.prune()
        assert (wild in site.seqs(), fault()) == (False, None)


class TestBehindTheTruth:
    """The clock was set back: what is newest lies ahead of it."""

    @pytest.mark.parametrize("back", [2 * HOUR, 33 * DAY, 365 * DAY, 2000 * DAY])
    def test_nothing_goes_and_nothing_is_signed(self, site: Site, back: timedelta) -> None:
        newest = site.seqs()[-1]
        site.moment -= back
        assert f"entry {newest} is of" in site.rests()
        assert f"entry {newest} is of" in unsignable(site)
        site.sign_in()
        site.rests()
        unsignable(site)
        site.moment += back + DAY
        site.sign_in()
        assert (site.sign(), site.prune(), fault()) == (True, 11, None)

    def test_without_checkpoints_too(self, unsigned: Site) -> None:
        unsigned.moment -= 365 * DAY
        assert "entry 30 is of" in unsigned.rests()
        assert "entry 30 is of" in unsignable(unsigned)

    @pytest.mark.parametrize("shift", [-HOUR, HOUR])
    def test_an_hour_is_forgiven_as_when_summer_time_is_mistaken(self, site: Site, shift: timedelta) -> None:
        site.moment += shift
        assert site.sign()
        assert site.prune() == 11

    def test_a_checkpoint_by_hand_says_that_the_clock_is_right(self, site: Site) -> None:
        """From the first day on it was ahead, and now it is right: nobody but a person can tell."""
        site.moment -= FAR
        unsignable(site)
        site.store.keep(site.store.take())
        assert site.clock().doubt() is None
        site.moment += 2 * HOUR
        site.sign_in()
        assert site.sign()


@pytest.mark.parametrize("differs", [-2 * HOUR, 2 * HOUR, FAR, -FAR])
def test_a_database_with_another_time_stops_it(site: Site, differs: timedelta) -> None:
    site.database = site.moment + differs
    assert "by the database's clock" in site.rests()
    site.moment += 2 * HOUR
    site.database = site.moment + differs
    assert "by the database's clock" in unsignable(site)


def test_a_database_that_agrees_changes_nothing(site: Site) -> None:
    site.database = site.moment + timedelta(minutes=59)
    assert site.prune() == 11


class TestWildEntry:
    """One entry bears a date ten years ahead."""

    def test_it_stops_pruning_until_a_checkpoint_covers_it(self, site: Site) -> None:
        wild = site.sign_in(site.moment + 3650 * DAY)
        assert f"entry {wild} is of" in site.rests()
        site.moment += HOUR
        assert site.sign()
        assert site.prune() == 11

    def test_an_entry_that_waits_for_its_seal_is_named_too(self, site: Site) -> None:
        store([entry(10_000, occurred_at=site.moment + 3650 * DAY)])
        assert "the entry 00000000-0000-0000-0000-000000002710 is of" in str(site.clock().doubt())

    def test_it_is_as_old_as_the_first_checkpoint_that_covers_it(self, site: Site) -> None:
        wild = site.sign_in(site.moment + 3650 * DAY)
        site.live(90)
        assert site.prune() == 29
        assert wild in site.seqs()
        site.live(20)
        site.prune()
        assert (site.seqs()[0] > wild, fault()) == (True, None)

    def test_many_of_them_stop_nothing_either(self, site: Site) -> None:
        wild = [site.sign_in(site.moment + number * 365 * DAY) for number in range(1, 6)]
        site.live(120)
        site.prune()
        assert (site.seqs()[0] > max(wild), fault()) == (True, None)

    def test_without_checkpoints_it_stops_what_is_behind_it(self, unsigned: Site) -> None:
        wild = unsigned.sign_in(unsigned.moment + 200 * DAY)
        unsigned.live(250, signs=False)
        unsigned.prune()
        assert (unsigned.seqs()[0], fault()) == (wild, None)


OTHER_KEY = Ed25519PrivateKey.generate()


class TestHelpForAnAttacker:
    """No checkpoint makes young entries old, unless it is ours, of this log and right."""

    @pytest.mark.parametrize(
        "forge",
        [
            lambda found, _: signed(found, OTHER_KEY),
            lambda found, _: replace(found, time=found.time - timedelta(days=1)),
            lambda found, key: signed(replace(found, origin=found.origin[:8] + "0" * 24), key),
            lambda found, key: signed(replace(found, epoch="0f" * 16), key),
            lambda found, key: signed(replace(found, chain=bytes(32)), key),
            lambda found, key: signed(replace(found, size=found.size + 1000), key),
            signed,
        ],
        ids=["foreign key", "forged", "origin", "epoch", "link", "size", "wild time"],
    )
    def test_a_checkpoint_of_the_past_deletes_nothing(
        self, site: Site, forge: Callable[[Checkpoint, Ed25519PrivateKey], Checkpoint]
    ) -> None:
        plain = replace(site.store.take(), time=site.moment.replace(microsecond=0) - 900 * DAY)
        site.store.keep(forge(plain, make_key(site.store.key)))
        for path in site.store.folder.glob("*.json"):  # also under a name that looks like ours
            name = f"{plain.origin[:8]}-{plain.key[:8]}-{path.stem.rsplit('-', 1)[1]}.json"
            if not path.with_name(name).exists():
                path.with_name(name).write_bytes(path.read_bytes())
        assert prune.covered(begin(), site.clock().history, site.moment - RETENTION) == 11
        assert (site.prune(), fault()) == (11, None)

    def test_a_name_alone_is_no_checkpoint(self, site: Site) -> None:
        taken = site.store.take()
        fake = f"{taken.origin[:8]}-{taken.key[:8]}-{site.moment + HOUR:%Y%m%dT%H%M%SZ}.json"
        (site.store.folder / fake).write_text("{}")
        site.moment += 2 * HOUR
        assert site.sign()

    def test_a_checkpoint_under_another_time_s_name_is_none(self, site: Site) -> None:
        newest = site.clock().confirmed
        assert newest
        site.moment += FAR
        path = site.store.newest(newest.origin)
        assert path
        renamed = f"{path.stem.rsplit('-', 1)[0]}-{site.moment:%Y%m%dT%H%M%SZ}.json"
        path.with_name(renamed).write_bytes(path.read_bytes())
        assert "newest entry or checkpoint" in site.rests()


class TestQuietSites:
    """Nobody signs in for weeks, or ever."""

    def test_with_checkpoints_the_job_goes_on(self, site: Site) -> None:
        for _ in range(40):
            site.moment += DAY
            assert site.sign()
        assert site.prune() == 19

    def test_without_checkpoints_a_person_must_look(self, unsigned: Site) -> None:
        unsigned.moment += 40 * DAY
        assert "newest entry or checkpoint" in unsigned.rests()

    def test_a_site_that_was_off_for_long_waits_for_a_person(self, site: Site) -> None:
        site.moment += 60 * DAY
        unsignable(site)
        site.sign_in()
        unsignable(site)
        site.store.keep(site.store.take())
        site.moment += 2 * HOUR
        assert site.sign()

    def test_an_empty_log_prunes_nothing_and_signs(self, sqlite_app: Flask, tmp_path: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            site = Site(sqlite_app, patch, tmp_path, RETENTION)
            assert (site.prune(), site.sign(), site.prune()) == (0, True, 0)

    @pytest.mark.parametrize(("age", "gone"), [(20, 0), (30, 1)])
    def test_one_entry_is_enough_to_tell_the_time(
        self, sqlite_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age: int, gone: int
    ) -> None:
        site = Site(sqlite_app, monkeypatch, tmp_path, 25 * DAY)
        site.sign_in()
        site.moment += age * DAY
        assert site.prune() == gone

    def test_one_entry_that_is_older_is_not(
        self, sqlite_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        site = Site(sqlite_app, monkeypatch, tmp_path, 25 * DAY)
        site.sign_in()
        site.moment += 32 * DAY
        site.rests()

    def test_old_entries_and_a_new_one_are_no_jump_when_few_go(
        self, sqlite_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        site = Site(sqlite_app, monkeypatch, tmp_path, RETENTION)
        site.sign_in()
        site.moment += 400 * DAY
        site.sign_in()
        assert site.prune() == 1


class TestRest:
    """Retention prunes once a day, as the last log_purge tells."""

    def purge(self, site: Site, at: timedelta) -> None:
        site.prune()
        assert changed(LOG, LOG.c.action == Action.LOG_PURGE, occurred_at=site.moment + at)
        site.live(10)

    def test_a_purge_from_the_future_does_not_rest_it(self, site: Site) -> None:
        self.purge(site, 3650 * DAY)
        assert not prune.was_pruned(site.moment - DAY)

    def test_a_purge_from_the_far_past_does_not_hold_it_up(self, site: Site) -> None:
        self.purge(site, -900 * DAY)
        assert not prune.was_pruned(site.moment - DAY)

    def test_a_purge_of_today_does(self, site: Site) -> None:
        self.purge(site, 10 * DAY - HOUR)
        assert prune.was_pruned(site.moment - DAY)


def test_a_checkpoint_of_another_epoch_covers_nothing(site: Site) -> None:
    wild = site.sign_in(site.moment + 3650 * DAY)
    site.moment += 2 * HOUR
    assert site.sign()
    assert site.clock().covered() == wild
    changed(HEAD, HEAD.c.id == 1, epoch="0e" * 16)
    assert site.clock().covered() == 0
    assert db.session.scalar(select(StreamHead.seq)) == wild
    assert db.session.scalar(select(LoginLog.seq).where(LoginLog.seq == wild)) == wild
