"""What tests of exports share."""

import pytest

from dashboard.export.pipeline import rows
from dashboard.log.sealer import seal_all
from tests.support.book import entry, store


@pytest.fixture
def small_book(app, monkeypatch):
    """A book of ten sealed entries and one that is not, exported three at a time."""
    monkeypatch.setattr(rows.Rows.chunks, "__defaults__", (3, 3))
    store(entry(number) for number in range(1, 11))
    seal_all()
    store([entry(11)])
