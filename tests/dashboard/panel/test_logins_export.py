"""The book's pages, as a browser sees them."""

import csv
import io
import re
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from sqlalchemy import update

from dashboard.log.sealer import seal_all
from models import NotWritten, UserSession, write_transaction
from tests.support.actions import AuthActions, entries
from tests.support.book import NOW, store, various

LIST, EXPORT = "/admin/logins/", "/admin/logins/export"


@pytest.fixture
def export(client, auditor):
    token = AuthActions(client).token("/account")
    return lambda **form: client.post(EXPORT, data={"csrf_token": token, **form})


def test_the_export_holds_what_is_listed(export):
    store(various())
    sealed = seal_all()
    answer = export(q="user:alice outcome:failure", export_id=str(UUID(int=5)))
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert answer.headers["X-Gatehouse-Export-Id"] == str(UUID(int=5))
    assert answer.headers["X-Gatehouse-Last-Seq"] == str(sealed)
    assert "Content-Length" not in answer.headers
    assert re.fullmatch(
        r"attachment; filename=gatehouse-logins-\d{8}T\d{6}Z\.csv", answer.headers["Content-Disposition"]
    )
    found = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [UUID(row["event_id"]).int for row in found] == [6, 2]
    assert [row["username"] for row in found] == ["a***", "ALICE"]


@pytest.mark.parametrize(("name", "sign"), [(",", ","), (";", ";"), ("tab", "\t"), ("\t", "\t")])
@pytest.mark.parametrize("form", ["csv", "excel"])
def test_cells_stand_between_what_was_chosen(export, form, name, sign):
    store(various())
    seal_all()
    text = export(q="user:alice outcome:failure", format=form, delimiter=name, tz="Asia/Shanghai").text
    assert text.startswith("\ufeff") == (form == "excel")
    found = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=sign))
    assert [row["username"] for row in found] == ["a***", "ALICE"]
    assert {row["occurred_at"][-6:] for row in found} == {"+08:00" if form == "excel" else "+00:00"}


@pytest.mark.parametrize("over", ["ended", "signed out"])
def test_an_export_whose_session_is_over_leads_to_the_sign_in_page_and_back_to_the_list(
    client, auditor, over
):
    token = AuthActions(client).token("/account")
    if over == "ended":
        write_transaction(lambda session: session.execute(update(UserSession).values(revoked_at=NOW)))
    else:
        AuthActions(client).logout()
    asked = {"q": "user:张伟 outcome:failure", "from": "2026-11-01", "tz": "Asia/Shanghai"}
    answer = client.post(EXPORT, data={"csrf_token": token, "format": "csv", **asked})
    assert answer.status_code == 303
    (back,) = parse_qs(urlsplit(answer.location).query)["next"]
    assert (urlsplit(answer.location).path, urlsplit(back).path) == ("/login", LIST)
    assert {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()} == asked
    assert AuthActions(client).login("audrey", next=back).location == back
    assert client.get(back).status_code == 200
    assert not [row for row in entries() if row.action == "log_export"]


def test_an_export_names_its_visitor_and_session(export):
    export(format="jsonl").close()
    start, end = [row for row in entries() if row.action == "log_export"]
    assert start.username == end.username == "audrey"
    assert start.session_ref == end.session_ref is not None
    assert start.ip == "127.0.0.1"


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"format": "xlsx"}, "not a format"),
        ({"export_id": "7"}, "not a UUID"),
        ({"delimiter": "|"}, "not a delimiter"),
        ({"format": "ocsf", "delimiter": "|"}, "not a delimiter"),
        ({"q": "nope:1"}, "no filter"),
        ({"from": "soon"}, "not a day"),
        ({"tz": "Nowhere"}, "not a time zone"),
    ],
)
def test_a_bad_order_is_refused(export, form, message):
    answer = export(**form)
    assert answer.status_code == 400
    assert message in answer.text
    assert not [row for row in entries() if row.action == "log_export"]


def test_no_export_without_its_entry(export, monkeypatch):
    def refuse(*_, **__):
        raise NotWritten("read-only")

    monkeypatch.setattr("dashboard.export.job.write_transaction", refuse)
    assert export().status_code == 503


def test_no_export_without_a_token(client, auditor):
    assert client.post(EXPORT).status_code == 400


def test_an_export_is_no_link(client, auditor):
    assert client.get(EXPORT).status_code in (404, 405)
