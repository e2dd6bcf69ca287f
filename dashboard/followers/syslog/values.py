"""Values in messages: one line each, of a bounded length."""

import re
from collections.abc import Callable, Iterable

from dashboard.web.server_log import visible

#: Bytes of one value; only what browsers say of themselves is longer.
LONGEST_VALUE = 256
_ODD = re.compile(r"[^\x21-\x7e]")


def clipped(value: object) -> str:
    """Return a value in one line, at most `LONGEST_VALUE` bytes of it."""
    return visible(str(value)).encode()[:LONGEST_VALUE].decode(errors="ignore")


def fitting_pairs(pairs: Iterable[tuple[str, object]], write: Callable[[str, str], str], room: int) -> str:
    """Return the pairs that have a value, those for which there is room, in bytes of UTF-8."""
    told = ""
    for name, value in pairs:
        more = "" if value is None else write(name, clipped(value))
        size = len(more.encode())
        if size <= room:
            told, room = told + more, room - size
    return told


def header_word(text: str, longest: int) -> str:
    """Return a word of a header: printable ASCII without spaces, ``-`` for none."""
    return _ODD.sub("_", text)[:longest] or "-"
