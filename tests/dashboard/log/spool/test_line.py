"""A line says of which log it is: it enters that log, whatever its file is called, and no other."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from dashboard.log.spool import file
from dashboard.log.spool.line import BadLine, parsed
from tests.dashboard.log.spool.spools import (
    HERE,
    MOMENT,
    OURS,
    THEIRS,
    THERE,
    columns,
    numbers,
    opened,
    taken,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the spool is; its folder does not exist yet."""
    return tmp_path / "instance" / "spool-1.jsonl"


def test_a_line_enters_under_any_name_of_the_file(path: Path) -> None:
    opened(path, OURS).append(columns(1))
    path.rename(path.with_name("spool-of-old.jsonl"))
    later = opened(path, OURS, THERE)
    later.append(columns(2))
    assert sorted(map(str, numbers(later))) == ["1", "2"]
    assert list(path.parent.glob("*.jsonl")) == []


def test_other_folders_are_looked_at_too(path: Path, tmp_path: Path) -> None:
    opened(path, OURS).append(columns(1))
    moved = opened(tmp_path / "elsewhere" / "attempts.jsonl", OURS, folders=[path.parent])
    assert numbers(moved) == [1]


def test_any_file_that_begins_as_a_spool_is_one(path: Path) -> None:
    opened(path.with_name("attempts.jsonl"), OURS).append(columns(1))
    (path.parent / "export.jsonl").write_text('{"seq": 1}\n')
    assert numbers(opened(path, OURS)) == [1]
    assert (path.parent / "export.jsonl").read_text() == '{"seq": 1}\n'


def test_lines_of_another_log_stay_and_are_told_once(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    opened(path, THEIRS, THERE).append(columns(1))
    ours = opened(path, OURS)
    ours.append(columns(2))
    assert [numbers(ours), numbers(ours), ours.is_empty()] == [[2], [], True]
    ours.append(columns(3))
    assert numbers(ours) == [3]
    assert caplog.text.count("1 attempts of another log stay there") == 1
    assert ours.stuck() == {path: 1}
    assert numbers(opened(path, THEIRS, THERE)) == [1]


def test_the_origin_is_known_to_a_process_that_begins_during_an_outage(path: Path) -> None:
    opened(path, OURS)
    opened(path).append(columns(1))
    assert json.loads(path.read_text())["origin"] == OURS
    assert numbers(opened(path, OURS, THERE)) == [1]


def test_two_sites_that_share_a_folder_keep_their_own(path: Path) -> None:
    opened(path, OURS)
    opened(path, THEIRS, THERE)  # even one file
    opened(path).append(columns(1))
    opened(path, None, THERE).append(columns(2))
    assert numbers(opened(path, OURS)) == [1]
    assert numbers(opened(path, THEIRS, THERE)) == [2]


def test_before_the_database_was_ever_heard_its_address_tells(path: Path) -> None:
    opened(path).append(columns(1))
    assert (numbers(opened(path, THEIRS, THERE)), numbers(opened(path, OURS))) == ([], [1])


def test_a_line_that_does_not_say_whose_it_is_stays(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps(columns(1), default=str) + "\n")
    spool = opened(path, OURS)
    assert (numbers(spool), spool.stuck()) == ([], {path: 1})


def test_no_text_of_a_visitor_makes_a_line_another_s(path: Path) -> None:
    opened(path, THEIRS).append(columns(1, user_agent=f'\n{{"origin": "{OURS}", "database": "'))
    assert numbers(opened(path, OURS)) == []


@pytest.mark.parametrize("disguise", ["link", "stranger"])
def test_a_file_of_a_stranger_is_no_spool(path: Path, monkeypatch: pytest.MonkeyPatch, disguise: str) -> None:
    opened(path.with_name("attempts"), OURS).append(columns(1))
    if disguise == "link":
        path.symlink_to(path.with_name("attempts"))
    else:
        path.with_name("attempts").rename(path)
        monkeypatch.setattr(file, "_owners", lambda _: {path.stat().st_uid + 1})
    assert opened(path.with_name("spool-2.jsonl"), OURS).files() == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"nonsense": 1}, "unknown fields: nonsense"),
        ({"seq": 7}, "unknown fields: seq"),
        ({"event_id": "x"}, "its event_id cannot be read"),
        ({"occurred_at": 5}, "its occurred_at cannot be read"),
        ({"username": 5}, "its username cannot be read"),
        ({"ip": "300.1.1.1"}, "its ip cannot be read"),
        ({"action": ...}, "it lacks action"),
        ({"person_nonce": ...}, "it lacks person_nonce"),
        ({"new_device": 1}, "its new_device cannot be read"),
    ],
)
def test_a_whole_line_that_cannot_enter_stays_and_is_told(
    path: Path, caplog: pytest.LogCaptureFixture, change: dict[str, object], why: str
) -> None:
    spool = opened(path, OURS)
    spool.append(columns(1))
    line = json.loads(path.read_text()) | change
    path.write_text(json.dumps({name: value for name, value in line.items() if value is not ...}) + "\n")
    spool.append(columns(2))
    assert [numbers(spool), numbers(spool), spool.is_empty()] == [[2], [], True]
    assert why in caplog.text
    assert spool.stuck() == {path: 1}


def test_an_attempt_that_the_database_will_never_take_holds_up_no_other(path: Path) -> None:
    spool, seen = opened(path, OURS), list[object]()
    for number in (1, 2, 3):
        spool.append(columns(number))

    def take(entry: dict[str, Any]) -> None:
        if entry["asn"] == 2:
            raise BadLine("too long")
        seen.append(entry["asn"])

    assert (spool.hand_over(take), seen) == (2, [1, 3])
    assert spool.waiting() == (1, MOMENT + timedelta(seconds=2))


def test_it_says_how_many_wait_and_since_when(path: Path) -> None:
    spool = opened(path, OURS)
    assert spool.waiting() == (0, None)
    for number in (3, 4, 5):
        spool.append(columns(number))
    opened(path, THEIRS, THERE).append(columns(1))
    opened(path.with_name("spool-2.jsonl"), OURS).append(columns(2))
    assert spool.waiting() == (4, MOMENT + timedelta(seconds=2))
    assert opened(path, OURS, THERE).waiting() == (4, MOMENT + timedelta(seconds=2))


def test_lines_are_plain_json(path: Path) -> None:
    kept = columns()
    opened(path, OURS).append(kept)
    line = json.loads(path.read_text())
    assert UUID(line["event_id"]) == kept["event_id"]
    assert (line["place_nonce"], line["origin"], line["database"]) == (bytes(range(16)).hex(), OURS, HERE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"place_nonce": None},
        {"person_nonce": None},
        {"action": "drop table"},
        {"outcome": "xx"},
        {"reason": "because"},
        {"user_id": 2**70},
        {"actor_id": -1},
        {"user_agent": "a" * 513},
    ],
)
def test_what_no_entry_can_hold_stays_and_holds_up_nobody(path: Path, wrong: dict[str, object]) -> None:
    spool = opened(path)
    spool.append(columns() | wrong)
    spool.append(columns(username="good"))
    assert [entry["username"] for entry in taken(spool)] == ["good"]
    assert sum(spool.stuck().values()) == 1


@pytest.mark.parametrize("whole", [b'{"a":' * 9_000 + b"1" + b"}" * 9_000, b'{"n":' + b"9" * 5_000 + b"}"])
def test_a_line_that_cannot_be_read_is_not_taken_for_half_a_line(whole: bytes) -> None:
    with pytest.raises(BadLine):
        parsed(whole)
