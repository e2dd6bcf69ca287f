"""Where the stream stands."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from dashboard.log.head import LIVE_REACH, read_head, sealed_after
from dashboard.log.sealer import seal_all
from models import StreamHead, db, write_transaction
from tests.support.book import entry, store


@pytest.mark.parametrize(
    ("seq", "pruned", "floor"),
    [(0, 0, 0), (5, 0, 0), (5, 3, 3), (LIVE_REACH + 7, 0, 7), (LIVE_REACH + 7, 9, 9)],
)
def test_a_viewer_may_start_a_while_back_but_not_before_what_is_gone(
    app: Flask, seq: int, pruned: int, floor: int
) -> None:
    write_transaction(lambda session: session.execute(update(StreamHead).values(seq=seq, pruned=pruned)))
    head = read_head(db.session())
    assert (head.seq, head.floor) == (seq, floor)
    assert head.epoch == db.session.scalar(select(StreamHead.epoch))


@pytest.mark.parametrize(
    ("cursor", "head", "limit", "numbers"),
    [(0, 5, 9, [1, 2, 3, 4, 5]), (2, 4, 9, [3, 4]), (0, 5, 2, [1, 2]), (5, 5, 9, []), (9, 5, 9, [])],
)
def test_a_stretch_comes_in_order_up_to_the_head(
    app: Flask, cursor: int, head: int, limit: int, numbers: list[int]
) -> None:
    store(entry(number) for number in range(8))
    seal_all()
    assert [row.seq for row in sealed_after(db.session(), cursor, head, limit)] == numbers


def test_what_is_not_sealed_is_not_there(app: Flask) -> None:
    store([entry(1)])
    assert sealed_after(db.session(), 0, 9, 9) == []
