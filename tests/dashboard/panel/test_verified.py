"""The foot of each page and the overview say how far the log is verified, and when it no longer is."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard.background import schedule
from dashboard.background.thread_state import Health, ThreadState
from dashboard.log.sealer import seal_all
from dashboard.proof import upkeep
from dashboard.proof.checkpoint.store import Store
from dashboard.proof.upkeep import PROVING, keep_checkpoints
from models import Role, User, db
from tests.proof import forge
from tests.proof.site import open_site
from tests.support.actions import AuthActions, make_user
from tests.support.book import entry, store
from tests.support.waiting import wait_until

PAGES = ("/admin/", "/admin/logins/", "/admin/live/", "/admin/users/")


def foot(client: FlaskClient, path: str = "/admin/") -> str:
    """Return what the foot of a page says."""
    found = re.search(r'<footer class="record.*?</footer>', client.get(path).text, re.S)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


@pytest.fixture
def checkpoints(app: Flask) -> Store:
    """The folder of the log's checkpoints."""
    return Store.of(app.config["SETTINGS"])


@pytest.mark.parametrize("path", PAGES)
def test_before_the_first_look_nothing_is_claimed(auditor: User, client: FlaskClient, path: str) -> None:
    assert foot(client, path) == "Not verified yet"
    assert "No checkpoint yet" in client.get("/admin/").text


@pytest.mark.parametrize("path", PAGES)
def test_each_page_says_how_far_the_newest_checkpoint_came(
    auditor: User, client: FlaskClient, checkpoints: Store, path: str
) -> None:
    store([entry(number) for number in range(1, 1200)])
    seal_all()
    keep_checkpoints(checkpoints)

    store([entry(2000)])
    seal_all()

    assert foot(client, path) == "Verified to entry 1,200 now"  # with that of signing in


def test_the_overview_tells_the_key_and_the_root(
    auditor: User, client: FlaskClient, checkpoints: Store
) -> None:
    seal_all()
    keep_checkpoints(checkpoints)

    taken = checkpoints.clock().history.last
    assert taken and taken.frontier
    page = client.get("/admin/").text
    assert taken.signers[-1] in page
    assert taken.frontier.root().hex() in page


def test_a_look_that_signs_nothing_knows_the_newest_too(
    auditor: User, client: FlaskClient, checkpoints: Store
) -> None:
    seal_all()
    checkpoints.take()  # by another process

    keep_checkpoints(checkpoints)

    assert foot(client) == "Verified to entry 1 now"


@pytest.mark.parametrize("task", PROVING)
@pytest.mark.parametrize("condition", [Health.FAILING, Health.STUCK, Health.DEAD])
def test_what_cannot_be_verified_now_is_not_called_verified(
    auditor: User, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, task: str, condition: Health
) -> None:
    monkeypatch.setattr(upkeep, "states", lambda _: [ThreadState(task, condition)])

    assert foot(client) == "The log is not verified"
    assert "<code>manage.py verify</code>" in client.get("/admin/").text


def test_a_server_has_these_tasks(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_site(sqlite_url, tmp_path, monkeypatch) as site:
        assert {state.name for state in schedule.states(site.app)} >= set(PROVING)


def test_a_forged_log_is_told_by_a_running_server(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_site(sqlite_url, tmp_path, monkeypatch) as site:
        make_user("audrey", Role.AUDITOR)
        client = site.app.test_client()
        AuthActions(client).login("audrey")
        wait_until(lambda: foot(client).startswith("Verified to entry"), "it is verified")

        with site.resting():
            site.sign_ins(3)
            with db.engine.begin() as connection:
                forge.change(connection, 3, action="logout")

        wait_until(lambda: foot(client) == "The log is not verified", "it is told")
