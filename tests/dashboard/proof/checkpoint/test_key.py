"""The file of the key, and files written whole."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.proof.checkpoint.key import NoKey, make_key, read_key
from dashboard.web.atomic_file import write_new, write_over


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
