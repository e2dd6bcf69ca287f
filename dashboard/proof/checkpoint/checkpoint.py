"""A checkpoint: a signed statement of where the stream stood at a time.

What is signed with Ed25519 (RFC 8032) are six lines of ASCII, each ending in a line feed::

    gatehouse checkpoint 1
    <origin>
    <epoch>
    <size, in decimal>
    <chain, 64 hexadecimal digits>
    <time, as in the file>
"""

import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_FORMAT = "gatehouse checkpoint 1"
#: What each field of the file must look like; ``size`` is a number.
_FIELDS = {
    "origin": r"[0-9a-f]{32}",
    "epoch": r"[0-9a-f]{32}",
    "chain": r"[0-9a-f]{64}",
    "time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "key": r"[0-9a-f]{16}",
    "signature": r"[0-9a-f]{128}",
}
_TIME = "%Y-%m-%dT%H:%M:%SZ"


class NotACheckpoint(ValueError):
    """A text is no checkpoint; says why."""


class ForeignKey(ValueError):
    """A checkpoint was signed by another key."""


class Forged(ValueError):
    """A checkpoint names our key, but its signature is wrong."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """``size`` entries were sealed at ``time`` (whole seconds), the last with the link ``chain``.

    ``key`` is the id of the key that signed it.
    """

    origin: str
    epoch: str
    size: int
    chain: bytes
    time: datetime
    key: str = ""
    signature: bytes = b""

    def statement(self) -> bytes:
        """Return the bytes that are signed."""
        where = (self.origin, self.epoch, str(self.size), self.chain.hex())
        return "".join(f"{line}\n" for line in (_FORMAT, *where, self.time.strftime(_TIME))).encode("ascii")

    def as_json(self) -> str:
        """Return the text of its file."""
        fields = {
            "format": _FORMAT,
            "origin": self.origin,
            "epoch": self.epoch,
            "size": self.size,
            "chain": self.chain.hex(),
            "time": self.time.strftime(_TIME),
            "key": self.key,
            "signature": self.signature.hex(),
        }
        return json.dumps(fields, indent=2) + "\n"

    def check_signature(self, public: Ed25519PublicKey) -> None:
        """Raise ``ForeignKey`` or ``Forged`` unless ``public`` verifies the signature."""
        if self.key != key_id(public):
            raise ForeignKey(f"the checkpoint was signed by another key, {self.key}, not by {key_id(public)}")
        try:
            public.verify(self.signature, self.statement())
        except InvalidSignature:
            raise Forged("the checkpoint was altered: its signature is wrong") from None


def key_id(public: Ed25519PublicKey) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of a raw public key."""
    return sha256(public.public_bytes_raw()).hexdigest()[:16]


def signed(plain: Checkpoint, key: Ed25519PrivateKey) -> Checkpoint:
    """Return a checkpoint with the signature of ``key``."""
    plain = replace(plain, key=key_id(key.public_key()))
    return replace(plain, signature=key.sign(plain.statement()))


def parse_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint of a file's text; its signature is not checked.

    Raises ``NotACheckpoint``.
    """
    found = _object(text)
    size = found.get("size")
    if type(size) is not int or not 0 <= size < 2**63:
        raise NotACheckpoint("it is not a checkpoint: size is not a whole number")
    for name, pattern in _FIELDS.items():
        if not isinstance(found.get(name), str) or not re.fullmatch(pattern, found[name], re.ASCII):
            raise NotACheckpoint(f"it is not a checkpoint: {name} is missing or malformed")
    try:
        time = datetime.strptime(found["time"], _TIME).replace(tzinfo=UTC)
    except ValueError:
        raise NotACheckpoint("it is not a checkpoint: there is no such time") from None
    chain, signature = bytes.fromhex(found["chain"]), bytes.fromhex(found["signature"])
    return Checkpoint(found["origin"], found["epoch"], size, chain, time, found["key"], signature)


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise NotACheckpoint("it is not a checkpoint: not JSON") from None
    if not isinstance(found, dict) or found.get("format") != _FORMAT:
        raise NotACheckpoint(f"it is not a checkpoint: its format is not “{_FORMAT}”")
    return found
