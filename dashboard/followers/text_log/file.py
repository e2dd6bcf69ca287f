"""A file that lines are added to, each once, while others rename or empty it."""

import errno
import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from dashboard.followers.follow import DeliveryFailed
from dashboard.followers.text_log import resume

#: Names and addresses stand in it; who wants others to read it makes the file, or has logrotate make it.
MODE = 0o600
#: Seconds from `LineFile.end` on in which nobody else can have the turn, far fewer than it lasts.
SURE = 5.0
# It is never waited for, so a FIFO cannot hang it; no link is followed, as whoever may make one in the
# folder could have us write anywhere.
_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_NOCTTY | os.O_CLOEXEC
_WORDS = {
    errno.ENXIO: "it is no file",
    errno.ELOOP: "it is a link: name the file itself",
    errno.EWOULDBLOCK: "another process is writing to it",
}


class LineFile:
    """A log file at ``path``. It is opened for each batch, so a renamed one is never held on to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._asked = monotonic()

    def end(self) -> str:
        """Return where the next line will begin: what `append` wants after a crash."""
        self._asked = monotonic()
        return resume.end_of(self.path)

    def append(self, data: bytes, unfinished: str | None, renew: Callable[[], None]) -> None:
        """Add whole lines, flushed to the disk; ``unfinished`` is the `end` before an earlier try at them.

        ``renew`` raises when the turn to write went to another. Raises ``DeliveryFailed``.
        """
        try:
            with opened(self.path) as file:
                if monotonic() - self._asked > SURE:  # else nobody can have written since
                    renew()
                if unfinished is not None and _is_regular(file):
                    data = self._rest(file, data, unfinished)
                write_all(file, data)
        except OSError as error:
            raise DeliveryFailed(f"GATEHOUSE_TEXT_LOG cannot be written: {in_words(error)}") from error

    def _rest(self, file: int, data: bytes, unfinished: str) -> bytes:
        """Return what is not written yet, having completed a line that was begun, wherever it is now."""
        for path, start in resume.places(self.path, unfinished, data):
            if os.path.samestat(path.stat(), os.fstat(file)):
                data = _completed(file, start, data)
            else:
                with opened(path) as old:
                    data = _completed(old, start, data)
        return data


def check_file(path: Path) -> None:
    """Raise ``OSError`` when nothing can be added to a file, or it could not be made; it is not made."""
    try:
        file = os.open(path, _FLAGS & ~os.O_CREAT)
    except FileNotFoundError:
        if not os.access(path.parent, os.W_OK | os.X_OK):
            code = errno.EACCES if path.parent.exists() else errno.ENOENT
            raise OSError(code, os.strerror(code)) from None
        return
    try:
        _require_kind(file)
    finally:
        os.close(file)


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """Open a file to add to, made when it is not there, while no other process of ours adds to it.

    Raises ``OSError``, also for what is neither a file nor a device.
    """
    is_new = not path.exists()
    file = os.open(path, _FLAGS, MODE)
    try:
        _require_kind(file)
        if _is_regular(file):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield file
    finally:
        os.close(file)
    if is_new:
        _flush_folder(path.parent)


def write_all(file: int, data: bytes) -> None:
    """Write and flush; raises ``OSError``, after as much as there was room for."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]
    if _is_regular(file):
        os.fsync(file)


def in_words(error: OSError) -> str:
    """Return why a file cannot be written, for an operator."""
    return _WORDS.get(error.errno or 0) or error.strerror or type(error).__name__


def _completed(file: int, start: int, data: bytes) -> bytes:
    """Return what follows the lines that stand in ``file`` from ``start`` on, the last of them completed."""
    found = os.pread(file, max(0, os.fstat(file).st_size - start), start)
    missing, rest = resume.split(found, data)
    write_all(file, missing)
    return rest


def _require_kind(file: int) -> None:
    """Raise ``OSError`` unless it is a file or a character device."""
    if not _is_regular(file) and not stat.S_ISCHR(os.fstat(file).st_mode):
        raise OSError(errno.ENXIO, os.strerror(errno.ENXIO))


def _is_regular(file: int) -> bool:
    return stat.S_ISREG(os.fstat(file).st_mode)


def _flush_folder(folder: Path) -> None:
    """Have a new file still be there after a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
