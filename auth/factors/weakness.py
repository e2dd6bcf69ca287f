"""Which passwords are too weak to be chosen (OWASP ASVS 6.2.4)."""

from functools import cache
from math import prod

from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS
from zxcvbn.matching import L33T_TABLE

from models.names import username_key

#: What takes fewer guesses than this is as good as on the list of common ones.
MIN_GUESSES = 10_000
#: Characters that are estimated: 24 take milliseconds, 72 may take ten seconds.
ESTIMATED = 24
#: Ways to read signs as letters (4 for a) up to which there is an estimate: each takes a millisecond.
READINGS = 64


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
