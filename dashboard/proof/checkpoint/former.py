"""Checkpoints as they were before there was a tree over the links: JSON with one signature.

What was signed with Ed25519 (RFC 8032) are six lines of ASCII, each ending in a line feed::

    gatehouse checkpoint 1
    <origin>
    <epoch>
    <size, in decimal>
    <chain, 64 hexadecimal digits>
    <time, as in the file>
"""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from dashboard.proof.checkpoint.checkpoint import Checkpoint, NotACheckpoint, key_id
from dashboard.proof.checkpoint.note import Forged

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


def parse_former(content: str, keys: Iterable[Ed25519PublicKey]) -> Checkpoint:
    """Return the checkpoint of a file's content; without ``signers`` when it names none of ``keys``.

    Raises ``NotACheckpoint`` and ``Forged``.
    """
    found = _object(content)
    try:
        time = datetime.strptime(found["time"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise NotACheckpoint("it is not a checkpoint: there is no such time") from None
    signers = tuple(name for key in keys if (name := key_id(key)) == found["key"] and _signed(found, key))
    return Checkpoint(
        origin=found["origin"],
        epoch=found["epoch"],
        size=found["size"],
        chain=bytes.fromhex(found["chain"]),
        time=time,
        signers=signers,
    )


def _signed(found: dict[str, Any], key: Ed25519PublicKey) -> bool:
    lines = (_FORMAT, found["origin"], found["epoch"], str(found["size"]), found["chain"], found["time"])
    try:
        key.verify(bytes.fromhex(found["signature"]), "".join(f"{line}\n" for line in lines).encode("ascii"))
    except InvalidSignature:
        raise Forged("it was altered: its signature is wrong") from None
    return True


def _object(content: str) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise NotACheckpoint("it is not a checkpoint: neither a signed note nor JSON") from None
    if not isinstance(found, dict) or found.get("format") != _FORMAT:
        raise NotACheckpoint(f"it is not a checkpoint: its format is not “{_FORMAT}”")
    size = found.get("size")
    if type(size) is not int or not 0 <= size < 2**63:
        raise NotACheckpoint("it is not a checkpoint: size is not a whole number")
    for name, pattern in _FIELDS.items():
        if not isinstance(found.get(name), str) or not re.fullmatch(pattern, found[name], re.ASCII):
            raise NotACheckpoint(f"it is not a checkpoint: {name} is missing or malformed")
    return found
