"""One file of a spool: lines are added durably and forgotten once they are no longer needed."""

import fcntl
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISREG

from dashboard.log.spool.line import LINE_START
from dashboard.web.atomic_file import sync_folder, write_over

#: Tells one state of a file from the next: inode, size and time of the last change.
State = tuple[int, int, int]


class SpoolFile:
    """A file of lines, shared by the processes of a machine under lock files beside it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def state(self) -> State | None:
        """Return what changes whenever the file does; None when there is none."""
        try:
            entry = self.path.stat()
        except OSError:
            return None
        return entry.st_ino, entry.st_size, entry.st_mtime_ns

    def content(self) -> bytes:
        """Return the whole file, empty when there is none."""
        with suppress(FileNotFoundError):
            return self.path.read_bytes()
        return b""

    def append(self, line: bytes, limit: int) -> None:
        """Add a line; it is on the disk when this returns.

        Raises ``OSError`` and leaves no half line when it does not fit below ``limit`` bytes.
        """
        with self._locked():
            is_new = self.state() is None
            _write(self.path, line, limit)
            if is_new:
                sync_folder(self.path.parent)

    def sift(self, goes: Callable[[bytes], bool]) -> State | None:
        """Ask of each line, in order, whether it may be forgotten; return the file's state afterwards.

        Lines that may are forgotten also when ``goes`` raises, the others stay. One process
        at a time; lines may be added meanwhile, they come with the next time.
        """
        with self._locked(".entering.lock"):
            with self._locked():
                seen, state = self.content(), self.state()
            left, kept = deque(seen.splitlines(keepends=True)), list[bytes]()
            try:
                while left:
                    if not goes(left[0]):
                        kept.append(left[0])
                    left.popleft()
            finally:
                changed = self._replace(seen, b"".join((*kept, *left)))
            return changed or state

    def _replace(self, seen: bytes, left: bytes) -> State | None:
        """Put ``left`` in the place of what was ``seen``, keep what was added since; return the new state."""
        if left == seen and seen:
            return None
        with self._locked():
            there = self.content()
            if there.startswith(seen):  # else somebody removed it: a line that comes again harms nothing
                self._write_over(left + there[len(seen) :])
            return None if len(there) > len(seen) else self.state()

    def _write_over(self, lines: bytes) -> None:
        if not lines:
            self.path.unlink(missing_ok=True)
            return
        owner = self.path.stat()
        write_over(self.path, lines, 0o600)
        if os.geteuid() == 0:  # a command of the administrator must not shut out the site
            os.chown(self.path, owner.st_uid, owner.st_gid)

    def why_not_writable(self) -> str | None:
        """Return why nothing could be kept here, or None."""
        if self.path.exists() and not self.path.is_file():
            return f"It is no file: {self.path}"
        try:
            with self._locked():
                return None
        except OSError as error:
            return f"{error.strerror}: {error.filename or self.path.parent}"

    @contextmanager
    def _locked(self, suffix: str = ".lock") -> Iterator[None]:
        folder = self.path.parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self.path.with_suffix(suffix), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            if os.geteuid() == 0:
                os.fchown(lock, folder.stat().st_uid, folder.stat().st_gid)
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def spool_files(own: Path, folders: Iterable[Path]) -> list[SpoolFile]:
    """Return the files of ``folders`` that hold lines of spools, whatever they are called.

    Others than ``own`` must belong to us or to the owner of the folder: a stranger's file is
    no spool.
    """
    entry = {path for folder in folders for path in folder.glob("*.jsonl") if path != own and _is_spool(path)}
    return [SpoolFile(path) for path in sorted(entry | ({own} if own.is_file() else set()))]


def _is_spool(path: Path) -> bool:
    try:
        there = path.lstat()
        if not S_ISREG(there.st_mode) or there.st_uid not in _owners(path.parent):
            return False
        with path.open("rb") as file:
            return path.name.startswith("spool-") or file.read(len(LINE_START)) == LINE_START
    except OSError:
        return False


def _owners(folder: Path) -> set[int]:
    return {os.geteuid(), folder.stat().st_uid}


def _write(path: Path, line: bytes, limit: int) -> None:
    """Append a line durably; raises ``OSError`` and leaves no half line when it does not fit."""
    file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
    try:
        size = os.fstat(file).st_size
        if size and os.pread(file, 1, size - 1) != b"\n":  # cut short by a crash: that line alone is lost
            line = b"\n" + line
        if size + len(line) > limit:
            raise OSError(f"full at {limit} bytes")
        try:
            if os.write(file, line) != len(line):
                raise OSError("disk full")
            os.fsync(file)
        except OSError:
            os.ftruncate(file, size)
            raise
    finally:
        os.close(file)
