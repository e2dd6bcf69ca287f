"""The live page begins where the feed goes on."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from auth import last_seen
from auth.sessions import SEEN_EVERY
from dashboard.log.head import read_head
from dashboard.log.sealer import seal_once
from dashboard.panel.live_page import FIRST_ENTRIES
from models import User, UserSession, db, write_transaction
from models.clock import now
from tests.support.actions import AuthActions, entries


def shown(page: str) -> list[str]:
    """Return the event ids of the rows, as they stand."""
    return re.findall(r'<tr data-event="([^"]+)"', page)


def test_it_shows_the_newest_sealed_entries_up_to_its_cursor(auditor: User, client: FlaskClient) -> None:
    AuthActions(client.application.test_client()).login("audrey", "wrong password")
    seal_once()
    AuthActions(client.application.test_client()).login("audrey", "another wrong one")

    page = client.get("/admin/live/").text

    head = read_head(db.session())
    assert f'data-epoch="{head.epoch}" data-cursor="{head.seq}"' in page
    assert shown(page) == [str(entry.event_id) for entry in reversed(entries()) if entry.seq]


def test_it_begins_with_so_many(auditor: User, client: FlaskClient) -> None:
    stranger = AuthActions(client.application.test_client())
    for _ in range(FIRST_ENTRIES + 1):
        stranger.register("x y")
    seal_once()

    assert len(shown(client.get("/admin/live/").text)) == FIRST_ENTRIES


def test_an_empty_book_says_what_to_do(auditor: User, client: FlaskClient) -> None:
    page = client.get("/admin/live/").text

    assert shown(page) == []
    assert '<div id="none" >' in page


def test_the_tiles_come_alone(auditor: User, client: FlaskClient) -> None:
    seal_once()

    tiles = client.get("/admin/live/tiles").text

    assert re.findall('<div class="v">([^<]+)<', tiles) == ["1", "0", "1"]
    assert "<html" not in tiles


@pytest.mark.parametrize(("headers", "is_seen"), [({"X-Background": "1"}, False), ({}, True)])
def test_a_page_that_is_only_open_keeps_no_session_alive(
    auditor: User, client: FlaskClient, headers: dict[str, str], is_seen: bool
) -> None:
    before = now() - 2 * SEEN_EVERY
    aged = update(UserSession).values(last_seen_at=before)
    write_transaction(lambda session: session.execute(aged))

    assert client.get("/admin/live/tiles", headers=headers).status_code == 200
    last_seen.write()

    db.session.rollback()
    assert (db.session.scalar(select(UserSession.last_seen_at)) > before) is is_seen
