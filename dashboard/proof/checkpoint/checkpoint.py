"""A checkpoint: a signed statement of where the stream stood at a time (https://c2sp.org/tlog-checkpoint).

The lines of its text::

    gatehouse/<origin>
    <size, in decimal>
    <root of the tree over the links, base64>
    epoch <epoch>
    chain <link of the last entry, hexadecimal>
    time <as 2026-11-22T09:00:00Z>
    frontier <hashes of the tree, base64, or ->
    previous <SHA-256 of the text of the checkpoint before, hexadecimal, or ->

and, where it is so::

    restored <epoch before> <size of the last checkpoint before>
    unauthenticated <how many entries no mac speaks for>
    new-key
"""

import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from dashboard.proof.checkpoint.note import Note
from models.frontier import Frontier

ORIGIN = "gatehouse/"
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_HEX = "[0-9a-f]"
_TEXT = re.compile(
    rf"""{ORIGIN}(?P<origin>{_HEX}{{32}})
(?P<size>0|[1-9][0-9]{{0,18}})
(?P<root>[A-Za-z0-9+/]{{43}}=)
epoch (?P<epoch>{_HEX}{{32}})
chain (?P<chain>{_HEX}{{64}})
time (?P<time>\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ)
frontier (?P<frontier>-|[A-Za-z0-9+/]+={{0,2}})
previous (?P<previous>-|{_HEX}{{64}})
(?:restored (?P<restored_epoch>{_HEX}{{32}}) (?P<restored_size>[0-9]{{1,19}})
)?(?:unauthenticated (?P<unauthenticated>[0-9]{{1,19}})
)?(?P<new_key>new-key
)?""",
    re.ASCII,
)


class NotACheckpoint(ValueError):
    """A text is no checkpoint; says why."""


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup was restored: the last checkpoint before was of ``epoch`` and covered ``size`` entries."""

    epoch: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """``size`` entries were sealed at ``time`` (whole seconds), the last with the link ``chain``.

    ``previous`` is the `digest` of the one before. The first ``unauthenticated`` entries have this
    checkpoint alone to speak for them. ``is_new_key`` tells that the key before was lost. ``frontier`` is
    None, and ``previous`` too, in those of before there was a tree. ``signers`` are ids of known keys.
    """

    origin: str
    epoch: str
    size: int
    chain: bytes
    time: datetime
    frontier: Frontier | None = None
    previous: bytes | None = None
    restored: Restored | None = None
    unauthenticated: int = 0
    is_new_key: bool = False
    signers: tuple[str, ...] = ()

    def as_text(self) -> str:
        """Return the text that is signed; it needs a frontier."""
        frontier = self.frontier or Frontier()
        lines = [
            ORIGIN + self.origin,
            str(self.size),
            _base64(frontier.root()),
            f"epoch {self.epoch}",
            f"chain {self.chain.hex()}",
            f"time {self.time.strftime(_TIME)}",
            f"frontier {_base64(frontier.as_bytes()) or '-'}",
            f"previous {self.previous.hex() if self.previous else '-'}",
        ]
        if self.restored:
            lines.append(f"restored {self.restored.epoch} {self.restored.size}")
        if self.unauthenticated:
            lines.append(f"unauthenticated {self.unauthenticated}")
        if self.is_new_key:
            lines.append("new-key")
        return "".join(f"{line}\n" for line in lines)

    @property
    def digest(self) -> bytes:
        """The SHA-256 of the text: what the next one names it by."""
        return sha256(self.as_text().encode()).digest()


def key_id(public: Ed25519PublicKey) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of a raw public key."""
    return sha256(public.public_bytes_raw()).hexdigest()[:16]


def checkpoint_of(note: Note, signers: tuple[str, ...] = ()) -> Checkpoint:
    """Return what a note says; ``signers`` are the ids of the keys that signed it.

    Raises ``NotACheckpoint``.
    """
    found = _TEXT.fullmatch(note.text)
    if not found:
        raise NotACheckpoint("it is not a checkpoint: its lines are others")
    size = int(found["size"])
    try:
        time = datetime.strptime(found["time"], _TIME).replace(tzinfo=UTC)
        frontier = Frontier(size, b64decode(found["frontier"].replace("-", "")))
    except ValueError:
        raise NotACheckpoint("it is not a checkpoint: there is no such time or tree") from None
    if _base64(frontier.root()) != found["root"]:
        raise NotACheckpoint("it is not a checkpoint: its root is not that of its frontier")
    before = found["restored_epoch"]
    return Checkpoint(
        origin=found["origin"],
        epoch=found["epoch"],
        size=size,
        chain=bytes.fromhex(found["chain"]),
        time=time,
        frontier=frontier,
        previous=None if found["previous"] == "-" else bytes.fromhex(found["previous"]),
        restored=Restored(before, int(found["restored_size"])) if before else None,
        unauthenticated=int(found["unauthenticated"] or 0),
        is_new_key=bool(found["new_key"]),
        signers=signers,
    )


def _base64(data: bytes) -> str:
    return b64encode(data).decode()
