"""API tokens, and a program that reads with one."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from auth.tokens.text import hash_of_token, new_token, told_by
from models import ApiToken, Role, Scope, User, write_transaction
from models.clock import now
from tests.support.actions import make_user


def make_token(owner: User | None = None, **columns: Any) -> str:
    """Store a token, without an entry, and return its text; without an owner an admin is made."""
    owner = owner or make_user(f"admin-{uuid4().hex[:8]}", Role.ADMIN)
    text = new_token()
    usual = {
        "public_id": uuid4(),
        "name": "a program",
        "token_hash": hash_of_token(text),
        "prefix": told_by(text),
        "scopes": [str(Scope.ENTRIES_READ)],
        "user_id": owner.id,
        "created_at": now(),
        "ends_at": now() + timedelta(days=30),
    }
    write_transaction(lambda session: session.add(ApiToken(**usual | columns)))
    return text


def bearer(text: str) -> dict[str, str]:
    """Return the header that bears a token."""
    return {"Authorization": f"Bearer {text}"}


class Program:
    """Reads with a token, to the end of each answer as a server sees it."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client, self.token = client, token

    def get(self, path: str = "entries", **parameters: Any) -> TestResponse:
        """Ask for something below /api/v1."""
        with self.client.get(
            f"/api/v1/{path}", query_string=parameters, headers=bearer(self.token)
        ) as answer:
            return answer

    def seqs(self, **parameters: Any) -> tuple[list[int], int]:
        """Return the numbers of the entries of an answer, and its next cursor."""
        body = self.get(**parameters).json
        return [entry["seq"] for entry in body["entries"]], body["next"]

    def all(self, **parameters: Any) -> list[int]:
        """Follow from a cursor to the head and return the numbers of all entries."""
        found, after = list[int](), parameters.pop("after", 0)
        while True:
            body = self.get(after=after, **parameters).json
            found += [entry["seq"] for entry in body["entries"]]
            assert body["next"] >= after
            if body["next"] == body["head"] and not body["entries"]:
                return found
            after = body["next"]
