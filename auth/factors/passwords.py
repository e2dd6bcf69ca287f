"""Passwords: argon2id hashes (OWASP ASVS 5 appendix C) and which ones are too weak."""

from functools import cache
from math import prod

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS
from zxcvbn.matching import L33T_TABLE

from models.names import username_key

MIN_PASSWORD = 8
#: Longer ones are refused before hashing (ASVS 6.2.9 asks for at least 64 characters).
MAX_PASSWORD_BYTES = 1024
#: What takes fewer guesses than this is as good as on the list of common ones.
MIN_GUESSES = 10_000
#: Characters that are estimated: 24 take milliseconds, 72 may take ten seconds.
ESTIMATED = 24
#: Ways to read signs as letters (4 for a) up to which there is an estimate: each takes a millisecond.
READINGS = 64

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


def is_common(password: str) -> bool:
    """Whether ``password`` is among the 30,000 commonest, case aside, or begins as easily (ASVS 6.2.4).

    The list leaves out ``00000000`` and other repeats and runs; they take few guesses. What mixes
    many signs takes many, but would be estimated for each way to read them.
    """
    if username_key(password) in _common():
        return True
    start = password[:ESTIMATED]
    return start != "" and _readings(start) <= READINGS and zxcvbn(start)["guesses"] < MIN_GUESSES


def _readings(text: str) -> int:
    """Return in how many ways the estimate would read signs as letters."""
    return prod(max(1, sum(sign in text for sign in signs)) for signs in L33T_TABLE.values())


@cache
def _common() -> frozenset[str]:
    return frozenset(FREQUENCY_LISTS["passwords"])
