"""The format of a line of the text log: strftime, with places for what an entry says."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter

#: The line of the classic: who, and when.
TEXT_LINE = "{name}于<%Y-%m-%d:%H:%M:%S>登录"
#: The value that stands for the lines which fail2ban reads.
FAIL2BAN = "fail2ban"
PLACEHOLDERS = ("name", "ip", "outcome", "action", "reason", "method")
#: What strftime knows and one line can hold, with glibc's flags.
_DIRECTIVE = re.compile(r"%[-_0^#]?[aAbBcCdDeFgGHIjklmMpPrRSTuUVwWxXyYzZf%]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line: ``text`` as it is, a ``directive`` of strftime, or the ``place`` of a value."""

    text: str = ""
    directive: str = ""
    place: str = ""


def pieces(text: str) -> list[Piece]:
    """Return the parts of a format; raises ``ValueError`` saying what is wrong."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise ValueError(f"has an odd brace ({error}): write {{{{ or }}}} for one that is meant") from None
    found = []
    for literal, place, form, conversion in parts:
        found += list(_literal(literal))
        if place is not None:
            if place not in PLACEHOLDERS or form or conversion:
                places = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
                raise ValueError(f"has an unknown place {{{place}}}: there are {places}, as they stand here")
            found.append(Piece(place=place))
    return found


def _literal(text: str) -> Iterator[Piece]:
    at = 0
    for found in _DIRECTIVE.finditer(text):
        yield from _plain(text[at : found.start()])
        yield Piece(directive=found[0])
        at = found.end()
    yield from _plain(text[at:])


def _plain(text: str) -> Iterator[Piece]:
    if "%" in text:
        odd = text[text.index("%") :][:2]
        raise ValueError(f"has {odd}, which strftime does not know: write %% for a percent sign")
    if text:
        yield Piece(text)


def line_format(text: str) -> str:
    """Return a format as it is; raises ``ValueError`` for what makes no line."""
    if text == FAIL2BAN:
        return text
    if not text.isprintable():
        raise ValueError("must be one line of characters that can be seen")
    if not any(piece.place or piece.directive for piece in pieces(text)):
        raise ValueError("has no place of an entry: write {name}, %Y or another, or fail2ban")
    return text
