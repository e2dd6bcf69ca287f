"""Pages of accounts in the order of their names, by keyset."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, select, true

from dashboard.query.language.filters import prefix_range
from models import LoginLog, User, db
from models.names import username_key

SIZE = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """A person in the list; ``last_entry`` is when the book last mentions them."""

    user: User
    last_entry: datetime | None


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """People in order; ``before`` and ``after`` are the keys to turn the page with, if any."""

    people: Sequence[Listed]
    before: str | None
    after: str | None


def page_of_people(prefix: str, *, after: str | None = None, before: str | None = None) -> PeoplePage:
    """Return the ``SIZE`` accounts after or before a key whose names, or e-mail addresses, begin so."""
    people = _read(username_key(prefix.strip()), after or "", before)
    is_whole = len(people) <= SIZE
    people = people[:SIZE]
    if before is not None:
        return _page(people[::-1], is_first=is_whole, is_last=False)
    return _page(people, is_first=not after, is_last=is_whole)


def _read(prefix: str, after: str, before: str | None) -> list[Listed]:
    """Return one person more than a page holds, if there are as many, nearest first."""
    key = User.username_key
    chosen = select(User, _last_entry()).where(_begins_with(prefix)).limit(SIZE + 1)
    if before is None:
        chosen = chosen.where(key > after).order_by(key)
    else:
        chosen = chosen.where(key < before).order_by(key.desc())
    return [Listed(user, last) for user, last in db.session.execute(chosen)]


def _page(people: Sequence[Listed], *, is_first: bool, is_last: bool) -> PeoplePage:
    first, last = (people[0].user.username_key, people[-1].user.username_key) if people else (None, None)
    return PeoplePage(people, before=None if is_first else first, after=None if is_last else last)


def _begins_with(key: str) -> ColumnElement[bool]:
    """Return a range of a unique index, which LIKE would not use everywhere."""
    column = User.email_key if "@" in key else User.username_key
    return and_(*prefix_range(column, key)) if key else true()


def _last_entry() -> ScalarSelect[datetime]:
    of_user = LoginLog.user_id == User.id
    return select(func.max(LoginLog.occurred_at)).where(of_user).correlate(User).scalar_subquery()
