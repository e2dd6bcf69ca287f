"""How many exports a person, and a worker, may have under way."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from dashboard.export import quota
from models import ExportJob, Role, User, db, write_transaction
from models.clock import now
from tests.support.actions import AuthActions, entries, make_user

EXPORT = "/admin/logins/export"
Begin = Callable[..., TestResponse]


@pytest.fixture
def begin(app: Flask) -> Iterator[Begin]:
    """A way for an auditor to begin an export that nobody reads yet."""
    browsers: dict[str, AuthActions] = {}
    with ExitStack() as stack:

        def begun(name: str = "audrey", **form: str) -> TestResponse:
            if name not in browsers:
                make_user(name, Role.AUDITOR)
                browsers[name] = AuthActions(app.test_client())
                browsers[name].login(name)
            token = browsers[name].token("/admin/logins/")
            answer = browsers[name].client.post(EXPORT, data={"csrf_token": token, **form}, buffered=False)
            stack.callback(answer.close)
            return answer

        yield begun


def started() -> int:
    return len([row for row in entries() if row.action == "log_export" and '"start"' in (row.detail or "")])


def test_a_person_has_two_and_is_told_the_way_on(begin: Begin) -> None:
    assert [begin().status_code for _ in range(quota.EXPORTS_PER_PERSON)] == [200, 200]
    refused = begin()
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, str(quota.EXPORT_RETRY))
    assert "Wait until one has ended, or cancel it" in refused.text
    assert started() == quota.EXPORTS_PER_PERSON
    assert begin("walter").status_code == 200


def test_a_place_is_free_again_once_the_export_ends(begin: Begin) -> None:
    first, _second = begin(), begin()
    assert begin().status_code == 429
    assert first.data
    first.close()
    assert begin().status_code == 200


def test_a_worker_has_no_more_than_it_can_bear(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quota, "EXPORTS_PER_WORKER", 3)
    assert [begin(name).status_code for name in ("ann", "bea", "cyd")] == [200] * 3
    refused = begin("dora")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, str(quota.EXPORT_RETRY))
    assert "try again in a moment" in refused.text


def test_an_export_that_does_not_begin_takes_no_place(begin: Begin) -> None:
    used = str(uuid4())
    begin(export_id=used).close()
    assert [begin(export_id=used).status_code for _ in range(5)] == [400] * 5
    assert [begin(format="no").status_code for _ in range(5)] == [400] * 5
    assert begin().status_code == 200


def test_exports_of_other_workers_count_while_they_live(begin: Begin) -> None:
    begin().close()
    person = db.session.scalars(select(User.id).where(User.username == "audrey")).one()
    moment = now()

    def add(heard_of: datetime) -> None:
        times = {"started_at": heard_of, "updated_at": heard_of}
        jobs = [
            ExportJob(export_id=uuid4(), user_id=person, **times) for _ in range(quota.EXPORTS_PER_PERSON)
        ]
        write_transaction(lambda session: session.add_all(jobs))

    add(moment - quota.DEAD_AFTER * 2)
    assert begin().status_code == 200
    add(moment)
    assert begin().status_code == 429


def test_a_proxy_is_told_to_hold_nothing_back(begin: Begin) -> None:
    assert begin().headers["X-Accel-Buffering"] == "no"
