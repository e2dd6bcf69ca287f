"""A book of the longest and oddest names, addresses and agents that it takes."""

from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any
from uuid import UUID

from dashboard.log.sealer import seal_all
from models import Action, Outcome, Reason, Role, UserSession, db, write_transaction
from tests.browser.odd_hooks import add_odd_webhooks
from tests.support.actions import make_user
from tests.support.book import SESSION, entry, store
from tests.support.tokens import make_token

AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36 " * 5
)
LONG_IP = "2001:db8:85a3:8d3:1319:8a2e:1370:7348"
#: Two alphabets that are wide, one that is written from the right, one word that cannot be broken.
NAMES = [
    "alice.kowalska",
    "W" * 64,
    "國" * 64,
    "محمد.عبدالرحمن.الإسكندراني.القاهري",
    "christina.papadopoulou-konstantinidou",
    "bo",
]
#: What differs from row to row; the rows walk through all of it.
OLD = datetime(2024, 4, 28, 22, 58, 59, 123456, UTC)
_FAILURES = [
    (Outcome.FAILURE, reason) for reason in (Reason.RECORDING_UNAVAILABLE, Reason.REGISTRATION_CLOSED)
]
_PLACES = [
    {
        "ip": LONG_IP,
        "browser": "Chrome Mobile WebView 141",
        "os": "Windows Server 2022",
        "user_agent": AGENT,
    },
    {"ip": "255.255.255.255", "browser": "Firefox 140", "os": "Linux", "user_agent": "Firefox"},
    {},
]
_ACTIONS = [Action.PASSWORD_CHANGE, Action.SESSION_REVOKE, Action.LOGIN, Action.ACCOUNT_DISABLE]


def fill() -> dict[str, int]:
    """Write accounts, sessions and sealed entries; return the ids of a busy account and an idle one."""
    people = [make_user(name, city="Llanfairpwllgwyngyll " * 4, gender="female") for name in NAMES]
    admin = make_user("audrey", Role.ADMIN)
    for name in NAMES[1:4]:
        make_token(admin, name=name)
    add_odd_webhooks([name[:64] for name in NAMES[1:4]], admin.id)
    store(_rows([(person.id, person.username) for person in people]))
    seal_all()
    write_transaction(lambda session: session.add_all(_sessions(people[0].id)))
    told = {"busy": people[0].id, "idle": make_user("idle").id}
    db.session.remove()
    return told


def _rows(people: list[tuple[int, str]]) -> list[Any]:
    now = datetime.now(UTC)
    moments = [now - timedelta(minutes=5), now - timedelta(days=2), now - timedelta(days=340), OLD]
    who, when, where, what = cycle(people), cycle(moments), cycle(_PLACES), cycle(_ACTIONS)
    how = cycle([(Outcome.SUCCESS, None), *_FAILURES])
    rows = []
    for number in range(1, 25):
        (user_id, name), (outcome, reason) = next(who), next(how)
        facts: dict[str, Any] = {"occurred_at": next(when), "action": next(what), "outcome": outcome}
        facts |= {"reason": reason, "actor_name": NAMES[1] if number % 5 == 0 else None}
        facts |= {"session_ref": SESSION if number % 2 else None}
        is_sign_in = (facts["action"], outcome) == (Action.LOGIN, Outcome.SUCCESS)
        facts |= {"new_device": True if is_sign_in else None}
        row = entry(number, name, known=number % 7 != 0, **facts, **next(where))
        row.user_id = user_id if row.user_id else None
        rows.append(row)
    return rows


def _sessions(user_id: int) -> list[UserSession]:
    now = datetime.now(UTC)
    facts = {
        "user_id": user_id,
        "created_at": now - timedelta(days=20),
        "last_seen_at": now,
        "remember": True,
    }
    return [
        UserSession(
            public_id=UUID(int=number),
            token_hash=bytes([number]) * 32,
            ip=ip,
            user_agent=AGENT,
            **facts,
        )
        for number, ip in enumerate([LONG_IP, "255.255.255.255", None])
    ]
