"""A clock that cannot be right destroys nothing and signs nothing."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from tests.dashboard.proof.timeline import DAY, FAR, HOUR, RETENTION, Site, running
from tests.dashboard.proof.verify.tampering import fault


def test_a_sound_site_prunes_and_signs(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    site = running(app, monkeypatch, tmp_path)
    assert (site.prune(), fault()) == (11, None)
    site.moment += 2 * HOUR
    assert site.sign()


def test_most_of_the_log_may_go_while_nothing_looks_like_a_jump(site: Site) -> None:
    site.retention = 32 * DAY
    assert (site.prune(), fault()) == (24, None)


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


def test_far_ahead_nothing_goes_and_nothing_is_signed(site: Site) -> None:
    site.moment += FAR
    assert "but the newest entry or checkpoint is of" in site.rests()
    assert "no checkpoint is taken" in site.refusal()
    assert fault() is None


def test_a_sign_in_under_a_wrong_clock_does_not_confirm_it(site: Site) -> None:
    before = site.seqs()
    site.moment += FAR
    site.sign_in()
    assert "nothing is known" in site.rests()
    assert "nothing is known" in site.refusal()
    site.moment += 20 * DAY
    site.sign_in()
    assert "nothing is known" in site.rests()
    assert (set(before) <= set(site.seqs()), fault()) == (True, None)


def test_nor_does_it_without_checkpoints(unsigned: Site) -> None:
    unsigned.moment += FAR
    assert "but the newest entry or checkpoint is of" in unsigned.rests()
    unsigned.sign_in()
    assert "nothing is known" in unsigned.rests()
    assert "nothing is known" in unsigned.refusal()


def test_nor_does_a_checkpoint_taken_by_hand(site: Site) -> None:
    site.moment += FAR
    site.sign_in()
    site.store.take()
    assert "nothing is known" in site.rests()


def test_all_goes_on_by_itself_when_the_clock_is_right_again(site: Site) -> None:
    right = site.moment
    site.moment += FAR
    wild = site.sign_in()
    site.refusal()
    site.moment = right + 2 * HOUR
    assert f"entry {wild} is of" in site.rests()
    assert site.sign()
    site.moment += DAY
    site.sign_in()
    assert (site.prune(), fault()) == (11, None)
    assert wild in site.seqs()


def test_a_clock_that_is_wrong_twice_is_noticed_twice(site: Site) -> None:
    right = site.moment
    for _ in range(2):
        site.moment = right + FAR
        site.sign_in()
        site.store.take()
        site.rests()
        right += DAY
        site.moment = right
        site.sign_in()


def test_entries_of_a_wrong_clock_go_when_their_time_comes(site: Site) -> None:
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


@pytest.mark.parametrize("back", [2 * HOUR, 33 * DAY, 365 * DAY, 2000 * DAY])
def test_set_back_nothing_goes_and_nothing_is_signed(site: Site, back: timedelta) -> None:
    newest = site.seqs()[-1]
    site.moment -= back
    assert f"entry {newest} is of" in site.rests()
    assert f"entry {newest} is of" in site.refusal()
    site.sign_in()
    site.rests()
    site.refusal()
    site.moment += back + DAY
    site.sign_in()
    assert (site.sign(), site.prune(), fault()) == (True, 11, None)


def test_set_back_without_checkpoints_nothing_goes_either(unsigned: Site) -> None:
    unsigned.moment -= 365 * DAY
    assert "entry 30 is of" in unsigned.rests()
    assert "entry 30 is of" in unsigned.refusal()


@pytest.mark.parametrize("shift", [-HOUR, HOUR])
def test_an_hour_is_forgiven_as_when_summer_time_is_mistaken(site: Site, shift: timedelta) -> None:
    site.moment += shift
    assert site.sign()
    assert site.prune() == 11


def test_a_checkpoint_by_hand_says_that_the_clock_is_right(site: Site) -> None:
    """From the first day on it was ahead, and now it is right: nobody but a person can tell."""
    site.moment -= FAR
    site.refusal()
    site.store.take()
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
    assert "by the database's clock" in site.refusal()


def test_a_database_that_agrees_changes_nothing(site: Site) -> None:
    site.database = site.moment + timedelta(minutes=59)
    assert site.prune() == 11


def test_a_quiet_site_with_checkpoints_prunes(site: Site) -> None:
    for _ in range(40):
        site.moment += DAY
        assert site.sign()
    assert site.prune() == 19


def test_a_quiet_site_without_checkpoints_waits_for_a_person(unsigned: Site) -> None:
    unsigned.moment += 40 * DAY
    assert "newest entry or checkpoint" in unsigned.rests()


def test_a_site_that_was_off_for_long_waits_for_a_person(site: Site) -> None:
    site.moment += 60 * DAY
    site.refusal()
    site.sign_in()
    site.refusal()
    site.store.take()
    site.moment += 2 * HOUR
    assert site.sign()


def test_an_empty_log_prunes_nothing_and_signs(sqlite_app: Flask, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        site = Site(sqlite_app, patch, tmp_path, RETENTION)
        assert (site.prune(), site.sign(), site.prune()) == (0, True, 0)


@pytest.mark.parametrize(("age", "gone"), [(20, 0), (30, 1)])
def test_one_entry_is_enough_to_tell_the_time(
    sqlite_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age: int, gone: int
) -> None:
    site = Site(sqlite_app, monkeypatch, tmp_path, 25 * DAY)
    site.sign_in()
    site.moment += age * DAY
    assert site.prune() == gone


def test_one_entry_that_is_older_is_not(
    sqlite_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(sqlite_app, monkeypatch, tmp_path, 25 * DAY)
    site.sign_in()
    site.moment += 32 * DAY
    site.rests()


def test_old_entries_and_a_new_one_may_be_a_jump_however_few_would_go(
    sqlite_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(sqlite_app, monkeypatch, tmp_path, RETENTION)
    site.sign_in()
    site.moment += 400 * DAY
    site.sign_in()
    assert "nothing is known" in site.rests()
