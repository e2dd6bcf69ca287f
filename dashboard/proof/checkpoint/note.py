"""Signed notes (https://c2sp.org/signed-note): a text and the Ed25519 signatures under it.

What is signed is the text with its last line feed. A line of a signature is ``— <name> <base64>``: four
bytes that tell the key, ``SHA256(name ‖ 0x0A ‖ 0x01 ‖ public key)``, and the 64 of the signature.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_LINE = re.compile(r"— (\S+) ([A-Za-z0-9+/]+={0,2})")
#: Signatures under a note, and characters of all of it, at most: others are no notes of ours.
MAX_SIGNATURES, MAX_NOTE = 16, 64 * 1024


class NotANote(ValueError):
    """A text is no signed note; says why."""


class Forged(ValueError):
    """A signature names a key that is known here, but that key did not make it."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature under a note: the signer's name, four bytes that tell the key, and the 64 bytes."""

    name: str
    key_hash: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A ``text``, which ends in a line feed, and what stands under it."""

    text: str
    signatures: tuple[Signature, ...]

    @property
    def digest(self) -> bytes:
        """The SHA-256 of the text: it names the note."""
        return sha256(self.text.encode()).digest()

    def signers(self, keys: Iterable[Ed25519PublicKey]) -> list[Ed25519PublicKey]:
        """Return those of ``keys`` that signed; raises ``Forged``."""
        return [key for key in keys for signature in self.signatures if self._is_by(key, signature)]

    def as_text(self) -> str:
        """Return the note as its file holds it."""
        lines = (
            f"— {line.name} {b64encode(line.key_hash + line.value).decode()}\n" for line in self.signatures
        )
        return f"{self.text}\n{''.join(lines)}"

    def _is_by(self, key: Ed25519PublicKey, signature: Signature) -> bool:
        if signature.key_hash != key_hash(signature.name, key):
            return False
        try:
            key.verify(signature.value, self.text.encode())
        except InvalidSignature:
            raise Forged("it was altered: its signature is wrong") from None
        return True


def key_hash(name: str, key: Ed25519PublicKey) -> bytes:
    """Return the four bytes that tell a key under this name."""
    return sha256(name.encode() + b"\n\1" + key.public_bytes_raw()).digest()[:4]


def signed_note(text: str, name: str, *keys: Ed25519PrivateKey) -> Note:
    """Return ``text``, which ends in a line feed, signed under ``name`` with each of ``keys``."""
    signatures = (Signature(name, key_hash(name, key.public_key()), key.sign(text.encode())) for key in keys)
    return Note(text, tuple(signatures))


def parse_note(content: str) -> Note:
    """Return the note of a file's content; its signatures are not checked. Raises ``NotANote``."""
    text, separator, under = content.rpartition("\n\n")
    lines = under.splitlines()
    if not separator or not lines or len(lines) > MAX_SIGNATURES or len(content) > MAX_NOTE:
        raise NotANote("it is no signed note")
    return Note(f"{text}\n", tuple(map(_signature, lines)))


def _signature(line: str) -> Signature:
    found = _LINE.fullmatch(line)
    try:
        data = b64decode(found[2], validate=True) if found else b""
    except ValueError:
        data = b""
    if found is None or len(data) != 4 + 64:
        raise NotANote("a line of its signatures is malformed")
    return Signature(found[1], data[:4], data[4:])
