"""Passwords that follow from where they are used: name, address, host, product, or a date (ASVS 6.2.11)."""

import re
from urllib.parse import urlsplit

from flask import current_app, has_app_context

from auth.factors.dates import DATE_WORDS, is_numeric_date
from auth.factors.letters import divides, letters_of, readings
from models.names import username_key

OWN_NAME = "gatehouse"
#: Shorter parts of an address or a host are no word of their own.
MIN_WORD = 3
_AROUND = re.compile(r"^[\W\d_]+|[\W\d_]+$")


def is_guessable(password: str, *words: str | None) -> bool:
    """Whether a password is one of ``words``, the host or the product, digits and signs aside, or a date."""
    key = username_key(password)
    known = {part for word in (*words, OWN_NAME, _host()) if word for part in _parts(username_key(word))}
    begins = {key, _AROUND.sub("", key), key.partition("@")[0]}
    return not begins.isdisjoint(known) or is_numeric_date(key) or _is_made_of(key, known)


def _is_made_of(key: str, known: set[str]) -> bool:
    """Whether a password's letters are ``known`` words and words of dates, with digits or something known."""
    own = {letters for word in known if len(letters := letters_of(word)) >= MIN_WORD}
    for text in readings(key):
        letters = letters_of(text)
        if letters and divides(letters, own | DATE_WORDS):
            return bool(re.search(r"\d", text)) or any(word in letters for word in own)
    return False


def _parts(word: str) -> set[str]:
    """Return a word, the parts of an address or a host, and all that without signs and digits around."""
    parts = {part for part in re.split(r"[@.]", word) if len(part) >= MIN_WORD}
    whole = {word, word.partition("@")[0], *parts}
    return {part for found in whole for part in (found, _AROUND.sub("", found)) if part}


def _host() -> str | None:
    address = current_app.config.get("PUBLIC_URL") if has_app_context() else None
    return urlsplit(address).hostname if address else None
