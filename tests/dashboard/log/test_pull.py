"""A viewer's pull: what it may ask and what it gets."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from dashboard.export.fields import as_fields
from dashboard.log import wire
from dashboard.log.pull import MAX_LIMIT, BadSince, Since, answer
from dashboard.log.recent_entries import RecentEntries
from dashboard.log.sealer import seal_all
from models import StreamHead, write_transaction
from tests.support.actions import entries
from tests.support.book import entry, store

GOOD = {"epoch": "e", "cursor": 0, "limit": 1}


@pytest.mark.parametrize(
    "data", [GOOD, GOOD | {"cursor": 2**63 - 1}, GOOD | {"limit": MAX_LIMIT}, GOOD | {"more": "ignored"}]
)
def test_a_good_pull_is_understood(data: dict[str, Any]) -> None:
    assert Since.parse(data) == Since(data["epoch"], data["cursor"], data["limit"])


@pytest.mark.parametrize(
    ("code", "data"),
    [
        *(("invalid_request", data) for data in (None, [], "since", 5, True, b"", [GOOD])),
        *(("invalid_epoch", GOOD | {"epoch": bad}) for bad in (None, 5, "e" * 65, [], b"e", True)),
        *(("invalid_cursor", GOOD | {"cursor": bad}) for bad in (None, -1, 1.5, "1", 2**63, True, [], 1e3)),
        *(("invalid_limit", GOOD | {"limit": bad}) for bad in (None, 0, -1, 501, 10**9, "9", 1.0, True, {})),
        ("invalid_epoch", {}),
        ("invalid_cursor", {"epoch": "e"}),
        ("invalid_limit", {"epoch": "e", "cursor": 0}),
    ],
)
def test_a_bad_pull_is_refused_by_field(code: str, data: Any) -> None:
    with pytest.raises(BadSince) as refused:
        Since.parse(data)
    assert refused.value.code == code
    assert refused.value.message


@pytest.fixture
def recent(app: Flask) -> Iterator[RecentEntries]:
    """The recent entries of a stream of five sealed entries and one that is not."""
    store(entry(number) for number in range(5))
    seal_all()
    store([entry(9)])
    yield RecentEntries(lambda row: wire.encoded(as_fields(row)))


def pull(recent: RecentEntries, cursor: int, limit: int = 500, epoch: str | None = None) -> dict[str, Any]:
    """Ask, and return the answer as it arrives."""
    epoch = recent.head().epoch if epoch is None else epoch
    received: dict[str, Any] = wire.loads(wire.dumps(answer(Since(epoch, cursor, limit), recent)))
    return received


def seqs(answered: dict[str, Any]) -> list[int]:
    """Return the numbers of the entries in an answer."""
    return [received["seq"] for received in answered["entries"]]


@pytest.mark.parametrize(
    ("cursor", "limit", "numbers"), [(0, 500, [1, 2, 3, 4, 5]), (0, 2, [1, 2]), (3, 2, [4, 5]), (5, 9, [])]
)
def test_a_pull_gets_what_follows_its_cursor(
    recent: RecentEntries, cursor: int, limit: int, numbers: list[int]
) -> None:
    answered = pull(recent, cursor, limit)
    assert seqs(answered) == numbers
    assert (answered["head"], answered["floor"], "reset" in answered) == (5, 0, False)


def test_entries_have_the_fields_of_an_export_row(recent: RecentEntries) -> None:
    (received,) = pull(recent, 4)["entries"]
    assert received == as_fields(entries()[4])


@pytest.mark.parametrize(("cursor", "epoch"), [(0, "another"), (6, None), (2**62, None), (0, "")])
def test_a_viewer_of_another_stream_starts_over(
    recent: RecentEntries, cursor: int, epoch: str | None
) -> None:
    head = recent.head()
    answered = pull(recent, cursor, epoch=epoch)
    assert answered == {"reset": True, "epoch": head.epoch, "head": 5, "floor": 0}


def test_a_viewer_who_was_away_too_long_starts_over(recent: RecentEntries) -> None:
    write_transaction(lambda session: session.execute(update(StreamHead).values(pruned=3)))
    assert pull(recent, 2) == {"reset": True, "epoch": recent.head().epoch, "head": 5, "floor": 3}
    assert seqs(pull(recent, 3)) == [4, 5]


def test_a_viewer_who_knows_more_than_this_process_is_believed(recent: RecentEntries) -> None:
    assert pull(recent, 5)["entries"] == []
    seal_all()
    assert seqs(pull(recent, 5)) == [6]
    assert pull(recent, 6)["head"] == 6


def test_pulling_again_and_again_gets_each_entry_once(recent: RecentEntries) -> None:
    cursor, seen = 0, []
    while received := seqs(pull(recent, cursor, 2)):
        seen += received
        cursor = received[-1]
    assert seen == [1, 2, 3, 4, 5]
