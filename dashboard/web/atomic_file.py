"""Files that are written whole or not at all."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def write_new(path: Path, content: bytes, mode: int = 0o644) -> bool:
    """Write a file durably; return False when it is there already."""
    with _draft(path, mode) as (draft, file):
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return False
        sync_folder(path.parent)
    return True


def write_over(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file durably in place of the one that may be there."""
    with replacing(path, mode) as file:
        file.write(content)


@contextmanager
def replacing(path: Path, mode: int = 0o644) -> Iterator[BinaryIO]:
    """Open a file that takes the name ``path`` durably once the block is complete; else it is gone."""
    with _draft(path, mode) as (draft, file):
        yield file
        file.flush()
        os.fsync(file.fileno())
        draft.replace(path)
        sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Have the names in a folder survive a power cut: syncing a file does not promise its name."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _draft(path: Path, mode: int) -> Iterator[tuple[Path, BinaryIO]]:
    """Open a file beside ``path`` under a name of its own, gone afterwards."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            yield draft, file
    finally:
        draft.unlink(missing_ok=True)
