"""Who may see a page."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from auth.pages.access import require_role
from models import Role
from tests.support.actions import AuthActions, make_user


@pytest.fixture
def doors(app: Flask) -> Flask:
    """The app with one page for each role."""
    for needed in Role:
        app.add_url_rule(
            f"/for/{needed}",
            endpoint=f"for_{needed}",
            view_func=lambda needed=needed: require_role(needed) or "in",
            methods=["GET", "POST"],
        )
    return app


@pytest.mark.parametrize("has", list(Role))
def test_a_role_opens_its_own_pages_and_those_below(doors: Flask, auth: AuthActions, has: Role) -> None:
    make_user("alice", has)
    auth.login("alice")
    answers = {needed: auth.client.get(f"/for/{needed}").status_code for needed in Role}
    assert answers == {needed: 200 if has.includes(needed) else 403 for needed in Role}


@pytest.mark.parametrize(
    ("path", "back"),
    [("/for/user", "/for/user"), ("/for/admin?q=a%20b&x=1", "/for/admin?q%3Da%2520b%26x%3D1")],
)
def test_a_stranger_signs_in_and_comes_back(doors: Flask, client: FlaskClient, path: str, back: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/login?next={back}")
