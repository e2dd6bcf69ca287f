"""What happens in a seeded past."""

from collections import Counter

import pytest
from flask import Flask

from dashboard.cli.seeding.rows import COMMON, SeedEntry
from dashboard.log.recorder import name_ref
from tests.dashboard.cli.seeding.past import PLAN, past, people
from tests.support.app import running


@pytest.fixture(scope="module")
def entries(sqlite_template: object) -> list[SeedEntry]:
    """A past of 3,000 entries."""
    with running(f"sqlite:///{sqlite_template}"):
        return past()


def column(entry: SeedEntry, name: str) -> object:
    return entry.common[COMMON.index(name)]


def test_the_same_seed_gives_the_same_entries(entries: list[SeedEntry], app: Flask) -> None:
    assert past() == entries
    assert past(2) != entries


def test_no_two_entries_share_an_id(entries: list[SeedEntry]) -> None:
    assert (
        len({entry.event_id for entry in entries})
        == len({entry.place_nonce for entry in entries})
        == PLAN.rows
    )


def test_ids_follow_time(entries: list[SeedEntry]) -> None:
    assert [entry.event_id[:6] for entry in entries] == sorted(entry.event_id[:6] for entry in entries)


def test_most_sign_ins_succeed_and_failures_have_reasons(entries: list[SeedEntry]) -> None:
    outcomes = Counter(column(entry, "outcome") for entry in entries)
    assert 0.75 < outcomes["success"] / PLAN.rows < 0.95
    assert all(column(entry, "reason") for entry in entries if column(entry, "outcome") == "failure")
    reasons = {column(entry, "reason") for entry in entries}
    assert {
        "invalid_password",
        "unknown_user",
        "rate_limited",
        "user_initiated",
        "username_in_use",
    } <= reasons


def test_a_sign_out_ends_a_session_that_began(entries: list[SeedEntry]) -> None:
    begun: dict[bytes | None, object] = {}
    for entry in entries:
        if column(entry, "action") == "login" and entry.session_ref:
            begun[entry.session_ref] = column(entry, "user_id")
        if column(entry, "action") == "logout":
            assert begun.pop(entry.session_ref) == column(entry, "user_id")


def test_an_unknown_name_is_masked_but_can_be_found(entries: list[SeedEntry], app: Flask) -> None:
    unknown = [entry for entry in entries if column(entry, "user_id") is None]
    assert unknown
    assert all(str(column(entry, "username")).endswith("***") for entry in unknown)
    assert all(column(entry, "username_key") is None for entry in unknown)
    assert name_ref("admin") in {column(entry, "name_ref") for entry in unknown}


def test_nobody_does_anything_before_joining(entries: list[SeedEntry]) -> None:
    late = people()[-1]
    own = [entry for entry in entries if column(entry, "user_id") == late.who[0]]
    assert [column(entry, "action") for entry in own][:2] == ["register", "login"]


def test_staff_exports_and_manages(entries: list[SeedEntry]) -> None:
    actions = Counter(column(entry, "action") for entry in entries)
    assert actions["log_export"] >= 2
    managed = [entry for entry in entries if str(column(entry, "action")).startswith("account_")]
    assert all(column(entry, "actor_name") for entry in managed)


def test_some_people_sign_in_much_more_often_than_others(entries: list[SeedEntry]) -> None:
    [(_, most), *_, (_, least)] = Counter(column(entry, "user_id") for entry in entries).most_common()
    assert most > 3 * least


def test_a_sign_in_from_another_place_is_new_once_and_the_first_never(entries: list[SeedEntry]) -> None:
    known: dict[object, set[object]] = {}
    for entry in entries:
        if entry.common[:2] != ("login", "success"):
            assert entry.new_device is None
            continue
        place = tuple(column(entry, name) for name in ("ip", "user_agent"))
        places = known.setdefault(column(entry, "user_id"), {place})
        assert entry.new_device == (place not in places)
        places.add(place)
    assert 10 < sum(entry.new_device or 0 for entry in entries) < PLAN.rows / 5
