"""Making and revoking a token, each with its entry in the same transaction."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from auth.events import AuthEvent, Client, Subject
from auth.sessions import CurrentUser
from auth.tokens.holder import LONGEST_LIFE, is_valid
from auth.tokens.text import hash_of_token, new_token, told_by
from dashboard.log.recorder import record
from models import Action, ApiToken, Outcome, User, db, write_transaction
from models.clock import now

#: Live tokens of one person.
TOKENS_PER_PERSON = 50
#: For how long a form that is sent again gets the token anew: the answer to a double click is the last one.
RESENT = timedelta(minutes=1)


class TooManyTokens(Exception):
    """The person has enough tokens."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The token that somebody wants; ``once`` is the key of their form."""

    name: str
    scopes: tuple[str, ...]
    life: timedelta
    once: UUID | None


def make_token(wanted: Wanted, maker: CurrentUser, client: Client) -> str | None:
    """Make a token and return its text, to be shown now and never again.

    The same form makes one token: sent again at once it has a new text, later it has none to show and
    the answer is None. Raises `TooManyTokens`, and ``NotWritten``.
    """
    text, moment, public_id = new_token(), now(), uuid4()
    ends_at = moment + min(wanted.life, LONGEST_LIFE)
    facts = {
        "public_id": public_id,
        "name": wanted.name,
        "scopes": list(wanted.scopes),
        "user_id": maker.user_id,
        "created_at": moment,
        "ends_at": ends_at,
        "once": wanted.once,
        **_secret(text),
    }
    detail: dict[str, object] = {"token": str(public_id), "name": wanted.name}
    detail |= {"scopes": list(wanted.scopes), "ends_at": ends_at.isoformat()}
    made = replace(maker.event(Action.TOKEN_CREATE, client), detail=detail)
    work = partial(_make, facts, text, made)
    try:
        return write_transaction(work)
    except IntegrityError:  # the same form, at the same moment
        return write_transaction(work)


def revoke_token(public_id: UUID, by: CurrentUser, client: Client) -> bool | None:
    """Revoke a token; return whether it was not before, None when there is no such token."""
    found = db.session.execute(
        select(ApiToken.id, User)
        .join(User, User.id == ApiToken.user_id)
        .where(ApiToken.public_id == public_id)
    ).one_or_none()
    if found is None:
        return None
    owner = Subject.of(found[1])
    actor = None if owner.id == by.user_id else by.subject
    revoked = AuthEvent(
        Action.TOKEN_REVOKE,
        Outcome.SUCCESS,
        owner,
        client,
        actor=actor,
        session_ref=by.session_ref,
        detail={"token": str(public_id)},
    )
    return write_transaction(partial(_revoke, found[0], revoked))


def _make(facts: dict[str, Any], text: str, made: AuthEvent, session: Session) -> str | None:
    once, moment = facts["once"], facts["created_at"]
    same = session.scalars(select(ApiToken).where(ApiToken.once == once)).one_or_none() if once else None
    if same and same.user_id == facts["user_id"]:
        return _again(same, text, moment)
    live = select(func.count()).where(ApiToken.user_id == facts["user_id"], is_valid(moment))
    if (session.scalar(live) or 0) >= TOKENS_PER_PERSON:
        raise TooManyTokens
    session.add(ApiToken(**facts | {"once": None if same else once}))
    record(session, made)
    return text


def _again(token: ApiToken, text: str, moment: Any) -> str | None:
    """Give a token that this form made a new text, unless it may be in use already."""
    if token.token_hash == hash_of_token(text):
        return text
    if token.last_used_at or token.revoked_at or moment - token.created_at > RESENT:
        return None
    for name, value in _secret(text).items():
        setattr(token, name, value)
    return text


def _revoke(token_id: int, revoked: AuthEvent, session: Session) -> bool | None:
    token = session.get(ApiToken, token_id, with_for_update=True)
    if token is None:
        return None
    if token.revoked_at is not None:
        return False
    token.revoked_at = now()
    record(session, revoked)
    return True


def _secret(text: str) -> dict[str, object]:
    return {"token_hash": hash_of_token(text), "prefix": told_by(text)}
