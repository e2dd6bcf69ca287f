"""The accounts of seeded people, made all at once: one password hash for all of them."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from auth.factors.passwords import hash_password
from dashboard.cli.seeding import places
from dashboard.cli.seeding.names import SeedName, names
from dashboard.cli.seeding.places import SeedClient
from dashboard.cli.seeding.timeline import SECOND, SeedPlan
from models import Role, User, db, write_transaction
from models.names import username_key

#: The name columns of an entry: user_id, username, username_key, name_ref.
Who = tuple[int | None, str | None, str | None, bytes | None]
SEED_ROLES = {2: Role.ADMIN, 5: Role.AUDITOR, 7: Role.VIEWER, 11: Role.VIEWER}
SEED_HOBBIES = ("reading", "music", "sports", "travel", "cooking", "games")
#: Accounts made in one transaction.
ACCOUNT_BATCH = 1000


@dataclass(frozen=True, slots=True)
class SeedPerson:
    """Somebody with an account; ``joined`` in microseconds since 1970, the first place the usual one."""

    who: Who
    role: Role
    joined: int
    places: tuple[SeedClient, ...]


def settle(plan: SeedPlan, count: int, rng: Random, password: str | None) -> list[SeedPerson]:
    """Make ``count`` accounts, nine in ten of them before the plan begins, oldest first.

    Without a password nobody can sign in to them: the one they get is thrown away.
    """
    fresh = names(rng, _taken())
    rows = [_account(next(fresh), index, at, rng) for index, at in enumerate(_joined(plan, count, rng))]
    password_hash = hash_password(password or secrets.token_urlsafe(32))
    people: list[SeedPerson] = []
    for first in range(0, count, ACCOUNT_BATCH):
        batch = rows[first : first + ACCOUNT_BATCH]
        ids = write_transaction(partial(_add, batch, password_hash))
        people += [_person(row, user_id, rng) for row, user_id in zip(batch, ids, strict=True)]
    return people


def _taken() -> set[str]:
    keys = db.session.execute(select(User.username_key, User.email_key))
    return {key for pair in keys for key in pair if key}


def _joined(plan: SeedPlan, count: int, rng: Random) -> list[datetime]:
    """Return when each of them joined, in order."""
    during = min(count // 10, plan.rows // 50)
    before = [plan.start - timedelta(days=rng.uniform(1, 900)) for _ in range(count - during)]
    length = plan.end - plan.start
    return sorted(before) + sorted(plan.start + length * rng.random() for _ in range(during))


def _account(name: SeedName, index: int, joined: datetime, rng: Random) -> dict[str, Any]:
    return {
        "username": name.username,
        "username_key": username_key(name.username),
        "email": name.email,
        "email_key": username_key(name.email),
        "gender": rng.choice(("female", "male", "other", None)),
        "city": name.city,
        "hobbies": rng.sample(SEED_HOBBIES, rng.randrange(4)),
        "role": SEED_ROLES.get(index, Role.USER),
        "created_at": joined,
    }


def _add(rows: list[dict[str, Any]], password_hash: str, session: Session) -> list[int]:
    users = [User(**row, password_hash=password_hash) for row in rows]
    session.add_all(users)
    session.flush()
    return [user.id for user in users]


def _person(row: dict[str, Any], user_id: int, rng: Random) -> SeedPerson:
    who = (user_id, row["username"], row["username_key"], None)
    usual = tuple(places.place(rng) for _ in range(rng.choice((1, 1, 2, 3))))
    return SeedPerson(who, row["role"], int(row["created_at"].timestamp() * SECOND), usual)
