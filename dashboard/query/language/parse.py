"""The query language: text such as ``user:alice -outcome:success`` to a `Query`.

Terms stand between spaces. ``name:value`` is a filter, ``-`` before it negates it; a word
alone is how a user name begins, as is ``user:al*``. A value may stand in double quotes,
where ``\\"`` and ``\\\\`` are a quote and a backslash and ``*`` is only itself.
"""

import re
from unicodedata import normalize

from dashboard.query.language.errors import QueryError, shown
from dashboard.query.language.filter import Filter
from dashboard.query.language.filters import ALONE, FILTERS
from dashboard.query.language.operators import refuse_operators
from dashboard.query.language.terms import Name, Query, Term, Typed
from dashboard.query.language.users import syntax_in
from dashboard.query.language.values import near

#: Characters of a query at most; its text must fit into the detail of an export's entry.
MAX_QUERY = 800

_TOKEN = re.compile(  # colons and stars of full width are what Chinese keyboards write
    r'(?P<minus>-?)(?:(?P<name>[^\s":\uff1a]*)[:\uff1a])?'
    r'(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s"]*?))(?P<star>[*\uff0a]?)(?=\s|\Z)',
    re.DOTALL,
)
_WORD = re.compile(r"\S")
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def parse(text: str) -> Query:
    """Return the query that ``text`` says.

    Raises ``QueryError`` for an unknown filter, a bad value, whatever means nothing, or more
    than 800 characters.
    """
    if len(text) > MAX_QUERY:
        raise QueryError("This query is too long: at most %(limit)s characters.", limit=str(MAX_QUERY))
    if _NOT_TEXT.search(text):
        raise QueryError("This query contains characters that are not text.")
    terms, position = list[Term](), 0
    while word := _WORD.search(text, position):
        token = _token(text, word.start())
        terms.append(_term(token))
        _refuse_loose_version(terms)
        position = token.end()
    return Query(tuple(terms))


def _refuse_loose_version(terms: list[Term]) -> None:
    """Tell of a version that stands beside its agent: it would be taken for a name."""
    if len(terms) < 2 or terms[-2].name != "agent" or terms[-2].negated or terms[-1].name != ALONE:
        return
    version = terms[-1].text.removesuffix("*")
    if re.fullmatch(r"[0-9.]+", version):
        agent = f'agent:"{terms[-2].text} {version}"'
        raise QueryError("An agent with its version stands in quotes: %(agent)s.", agent=agent)


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
    if token["quoted"] is None:
        refuse_operators(token[0].removeprefix("-"))
    raw, is_quoted, is_alone = _raw(token), token["quoted"] is not None, token["name"] is None
    name = ALONE if is_alone else normalize("NFKC", token["name"]).casefold()
    if not raw.strip():
        raise QueryError("“%(filter)s” needs a value.", filter=shown(token[0]))
    typed = Typed(raw, has_star=bool(token["star"]), is_alone=is_alone, is_quoted=is_quoted)
    value = _filter(name).read(typed)
    is_whole = isinstance(value, Name) and not value.is_prefix
    text = written(raw) + "*" * (typed.has_star or (is_alone and not is_whole))
    return Term(name, text, value, bool(token["minus"]), token.start())


def _raw(token: re.Match[str]) -> str:
    """Return the value as it is meant, out of its quotes."""
    if token["quoted"] is None:
        return token["plain"]
    return re.sub(r"\\(.)", r"\1", token["quoted"], flags=re.DOTALL)


def _filter(name: str) -> Filter:
    if name in ("from", "to", "tz"):
        raise QueryError(
            "“%(name)s” is no filter: the period and its zone have fields of their own.", name=name
        )
    known = FILTERS.get(name)
    if known is None:
        near_by = near(name, list(FILTERS))
        raise QueryError("There is no filter “%(name)s”. Try: %(near)s.", name=shown(name), near=near_by)
    return known


def written(raw: str) -> str:
    """Return a value as a query writes it: quoted when it must be."""
    if not (re.search(r'[\s"]', raw) or syntax_in(raw)):
        return raw
    escaped = re.sub(r'(["\\])', r"\\\1", raw)
    return f'"{escaped}"'
