"""How far an export has come, and its cancellation."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from dashboard.export import abandoned, progress
from dashboard.export.progress import Cancelled, JobProgress
from dashboard.log.sealer import seal_all
from models import ExportJob, ExportState, LoginLog, Role, User, db, write_transaction
from models.clock import now
from tests.support.actions import AuthActions, entries, make_user


def running(user_id: int = 7) -> JobProgress:
    """Begin an export and return its progress, ready to note."""
    export_id = uuid4()
    write_transaction(lambda session: progress.begin_job(session, export_id, user_id))
    return JobProgress(export_id)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "NOTE_EVERY", 0)


def stored(job: JobProgress) -> ExportJob:
    return db.session.scalars(select(ExportJob).where(ExportJob.export_id == job.export_id)).one()


def test_it_notes_rows_and_how_far_back_it_is(app: Flask) -> None:
    job, reached = running(), now()
    job.note(8_500, reached)
    assert (stored(job).rows, stored(job).reached, stored(job).state) == (8_500, reached, "running")


def test_a_cancelled_export_stops_at_its_next_note(app: Flask) -> None:
    job = running()
    progress.cancel(job.export_id, 7)
    with pytest.raises(Cancelled):
        job.note(1, now())
    with pytest.raises(Cancelled):
        write_transaction(lambda session: job.end(session, ExportState.DONE, 1))
    write_transaction(lambda session: job.end(session, ExportState.ABORTED, 1))
    assert stored(job).state == ExportState.CANCELLED


def test_an_export_whose_process_died_is_ended_for_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user("audrey", Role.AUDITOR)
    job = running(user.id)
    job.note(500, now())
    assert abandoned.end_abandoned() == 0
    later = now() + 2 * abandoned.ABANDONED_AFTER
    monkeypatch.setattr(abandoned, "now", lambda: later)
    assert (abandoned.end_abandoned(), abandoned.end_abandoned()) == (1, 0)
    assert stored(job).state == ExportState.ABORTED
    (entry,) = entries()
    assert (entry.action, entry.outcome, entry.reason) == ("log_export", "failure", "aborted")
    assert (entry.username, json.loads(entry.detail or "")["rows"]) == ("audrey", 500)


def test_an_export_that_ended_long_ago_is_forgotten(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    job = running()
    write_transaction(lambda session: job.end(session, ExportState.DONE, 1))
    assert stored(running()).rows == 0
    assert stored(job).state == ExportState.DONE
    monkeypatch.setattr(progress, "KEEP_JOBS", timedelta(0))
    other = running()
    assert [one.export_id for one in db.session.scalars(select(ExportJob))] == [other.export_id]


def test_nobody_cancels_or_sees_another_s_export(app: Flask) -> None:
    job = running(7)
    progress.cancel(job.export_id, 8)
    assert progress.find(job.export_id, 8) is None
    assert stored(job).state == ExportState.RUNNING


def order(client: FlaskClient, **fields: str):  # type: ignore[no-untyped-def]
    token = AuthActions(client).token("/account")
    return client.post("/admin/logins/export", data={"format": "csv", "csrf_token": token, **fields})


def test_the_owner_is_told_that_it_is_done(client: FlaskClient, auditor: User) -> None:
    seal_all()
    export_id = str(uuid4())
    assert order(client, export_id=export_id).data
    told = client.get(f"/admin/logins/export/{export_id}").json
    assert (told["export_id"], told["state"], told["rows"]) == (export_id, "done", 1)


def test_an_id_serves_once(client: FlaskClient, auditor: User) -> None:
    export_id = str(uuid4())
    assert order(client, export_id=export_id).data
    assert order(client, export_id=export_id).status_code == 400
    actions = db.session.scalars(select(LoginLog.action)).all()
    assert actions.count("log_export") == 2


def test_a_cancelled_transfer_breaks_off(client: FlaskClient, auditor: User) -> None:
    export_id = str(uuid4())
    token = AuthActions(client).token("/account")
    seal_all()
    answer = client.post(
        "/admin/logins/export", data={"csrf_token": token, "export_id": export_id}, buffered=False
    )
    told = client.post(f"/admin/logins/export/{export_id}", data={"csrf_token": token}).json
    assert told["state"] == "cancelled"
    with pytest.raises(Cancelled):
        b"".join(answer.response)
    answer.close()


@pytest.mark.parametrize(("role", "status"), [(Role.USER, 403), (Role.VIEWER, 403), (Role.AUDITOR, 404)])
def test_only_auditors_ask_and_only_for_their_own(client: FlaskClient, role: Role, status: int) -> None:
    make_user("vera", role)
    AuthActions(client).login("vera")
    assert client.get(f"/admin/logins/export/{uuid4()}").status_code == status
