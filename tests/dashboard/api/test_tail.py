"""Entries after a cursor: each once, in order, however they are asked for."""

import json
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, event, update

from dashboard.api import tail
from dashboard.export.fields import FIELDS
from dashboard.log import head
from dashboard.log.sealer import seal_all
from dashboard.proof import erase
from models import Action, LoginLog, StreamHead, User, db, write_transaction
from tests.support.actions import AuthActions, make_user
from tests.support.book import entry, store
from tests.support.proof import signer
from tests.support.tokens import Program, make_token

QUERIES = {
    "": range(1, 10),
    "outcome:failure": (2, 3, 6, 7),
    "user:alice": (1, 2, 6),  # two columns
    "user:al*": (1, 2, 3, 4),
    "-outcome:success": (2, 3, 6, 7),
    "ip:10.0.0.0/8": (1, 2, 6),
    "user:nobody": (),
}


@pytest.fixture(params=["recent", "older"])
def reach(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Whether entries are among the recent ones, or all are read from the database."""
    if request.param == "older":
        monkeypatch.setattr(head, "LIVE_REACH", 0)
    return str(request.param)


@pytest.mark.usefixtures("reach")
@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("limit", [1, 2, 1000])
def test_each_entry_comes_once_and_in_order(program: Program, book: int, query: str, limit: int) -> None:
    assert program.all(q=query, limit=limit) == list(QUERIES[query])


@pytest.mark.usefixtures("reach")
@pytest.mark.parametrize("query", QUERIES)
def test_the_cursor_moves_over_what_does_not_match(
    program: Program, book: int, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A search that may look at two entries only, and is out of time at once, still comes to the end."""
    monkeypatch.setattr(tail, "FIRST_SEARCHED", 2)
    monkeypatch.setattr(tail, "SEARCH_SECONDS", 0)
    found, after, answers = [], 0, 0
    while after < book:
        seqs, on = program.seqs(q=query, after=after)
        assert on > after
        found, after, answers = found + seqs, on, answers + 1
    assert found == list(QUERIES[query])
    assert answers == (1 if not query else 5)


@pytest.mark.usefixtures("reach")
def test_an_entry_has_the_fields_of_an_export(program: Program, book: int, auditor: User) -> None:
    token = AuthActions(program.client).token("/account")
    form = {"format": "jsonl", "q": "user:alice", "csrf_token": token}
    with program.client.post("/admin/logins/export", data=form) as exported:
        lines = [json.loads(line) for line in exported.text.splitlines()]
    answer = program.get(q="user:alice", limit=3)
    assert tuple(answer.json["entries"][0]) == FIELDS
    assert sorted(lines, key=lambda line: line["seq"])[:3] == answer.json["entries"]
    one = program.get(f"entries/{UUID(int=1)}")
    assert one.json == next(line for line in lines if line["event_id"] == str(UUID(int=1)))


def test_a_period_has_a_zone(program: Program, book: int) -> None:
    assert program.all(**{"from": "2026-11-21", "to": "2026-11-21"}) == [9]
    assert program.all(**{"from": "2026-11-22", "tz": "Asia/Shanghai"}) == list(range(1, 9))


def test_what_is_not_sealed_is_not_there(program: Program, book: int) -> None:
    store([entry(77)])
    assert program.all() == list(range(1, 10))
    assert program.get(f"entries/{UUID(int=77)}").status_code == 404
    seal_all()
    assert program.get(f"entries/{UUID(int=77)}").json["seq"] == 10
    assert program.all(after=9) == [10, 11]  # and that the program read


def test_without_a_cursor_it_begins_with_the_oldest_there_is(program: Program, book: int) -> None:
    assert program.seqs(limit=2) == ([1, 2], 2)
    prune(4)
    assert program.seqs(limit=2) == ([5, 6], 6)


@pytest.mark.usefixtures("reach")
@pytest.mark.parametrize("query", ["", "user:alice"])
def test_a_cursor_that_leads_nowhere_is_told_with_the_way_on(program: Program, book: int, query: str) -> None:
    prune(4)
    epoch = program.get().json["epoch"]
    where = {"epoch": epoch, "head": book, "floor": 4}
    wrong: dict[str, tuple[int, dict[str, Any]]] = {
        "pruned": (410, {"after": 3}),
        "beyond-head": (409, {"after": book + 1}),
        "other-epoch": (409, {"after": 5, "epoch": "another"}),
    }
    for name, (status, asked) in wrong.items():
        answer = program.get(q=query, **asked)
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
        assert answer.json["type"] == f"urn:gatehouse:problem:{name}"
        assert where.items() <= answer.json.items()
        assert program.get(q=query, after=answer.json["floor"], epoch=answer.json["epoch"]).status_code == 200
    assert program.get(q=query, after=4, epoch=epoch).status_code == 200
    assert program.get(q=query, after=book, epoch=epoch).json["entries"] == []


@pytest.mark.usefixtures("reach")
@pytest.mark.parametrize("query", ["", "user:alice"])
def test_what_is_pruned_while_it_is_read_is_told(
    program: Program, book: int, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(head, "LIVE_REACH", 0)

    def prune_first(*of: Any) -> Any:
        monkeypatch.setattr(tail, "_search", search)
        db.session.rollback()
        prune(4)
        return search(*of)

    search = tail._search
    monkeypatch.setattr(tail, "_search", prune_first)
    assert program.get(after=1, q=query).status_code == 410


def test_an_entry_that_is_missing_is_no_gap_but_an_error(program: Program, book: int, reach: str) -> None:
    write_transaction(lambda session: session.execute(delete(LoginLog).where(LoginLog.seq == 5)))
    answer = program.get(after=1)
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert "Retry-After" in answer.headers


@pytest.mark.usefixtures("reach")
def test_whoever_is_erased_is_blank_from_then_on(app: Flask, client: FlaskClient) -> None:
    program = Program(client, make_token())
    make_user("zoe")
    AuthActions(client).login("zoe")
    seal_all()
    zoe = db.session.query(User).filter_by(username="zoe").one().id
    assert "zoe" in program.get().text
    erase.close_account(zoe)
    list(erase.blank(zoe, erase.entries_of(zoe), signer()))
    seal_all()
    body = program.get()
    assert "zoe" not in body.text
    hers = [one for one in body.json["entries"] if one["user_id"] == zoe]
    assert [(one["action"], one["username"], one["ip"]) for one in hers] == [
        (Action.LOGIN, None, None),
        (Action.ERASE, None, None),
        (Action.ERASE, None, None),
    ]


@pytest.mark.usefixtures("reach")
def test_a_row_that_somebody_changed_breaks_no_answer(program: Program, book: int) -> None:
    for detail in ("no json", '{"n":' + "9" * 400 + "}", '{"a": NaN}', "[1]", '"x"', "{" * 4000, "\x01"):
        change = update(LoginLog).where(LoginLog.seq == 5).values(detail=detail)
        write_transaction(lambda session, change=change: session.execute(change))
        program.client.application.extensions.pop("gatehouse.recent", None)
        assert json.loads(program.get(after=4, limit=1).data)["entries"][0]["seq"] == 5


@pytest.mark.parametrize("query", [query for query in QUERIES if query])
def test_a_search_reads_along_the_numbers(app: Flask, program: Program, book: int, query: str) -> None:
    """Another index has no end of a stretch: what one answer looks at would have no bound."""
    seen: list[tuple[str, Any]] = []
    event.listen(
        db.engine, "before_cursor_execute", lambda _c, _u, sql, values, *_: seen.append((sql, values))
    )
    program.get(q=query, limit=2)
    sql, values = next((sql, values) for sql, values in seen if "seq > " in sql)
    with db.engine.connect() as connection:
        plan = connection.exec_driver_sql(
            f"EXPLAIN {'QUERY PLAN ' if app.config['DATABASE_URL'].startswith('sqlite') else ''}{sql}", values
        )
        told = " ".join(map(str, plan.all()))
    assert "sqlite_autoindex_login_log_2" in told or "uq_login_log_seq" in told


def prune(last: int) -> None:
    """Take away the first entries as `prune` does, in what readers see of it."""
    write_transaction(
        lambda session: (
            session.execute(delete(LoginLog).where(LoginLog.seq <= last)),
            session.execute(update(StreamHead).values(pruned=last)),
        )
    )
