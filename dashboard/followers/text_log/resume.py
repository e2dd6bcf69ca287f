"""What stands already of lines whose writing was cut off, in the file or in what it was rotated to."""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_END = re.compile(r"(\d{1,20}) (\d{1,20})", re.ASCII)


def end_of(path: Path) -> str:
    """Return which file it is and how long, ``inode size``; ``0 0`` when there is none that can be seen."""
    with suppress(OSError):
        found = path.lstat()
        return f"{found.st_ino} {found.st_size}"
    return "0 0"


def places(path: Path, end: str, data: bytes) -> Iterator[tuple[Path, int]]:
    """Yield the files that may hold a beginning of ``data``, written from ``end`` on, and where in them.

    The first is the file that it was, renamed perhaps, or a copy of one that was emptied since; then comes
    what has its name now, if that is another or was emptied. An ``end`` that is none tells of no file.
    """
    if not (told := _END.fullmatch(str(end))):
        return
    inode, size = int(told[1]), int(told[2])
    files = dict(_rotated(path))
    same = [one for one, found in files.items() if found.st_ino == inode and found.st_size >= size]
    yield from ((one, size) for one in same or _copies(path, files, size, data))
    if path not in same:
        yield path, 0


def split(found: bytes, data: bytes) -> tuple[bytes, bytes]:
    """Return what completes the last line of ``found``, and what of ``data`` is to be written after it.

    ``found`` begins like ``data``, as far as that was written; others may have added to it.
    """
    written, lines = found.splitlines(keepends=True), data.splitlines(keepends=True)
    same = next((at for at, pair in enumerate(zip(written, lines, strict=False)) if pair[0] != pair[1]), None)
    same = min(len(written), len(lines)) if same is None else same
    half, rest = b"".join(written[same:]), lines[same:]
    if rest and half and rest[0].startswith(half):
        return rest[0].removeprefix(half), b"".join(rest[1:])
    return b"\n" if half and not half.endswith(b"\n") else b"", b"".join(rest)


def _rotated(path: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield the files whose names begin with that of ``path``, as logrotate calls them."""
    beside = [path]
    with suppress(OSError):  # a folder that may be written to, but not be listed
        beside = list(path.parent.iterdir())
    for one in beside:
        with suppress(OSError):
            found = one.lstat()
            if one.name.startswith(path.name) and stat.S_ISREG(found.st_mode):
                yield one, found


def _copies(path: Path, files: dict[Path, os.stat_result], size: int, data: bytes) -> Iterator[Path]:
    """Yield what holds a beginning of ``data`` from ``size`` on and nothing more."""
    for one, found in files.items():
        if one != path and size < found.st_size <= size + len(data):
            with suppress(OSError), one.open("rb") as file:
                file.seek(size)
                if data.startswith(file.read(len(data) + 1)):
                    yield one
                    return
