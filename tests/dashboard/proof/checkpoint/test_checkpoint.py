"""What a checkpoint says, and what becomes of altered ones."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dashboard.proof.checkpoint.checkpoint import Checkpoint, NotACheckpoint, Restored, key_id
from dashboard.proof.checkpoint.history import read_checkpoint
from dashboard.proof.checkpoint.note import Forged
from models.frontier import Frontier
from tests.support.proof import KEY, KEY_ID, note

KEYS = (KEY.public_key(),)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PLAIN = Checkpoint(
    origin="0a" * 16,
    epoch="0b" * 16,
    size=7,
    chain=b"\xff" * 32,
    time=NOON,
    frontier=Frontier.repeated(7, b"\xff" * 32),
    previous=b"\x01" * 32,
)
FULL = replace(PLAIN, restored=Restored("0c" * 16, 9), unauthenticated=3, is_new_key=True)
EMPTY = replace(PLAIN, size=0, frontier=Frontier(), previous=None)


@pytest.mark.parametrize("checkpoint", [PLAIN, FULL, EMPTY])
def test_it_reads_back(checkpoint: Checkpoint) -> None:
    assert read_checkpoint(note(checkpoint), KEYS) == replace(checkpoint, signers=(KEY_ID,))


def test_it_is_a_signed_note_of_the_transparency_logs() -> None:
    lines = note(PLAIN).split("\n")
    assert lines[:2] == ["gatehouse/" + "0a" * 16, "7"]
    assert lines[3:6] == ["epoch " + "0b" * 16, "chain " + "ff" * 32, "time 2026-11-22T12:00:00Z"]
    assert lines[-3] == ""
    assert lines[-2].startswith("\N{EM DASH} gatehouse/" + "0a" * 16 + " ")


@pytest.mark.parametrize(
    "change",
    [
        ("0a0a", "0b0a"),
        ("epoch 0b", "epoch 0c"),
        ("chain ff", "chain fe"),
        ("12:00:00Z", "12:00:01Z"),
        ("previous 01", "previous 02"),
        ("unauthenticated 3", "unauthenticated 4"),
        ("restored 0c", "restored 0d"),
        ("new-key\n", ""),
    ],
)
def test_an_altered_one_is_forged(change: tuple[str, str]) -> None:
    altered = note(FULL).replace(*change, 1)
    assert altered != note(FULL)
    with pytest.raises((Forged, NotACheckpoint)):
        assert read_checkpoint(altered, KEYS).signers == ()  # under another name the key is another
        raise NotACheckpoint


def test_one_of_another_key_has_no_signer_that_is_known() -> None:
    other = Ed25519PrivateKey.generate()
    assert read_checkpoint(note(PLAIN, other), KEYS).signers == ()
    both = read_checkpoint(note(PLAIN, KEY, other), (*KEYS, other.public_key()))
    assert both.signers == (KEY_ID, key_id(other.public_key()))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n7\n", "\n8\n"),  # a root and a frontier of another size
        ("\n7\n", "\n07\n"),
        ("\n7\n", "\n-7\n"),
        ("11-22T", "02-30T"),
        ("frontier ", "frontier A"),
        ("epoch ", "Epoch "),
        ("\nchain", "\nnote x\nchain"),
        ("\N{EM DASH}", "-"),
    ],
)
def test_other_lines_are_no_checkpoint(old: str, new: str) -> None:
    with pytest.raises(NotACheckpoint, match="not a checkpoint"):
        read_checkpoint(note(PLAIN).replace(old, new, 1), ())


@pytest.mark.parametrize(
    "text",
    ["", "x", "[]", "7", "null", "[" * 100_000, '{"format": 1}', "\x00", "NaN", "{", "a\n\nb", "{" * 9999],
)
def test_other_texts_are_no_checkpoints(text: str) -> None:
    with pytest.raises(NotACheckpoint, match="not a checkpoint"):
        read_checkpoint(text, KEYS)


def former(**changes: Any) -> str:
    """Return one of before there was a tree, signed by the key of these tests."""
    found = {
        "origin": "0a" * 16,
        "epoch": "0b" * 16,
        "size": 7,
        "chain": "ff" * 32,
        "time": "2026-11-22T12:00:00Z",
    }
    lines = ["gatehouse checkpoint 1", *map(str, found.values())]
    signature = KEY.sign("".join(f"{line}\n" for line in lines).encode())
    whole = {"format": lines[0], **found, "key": KEY_ID, "signature": signature.hex()}
    return json.dumps(whole | changes, indent=2)


def test_those_of_before_there_was_a_tree_still_count() -> None:
    found = read_checkpoint(former(), KEYS)
    assert (found.size, found.chain, found.time, found.signers) == (7, b"\xff" * 32, NOON, (KEY_ID,))
    assert (found.frontier, found.previous) == (None, None)
    assert read_checkpoint(former(), ()).signers == ()


@pytest.mark.parametrize(
    "change", [{"origin": "0c" * 16}, {"size": 8}, {"chain": "0" * 64}, {"signature": "0" * 128}]
)
def test_such_a_one_that_was_altered_is_forged(change: dict[str, Any]) -> None:
    with pytest.raises(Forged):
        read_checkpoint(former(**change), KEYS)


@pytest.mark.parametrize("field", ["format", "origin", "epoch", "size", "chain", "time", "key", "signature"])
@pytest.mark.parametrize("value", [None, "", "x", -1, 2**63, 1.5, True, [], {}, "\uff12" * 32, "0A" * 32])
def test_such_a_one_with_a_malformed_field_is_none(field: str, value: object) -> None:
    with pytest.raises(NotACheckpoint):
        read_checkpoint(former(**{field: value}), KEYS)
