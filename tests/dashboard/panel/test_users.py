"""The list of users and one user's page."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert

from models import Role, User, write_transaction
from models.clock import now
from tests.support.actions import AuthActions, make_user


def names(page: str) -> list[str]:
    """Return the names of a list, in order."""
    return re.findall(r'class="t-name"><a href="/admin/users/\d+" title="([^"]+)"', page)


def turn(client: FlaskClient, page: str, rel: str) -> str:
    """Return the page that a link of the pager leads to."""
    address = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    assert address, f"no {rel} link"
    return client.get(address[1].replace("&amp;", "&")).text


@pytest.fixture
def crowd(auditor: User) -> list[str]:
    """121 names in the order of the list."""
    made = [f"p{number:03}" for number in range(120)]
    rows = [
        {"username": name, "username_key": name, "password_hash": "", "created_at": now(), "role": Role.USER}
        for name in made
    ]
    write_transaction(lambda session: session.execute(insert(User), rows))
    return ["audrey", *made]


def test_pages_follow_each_other_both_ways(crowd: list[str], client: FlaskClient) -> None:
    first = client.get("/admin/users/").text
    second = turn(client, first, "next")
    third = turn(client, second, "next")

    assert names(first) + names(second) + names(third) == crowd
    assert 'rel="prev"' not in first
    assert 'rel="next"' not in third
    assert names(turn(client, third, "prev")) == names(second)
    assert names(turn(client, second, "prev")) == names(first)
    assert names(turn(client, third, "first")) == names(first)


def test_the_first_page_reached_backwards_has_no_page_before(crowd: list[str], client: FlaskClient) -> None:
    second = turn(client, client.get("/admin/users/").text, "next")

    assert 'rel="prev"' not in turn(client, second, "prev")


@pytest.mark.parametrize("wanted", ["P01", "\N{FULLWIDTH LATIN SMALL LETTER P}01", " p01 "])
def test_a_search_finds_the_beginning_of_names_as_they_are_compared(
    crowd: list[str], client: FlaskClient, wanted: str
) -> None:
    page = client.get("/admin/users/", query_string={"q": wanted}).text

    assert names(page) == [f"p01{digit}" for digit in range(10)]


def test_a_search_keeps_its_word_when_the_page_turns(crowd: list[str], client: FlaskClient) -> None:
    page = client.get("/admin/users/?q=p").text

    assert names(turn(client, page, "next")) == crowd[51:101]


@pytest.mark.parametrize("wanted", ["nobody", "%", "_", "'", "\x00", "😀" * 300])
def test_a_search_that_finds_nobody_says_so(auditor: User, client: FlaskClient, wanted: str) -> None:
    page = client.get("/admin/users/", query_string={"q": wanted})

    assert page.status_code == 200
    assert "No name begins with" in page.text


def test_states_are_told_apart(auditor: User, client: FlaskClient) -> None:
    make_user("one", disabled=True)
    make_user("two", locked_until=now() + timedelta(minutes=5))
    make_user("zwei", locked_until=now() - timedelta(minutes=5))

    page = client.get("/admin/users/").text

    assert re.findall(r"</svg>(active|disabled|locked)<", page) == ["active", "disabled", "locked", "active"]


def test_the_list_tells_the_last_entry(auditor: User, client: FlaskClient, alice: User) -> None:
    assert client.get("/admin/users/").text.count(">none<") == 1

    AuthActions(client.application.test_client()).login("alice", "wrong password")

    assert client.get("/admin/users/").text.count(">none<") == 0


def test_a_person_has_a_profile_sessions_and_entries(auditor: User, client: FlaskClient) -> None:
    person = make_user("李娜", city="上海", gender="female", hobbies=["music", "travel"])
    AuthActions(client.application.test_client()).login("李娜")

    page = client.get(f"/admin/users/{person.id}").text

    for fact in ("李娜", "上海", "female", "music, travel", "Live sessions", "active"):
        assert fact in page
    assert page.count("<tr data-event=") == 1
    assert 'class="t-device"' in page
    assert 'href="/admin/logins/?q=user:%E6%9D%8E%E5%A8%9C"' in page


def test_a_person_who_never_came_has_empty_states(auditor: User, client: FlaskClient, alice: User) -> None:
    page = client.get(f"/admin/users/{alice.id}").text

    assert "Not signed in anywhere" in page
    assert "No entries yet" in page


def test_markup_in_what_people_type_stays_text(auditor: User, client: FlaskClient) -> None:
    person = make_user("eve", city="<script>alert(1)</script>")

    assert "<script>alert" not in client.get(f"/admin/users/{person.id}").text
    assert "<script>alert" not in client.get("/admin/users/").text


@pytest.mark.parametrize("user_id", ["0", "999999", "-1", "x", "9223372036854775807", "9" * 30, "1.5", "%00"])
def test_an_unknown_person_is_not_found(auditor: User, client: FlaskClient, user_id: str) -> None:
    assert client.get(f"/admin/users/{user_id}").status_code == 404


def test_somebody_is_found_by_e_mail_address(auditor: User, client: FlaskClient) -> None:
    make_user("bob", email="Robert@example.org", email_key="robert@example.org")

    for typed in ("ROBERT@example.org", " robert@ex"):
        assert names(client.get("/admin/users/", query_string={"q": typed}).text) == ["bob"]
    nobody = client.get("/admin/users/", query_string={"q": "bob@example.org"}).text
    assert "No e-mail address begins with" in nobody


def test_a_star_at_the_end_means_what_it_means_elsewhere(auditor: User, client: FlaskClient) -> None:
    with_star, without = (names(client.get(f"/admin/users/?q={q}").text) for q in ("aud*", "aud"))
    assert with_star == without == ["audrey"]
