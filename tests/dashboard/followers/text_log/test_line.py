"""A line says what its entry says, whatever somebody is called."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.config.line_format import FAIL2BAN, TEXT_LINE
from dashboard.followers.text_log.line import lines_of
from models import Action, Outcome, Reason
from tests.support.book import entry

MOMENT = datetime(2026, 11, 22, 23, 59, 58, 123456, UTC)
BERLIN = ZoneInfo("Europe/Berlin")
FAILED = {"outcome": Outcome.FAILURE, "reason": Reason.INVALID_PASSWORD}
#: Names with which somebody might try to write a line of their own.
NASTY = [
    "x\nmallory于<2026-11-22:12:00:00>登录",
    "x\r\ny",
    "x\x85y\u2028z\u2029",
    "\x0b\x0c\x1c\x1d\x1e",
    "a\x00b",
    "{ip}{0}%Y%n",
    "\u202egnirts",
    "\ud800",
    "x from 203.0.113.9 failed",
    "x ip=203.0.113.9 name=y",
]


def test_the_line_of_the_classic() -> None:
    line = lines_of(TEXT_LINE, BERLIN)
    assert line(entry(1, "李娜", occurred_at=MOMENT)) == "李娜于<2026-11-23:00:59:58>登录\n"


def test_the_fields_of_an_entry_have_their_places() -> None:
    line = lines_of(
        "%d.%m.%y %f %z %% {{x}} {name} {ip} {outcome} {action} {reason} {method}", ZoneInfo("UTC")
    )
    told = line(entry(1, occurred_at=MOMENT, ip="2001:db8::1", auth_method="totp"))
    assert told == "22.11.26 123456 +0000 % {x} alice 2001:db8::1 success login - totp\n"


@pytest.mark.parametrize(
    "columns", [FAILED, {"action": Action.LOGOUT}, {"action": Action.REGISTER}, {"action": Action.LOG_VIEW}]
)
def test_only_a_successful_sign_in_has_a_line(columns: dict[str, object]) -> None:
    assert lines_of(TEXT_LINE, BERLIN)(entry(1, **columns)) is None


def test_each_attempt_has_a_line_for_fail2ban() -> None:
    line = lines_of(FAIL2BAN, BERLIN)
    told = "gatehouse login failure reason=invalid_password ip=203.0.113.9 name=alice"
    failed = entry(1, occurred_at=MOMENT, ip="203.0.113.9", **FAILED)
    assert line(failed) == f"2026-11-23T00:59:58.123456+01:00 {told}\n"
    assert " success reason=- ip=- name=alice\n" in str(line(entry(1)))
    assert line(entry(1, action=Action.LOGOUT)) is None


def test_a_time_is_whole_in_its_microseconds() -> None:
    line = lines_of(FAIL2BAN, ZoneInfo("UTC"))
    assert str(line(entry(1, occurred_at=MOMENT.replace(microsecond=0)))).startswith(
        "2026-11-22T23:59:58.000000+00:00 "
    )


def test_whoever_was_erased_leaves_a_dash() -> None:
    assert lines_of("{name} {ip}", BERLIN)(entry(1, None)) == "- -\n"


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize("form", [TEXT_LINE, FAIL2BAN, "{name}", "%H {name} from {ip}"])
@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_no_name_makes_another_line(name: str, form: str, encoding: str) -> None:
    told = lines_of(form, BERLIN)(entry(1, name, occurred_at=MOMENT))
    assert told is not None
    assert told.splitlines() == [told[:-1]]
    assert told.encode(encoding, "backslashreplace").splitlines() == [
        told[:-1].encode(encoding, "backslashreplace")
    ]


@given(st.text(max_size=64), st.sampled_from(["utf-8", "gbk"]))
def test_no_text_at_all_makes_another_line(name: str, encoding: str) -> None:
    row = entry(1, "x", occurred_at=MOMENT)
    row.username = name
    told = str(lines_of(TEXT_LINE, BERLIN)(row)).encode(encoding, "backslashreplace")
    assert len(told.splitlines()) == 1
    assert len(told.decode(encoding).splitlines()) == 1
    assert told.decode(encoding).endswith("于<2026-11-23:00:59:58>登录\n")


def test_what_gbk_lacks_is_not_lost() -> None:
    told = str(lines_of(TEXT_LINE, BERLIN)(entry(1, "ünal😀", occurred_at=MOMENT)))
    assert (
        told.encode("gbk", "backslashreplace").decode("gbk") == "ünal\\U0001f600于<2026-11-23:00:59:58>登录\n"
    )
