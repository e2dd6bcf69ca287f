"""The query language: text such as ``user:alice -outcome:success`` to a `Query`.

Terms stand between spaces. ``name:value`` is a filter, ``-`` before it negates it; a word
alone is how a user name begins, as is ``user:al*``. A value may stand in double quotes,
where ``\\"`` and ``\\\\`` are a quote and a backslash and ``*`` is only itself.
"""

import re
from collections.abc import Callable

from dashboard.query.errors import QueryError, shown
from dashboard.query.terms import Name, Query, Term, Value
from dashboard.query.values import READERS, near
from models.names import username_key

#: Characters of a query at most; its text must fit into the detail of an export's entry.
MAX_LENGTH = 800

_TOKEN = re.compile(
    r'(?P<minus>-?)(?:(?P<name>[^\s":]*):)?'
    r'(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s"]*?))(?P<star>\*?)(?=\s|\Z)',
    re.DOTALL,
)
_WORD = re.compile(r"\S")
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def parse(text: str) -> Query:
    """Return the query that ``text`` says.

    Raises ``QueryError`` for an unknown filter, a bad value or more than 800 characters.
    """
    if len(text) > MAX_LENGTH:
        raise QueryError("This query is too long: at most %(limit)s characters.", limit=str(MAX_LENGTH))
    if _NOT_TEXT.search(text):
        raise QueryError("This query contains characters that are not text.")
    terms, position = list[Term](), 0
    while word := _WORD.search(text, position):
        token = _token(text, word.start())
        terms.append(_term(token))
        position = token.end()
    return Query(tuple(terms))


def _token(text: str, start: int) -> re.Match[str]:
    token = _TOKEN.match(text, start)
    if token is None:
        raise QueryError("A quote is not closed, or stands in the middle of a word.", position=start)
    return token


def _term(token: re.Match[str]) -> Term:
    try:
        return _read(token)
    except QueryError as error:
        error.position = token.start()
        raise


def _read(token: re.Match[str]) -> Term:
    name, raw, star, negated = token["name"], _raw(token), token["star"], bool(token["minus"])
    if not raw.strip():
        raise QueryError("“%(filter)s” needs a value.", filter=shown(token[0]))
    if name is None:
        return _user(raw, is_prefix=True, negated=negated)
    if name.casefold() == "user":
        return _user(raw, is_prefix=bool(star), negated=negated)
    return Term(name.casefold(), written(raw + star), _reader(name)(raw + star), negated)


def _raw(token: re.Match[str]) -> str:
    """Return the value as it is meant, out of its quotes."""
    if token["quoted"] is None:
        return token["plain"]
    return re.sub(r"\\(.)", r"\1", token["quoted"], flags=re.DOTALL)


def _user(raw: str, *, is_prefix: bool, negated: bool) -> Term:
    value = Name(username_key(raw.strip()), is_prefix)
    return Term("user", written(raw) + "*" * is_prefix, value, negated)


def _reader(name: str) -> Callable[[str], Value]:
    reader = READERS.get(name.casefold())
    if reader is None:
        near_by = near(name, ["user", *READERS])
        raise QueryError("There is no filter “%(name)s”. Try: %(near)s.", name=shown(name), near=near_by)
    return reader


def written(raw: str) -> str:
    """Return a value as a query writes it: quoted when it must be."""
    if not re.search(r'[\s"]|\*\Z', raw):
        return raw
    escaped = re.sub(r'(["\\])', r"\\\1", raw)
    return f'"{escaped}"'
