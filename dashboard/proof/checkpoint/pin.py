"""What is pinned beside the checkpoint key: which log this machine keeps, whatever the database says.

A signed note of three lines: ``gatehouse/<origin>``, ``epoch <epoch>``, ``secret <id of the SECRET_KEY>``.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from dashboard.log.authentic.secret import is_ours, names_ours
from dashboard.proof.checkpoint.checkpoint import ORIGIN
from dashboard.proof.checkpoint.note import Forged, NotANote, parse_note, signed_note
from dashboard.proof.verify.faults import Broken
from dashboard.proof.verify.standing import Standing
from dashboard.web.atomic_file import write_over
from models import StreamHead

_TEXT = re.compile(rf"{ORIGIN}([0-9a-f]{{32}})\nepoch ([0-9a-f]{{32}})\nsecret ([0-9a-f]{{16}})\n")


class BadPin(ValueError):
    """The pin cannot be read, or none of our keys signed it; says why."""


@dataclass(frozen=True, slots=True)
class Pin:
    """The log's origin and epoch, and which SECRET_KEY authenticates its entries."""

    origin: str
    epoch: str
    secret_id: str


def pin_file(key: Path, database: str) -> Path:
    """Return where the pin of the log in a database lies, beside the file of the key.

    ``database`` is a `models.database.location.location`.
    """
    return key.with_name(f"{key.name}-{sha256(database.encode()).hexdigest()[:12]}.pin")


def read_pin(path: Path, keys: Iterable[Ed25519PublicKey]) -> Pin | None:
    """Return what is pinned, None before the first checkpoint; raises ``BadPin``."""
    try:
        note = parse_note(path.read_text("utf-8", "replace"))
        found = _TEXT.fullmatch(note.text)
        if not found or not note.signers(keys):
            raise BadPin(f"{path} is signed by no key that is known here")
    except FileNotFoundError:
        return None
    except (NotANote, Forged, OSError) as error:
        raise BadPin(f"{path} cannot be trusted: {error}") from None
    return Pin(*found.groups())


def write_pin(path: Path, pin: Pin, key: Ed25519PrivateKey) -> None:
    """Pin a log in the file ``path``, signed with ``key``."""
    text = f"{ORIGIN}{pin.origin}\nepoch {pin.epoch}\nsecret {pin.secret_id}\n"
    note = signed_note(text, ORIGIN + pin.origin, key)
    write_over(path, note.as_text().encode(), 0o600)


def check_pinned(pinned: Pin | None, standing: Standing | StreamHead) -> None:
    """Raise ``Broken`` when the database says that it is another log than the one that is pinned."""
    if pinned is None:
        return
    check_named(pinned)
    for name in ("origin", "epoch"):
        there, here = getattr(standing, name), getattr(pinned, name)
        if there != here:
            told = f"the database says that its {name} is {there}, but {here} is pinned beside the key"
            raise Broken(None, f"{told}: another log, or an older copy; see `manage.py after-restore`")


def check_named(pinned: Pin | None) -> None:
    """Raise ``Broken`` when the database names a foreign SECRET_KEY though ours is pinned."""
    if pinned and is_ours(pinned.secret_id) and not names_ours():
        told = "the database does not name the SECRET_KEY that is pinned beside the checkpoint key"
        how = "an older copy was restored, or it was changed there"
        raise Broken(None, f"{told}: {how}; see `manage.py after-restore`")
