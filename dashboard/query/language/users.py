"""Reads whom a query asks for: a user name, how one begins, or an e-mail address."""

import re
from unicodedata import normalize

from auth.policy import lookup_keys
from dashboard.query.language.errors import QueryError, shown
from dashboard.query.language.terms import Name, Typed
from models.names import begins_username, former_key, username_key

#: What is syntax outside quotes, or would be in another language, or cannot be seen.
_SYNTAX = re.compile(
    '[*()|,;"\u201c\u201d\u201e\u201f\u00ab\u00bb\u300c-\u300f]'  # quotes of several languages
    "|\\A'.*'\\Z"
    "|[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]",
    re.DOTALL,
)
#: What nobody's name has, and other languages would mean something by.
_OTHERS = re.compile(r"[&\[\]{}^?]")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def read_user(typed: Typed) -> Name:
    """Return the name that was typed; raises ``QueryError`` when it can be nobody's."""
    key = username_key(typed.text.strip())
    is_address = bool(_EMAIL.fullmatch(key))
    if not typed.is_quoted:
        others = None if is_address else _OTHERS.search(key)
        _refuse(_SYNTAX.search(normalize("NFKC", typed.text)) or others)
    if is_address:
        if typed.has_star:
            raise QueryError("An e-mail address is found whole, without a star.")
        return Name(lookup_keys(typed.text.strip())[-1], former=key)
    is_prefix = typed.has_star or typed.is_alone
    if is_prefix and not begins_username(key):
        raise QueryError(
            "No user name begins with “%(value)s”: names are of letters, digits, dots, hyphens and _.",
            value=shown(typed.text),
        )
    return Name(key, is_prefix, former_key(typed.text.strip()))


def syntax_in(text: str) -> str:
    """Return what of ``text`` would not be taken as it is outside quotes, empty when all would."""
    plain = normalize("NFKC", text)
    match = _SYNTAX.search(plain) or _OTHERS.search(plain)
    return match[0] if match else ""


def _refuse(match: re.Match[str] | None) -> None:
    if match and match[0] == "*":
        raise QueryError("A star may only stand at the end: user:al* finds names that begin with “al”.")
    if match:
        part = f"“{shown(match[0])}”" if match[0].isprintable() else f"U+{ord(match[0][0]):04X}"
        raise QueryError(
            "%(part)s means nothing in a user name; in quotes it is found as it was typed.", part=part
        )
