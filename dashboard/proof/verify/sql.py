"""The statements of a verification, and the functions that SQLite lacks for them."""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    Select,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from dashboard.log.chain import PERSON, PLACE, encode, group_digest, next_link
from dashboard.log.encoding import PERSON_BYTES, PLACE_BYTES, PUBLIC_BYTES
from models import LoginLog
from models.database.dialect import DialectExpression
from models.database.form import is_misformed

#: Quarter hours from the year 0, where MariaDB counts from, to 1970.
_TO_1970 = 69_074_688
_log = LoginLog.__table__


class Group(NamedTuple):
    """A group of personal fields: what it is called, its encoding in SQL and that of blank ones, its seal."""

    name: str
    fields: ColumnElement[bytes]
    blank: bytes
    nonce: ColumnElement[bytes | None]
    digest: ColumnElement[bytes | None]


def _blank(fields: tuple[str, ...]) -> bytes:
    return encode([None] * len(fields))


PLACES = Group("address and agent", PLACE_BYTES, _blank(PLACE), _log.c.place_nonce, _log.c.place)
PERSONS = Group("name and detail", PERSON_BYTES, _blank(PERSON), _log.c.person_nonce, _log.c.person)
GROUPS = (PLACES, PERSONS)


#: The entry recorded before, nearly always the one sealed before; found sooner than by number.
_neighbour = _log.alias("neighbour")
_previous = _log.alias("previous")
#: Both tables are read in the order of the id, the order they lie in: ``+ 0`` keeps the
#: index of the number out of it.
_stretch = and_(
    _log.c.id > bindparam("after"),
    _log.c.id <= bindparam("to"),
    (_log.c.seq + 0).between(bindparam("low"), bindparam("high")),
)


@cache
def odd_entries() -> Select[*tuple[Any, ...]]:
    """Select of entries that are either: seq, whether a group of fields is blank, whether it is wrong, and
    the ids of subject and actor.

    Parameters: ``after`` and ``to``, ids; ``low`` and ``high``, numbers; ``anchor``, the
    link before the very first entry; ``places``, up to which number a place may be blank.
    """
    is_place_blank = and_(PLACES.nonce.is_(None), _log.c.seq > bindparam("places"))
    is_blank = or_(PERSONS.nonce.is_(None), is_place_blank)
    is_unlinked = link(_before(), _log.c.seq).is_distinct_from(_log.c.chain)
    differs = map(_differs, GROUPS)
    is_wrong = or_(*differs, is_unlinked, is_misformed(_log))
    columns = select(_log.c.seq, is_blank, is_wrong, _log.c.user_id, _log.c.actor_id)
    joined = columns.select_from(_log.outerjoin(_neighbour, _neighbour.c.id == _log.c.id - 1))
    return joined.where(_stretch, or_(is_blank, is_wrong))


@cache
def counts() -> Select[*tuple[Any, ...]]:
    """Select quarter hour since 1970, action, outcome, reason and how many; parameters as above."""
    kind = (_quarter(), _log.c.action, _log.c.outcome, _log.c.reason)
    return select(*kind, func.count()).where(_stretch).group_by(*kind)


def link(before: Any, seq: Any) -> ColumnElement[bytes]:
    """Return the column expression of the link an entry would have at ``seq`` after ``before``."""
    number = func.unhex(func.lpad(func.hex(seq), 16, "0"))
    joined = func.concat(before, number, PUBLIC_BYTES, _log.c.place, _log.c.person)
    return DialectExpression(
        mysql=func.unhex(func.sha2(joined, 256)),
        sqlite=func.next_link(_blob(before), seq, PUBLIC_BYTES, _blob(_log.c.place), _blob(_log.c.person)),
    )


def add_functions(connection: Connection) -> None:
    """Give a SQLite connection what it lacks: to hash, and to tell texts from other bytes."""
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.create_function("next_link", 5, _or_null(next_link), deterministic=True)
        driver.create_function("group_digest", 2, _or_null(group_digest), deterministic=True)
        driver.create_function("is_utf8", 1, _is_utf8, deterministic=True)


def _before() -> ColumnElement[bytes]:
    """Return the stored link of the entry before, or the anchor."""
    by_number = select(_previous.c.chain).where(_previous.c.seq == _log.c.seq - 1).limit(1)
    elsewhere = func.coalesce(by_number.scalar_subquery(), bindparam("anchor"))
    return case((_neighbour.c.seq == _log.c.seq - 1, _neighbour.c.chain), else_=elsewhere)


def _differs(group: Group) -> ColumnElement[bool]:
    """Return whether a group of fields is not that of its digest, or not blank without a nonce."""
    digest = DialectExpression(
        mysql=func.unhex(func.sha2(func.concat(group.nonce, group.fields), 256)),
        sqlite=func.group_digest(_blob(group.nonce), group.fields),
    )
    is_left = group.fields.is_distinct_from(literal(group.blank))
    return case((group.nonce.is_(None), is_left), else_=digest.is_distinct_from(group.digest))


def _blob(value: Any) -> ColumnElement[bytes]:
    """Return a value as bytes, so that a text that is none cannot stop SQLite."""
    return cast(value, LargeBinary)


def _quarter() -> ColumnElement[Any]:
    to_the_second = func.substr(_log.c.occurred_at, 1, 19)  # SQLite rounds a fraction to milliseconds
    return DialectExpression(
        mysql=func.to_seconds(_log.c.occurred_at).op("DIV")(900) - _TO_1970,
        sqlite=func.strftime("%s", to_the_second).op("/")(900),
    )


def _or_null(function: Callable[..., bytes]) -> Callable[..., bytes | None]:
    """Return ``function`` with NULL for values of a kind that no entry has."""

    @wraps(function)
    def called(*values: Any) -> bytes | None:
        try:
            return function(*values)
        except (TypeError, AttributeError, OverflowError):
            return None

    return called


def _is_utf8(data: bytes | None) -> bool:
    try:
        (data or b"").decode()
    except UnicodeDecodeError:
        return False
    return True
