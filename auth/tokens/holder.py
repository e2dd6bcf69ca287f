"""Whose token it is, and whether it still opens anything."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from auth.events import Subject
from auth.last_seen import used
from auth.tokens.text import hash_of_token
from models import ApiToken, Role, User
from models.clock import now

#: How long a token may last.
LONGEST_LIFE = timedelta(days=365)
#: What the person must be who made it, for as long as it is used: it opens all that an export does.
MAKERS = Role.ADMIN
#: A token that was made so much later than now was made under a wrong clock, and would outlive its end.
TOKEN_AHEAD = timedelta(days=1)
#: ``last_used_at`` moves at most this often.
USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """The program that holds a token, and ``owner``, who made it."""

    token_id: int
    public_id: UUID
    scopes: tuple[str, ...]
    owner: Subject
    last_used_at: datetime | None

    def note_use(self) -> None:
        """Note that the token is in use, once a minute; it is written later, see `auth.last_seen`."""
        moment = now()
        if self.last_used_at is None or moment - self.last_used_at >= USED_EVERY:
            used().note(self.token_id, moment)


def find_holder(session: Session, text: str) -> TokenHolder | None:
    """Return who holds the token ``text``, None unless it is a live one of somebody who may have one."""
    token_hash = hash_of_token(text)
    if token_hash is None:
        return None
    found = select(ApiToken, User).join(User, User.id == ApiToken.user_id)
    live = found.where(ApiToken.token_hash == token_hash, is_valid(now()), User.disabled.is_(False))
    row = session.execute(live).one_or_none()
    return _holder(*row) if row and row[0].public_id and Role.of(row[1].role).includes(MAKERS) else None


def is_valid(at: datetime) -> ColumnElement[bool]:
    """Return the condition of a token that is neither revoked nor at its end nor of the future, at ``at``."""
    has_begun = ApiToken.created_at <= at + TOKEN_AHEAD
    return ApiToken.revoked_at.is_(None) & (ApiToken.ends_at > at) & has_begun


def _holder(token: ApiToken, owner: User) -> TokenHolder:
    scopes = tuple(token.scopes)
    return TokenHolder(token.id, token.public_id, scopes, Subject.of(owner), token.last_used_at)
