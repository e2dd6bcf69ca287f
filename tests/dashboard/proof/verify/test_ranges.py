"""Stretches are checked side by side, and their seams hold."""

from collections.abc import Callable

import pytest
from flask import Flask

from dashboard.proof.verify import ranges
from dashboard.proof.verify.verify import current_standing, verify
from models.database.limits import Purpose, used_for
from tests.dashboard.proof.verify.tampering import LOG, changed, fault, removed, sealed_book
from tests.support.proof import history

LAST = 12
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


@pytest.fixture(autouse=True)
def side_by_side(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Check short stretches of a book of twelve entries in several processes or threads."""
    assert sealed_book() == LAST
    monkeypatch.setattr(ranges, "RANGE_SIZE", 3)
    monkeypatch.setattr(ranges, "MIN_RANGES", 1)


def test_stretches_are_checked_side_by_side() -> None:
    counts: list[int] = []
    verify(current_standing(), history(), counts.append)
    assert counts == [3, 3, 3, 3]


@pytest.mark.parametrize("seq", [1, 3, 4, 6, 7, LAST])
@pytest.mark.parametrize(
    "harm",
    [lambda seq: removed(seq, seq), lambda seq: changed(LOG, LOG.c.seq == seq, chain=bytes(32))],
    ids=["removed", "changed"],
)
def test_the_seams_of_stretches_hold(seq: int, harm: Callable[[int], object]) -> None:
    harm(seq)
    broken = fault()
    assert broken is not None
    assert broken.seq == seq


def test_in_the_background_of_a_server_no_process_and_no_pool_is_begun(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def begun(*_: object) -> None:
        raise AssertionError("a process with threads must not fork")

    monkeypatch.setattr(ranges, "_workers", begun)
    counts: list[int] = []
    with used_for(Purpose.BACKGROUND):
        verify(current_standing(), history(), counts.append)
    assert counts == [3, 3, 3, 3]
    with pytest.raises(AssertionError, match="must not fork"):
        verify(current_standing(), history(), counts.append)
