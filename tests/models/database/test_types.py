"""Column types: what goes in comes out alike on both databases."""

from datetime import UTC, datetime, timedelta, timezone
from ipaddress import IPv4Address, IPv6Address
from uuid import UUID, uuid4

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import literal_column, select, text
from sqlalchemy.exc import StatementError

from models import Action, LoginLog, Outcome, db, write_transaction
from models.database.types import HowOften, pack_ip, unpack_ip


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_packed_as_mapped_ipv6(address: IPv4Address) -> None:
    assert pack_ip(str(address)) == IPv6Address(f"::ffff:{address}").packed
    assert unpack_ip(pack_ip(str(address))) == str(address)


@given(st.ip_addresses(v=6))
def test_an_ipv6_address_survives_packing(address: IPv6Address) -> None:
    assert unpack_ip(pack_ip(str(address))) == str(address.ipv4_mapped or address)


@given(st.lists(st.ip_addresses(v=4), min_size=2, max_size=2))
def test_packed_addresses_sort_as_addresses_do(pair: list[IPv4Address]) -> None:
    assert sorted(pack_ip(str(ip)) for ip in pair) == [pack_ip(str(ip)) for ip in sorted(pair)]


def test_a_zone_index_is_not_part_of_an_address() -> None:
    assert unpack_ip(pack_ip("fe80::1%eth0")) == "fe80::1"


@pytest.mark.parametrize("wrong", ["", "unknown", "10.0.0.256", "10.0.0.1:80", "::1::", "\x00", "010.0.0.1"])
def test_what_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError):
        pack_ip(wrong)


def stored(**columns: object) -> LoginLog:
    """Return an entry as the database gives it back."""
    entry = {"event_id": uuid4(), "occurred_at": datetime(2026, 1, 2, tzinfo=UTC)} | columns
    row = LoginLog(action=Action.LOGIN, outcome=Outcome.SUCCESS, **entry)
    write_transaction(lambda session: session.add(row))
    return db.session.scalars(select(LoginLog)).one()


@pytest.mark.parametrize("microsecond", [0, 1, 999_999])
def test_times_keep_their_microseconds(app: Flask, microsecond: int) -> None:
    moment = datetime(2026, 3, 29, 1, 30, microsecond=microsecond, tzinfo=UTC)
    assert stored(occurred_at=moment).occurred_at == moment


def test_times_come_back_in_utc(app: Flask) -> None:
    there = datetime(2026, 1, 1, 7, tzinfo=timezone(timedelta(hours=8)))
    back = stored(occurred_at=there).occurred_at
    assert back == there
    assert back.utcoffset() == timedelta()


def test_a_time_without_an_offset_is_refused(app: Flask) -> None:
    with pytest.raises(StatementError, match="without an offset"):
        stored(occurred_at=datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake under test


@pytest.mark.parametrize("address", ["10.0.0.7", "2001:db8::1", "::", "255.255.255.255"])
def test_addresses_come_back_as_text(app: Flask, address: str) -> None:
    assert stored(ip=address).ip == address


def test_identifiers_are_sixteen_bytes_in_network_order(app: Flask) -> None:
    event_id = UUID("00112233-4455-6677-8899-aabbccddeeff")
    assert stored(event_id=event_id).event_id == event_id
    assert bytes(db.session.scalar(text("SELECT event_id FROM login_log"))) == event_id.bytes


@pytest.mark.parametrize("nonce", [bytes(16), bytes(range(16)), b"\xff" * 16])
def test_digests_keep_every_byte(app: Flask, nonce: bytes) -> None:
    assert stored(place_nonce=nonce).place_nonce == nonce


@pytest.mark.parametrize("name", ["𠮷野家", "משה", "Zoë", "😀***", "\\", "a'b\"c"])
def test_text_keeps_every_character(app: Flask, name: str) -> None:
    assert stored(username=name).username == name


@pytest.mark.parametrize("odd", ["'x'", "x'ff'", "7.5", "-5", "9223372036854775807"])
def test_a_count_that_is_none_is_nought(sqlite_app: Flask, odd: str) -> None:
    read = select(literal_column(odd, type_=HowOften()))
    assert db.session.execute(read).scalar_one() == 0
