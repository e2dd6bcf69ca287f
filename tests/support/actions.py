"""What people do on the pages, and accounts to do it with."""

import re
from contextvars import Context
from functools import cache
from typing import Any

import requests
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from auth.factors.passwords import hash_password
from models import LoginLog, Role, User, db, write_transaction
from models.clock import now
from models.names import username_key

PASSWORD = "correct horse battery"


@cache
def _hash(password: str) -> str:
    return hash_password(password)


def make_user(name: str, role: Role = Role.USER, *, password: str = PASSWORD, **columns: object) -> User:
    """Store an account, without an entry."""
    key = username_key(name)
    email = f"{key}@example.org"
    usual = {"email": email, "email_key": email, "hobbies": [], "password_hash": _hash(password)}
    usual |= {"username_key": key, "created_at": now()}
    user = User(username=name, role=role, **usual | columns)
    write_transaction(lambda session: session.add(user))
    return user


def signed_in(url: str, name: str) -> str:
    """Return the cookies of somebody who signs in."""
    with requests.Session() as session:
        page = session.get(f"{url}/login", timeout=30).text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        data = {"username": name, "password": PASSWORD, "csrf_token": token[1] if token else ""}
        session.post(f"{url}/login", data=data, timeout=30).raise_for_status()
        return "; ".join(f"{cookie}={value}" for cookie, value in session.cookies.items())


def entries() -> list[LoginLog]:
    """Return the book as it is now, oldest first."""
    db.session.rollback()
    return list(db.session.scalars(select(LoginLog).order_by(LoginLog.id)))


class Browser(FlaskClient):
    """A client whose requests share no ``g`` with the test's own application context."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request as if from outside."""
        return Context().run(super().open, *args, **kwargs)


class AuthActions:
    """Fills in the forms as a person would, CSRF token included."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def token(self, page: str = "/login") -> str:
        """Return the CSRF token of a page's form; who is signed in is led from /login to another."""
        text = self.client.get(page, follow_redirects=True).text
        return text.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]

    def login(self, username: str, password: str = PASSWORD, **fields: str) -> TestResponse:
        """Send the sign-in form."""
        data = {"username": username, "password": password, "csrf_token": self.token(), **fields}
        return self.client.post("/login", data=data)

    def register(self, username: str, password: str = PASSWORD, **fields: object) -> TestResponse:
        """Send the registration form."""
        data = {
            "username": username,
            "email": "someone@example.org",
            "password": password,
            "confirm": password,
            "csrf_token": self.token("/register"),
        }
        return self.client.post("/register", data=data | fields)

    def set_timezone(self, zone: str) -> TestResponse:
        """Send the form with the own time zone."""
        data = {"timezone": zone, "csrf_token": self.token("/account")}
        return self.client.post("/account", data=data)

    def logout(self) -> TestResponse:
        """Press sign out."""
        return self.client.post("/logout", data={"csrf_token": self.token("/account")})
