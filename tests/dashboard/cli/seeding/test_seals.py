"""Seals made in batches."""

from flask import Flask

from dashboard.cli.seeding.seals import batches, sealed
from tests.dashboard.cli.seeding.past import past

BEFORE = (1041, 41, bytes(32))
KEY = b"k" * 32


def test_batches_are_one_chain(app: Flask) -> None:
    entries = past()[:250]
    whole = sealed(entries, BEFORE, KEY)
    parts = list(batches(entries, 100, BEFORE, KEY))
    assert [len(part.entries) for part in parts] == [100, 100, 50]
    assert [seal for part in parts for seal in part.seals] == whole.seals
    assert sum((part.totals for part in parts), parts[0].totals - parts[0].totals) == whole.totals
    assert [seal[:2] for seal in whole.seals] == [(1000 + seq, seq) for seq in range(42, 292)]


def test_a_batch_is_sealed_again_only_when_the_head_has_moved(app: Flask) -> None:
    batch = sealed(past()[:10], BEFORE, KEY)
    assert batch.after(BEFORE, KEY) is batch
    moved = batch.after((1042, 42, b"x" * 32), KEY)
    assert moved.entries == batch.entries
    assert moved.seals != batch.seals
    assert moved.last[:2] == (1052, 52)
