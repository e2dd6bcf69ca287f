"""Secrets of endpoints and what is signed with them (Standard Webhooks 1.0.0)."""

import base64
import hashlib
import hmac
import os
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from auth.subkeys import subkeys
from dashboard.followers.webhooks.sending.failure import SendFailed
from models import Webhook, WebhookTrouble

SECRET_PREFIX = "whsec_"  # noqa: S105 - what each begins with
_PURPOSE, _NONCE = b"gatehouse webhook secret 1", 12


def new_secret() -> bytes:
    """Return a new key of 32 random bytes."""
    return os.urandom(32)


def secret_text(secret: bytes) -> str:
    """Return a key as people copy it."""
    return SECRET_PREFIX + base64.b64encode(secret).decode()


def encrypted(secret: bytes, public_id: UUID) -> str:
    """Return a key as it is stored: it can be read for this endpoint only (AES-256-GCM)."""
    nonce = os.urandom(_NONCE)
    sealed = AESGCM(subkeys(_PURPOSE)[0]).encrypt(nonce, secret, public_id.bytes)
    return base64.b64encode(nonce + sealed).decode()


def decrypted(stored: str, public_id: UUID) -> bytes:
    """Return a key that was made under SECRET_KEY or one of SECRET_KEY_FALLBACKS; raises ``SendFailed``."""
    try:
        raw = base64.b64decode(stored, validate=True)
    except ValueError:
        raise SendFailed(WebhookTrouble.NO_SECRET) from None
    for key in subkeys(_PURPOSE):
        try:
            return AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], public_id.bytes)
        except (InvalidTag, ValueError):
            continue
    raise SendFailed(WebhookTrouble.NO_SECRET)


def keys_of(webhook: Webhook, moment: datetime) -> list[bytes]:
    """Return the keys that sign at ``moment``, the newest first; raises ``SendFailed``."""
    keys = [decrypted(webhook.secret, webhook.public_id)]
    if webhook.former_secret and webhook.former_until and moment < webhook.former_until:
        keys.append(decrypted(webhook.former_secret, webhook.public_id))
    return keys


def signed_headers(keys: Sequence[bytes], event_id: UUID, moment: datetime, body: bytes) -> dict[str, str]:
    """Return the three headers by which a receiver knows who sends, what and when."""
    timestamp = str(int(moment.timestamp()))
    content = f"{event_id}.{timestamp}.".encode() + body
    signatures = (base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode() for key in keys)
    return {
        "webhook-id": str(event_id),
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
