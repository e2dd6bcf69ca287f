"""Passwords known from breaches (ASVS 6.2.12): a file of plain ones, or of sorted SHA-1 hashes as HIBP's."""

import hashlib
import logging
import re
from functools import lru_cache
from pathlib import Path

from flask import current_app, has_app_context

logger = logging.getLogger(__name__)
_HASH = re.compile(rb"[0-9A-Fa-f]{40}(?::\d+)?\s*")
_DIGITS = 40
#: Bytes of a file of plain passwords; hashes are looked up where they lie.
MAX_PLAIN = 64 * 1024 * 1024


class BadList(ValueError):
    """The file is no list of breached passwords; says why."""


def check_list(path: Path) -> Path:
    """Return ``path`` when it can be used; raises ``BadList``."""
    try:
        if not _is_of_hashes(path) and path.stat().st_size > MAX_PLAIN:
            raise BadList(f"names {path}, which is larger than 64 MB: give the SHA-1 hashes instead, sorted")
    except OSError as error:
        raise BadList(f"names {path}, which cannot be read: {error.strerror}") from None
    return path


def is_breached(password: str) -> bool:
    """Whether the configured file knows a password; without a file none is known.

    A file that was there at start and cannot be read now is logged, and keeps nobody out.
    """
    path = current_app.config.get("BREACHED_PASSWORDS") if has_app_context() else None
    try:
        return path is not None and _knows(path, password)
    except OSError as error:
        logger.error(
            "BREACHED_PASSWORDS: %s cannot be read (%s); passwords pass unchecked", path, error.strerror
        )
        return False


def _knows(path: Path, password: str) -> bool:
    if _is_of_hashes(path):
        return _finds(
            path, hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
        )
    return password in _plain(path, path.stat().st_mtime_ns)


def _is_of_hashes(path: Path) -> bool:
    with path.open("rb") as file:
        return bool(_HASH.fullmatch(file.readline(80)))


def _finds(path: Path, digest: bytes) -> bool:
    """Look a hash up in sorted lines by halves; the file may be larger than the memory."""
    with path.open("rb") as file:
        low, high = 0, path.stat().st_size
        while low < high:
            middle = (low + high) // 2
            file.seek(middle)
            if middle:
                file.readline()
            line = file.readline()[:_DIGITS].upper()
            if line == digest:
                return True
            low, high = (middle + 1, high) if line and line < digest else (low, middle)
        file.seek(0)
        return file.readline()[:_DIGITS].upper() == digest


@lru_cache(maxsize=1)
def _plain(path: Path, _changed: int) -> frozenset[str]:
    return frozenset(path.read_text("utf-8", "replace").splitlines())
