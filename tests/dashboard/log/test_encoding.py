"""The bytes that the databases build are those of the chain's own encoding."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from dashboard.log.chain import PERSON, PLACE, PUBLIC, encode
from dashboard.log.encoding import PERSON_BYTES, PLACE_BYTES, PUBLIC_BYTES
from models import LoginLog, db
from models.database.types import pack_ip
from tests.support.book import entry, store, various

ODD = "\\ 'quoted\" \x00 é 😀 \u202e"


def plain(name: str, value: Any) -> str | None:
    """Return the text of a value as the chain's documentation says."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    if name in ("ip", "peer_ip"):
        return value and pack_ip(value).hex()
    if isinstance(value, UUID | bytes):
        return value.hex if isinstance(value, UUID) else value.hex()
    if isinstance(value, bool):
        return str(int(value))
    return None if value is None else str(value)


def test_both_databases_encode_what_is_read_back(app: Flask) -> None:
    store(
        [
            *various(),
            entry(
                90,
                "odd",
                user_agent=ODD,
                detail='{"a":"é"}',
                peer_ip="::1",
                asn=2**40,
                country="",
                new_device=True,
            ),
            entry(91, "new", new_device=False),
        ]
    )
    encoded = (PUBLIC_BYTES, PLACE_BYTES, PERSON_BYTES)
    rows = db.session.execute(select(LoginLog, *encoded)).all()
    assert {row.new_device for row, *_ in rows} == {None, False, True}
    for row, *found in rows:
        for group, data in zip((PUBLIC, PLACE, PERSON), found, strict=True):
            assert data == encode(plain(name, getattr(row, name)) for name in group)
