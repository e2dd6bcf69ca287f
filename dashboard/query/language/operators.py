"""What other query languages have and this one does not: told, never taken for a name."""

import re
from ipaddress import ip_network
from unicodedata import normalize
from uuid import UUID

from dashboard.query.language.errors import QueryError, shown
from dashboard.query.language.filters import FILTERS

_WORDS = ("or", "and", "not")
_SIGNS = re.compile(r"[|&+!~]+")


def refuse_operators(word: str) -> None:
    """Raise ``QueryError`` for a word outside quotes that is an operator, or a value without its filter."""
    folded = normalize("NFKC", word).casefold()
    if folded in _WORDS:
        raise QueryError(
            "“%(word)s” means nothing here: all filters must hold. Names that begin so are user:%(word)s*.",
            word=word,
        )
    if _SIGNS.fullmatch(folded):
        raise QueryError("“%(word)s” means nothing here: all filters must hold.", word=shown(word))
    if folded.startswith(("(", ")")):
        raise QueryError("Parentheses mean nothing here: all filters must hold.")
    _refuse_lone_values(word, folded)


def _refuse_lone_values(word: str, folded: str) -> None:
    """Name the filter that a word was meant for: no user is called so."""
    name, equals, value = folded.partition("=")
    if equals and name in FILTERS:
        raise QueryError("Write a colon: %(filter)s.", filter=shown(f"{name}:{value}"))
    if _is_address(folded):
        raise QueryError("To find an address, write ip:%(value)s.", value=shown(word))
    if _is_uuid(folded):
        raise QueryError("To find a session, write session:%(value)s.", value=shown(word))


def _is_address(word: str) -> bool:
    try:
        return bool(re.search("[.:]", word) and ip_network(word, strict=False))
    except ValueError:
        return False


def _is_uuid(word: str) -> bool:
    try:
        return word.count("-") == 4 and bool(UUID(word))
    except ValueError:
        return False
