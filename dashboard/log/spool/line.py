"""A line of the spool: the columns of an attempt, after the log that it belongs to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.types import TypeEngine

from models import Action, LoginLog, Outcome, Reason
from models.database.types import BigId, Digest, Ip, Uid, Utc, pack_ip, unpack_ip

#: What every line of every spool begins with.
LINE_START = b'{"origin": '
_TABLE: Table = LoginLog.__table__  # type: ignore[assignment]
#: What an entry gets in the log only.
_GIVEN = {"id", "seq", "chain"}
_KNOWN = {column.name for column in _TABLE.c} - _GIVEN
_NEEDED = {column.name for column in _TABLE.c if not (column.nullable or column.default)} - _GIVEN
#: What an attempt may say it was, and characters of a text without a length of its own.
_WORDS = {"action": {*Action}, "outcome": {*Outcome}, "reason": {None, *Reason}}
MAX_TEXT = 4096
_NEEDED |= {"place_nonce", "person_nonce"}  # else it cannot be sealed
Columns = dict[str, Any]


class HalfLine(ValueError):
    """A line that a crash cut short: what it told is lost."""


class BadLine(ValueError):
    """A whole line that cannot become an entry; says why."""


@dataclass(frozen=True)
class Log:
    """Which log: its ``origin``, None when that was never heard, and the ``database`` it lives in.

    ``database`` is a `models.database.location.location`. It tells lines apart that know no origin.
    """

    origin: str | None
    database: str

    def line(self, columns: Mapping[str, object]) -> bytes:
        """Return the line of an attempt."""
        where = {"origin": self.origin, "database": self.database}
        return (json.dumps(where | dict(columns), default=_plain) + "\n").encode()

    def owns(self, line: bytes) -> bool:
        """Whether a line is of this log, by what it begins with: nothing a visitor sent can forge that."""
        return line.startswith(_beginnings(self.origin, self.database))

    def count(self, content: bytes) -> int:
        """Return how many lines of a file are of this log, without reading each."""
        return sum(
            content.startswith(begin) + content.count(b"\n" + begin)
            for begin in _beginnings(self.origin, self.database)
        )

    def first(self, content: bytes) -> bytes:
        """Return the first line of a file that is of this log; empty when none is."""
        places = [content.find(b"\n" + begin) for begin in _beginnings(self.origin, self.database)]
        starts = [0] if self.owns(content) else [place + 1 for place in places if place >= 0]
        return content[min(starts) :].partition(b"\n")[0] if starts else b""


@lru_cache(maxsize=16)
def _beginnings(origin: str | None, database: str) -> tuple[bytes, ...]:
    """Return how lines of a log begin: those with an origin may have been kept under another address."""
    without = {"origin": None, "database": database}
    known = [{"origin": origin}] if origin else []
    return tuple(json.dumps(where)[:-1].encode() + b", " for where in (without, *known))


def parsed(line: bytes) -> Columns:
    """Return the columns of a line; raises ``HalfLine`` or ``BadLine``."""
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        if line.rstrip().endswith(b"}"):
            raise BadLine("it is whole and cannot be read") from None
        raise HalfLine("it was cut short") from None
    if not isinstance(content, dict):
        raise BadLine("it is no entry")
    columns = {name: value for name, value in content.items() if name not in ("origin", "database")}
    if unknown := columns.keys() - _KNOWN:
        raise BadLine(f"it has unknown fields: {', '.join(sorted(unknown))}")
    if missing := _NEEDED - {name for name, value in columns.items() if value is not None}:
        raise BadLine(f"it lacks {', '.join(sorted(missing))}")
    for name, words in _WORDS.items():
        if columns.get(name) not in words:
            raise BadLine(f"its {name} is no such word")
    return {name: _read(name, value) for name, value in columns.items()}


def _plain(value: object) -> str:
    """Return a column's value as text that `_read` reads back."""
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _read(name: str, value: Any) -> Any:
    try:
        return None if value is None else _typed(_TABLE.c[name].type, value)
    except (ValueError, TypeError, AttributeError):
        raise BadLine(f"its {name} cannot be read") from None


def _typed(kind: TypeEngine[Any], value: Any) -> Any:
    """Return a value as its column has it; raises when it cannot be one."""
    match kind:
        case Digest():
            return bytes.fromhex(value)
        case Uid():
            return UUID(value)
        case Utc():
            return datetime.fromisoformat(value)
        case Ip():
            return unpack_ip(pack_ip(value))
    wanted = int if isinstance(kind, BigId) else kind.python_type
    if type(value) is not wanted:
        raise TypeError(f"{value!r} is no {wanted}")
    if isinstance(value, int) and not 0 <= value < 2**63:
        raise ValueError("it is out of range")
    if isinstance(value, str) and len(value) > (getattr(kind, "length", None) or MAX_TEXT):
        raise ValueError("it is too long")
    return value
