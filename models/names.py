"""User names: what one may be, and the key two names are compared by."""

import re
import unicodedata

MIN_USERNAME, MAX_USERNAME = 2, 64
#: Characters that are compared. Normalising takes quadratic time: 100,000 accents took twenty seconds.
COMPARED = 1024


def username_key(name: str) -> str:
    """Return the key of a name: NFKC(casefold(NFKC(name))), as Unicode UAX #31 advises.

    ``Alice``, ``ALICE`` and its full-width form share one key; ``e`` and ``é`` do not. What follows
    1,024 characters does not count: nothing that is kept is as long.
    """
    folded = unicodedata.normalize("NFKC", name[:COMPARED]).casefold()
    return unicodedata.normalize("NFKC", folded)


def is_username(name: str) -> bool:
    """Whether ``name`` is 2-64 letters or marks of any script, digits or ``. _ -``."""
    return _is_made_of_letters(name, MAX_USERNAME) and _is_made_of_letters(
        username_key(name), 3 * MAX_USERNAME
    )


def begins_username(key: str) -> bool:
    """Whether the `username_key` of some name may begin with ``key``."""
    return len(key) <= 3 * MAX_USERNAME and all(_allowed(char) for char in key)


def masked(name: str) -> str:
    """Return the first character and ``***``: people type passwords into the name field."""
    shown = re.sub(r"[\s\x00-\x1f\x7f-\x9f]", "", name[:COMPARED])
    return f"{shown[:1]}***"


def _is_made_of_letters(text: str, longest: int) -> bool:
    return MIN_USERNAME <= len(text) <= longest and all(_allowed(char) for char in text)


def _allowed(char: str) -> bool:
    return char in "._-" or unicodedata.category(char)[0] in "LM" or unicodedata.category(char) == "Nd"
