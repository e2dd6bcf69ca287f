"""Passwords: argon2id hashes (OWASP ASVS 5 appendix C), and which ones can be hashed."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_PASSWORD = 8
#: Longer ones are refused before hashing (ASVS 6.2.9 asks for at least 64 characters).
MAX_PASSWORD_BYTES = 1024

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_DUMMY_HASH = _hasher.hash("a password that nobody has")


def hash_password(password: str) -> str:
    """Return an argon2id hash: 19 MiB, two passes, one lane."""
    return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether ``password`` made the hash ``stored``; None takes as long and is False."""
    try:
        return _hasher.verify(stored or _DUMMY_HASH, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def is_text(password: str) -> bool:
    """Whether ``password`` can be hashed: lone surrogates stand for bytes that are no text."""
    return not any("\ud800" <= char <= "\udfff" for char in password)


def is_too_long(password: str) -> bool:
    """Whether ``password`` is longer than 1 KiB of UTF-8."""
    return len(password.encode("utf-8", "surrogatepass")) > MAX_PASSWORD_BYTES
