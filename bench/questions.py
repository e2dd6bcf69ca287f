"""What is asked of the book's list, as a person would: each a query string of ``/admin/logins/``."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from bench.datasets import RARE
from dashboard.query.reading.pages import LAST_PAGE, cursor
from models import LoginLog, Reason, db

PAGE = 50


@dataclass(frozen=True, slots=True)
class Question:
    """``asked`` are our parameters; the rivals' are ``equal`` columns and a ``period``, or a page number.

    A rival that cannot ask it at all has None for ``equal``.
    """

    name: str
    asked: dict[str, str]
    equal: dict[str, str] | None
    period: tuple[datetime, datetime] | None = None
    page: int = 0


def questions() -> Iterator[Question]:
    """Yield the questions about the book of the present application context."""
    rows, last = _count(), _newest().date()
    user, address = _frequent(LoginLog.username_key), _frequent(LoginLog.ip)
    network = address.rsplit(".", 1)[0] + ".0/24"
    failed = {"action": "login", "outcome": "failure"}
    yield Question("first page", {}, {})
    yield Question("deep middle", {"after": _middle()}, {}, page=rows // 2 // PAGE)
    yield Question("last page", {"before": LAST_PAGE}, {}, page=(rows - 1) // PAGE)
    yield Question("user =", {"q": f"user:{user}"}, {"username_key": user})
    yield Question("ip/24", {"q": f"ip:{network}"}, None)
    yield Question("reason =", {"q": "reason:invalid_password"}, {"reason": "invalid_password"})
    yield _period("1 day", last - timedelta(days=20), 1)
    yield _period("30 days", last - timedelta(days=50), 30)
    yield Question("two equalities", {"q": "action:login outcome:failure"}, failed)
    unserved = {"username_key": user, "reason": "invalid_password"}
    yield Question("user = and reason =", {"q": f"user:{user} reason:invalid_password"}, unserved)
    yield Question("user of 20 rows", {"q": f"user:{RARE}"}, {"username_key": RARE})
    yield Question("user of none", {"q": "user:nobody-at-all"}, {"username_key": "nobody-at-all"})
    never = Reason.REGISTRATION_CLOSED
    yield Question("reason of none", {"q": f"reason:{never}"}, {"reason": str(never)})


def _period(name: str, first: date, days: int) -> Question:
    last = first + timedelta(days=days - 1)
    begins = datetime(first.year, first.month, first.day)  # noqa: DTZ001 - the rivals know no zones
    asked = {"from": str(first), "to": str(last), "tz": "UTC"}
    return Question(name, asked, {}, (begins, begins + timedelta(days=days)))


def _count() -> int:
    """Return how long the book is; ids have no gaps in a seeded one."""
    return db.session.scalar(select(func.max(LoginLog.id))) or 0


def _newest() -> datetime:
    newest: datetime | None = db.session.scalar(select(func.max(LoginLog.occurred_at)))
    assert newest is not None
    return newest


def _middle() -> str:
    """Return the cursor of an entry with as many before it as after it, nearly."""
    middle: Any = select(LoginLog.occurred_at, LoginLog.id).where(LoginLog.id == _count() // 2)
    return cursor(db.session.execute(middle).one()._tuple())


def _frequent(column: Any) -> str:
    """Return a common value of a column among the newest entries of people."""
    newest = select(column.label("value")).where(LoginLog.user_id.is_not(None), column.is_not(None))
    if column is LoginLog.ip:
        newest = newest.where(column >= "10.0.0.0", column <= "10.255.255.255")
    some = newest.order_by(LoginLog.id.desc()).limit(1000).subquery()
    counted = select(some.c.value).group_by(some.c.value).order_by(func.count().desc(), some.c.value)
    return str(db.session.scalars(counted.limit(1)).one())
