"""Checkpoints: what they hold, and what becomes of altered ones."""

import json
import os
import stat
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask

from dashboard.log.sealer import seal_all
from dashboard.proof.checkpoint import store as checkpoint_store
from dashboard.proof.checkpoint.checkpoint import (
    Checkpoint,
    ForeignKey,
    Forged,
    NotACheckpoint,
    key_id,
    parse_checkpoint,
    signed,
)
from dashboard.proof.checkpoint.key import NoKey, make_key, read_key
from dashboard.proof.checkpoint.store import Store
from dashboard.web.atomic_file import write_new, write_over
from models.clock import now
from tests.dashboard.proof.verify.tampering import HEAD, LOG, changed, copied, fault, restored, sealed_book
from tests.support.book import entry, store

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PLAIN = Checkpoint("0a" * 16, "0b" * 16, 7, b"\xff" * 32, NOON)


def test_a_checkpoint_reads_back_and_checks() -> None:
    checkpoint = signed(PLAIN, KEY)
    assert parse_checkpoint(checkpoint.as_json()) == checkpoint
    checkpoint.check_signature(KEY.public_key())


def test_what_is_signed_is_plain_text() -> None:
    lines = ("gatehouse checkpoint 1", "0a" * 16, "0b" * 16, "7", "ff" * 32, "2026-11-22T12:00:00Z", "")
    assert signed(PLAIN, KEY).statement() == "\n".join(lines).encode()


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "0c" * 16},
        {"epoch": "0c" * 16},
        {"size": 8},
        {"chain": bytes(32)},
        {"time": NOON + timedelta(seconds=1)},
        {"signature": bytes(64)},
    ],
)
def test_an_altered_checkpoint_is_forged(change: dict[str, Any]) -> None:
    with pytest.raises(Forged):
        replace(signed(PLAIN, KEY), **change).check_signature(KEY.public_key())


def test_a_checkpoint_of_another_key_is_told_apart() -> None:
    other = Ed25519PrivateKey.generate()
    with pytest.raises(ForeignKey, match=key_id(other.public_key())):
        signed(PLAIN, other).check_signature(KEY.public_key())


@pytest.mark.parametrize("field", [field.name for field in fields(Checkpoint)] + ["format"])
@pytest.mark.parametrize("value", [None, "", "x", -1, 2**63, 1.5, True, [], {}, "\uff12" * 32, "0A" * 32])
def test_a_malformed_field_is_no_checkpoint(field: str, value: object) -> None:
    found = json.loads(signed(PLAIN, KEY).as_json())
    with pytest.raises(NotACheckpoint):
        parse_checkpoint(json.dumps(found | {field: value}))
    del found[field]
    with pytest.raises(NotACheckpoint):
        parse_checkpoint(json.dumps(found))


@pytest.mark.parametrize("text", ["", "x", "[]", "7", "null", "[" * 100_000, '{"format": 1}', "\x00", "NaN"])
def test_other_texts_are_no_checkpoints(text: str) -> None:
    with pytest.raises(NotACheckpoint, match="not a checkpoint"):
        parse_checkpoint(text)


def test_a_time_that_never_was_is_no_checkpoint() -> None:
    with pytest.raises(NotACheckpoint, match="time"):
        parse_checkpoint(signed(PLAIN, KEY).as_json().replace("11-22T", "02-30T"))


def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "key"
    key = make_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert make_key(path).private_bytes_raw() == read_key(path).private_bytes_raw() == key.private_bytes_raw()
    assert [file.name for file in path.parent.iterdir()] == ["key"]


@pytest.mark.parametrize("content", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\n"])
def test_a_file_that_is_no_key_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(NoKey, match="key"):
        make_key(tmp_path / "key")


def test_a_missing_key_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoKey, match="there is no key"):
        read_key(tmp_path / "key")


def test_files_are_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert write_new(path, b"one")
    assert not write_new(path, b"two")
    assert path.read_bytes() == b"one"
    write_over(path, b"three")
    assert path.read_bytes() == b"three"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("write", [write_new, write_over])
def test_files_and_their_names_are_on_the_disk_when_they_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path, bytes], object]
) -> None:
    path, synced = tmp_path / "file", list[tuple[bytes, bool]]()

    def fsync(file: int, sync: Callable[[int], None] = os.fsync) -> None:
        open_ = Path(f"/proc/self/fd/{file}").readlink()
        synced.append((open_.read_bytes() if open_.is_file() else b"", path.exists()))
        sync(file)

    monkeypatch.setattr(os, "fsync", fsync)
    write(path, b"whole")
    assert synced == [(b"whole", False), (b"", True)]  # the content before it has its name, then the name


@pytest.mark.parametrize("write", [write_new, write_over])
def test_what_the_disk_cannot_promise_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path, bytes], object]
) -> None:
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="broken"):
        write(tmp_path / "file", b"whole")
    assert list(tmp_path.iterdir()) == []


def refuse(_: int) -> None:
    """Be a disk that is broken."""
    raise OSError("broken")


@pytest.fixture
def kept(tmp_path: Path) -> Store:
    """A folder of checkpoints, and a key elsewhere."""
    return Store(tmp_path / "checkpoints", tmp_path / "key")


def test_a_kept_checkpoint_is_the_newest_of_its_book(app: Flask, kept: Store) -> None:
    sealed_book()
    taken = kept.take()
    assert kept.newest(taken.origin) is None
    older = signed(replace(taken, time=taken.time - timedelta(days=1), size=1), make_key(kept.key))
    path = kept.keep(taken)
    kept.keep(older)
    foreign = signed(replace(taken, time=taken.time + timedelta(days=1)), Ed25519PrivateKey.generate())
    kept.keep(foreign)
    assert kept.newest(taken.origin) == path
    assert kept.newest("f" * 32) is None
    assert kept.read(path) == taken
    kept.key.unlink()
    with pytest.raises(NoKey):
        kept.newest(taken.origin)
    assert [file.name for file in kept.folder.glob("*.pub.pem")] == [f"{taken.key}.pub.pem"]


def test_checkpoints_are_taken_when_due_also_when_idle(
    app: Flask, kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    hour, clock = timedelta(hours=1), [now()]
    monkeypatch.setattr(checkpoint_store, "now", lambda: clock[0])
    first = kept.keep_if_due(hour)
    assert first is not None
    clock[0] += timedelta(minutes=59)
    assert kept.keep_if_due(hour) is None
    clock[0] += timedelta(minutes=1)
    second = kept.keep_if_due(hour)
    assert second is not None
    assert kept.read(second).size == kept.read(first).size == 0


def test_one_dated_in_the_future_does_not_stop_the_schedule(
    app: Flask, kept: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [now() + timedelta(days=365)]
    monkeypatch.setattr(checkpoint_store, "now", lambda: clock[0])
    kept.keep(kept.take())
    clock[0] = now()
    assert kept.keep_if_due(timedelta(hours=1)) is not None
    assert kept.keep_if_due(timedelta(hours=1)) is None


@pytest.mark.parametrize("sealed_first", [True, False])
def test_an_untouched_book_agrees_with_its_checkpoint(app: Flask, kept: Store, sealed_first: bool) -> None:
    if sealed_first:
        sealed_book()
    checkpoint = kept.take()
    assert fault(checkpoint) is None
    sealed_book() if not sealed_first else store([entry(500)])
    seal_all()
    assert fault(checkpoint) is None


def test_an_old_copy_is_found(app: Flask, kept: Store) -> None:
    sealed_book()
    backup = copied()
    store([entry(500)])
    seal_all()
    checkpoint = kept.take()
    restored(backup)
    assert fault() is None
    assert "an older copy was restored" in str(fault(checkpoint))
    store([entry(501), entry(502)])
    seal_all()
    assert "another copy restored" in str(fault(checkpoint))


def test_a_book_that_was_sealed_anew_is_found(app: Flask, kept: Store) -> None:
    store([entry(1), entry(2, outcome="failure", reason="invalid_password")])
    seal_all()
    checkpoint = kept.take()
    changed(LOG, LOG.c.id > 0, outcome="success", reason=None, seq=None, chain=None, place=None, person=None)
    restored({**copied(), HEAD: [copied()[HEAD][0] | {"seq": 0, "chain": None}]})
    with_totals = copied()
    restored({table: [] if table.name == "login_total" else rows for table, rows in with_totals.items()})
    seal_all()
    assert fault() is None
    assert "rewritten" in str(fault(checkpoint))


@pytest.mark.parametrize("field", ["origin", "epoch"])
def test_a_checkpoint_of_another_book_is_told(app: Flask, kept: Store, field: str) -> None:
    sealed_book()
    other = replace(kept.take(), **{field: "0f" * 16})
    assert f"the checkpoint is of another {field}" in str(fault(other))
