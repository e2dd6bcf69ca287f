"""A message says what its entry says, in the syntax of RFC 5424 and of CEF."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.followers.syslog.message import Form, message
from models import Action, LoginLog, Outcome, Reason
from tests.support.book import SESSION, entry

MOMENT = datetime(2026, 11, 22, 23, 59, 58, 123456, UTC)
FORM, CEF = Form("gate.example.org", 8192), Form("gate.example.org", 8192, is_cef=True)
#: RFC 5424 6: a message with one element of structured data.
SYNTAX = re.compile(
    r"<(\d{1,3})>1 (\S+) ([!-~]{1,255}) gatehouse - ([!-~]{1,32}) "
    r'\[gatehouse@32473((?: [a-z_]+="(?:[^"\\\]]|\\["\\\]])*")*)\] \ufeff(.*)',
    re.DOTALL,
)
PARAMETER = re.compile(r' ([a-z_]+)="((?:[^"\\\]]|\\["\\\]])*)"')


def parsed(data: bytes) -> tuple[list[str], dict[str, str]]:
    """Return the words of a message, and its parameters."""
    found = SYNTAX.fullmatch(data.decode())
    assert found, data
    values = {name: re.sub(r'\\(["\\\]])', r"\1", value) for name, value in PARAMETER.findall(found[5])}
    return [found[1], found[2], found[3], found[4], found[6]], values


def refused(**columns: object) -> LoginLog:
    """Return a refused sign-in."""
    failed = {"outcome": Outcome.FAILURE, "reason": Reason.INVALID_PASSWORD, "ip": "203.0.113.9"}
    return entry(7, occurred_at=MOMENT, seq=7, **{**failed, **columns})


def test_a_refused_sign_in() -> None:
    words, values = parsed(message(refused(session_ref=SESSION, new_device=True), FORM))
    assert words == [
        *("84", "2026-11-22T23:59:58.123456+00:00", "gate.example.org", "login"),
        "login failure (invalid_password): alice from 203.0.113.9",
    ]
    assert values == {
        "event_id": "00000000-0000-0000-0000-000000000007",
        "seq": "7",
        "action": "login",
        "outcome": "failure",
        "reason": "invalid_password",
        "user": "alice",
        "user_id": "1",
        "ip": "203.0.113.9",
        "session": str(SESSION),
        "source": "gatehouse",
        "new_device": "true",
    }


def test_a_success_is_informational_and_what_is_unknown_is_left_out() -> None:
    words, values = parsed(message(entry(1, None, action=Action.LOG_PURGE), FORM))
    assert (words[0], words[4]) == ("86", "log_purge success")
    assert set(values) == {"event_id", "action", "outcome", "source"}


@given(st.text(max_size=64), st.text(max_size=600), st.sampled_from([480, 1180, 2048, 8192]))
def test_no_text_breaks_the_syntax_or_the_length(name: str, agent: str, limit: int) -> None:
    row = refused(user_agent=agent)
    row.username = name
    data = message(row, Form("gate.example.org", limit))
    words, values = parsed(data)
    assert len(data) <= limit
    assert values["event_id"] == str(row.event_id)
    assert "\n" not in data.decode()
    assert words[1] == "2026-11-22T23:59:58.123456+00:00"


@pytest.mark.parametrize("host", ["", "gate way", "tür.example", "x" * 300, "a\nb", "::1"])
@pytest.mark.parametrize("action", ["login", "log in", "", "ü" * 40])
def test_a_header_is_made_of_words(host: str, action: str) -> None:
    words, _ = parsed(message(refused(action=action), Form(host, 8192)))
    assert len(words[2]) <= 255


def test_an_agent_that_is_long_gives_way() -> None:
    long = refused(user_agent="x" * 512, actor_name="y" * 64)
    assert parsed(message(long, FORM))[1]["agent"] == "x" * 256
    assert "agent" not in parsed(message(long, Form("gate.example.org", 480)))[1]


def cef_parts(data: bytes) -> tuple[list[str], dict[str, str]]:
    """Return the header and the extension of a CEF event."""
    head, event = data.decode().split(" - CEF:", 1)
    assert re.fullmatch(r"<8[46]>1 \S+ gate\.example\.org gatehouse - [a-z_]+", head)
    *header, extension = re.split(r"(?<!\\)(?:\\\\)*\|", event, maxsplit=7)
    pairs = re.split(r" (?=[A-Za-z0-9]+=)", extension)
    return header, {name: value for name, _, value in (pair.partition("=") for pair in pairs)}


def test_an_event_in_cef() -> None:
    header, fields = cef_parts(message(refused(username="a=b|c\\d\ne"), CEF))
    assert header == ["0", "Gatehouse", "Gatehouse", "1", "login.failure", "login failure", "6"]
    assert fields["externalId"] == "00000000-0000-0000-0000-000000000007"
    assert fields["suser"] == r"a\=b|c\\d\\ne"
    assert (fields["src"], fields["cn1"], fields["cn1Label"]) == ("203.0.113.9", "7", "seq")
    assert int(fields["rt"]) == round(MOMENT.timestamp() * 1000)


def test_a_success_in_cef_from_an_address_of_version_six() -> None:
    header, fields = cef_parts(message(entry(1, ip="2001:db8::1", seq=1, action=Action.PASSWORD_CHANGE), CEF))
    assert header[4:] == ["password_change.success", "password change success", "3"]
    assert (fields["c6a2"], fields["c6a2Label"]) == ("2001:db8::1", "Source IPv6 Address")
    assert "src" not in fields


@given(st.text(max_size=64), st.sampled_from([480, 2048]))
def test_no_name_breaks_an_event_in_cef(name: str, limit: int) -> None:
    row = refused()
    row.username = name
    data = message(row, Form("gate.example.org", limit, is_cef=True))
    assert len(data) <= limit
    assert len(data.decode().splitlines()) == 1
    assert cef_parts(data)[1]["externalId"] == str(row.event_id)
