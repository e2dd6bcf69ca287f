"""Equalities are read along their index, in the order of time, and nothing is ever sorted."""

from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select

from dashboard.query.compile import compile_selection
from dashboard.query.keyset import Keyset
from dashboard.query.pages import END, Pages, cursor
from dashboard.query.selection import read_selection
from dashboard.stream.recorder import name_ref
from models import LoginLog, db
from models.base import is_sqlite
from tests.dashboard.book import NOW, SESSION, store, various

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
POSITIONS = [{}, {"after": cursor((NOW, 5))}, {"before": cursor((NOW, 5))}, {"before": END}]


@pytest.fixture
def plans(app):
    """Read a page and return what the database says of how it reads each statement."""
    store(various())
    connection, sent = db.session().connection(), []
    event.listen(connection, "before_cursor_execute", lambda *call: sent.append(call[2:4]))

    def read(asked, **cursors):
        keyset = Keyset(select(LoginLog.__table__), branches(asked))
        sent.clear()
        Pages(db.session(), keyset, 5).read(**cursors)
        explain = "EXPLAIN QUERY PLAN " if is_sqlite(db.engine.url) else "EXPLAIN "
        return [str(connection.exec_driver_sql(explain + sql, values).all()) for sql, values in list(sent)]

    return read


def branches(asked):
    return compile_selection(read_selection(asked, ZoneInfo("UTC"), NOW), name_ref)


@pytest.mark.parametrize("cursors", POSITIONS, ids=str)
@pytest.mark.parametrize("period", PERIODS, ids=["all time", "a period"])
@pytest.mark.parametrize("q", SERVED)
def test_an_equality_is_served_by_its_index(plans, q, period, cursors):
    told = plans({"q": q, **period}, **cursors)
    assert {index for index in SERVED[q] for plan in told if index in plan} == SERVED[q]
    for plan in told:
        assert any(index in plan for index in SERVED[q])
        assert "filesort" not in plan
        assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize("q", ["agent:nope", "-action:login", "user:alice -action:login", "-ip:10.0.0.0/8"])
def test_whatever_must_be_looked_for_is_looked_for_in_order(plans, q):
    told = plans({"q": q})
    assert told
    for plan in told:
        assert "_time" in plan
        assert "filesort" not in plan
        assert "TEMP B-TREE" not in plan
