"""Entries that vouch for what is gone: erase, address_purge and log_purge, signed with the checkpoint key.

What is signed with Ed25519 are lines, each ending in a line feed::

    gatehouse voucher 1
    <origin>
    <epoch>
    <event_id, 32 hexadecimal digits>
    <action>
    <time, as 2026-11-22 09:00:00.000000>
    <detail, as canonical JSON, without its signature>

The detail holds the signature beside the id of the key, in base64.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from auth.events import AuthEvent
from dashboard.log.recorder import canonical
from dashboard.proof.checkpoint.checkpoint import key_id

_FORMAT = "gatehouse voucher 1"
_KEY, _SIGNATURE = "key", "signature"


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs vouchers of one log with the key of its checkpoints, the newest of which covers ``covered``."""

    origin: str
    epoch: str
    key: Ed25519PrivateKey
    covered: int

    def sign(self, event: AuthEvent, detail: Mapping[str, object]) -> AuthEvent:
        """Return ``event`` with ``detail`` and its signature."""
        plain = {**detail, _KEY: key_id(self.key.public_key())}
        facts = (event.event_id, str(event.action), event.occurred_at)
        signature = self.key.sign(_statement(self.origin, self.epoch, *facts, plain))
        return replace(event, detail={**plain, _SIGNATURE: b64encode(signature).decode()})


@dataclass(frozen=True, slots=True)
class Voucher:
    """A stored entry that claims to vouch for others."""

    seq: int | None
    event_id: UUID
    action: str
    occurred_at: datetime
    user_id: int | None
    detail: Mapping[str, Any]

    def epoch(self, origin: str, epochs: Iterable[str], keys: Iterable[Ed25519PublicKey]) -> str | None:
        """Return in which of these epochs of the log the key that it names, one of ``keys``, signed it."""
        plain = {name: value for name, value in self.detail.items() if name != _SIGNATURE}
        signer = next((key for key in keys if key_id(key) == plain.get(_KEY)), None)
        try:
            signature = b64decode(str(self.detail.get(_SIGNATURE)), validate=True)
            facts = (self.event_id, self.action, self.occurred_at)
            statements = {epoch: _statement(origin, epoch, *facts, plain) for epoch in epochs}
        except ValueError:
            return None
        signed = (
            epoch for epoch, text in statements.items() if signer and _verifies(signer, signature, text)
        )
        return next(signed, None)


def _statement(
    origin: str, epoch: str, event_id: UUID, action: str, time: datetime, detail: Mapping[str, object]
) -> bytes:
    when = time.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    lines = (_FORMAT, origin, epoch, event_id.hex, action, when, canonical(detail) or "")
    return "".join(f"{line}\n" for line in lines).encode()


def _verifies(key: Ed25519PublicKey, signature: bytes, statement: bytes) -> bool:
    try:
        key.verify(signature, statement)
    except InvalidSignature:
        return False
    return True
