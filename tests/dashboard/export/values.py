"""Values of every kind that an entry may hold."""

from datetime import UTC, datetime
from itertools import product
from operator import itemgetter
from uuid import UUID, uuid4

from hypothesis import strategies as st

from dashboard.stream.recorder import MAX_DETAIL, canonical
from models import Action, LoginLog, Outcome, Reason

NAUGHTY = [
    None,
    "",
    "plain",
    'say "hi"',
    "a,b",
    "a\r\nb",
    "a\nb",
    "\rb",
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@x",
    "\tx",
    "back\\slash",
    "\\",
    '\\"',
    "'",
    "100%",
    "%s %(x)s {0}",
    ":name",
    "张伟",
    "𠮷👩‍👩‍👧",
    "\u2028\x7f",
    " spaces ",
    "x;=1+1",
    "x\t=1+1",
    " =1+1",
    "\u00a0=1",
    "\ufeff-1",
    "\u200b@x",
    "\uff1d1",
    "\ufe62" + "1",
    "x" * 500,
]
IPS = [None, "10.4.7.94", "0.0.0.0", "255.255.255.255", "::1", "2001:db8::1:0:0:1", "::102:304"]
DETAILS = [None, '{"a":"x,\\"y\\"","n":1}', '{"q":"user:张伟 \\\\"}']
TIMES = [datetime(2026, 1, 2, 3, 4, 5, micro, UTC) for micro in (0, 1, 999999, 120000)]


def rows() -> list[dict[str, object]]:
    """Return rows in which each text column once holds each naughty text."""
    some = []
    for number, (text, ip) in enumerate(product(NAUGHTY, IPS)):
        some.append(
            {
                "event_id": uuid4(),
                "seq": number + 1 if number % 5 else None,
                "occurred_at": TIMES[number % len(TIMES)],
                "action": "login",
                "outcome": "failure",
                "reason": "unknown_user" if number % 2 else None,
                "user_id": number if number % 3 else None,
                "username": text and text[:64],
                "actor_name": text and text[:64],
                "ip": ip,
                "country": text and text[:2],
                "asn": number if number % 4 else None,
                "user_agent": text,
                "browser": text and text[:64],
                "os": text and text[:64],
                "device": text and text[:64],
                "auth_method": text and text[:16],
                "session_ref": UUID(int=number) if number % 4 else None,
                "request_id": text and text[:64],
                "source": "gatehouse" if number % 7 else "it;=1",
                "new_device": (None, False, True)[number % 3],
                "detail": DETAILS[number % len(DETAILS)],
            }
        )
    return some


def texts(length: int) -> st.SearchStrategy[str]:
    """Return naughty texts and any others that a column of ``length`` takes."""
    naughty = [text[:length] for text in NAUGHTY if text is not None]
    return st.sampled_from(naughty) | st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=min(length, 20)
    )


def details() -> st.SearchStrategy[str | None]:
    """Return details as they are stored: nested, with naughty keys and values."""
    plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    values = st.recursive(
        plain | texts(30),
        lambda some: st.lists(some, max_size=2) | st.dictionaries(texts(10), some, max_size=2),
        max_leaves=4,
    )
    found = st.dictionaries(texts(10), values, max_size=3).map(canonical)
    return found.filter(lambda text: text is None or len(text.encode()) <= MAX_DETAIL)


def batches() -> st.SearchStrategy[list[dict[str, object]]]:
    """Return rows in which each column is drawn by itself."""
    columns = LoginLog.__table__.c
    text_columns = (
        *("username", "actor_name", "country", "user_agent"),
        *("browser", "os", "device", "auth_method", "request_id"),
    )
    numbers, ipv4 = st.integers(1, 2**63 - 1), st.ip_addresses(v=4).map(str)
    times = st.datetimes(datetime(1000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone stands beside
    row = {name: st.none() | texts(columns[name].type.length) for name in text_columns} | {
        "event_id": st.uuids(),
        "seq": st.none() | numbers,
        "occurred_at": times | times.map(lambda moment: moment.replace(microsecond=0)),
        "action": st.sampled_from(Action),
        "outcome": st.sampled_from(Outcome),
        "reason": st.none() | st.sampled_from(Reason),
        "user_id": st.none() | numbers,
        "asn": st.none() | numbers,
        "ip": st.none() | ipv4 | st.ip_addresses(v=6).map(str) | ipv4.map("::ffff:{}".format),
        "session_ref": st.none() | st.uuids(),
        "source": texts(columns["source"].type.length),
        "new_device": st.none() | st.booleans(),
        "detail": details(),
    }
    unique = (itemgetter("event_id"), lambda row: row["seq"] or row["event_id"])
    return st.lists(st.fixed_dictionaries(row), min_size=1, max_size=20, unique_by=unique)
