"""Reads the words of a password, whatever stands between their letters, or for one of them."""

import re
from collections.abc import Collection

#: Signs that are read as letters, where a letter stands beside them.
_LEET = str.maketrans("4@310$57!", "aaeiossti")
_SIGN = re.compile(r"(?:(?<=[^\W\d_])|(?<![^\W_]))[4@310$57!](?=[^\W\d_])")


def readings(text: str) -> tuple[str, str]:
    """Return a text as it is, and with its signs read as letters."""
    return text, _SIGN.sub(lambda sign: sign[0].translate(_LEET), text)


def letters_of(text: str) -> str:
    """Return the letters alone."""
    return "".join(char for char in text if char.isalpha())


def divides(text: str, words: Collection[str]) -> bool:
    """Whether ``text`` is words after words, nothing between them."""
    ends = {0}
    for at in range(len(text)):
        if at in ends:
            ends |= {at + len(word) for word in words if text.startswith(word, at)}
    return len(text) in ends
