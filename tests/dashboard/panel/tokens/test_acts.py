"""Making and revoking tokens: each once, each an entry."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update

from auth import service
from auth.attempts import Credentials
from auth.events import Client
from auth.sessions import CurrentUser
from auth.tokens.holder import LONGEST_LIFE, find_holder
from dashboard.panel.tokens import acts
from dashboard.panel.tokens.acts import RESENT, TooManyTokens, Wanted, make_token, revoke_token
from models import Action, ApiToken, Role, db, write_transaction
from models.clock import now
from tests.support.actions import PASSWORD, entries, make_user


def signed_in(name: str = "adam") -> CurrentUser:
    """Sign an admin in."""
    make_user(name, Role.ADMIN)
    found = service.authenticate(Credentials(name, PASSWORD), Client())
    assert isinstance(found, CurrentUser)
    return found


def wanted(**other: Any) -> Wanted:
    """Return what is asked for."""
    usual = {"name": "tail", "scopes": ("entries:read",), "life": timedelta(days=7), "once": uuid4()}
    return Wanted(**usual | other)


def opens(text: str | None) -> bool:
    """Whether a token opens the log."""
    db.session.rollback()
    return find_holder(db.session(), text or "") is not None


def tokens() -> list[ApiToken]:
    """Return the tokens there are."""
    db.session.rollback()
    return list(db.session.scalars(select(ApiToken)))


def acts_told() -> list[tuple[str, str | None, str | None]]:
    """Return which acts are in the log, whose token it was and who did it."""
    told = (Action.TOKEN_CREATE, Action.TOKEN_REVOKE)
    return [(one.action, one.username, one.actor_name) for one in entries() if one.action in told]


def test_making_one_is_an_entry_without_its_text(app: Flask) -> None:
    adam = signed_in()
    text = make_token(wanted(), adam, Client())
    assert opens(text)
    (token,) = tokens()
    (made,) = [one for one in entries() if one.action == Action.TOKEN_CREATE]
    assert json.loads(made.detail or "") == {
        "token": str(token.public_id),
        "name": "tail",
        "scopes": ["entries:read"],
        "ends_at": token.ends_at.isoformat(),
    }
    assert (made.username, made.session_ref) == ("adam", adam.session_ref)


def test_a_token_lasts_a_year_at_most(app: Flask) -> None:
    make_token(wanted(life=timedelta(days=4000)), signed_in(), Client())
    assert tokens()[0].ends_at - tokens()[0].created_at == LONGEST_LIFE


def test_a_form_that_is_sent_twice_makes_one_and_the_last_answer_holds(app: Flask) -> None:
    adam, form = signed_in(), wanted()
    first, second = (make_token(form, adam, Client()) for _ in range(2))
    assert (opens(first), opens(second)) == (False, True)
    assert [action for action, *_ in acts_told()] == [Action.TOKEN_CREATE]
    assert len(tokens()) == 1


def test_a_form_that_is_sent_many_times_at_once_makes_one(app: Flask) -> None:
    adam, form = signed_in(), wanted()

    def send(_: int) -> str | None:
        with app.app_context():
            return make_token(form, adam, Client())

    with ThreadPoolExecutor(6) as pool:
        texts = list(pool.map(send, range(6)))
    assert sum(map(opens, texts)) == 1
    assert len(tokens()) == len(acts_told()) == 1


@pytest.mark.parametrize(
    "change", [{"created_at": now() - 2 * RESENT}, {"last_used_at": now()}, {"revoked_at": now()}]
)
def test_a_form_that_is_sent_again_much_later_shows_none(app: Flask, change: dict[str, Any]) -> None:
    adam, form = signed_in(), wanted()
    text = make_token(form, adam, Client())
    write_transaction(lambda session: session.execute(update(ApiToken).values(**change)))
    assert make_token(form, adam, Client()) is None
    assert opens(text) == ("revoked_at" not in change)
    assert len(tokens()) == len(acts_told()) == 1


def test_a_form_of_somebody_else_is_not_theirs(app: Flask) -> None:
    form = wanted()
    texts = [make_token(form, signed_in(name), Client()) for name in ("adam", "bea")]
    assert all(map(opens, texts))
    assert len(tokens()) == 2


def test_nobody_has_more_than_so_many(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "TOKENS_PER_PERSON", 2)
    adam = signed_in()
    for _ in range(2):
        make_token(wanted(), adam, Client())
    with pytest.raises(TooManyTokens):
        make_token(wanted(), adam, Client())
    assert len(tokens()) == len(acts_told()) == 2
    revoke_token(tokens()[0].public_id, adam, Client())
    assert opens(make_token(wanted(), adam, Client()))


def test_revoking_is_an_entry_once_and_tells_who_did_it(app: Flask) -> None:
    adam, bea = signed_in(), signed_in("bea")
    text = make_token(wanted(), adam, Client())
    public_id = tokens()[0].public_id
    assert [revoke_token(public_id, by, Client()) for by in (bea, adam, bea)] == [True, False, False]
    assert not opens(text)
    assert acts_told() == [("token_create", "adam", None), ("token_revoke", "adam", "bea")]
    assert revoke_token(uuid4(), adam, Client()) is None
