"""The text of an API token, which only its program has."""

import hashlib
import re
import secrets

#: How each begins, so that scanners of leaked secrets know one.
BEGIN = "gh_"
#: Random bytes of one, and characters of its text by which people tell it from others.
TOKEN_BYTES, TOLD_BY = 32, 9
_FORM = re.compile(rf"{BEGIN}[A-Za-z0-9_-]{{43}}")


def new_token() -> str:
    """Return the text of a new token."""
    return BEGIN + secrets.token_urlsafe(TOKEN_BYTES)


def told_by(text: str) -> str:
    """Return the characters that may be shown later."""
    return text[:TOLD_BY]


def hash_of_token(text: str) -> bytes | None:
    """Return the SHA-256 by which a token is found, None for what is none."""
    return hashlib.sha256(text.encode()).digest() if _FORM.fullmatch(text) else None
