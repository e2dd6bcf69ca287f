"""A key that signs vouchers and checkpoints in tests, and what a verification knows of it."""

from dataclasses import replace
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from dashboard.config import settings
from dashboard.proof.checkpoint.checkpoint import ORIGIN, Checkpoint, key_id
from dashboard.proof.checkpoint.history import History
from dashboard.proof.checkpoint.key import known_keys
from dashboard.proof.checkpoint.note import signed_note
from dashboard.proof.prune import PrunePlan
from dashboard.proof.verify.verify import current_standing
from dashboard.proof.voucher import Signer
from models import StreamHead, db
from models.clock import now

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
KEY_ID = key_id(KEY.public_key())


def signer(covered: int = 10**9) -> Signer:
    """Return what signs vouchers of the present log; checkpoints are said to cover that many entries."""
    with db.engine.connect() as connection:
        head = connection.execute(select(StreamHead.origin, StreamHead.epoch)).one()
    return Signer(head.origin, head.epoch, KEY, covered)


def history(*checkpoints: Checkpoint | None) -> History:
    """Return checkpoints, all signed with the key of these tests; that of the instance is known as well."""
    keys = known_keys(settings.INSTANCE / "checkpoints", settings.INSTANCE / "checkpoint_key")
    found = [replace(checkpoint, signers=(KEY_ID,)) for checkpoint in checkpoints if checkpoint]
    return History(sorted(found, key=lambda checkpoint: checkpoint.time), (KEY.public_key(), *keys))


def through(last: int, before: datetime | None = None) -> PrunePlan:
    """Return the plan to take away everything up to an entry."""
    return PrunePlan(current_standing(), before or now(), last, history())


def note(checkpoint: Checkpoint, *keys: Ed25519PrivateKey) -> str:
    """Return the content of a checkpoint's file, signed with ``keys`` or that of these tests."""
    return signed_note(checkpoint.as_text(), ORIGIN + checkpoint.origin, *(keys or (KEY,))).as_text()
