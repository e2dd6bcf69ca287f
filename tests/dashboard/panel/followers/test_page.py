"""The followers page tells how each follower stands; an admin pauses it and has it deliver again."""

import html
import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard.followers.follow import Consequence, begin, catch_up, consequences
from dashboard.log.sealer import seal_all
from models import Action, Role, User
from models.clock import now
from tests.dashboard.followers.notebook import Notebook, change, some_entries
from tests.support.actions import AuthActions, entries, make_user

NAME = "text-log"
ACTS = ["pause", "resume", "again"]


@pytest.fixture
def notebook(app: Flask) -> Iterator[Notebook]:
    """A follower in the place of the text log, three entries behind."""
    seal_all()
    begin(NAME, now() + timedelta(days=1))
    some_entries(3)
    notebook = Notebook()
    consequences(app)[NAME] = Consequence(NAME, notebook.deliver)
    yield notebook
    del consequences(app)[NAME]


@pytest.fixture
def act(client: FlaskClient) -> Callable[..., object]:
    """Send a form of the page as an admin."""
    make_user("root", Role.ADMIN)
    auth = AuthActions(client)
    auth.login("root")

    def send(what: str, name: str = NAME, **fields: str) -> object:
        token = auth.token("/admin/followers/")
        return client.post(f"/admin/followers/{name}/{what}", data={"csrf_token": token, **fields})

    return send


def shown(client: FlaskClient, name: str = NAME) -> str:
    page = html.unescape(client.get("/admin/followers/").text)
    found = page.partition(f'data-follower="{name}"')[2].partition("</li>")[0]
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", found))


def test_who_may_see_it(client: FlaskClient, role: Role) -> None:
    assert client.get("/admin/followers/").status_code == 302
    make_user("somebody", role)
    AuthActions(client).login("somebody")
    assert client.get("/admin/followers/").status_code == (200 if role.includes(Role.VIEWER) else 403)


@pytest.mark.parametrize("what", ACTS)
def test_who_may_act(client: FlaskClient, role: Role, notebook: Notebook, what: str) -> None:
    auth = AuthActions(client)
    data = {"csrf_token": auth.token(), "from": "1"}
    answer = client.post(f"/admin/followers/{NAME}/{what}", data=data)
    assert (answer.status_code, "/login" in answer.headers.get("Location", "")) == (303, True)
    make_user("somebody", role)
    auth.login("somebody")
    token = auth.token("/account")
    answer = client.post(f"/admin/followers/{NAME}/{what}", data={"csrf_token": token, "from": "1"})
    assert answer.status_code == (303 if role is Role.ADMIN else 403)


def test_without_its_token_nothing_happens(client: FlaskClient, act: object, notebook: Notebook) -> None:
    assert client.post(f"/admin/followers/{NAME}/pause").status_code == 400
    catch_up(Consequence(NAME, notebook.deliver))
    assert notebook.seqs == [2, 3, 4]


def test_what_is_not_set_is_offered(auditor: User, client: FlaskClient) -> None:
    text = shown(client)
    assert "Text log off" in text
    assert "Set GATEHOUSE_TEXT_LOG to turn it on." in text


def test_how_it_stands(auditor: User, client: FlaskClient, notebook: Notebook) -> None:
    assert re.search(r"Text log behind .* Behind 3 ", shown(client))
    catch_up(Consequence(NAME, notebook.deliver))
    assert re.search(r"Text log up to date .* Behind 0 Oldest waits . Passed 3 Last now", shown(client))
    assert "Deliver again" not in shown(client)  # an auditor does not act


def test_a_failure_is_told_with_its_traceback(auditor: User, client: FlaskClient, notebook: Notebook) -> None:
    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    notebook.trouble = full
    for _ in range(2):
        with pytest.raises(OSError, match="No space"):
            catch_up(Consequence(NAME, notebook.deliver))
    text = shown(client)
    assert "Text log failing" in text
    assert "2 failures in a row, the first: now" in text
    assert text.count("OSError: [Errno 28] No space left on device") == 2  # in plain sight, and in its trace
    assert "notebook.py" in text


def test_what_is_done_to_which_is_heard_too(act: Callable[..., object], client: FlaskClient) -> None:
    begin(NAME, now())
    page = html.unescape(client.get("/admin/followers/").text)
    assert 'aria-label="Pause: Text log"' in page
    assert 'aria-label="Deliver again… Text log"' in page


def test_why_it_fails_is_told_in_plain_sight_and_our_words(
    auditor: User, client: FlaskClient, notebook: Notebook
) -> None:
    change(failing_since=now(), failures=1, last_error="  File x\nDeliveryFailed: the disk is full")
    assert "1 failure: now" in (text := shown(client))
    assert " the disk is full Where it failed File x" in text


def test_what_was_missed_is_told(auditor: User, client: FlaskClient, notebook: Notebook) -> None:
    for missed, told in (
        (1, "1 entry was pruned before its turn."),
        (2, "2 entries were pruned before their"),
    ):
        change(missed=missed)
        assert told in shown(client)


def test_pausing_and_resuming_are_entries_of_who_did_it(
    client: FlaskClient, act: Callable[..., object], notebook: Notebook
) -> None:
    for what in ("pause", "pause", "resume", "resume"):
        act(what)
        assert f"Text log {'paused' if what == 'pause' else 'behind'}" in shown(client)
    told = [entry for entry in entries() if entry.action == Action.SETTINGS_CHANGE]
    assert [(entry.username, entry.detail) for entry in told] == [
        ("root", '{"change":"paused","follower":"text-log"}'),
        ("root", '{"change":"resumed","follower":"text-log"}'),
    ]


def test_it_delivers_again_from_an_entry_on(
    client: FlaskClient, act: Callable[..., object], notebook: Notebook
) -> None:
    catch_up(Consequence(NAME, notebook.deliver))
    notebook.seqs.clear()
    act("again", **{"from": " 3 "})
    assert "It delivers again from entry 3 on." in client.get("/admin/followers/").text
    catch_up(Consequence(NAME, notebook.deliver))
    assert notebook.seqs == [3, 4]
    told = [entry.detail for entry in entries() if entry.action == Action.SETTINGS_CHANGE]
    assert told == ['{"change":"delivers again from 3","follower":"text-log"}']


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "This must be the number of an entry, such as 1200."),
        ("x", "This must be the number of an entry, such as 1200."),
        ("-1", "This must be the number of an entry, such as 1200."),
        ("1.0", "This must be the number of an entry, such as 1200."),
        ("٣", "This must be the number of an entry, such as 1200."),
        ("9" * 400, "This must be the number of an entry, such as 1200."),
        ("<b>", "This must be the number of an entry, such as 1200."),
        ("0", "Only entries 1 to 4 can be delivered."),
        ("5", "Only entries 1 to 4 can be delivered."),
        ("9" * 18, "Only entries 1 to 4 can be delivered."),
    ],
)
def test_a_number_that_is_none_comes_back_with_the_reason(
    act: Callable[..., object], notebook: Notebook, typed: str, told: str
) -> None:
    answer = act("again", **{"from": typed})
    page = answer.text  # type: ignore[attr-defined]
    assert answer.status_code == 400  # type: ignore[attr-defined]
    assert told in page
    assert "<title>Error: Followers" in page
    assert f'value="{html.escape(typed.strip())}"' in page
    assert re.search(r'name="from"[^>]*aria-invalid="true" autofocus', page)
    assert not [entry for entry in entries() if entry.action == Action.SETTINGS_CHANGE]


@pytest.mark.parametrize("name", ["nobody", "x" * 300, "%00", "..", "text log", "李"])
@pytest.mark.parametrize("what", ACTS)
def test_a_follower_that_there_is_not_is_no_page(act: Callable[..., object], name: str, what: str) -> None:
    some_entries(1)
    answer = act(what, name, **{"from": "1"})
    assert answer.status_code == 404  # type: ignore[attr-defined]


def test_it_is_in_the_viewer_s_language(auditor: User, client: FlaskClient, notebook: Notebook) -> None:
    change(failing_since=now(), failures=2, last_error="x")
    page = client.get("/admin/followers/", headers={"Accept-Language": "zh"}).text
    assert "失败" in page
    assert "文本日志" in page
