"""Signatures are those of Standard Webhooks; secrets are stored so that the database alone tells nothing."""

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from standardwebhooks import Webhook as Standard

from dashboard.followers.webhooks.sending.failure import SendFailed
from dashboard.followers.webhooks.sending.signing import (
    decrypted,
    encrypted,
    keys_of,
    new_secret,
    secret_text,
    signed_headers,
)
from models import Webhook, WebhookTrouble
from models.clock import now

ID = UUID("0190a4c2-7d3e-7b11-8f00-3c5d2a9e4b17")


def test_the_signature_is_the_library_s() -> None:
    secret, moment, body = new_secret(), now(), '{"type":"test","ü":"李"}'
    headers = signed_headers([secret], ID, moment, body.encode())
    standard = Standard(secret_text(secret))
    naive = moment.replace(tzinfo=None)
    assert headers["webhook-signature"] == standard.sign(str(ID), naive.replace(microsecond=0), body)
    assert standard.verify(body.encode(), headers)["type"] == "test"


def test_while_a_secret_is_rotated_both_sign() -> None:
    old, new = new_secret(), new_secret()
    headers = signed_headers([new, old], ID, now(), b"{}")
    assert headers["webhook-signature"].count("v1,") == 2
    for secret in (old, new):
        assert Standard(secret_text(secret)).verify(b"{}", headers) == {}


def test_a_secret_is_thirty_two_bytes_after_its_prefix() -> None:
    text = secret_text(new_secret())
    assert text.startswith("whsec_")
    assert len(base64.b64decode(text.removeprefix("whsec_"))) == 32
    assert len({new_secret() for _ in range(10)}) == 10


def test_what_is_stored_can_be_read_with_the_key_and_for_its_webhook_only(sqlite_app: Flask) -> None:
    secret, other = new_secret(), uuid4()
    stored = encrypted(secret, ID)
    assert decrypted(stored, ID) == secret
    assert encrypted(secret, ID) != stored
    flipped = base64.b64encode(
        bytes([base64.b64decode(stored)[0] ^ 1]) + base64.b64decode(stored)[1:]
    ).decode()
    for wrong, whose in (
        (stored, other),
        (flipped, ID),
        ("", ID),
        ("ü", ID),
        ("AAAA", ID),
        (stored[:-4], ID),
    ):
        with pytest.raises(SendFailed) as failed:
            decrypted(wrong, whose)
        assert failed.value.trouble is WebhookTrouble.NO_SECRET


def test_an_earlier_key_of_the_site_reads_what_it_wrote(sqlite_app: Flask) -> None:
    secret = new_secret()
    stored = encrypted(secret, ID)
    former = sqlite_app.config["SECRET_KEY"]
    sqlite_app.config.update(
        SECRET_KEY="another key of thirty-two bytes or so", SECRET_KEY_FALLBACKS=[former]
    )
    assert decrypted(stored, ID) == secret
    sqlite_app.config["SECRET_KEY_FALLBACKS"] = []
    with pytest.raises(SendFailed):
        decrypted(stored, ID)


def test_the_former_secret_signs_until_its_end(sqlite_app: Flask) -> None:
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    row = Webhook(public_id=ID, secret=encrypted(b"n" * 32, ID), former_secret=encrypted(b"o" * 32, ID))
    row.former_until = moment + timedelta(hours=24)
    assert keys_of(row, moment) == [b"n" * 32, b"o" * 32]
    assert keys_of(row, moment + timedelta(hours=24)) == [b"n" * 32]
