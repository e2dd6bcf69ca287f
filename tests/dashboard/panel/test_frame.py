"""What every page of the panel has in common: see `templates/admin/panel.html`."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models import User

PAGES = [
    "/admin/",
    "/admin/logins/",
    "/admin/live/",
    "/admin/users/",
    "/admin/followers/",
    "/admin/signals/",
    "/admin/tokens/",
]


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest, admin: User, client: FlaskClient) -> str:
    """The HTML of each page, as an admin has it: who may less has fewer of them."""
    return client.get(request.param).text


def test_nothing_of_bootstrap_or_jquery_is_loaded(page: str) -> None:
    assert not re.search("bootstrap|jquery|select2|moment", page)


def test_nothing_is_inline_or_foreign(page: str) -> None:
    """A strict Content-Security-Policy would stop it."""
    assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:", page)
    assert not re.findall(r'(?:src|href)="(?!/|#|\?)[^"]*"', page)


def test_scripts_get_the_csrf_token(page: str) -> None:
    assert re.search(r'<meta name="csrf-token" content="[^"]+">', page)


def test_a_page_below_another_marks_that_one(auditor: User, client: FlaskClient) -> None:
    page = client.get("/admin/followers/webhooks/").text
    assert re.findall(r'<li><a href="([^"]+)" aria-current="true">', page) == ["/admin/followers/"]
    assert 'aria-current="page"' not in page


def test_the_menu_marks_the_present_page(page: str, request: pytest.FixtureRequest) -> None:
    menu = re.findall(r'<li><a href="([^"]+)"( aria-current="page")?>', page)

    assert [address for address, _ in menu] == PAGES
    assert [address for address, here in menu if here] == [request.node.callspec.params["page"]]


def test_the_foot_tells_who_is_here_and_in_which_zone(page: str) -> None:
    assert "adam</bdi> · admin" in page
    assert '<div class="zone">UTC</div>' in page


def test_the_browsers_zone_is_used(auditor: User, client: FlaskClient) -> None:
    client.set_cookie("tz", "Asia/Shanghai")

    page = client.get("/admin/").text

    assert "Asia/Shanghai (UTC+8)" in page
    assert 'data-zone="Asia/Shanghai"' in page


def test_a_view_that_fails_is_not_called_twice(app: Flask, auditor: User, client: FlaskClient) -> None:
    """Flask-Admin calls a view again after a TypeError of its own making or ours."""
    calls = []

    def broken(_view: object) -> str:
        calls.append(1)
        raise TypeError("ours")

    with pytest.raises(TypeError, match="ours"):
        app.extensions["admin"][0].index_view._run_view(broken)
    assert len(calls) == 1
