"""How many entries match, in the time there is."""

from zoneinfo import ZoneInfo

from sqlalchemy import select

from dashboard.log.recorder import name_refs
from dashboard.query.language.compile import compile_selection
from dashboard.query.language.selection import read_selection
from dashboard.query.reading import count
from dashboard.query.reading.budget import Budget
from dashboard.query.reading.keyset import Keyset
from models import LoginLog, db
from tests.support.book import NOW, entry, store


def test_a_count_stops_when_its_time_is_up(app, monkeypatch):
    monkeypatch.setattr(count, "FIRST_SLICE", 10)
    store(entry(number, browser="Firefox 140") for number in range(1, 31))
    branches = compile_selection(read_selection({"q": "agent:firefox"}, ZoneInfo("UTC"), NOW, name_refs))
    keyset = Keyset(select(LoginLog.__table__), branches)
    assert count.count(db.session(), keyset, 100, Budget(0)) == count.Count(10, is_exact=False)
    assert count.count(db.session(), keyset, 100, Budget(60)) == count.Count(30, is_exact=True)
