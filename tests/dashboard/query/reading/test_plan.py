"""Equalities are read along their index, in the order of time, and nothing is ever sorted."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select

from dashboard.log.recorder import name_refs
from dashboard.query.language.compile import compile_selection
from dashboard.query.language.selection import read_selection
from dashboard.query.reading.keyset import Keyset
from dashboard.query.reading.pages import LAST_PAGE, Pages, cursor
from models import LoginLog, db
from models.database.base import is_sqlite
from tests.support.book import NOW, SESSION, entry, store, various

SERVED = {
    "": {"ix_login_log_time"},
    "user:alice": {"ix_login_log_username_key_time", "ix_login_log_name_ref_time"},
    "ip:10.0.0.7": {"ix_login_log_ip_time"},
    f"session:{SESSION}": {"ix_login_log_session_ref_time"},
    "action:login": {"ix_login_log_action_time"},
    "outcome:failure": {"ix_login_log_outcome_time"},
    "-outcome:success": {"ix_login_log_outcome_time"},
    "reason:invalid_password": {"ix_login_log_reason_time"},
    "action:login outcome:failure": {"ix_login_log_action_outcome_time"},
}
PERIODS = [{}, {"from": "2026-11-01", "to": "2026-11-22"}]
POSITIONS = [{}, {"after": cursor((NOW, 5))}, {"before": cursor((NOW, 5))}, {"before": LAST_PAGE}]


@pytest.fixture
def plans(app):
    """Read a page and return the lines in which the database says how it reads each statement."""
    store(various())
    connection, sent = db.session().connection(), []
    event.listen(connection, "before_cursor_execute", lambda *call: sent.append(call[2:4]))

    def read(asked, **cursors):
        keyset = Keyset(select(LoginLog.__table__), branches(asked))
        sent.clear()
        Pages(db.session(), keyset, 5).read(**cursors)
        explain = "EXPLAIN QUERY PLAN " if is_sqlite(db.engine.url) else "EXPLAIN "
        answers = [connection.exec_driver_sql(explain + sql, values) for sql, values in list(sent)]
        return [line for answer in answers for line in answer.mappings()]

    return read


def seek(line):
    """Return the index that a line of a plan reads, and what is looked up in it to begin there."""
    if "detail" not in line:
        return line["key"], {"index": "nothing", "ref": "equality", "range": "time"}.get(line["type"])
    served = re.fullmatch(
        r"(?:SCAN|SEARCH) login_log USING (?:COVERING )?INDEX (\w+)(?: \((.+)\))?", line["detail"]
    )
    assert served, line["detail"]
    index, bounds = served.groups(default="")
    return index, "time" if re.search("occurred_at[<>]", bounds) else "equality" if bounds else "nothing"


def branches(asked):
    return compile_selection(read_selection(asked, ZoneInfo("UTC"), NOW, name_refs))


@pytest.mark.parametrize("cursors", POSITIONS, ids=str)
@pytest.mark.parametrize("period", PERIODS, ids=["all time", "a period"])
@pytest.mark.parametrize("q", SERVED)
def test_an_equality_is_served_by_its_index(plans, q, period, cursors):
    told = plans({"q": q, **period}, **cursors)
    is_timed = period or cursors not in ({}, {"before": LAST_PAGE})
    sought = "time" if is_timed else "equality" if q else "nothing"
    assert {seek(line) for line in told} == {(index, sought) for index in SERVED[q]}
    assert "filesort" not in str(told)


@pytest.mark.parametrize(("few", "index"), [(8, "ix_login_log_ip_time"), (1, "ix_login_log_time")])
def test_a_network_of_few_addresses_is_read_as_so_many_equalities(plans, monkeypatch, few, index):
    monkeypatch.setattr("dashboard.query.reading.keyset.SMALL", 0)
    monkeypatch.setattr("dashboard.query.reading.keyset.FEW", few)
    told = plans({"q": "ip:10.0.0.0/24"}, after=cursor((NOW, 5)))
    assert (index, "time") in {seek(line) for line in told if "login_log" in str(line)}
    assert ("ix_login_log_time" in str(told)) is (index == "ix_login_log_time")
    assert "filesort" not in str(told)


@pytest.mark.parametrize(
    "q", ["agent:nope", "is:new-device", "-action:login", "user:alice -action:login", "-ip:10.0.0.0/8"]
)
def test_whatever_must_be_looked_for_is_looked_for_in_order(plans, q):
    told = plans({"q": q})
    assert told
    for line in told:
        index, _ = seek(line)
        assert index.endswith("_time")
    assert "filesort" not in str(told)


def test_deep_in_a_period_sqlite_reads_nothing_but_the_page(sqlite_app):
    store(entry(number, occurred_at=NOW - timedelta(minutes=number)) for number in range(1, 3_000))
    driver = db.session().connection().connection.driver_connection
    period = {"from": "2026-11-01", "to": "2026-11-22"}

    def steps(moment):
        taken = []
        driver.set_progress_handler(lambda: taken.append(1) and None, 100)
        Pages(db.session(), Keyset(select(LoginLog.__table__), branches(period)), 5).read(
            after=cursor((moment, 2**62))
        )
        driver.set_progress_handler(None, 0)
        return len(taken)

    assert all(steps(NOW - timedelta(minutes=back)) < 20 for back in (10, 2_900))  # else some 150


@pytest.mark.parametrize("period", PERIODS, ids=["all time", "a period"])
def test_an_address_is_served_by_the_index_of_its_account(alice, plans, period):
    told = plans({"q": "user:alice@example.org", **period}, after=cursor((NOW, 5)))
    served = {seek(line) for line in told if "login_log" in str(line)}
    assert served == {("ix_login_log_user_id_time", "time"), ("ix_login_log_name_ref_time", "time")}
    assert "filesort" not in str(told)
    assert "SCAN user" not in str(told)
