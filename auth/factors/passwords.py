"""Passwords: argon2id hashes (OWASP ASVS 5 appendix C) of what was meant (RFC 8265)."""

import re
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_PASSWORD = 8
#: Longer ones are refused before hashing (ASVS 6.2.9 asks for at least 64 characters).
MAX_PASSWORD_BYTES = 1024

_SPACES = re.compile(r"[^\S\t-\r\x1c-\x1f\x85\u2028\u2029]")
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_DUMMY_HASH = _hasher.hash("a password that nobody has")


def opaque(password: str) -> str:
    """Return what is hashed: NFC, plain spaces (RFC 8265 OpaqueString); ``ä`` may be typed as one or two."""
    return unicodedata.normalize("NFC", _SPACES.sub(" ", password))


def hash_password(password: str) -> str:
    """Return an argon2id hash: 19 MiB, two passes, one lane."""
    return _hasher.hash(opaque(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether ``password`` made the hash ``stored``; None takes as long and is False."""
    return check_password(stored, password)[0]


def check_password(stored: str | None, password: str) -> tuple[bool, str | None]:
    """Return whether ``password`` made ``stored``, and a hash to store in its place when it is outdated.

    Hashes of before RFC 8265 were made of what was typed: that is tried too.
    """
    for form in dict.fromkeys((opaque(password), password)):
        if _matches(stored or _DUMMY_HASH, form) and stored is not None:
            is_current = form == opaque(password) and not _hasher.check_needs_rehash(stored)
            return True, None if is_current else hash_password(password)
    return False, None


def is_text(password: str) -> bool:
    """Whether ``password`` can be hashed: lone surrogates stand for bytes that are no text."""
    return not any("\ud800" <= char <= "\udfff" for char in password)


def is_too_long(password: str) -> bool:
    """Whether ``password`` is longer than 1 KiB of UTF-8."""
    return len(password.encode("utf-8", "surrogatepass")) > MAX_PASSWORD_BYTES


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError, UnicodeError):  # what somebody else put there is no hash
        return False
