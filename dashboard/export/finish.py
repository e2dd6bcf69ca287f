"""From the database's raw lines to a format's bytes, thousands of lines at once.

Pure functions. The result equals `dashboard.export.csv` and `dashboard.export.jsonl` byte
for byte; lines in which an unusual value needs quoting are finished one by one.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from dashboard.export import csv
from dashboard.export.words import ADDRESS, CELL, HELD, LINE, QUOTE, UID
from models.types import unpack_ip

_CSV_MARKS = bytes.maketrans(CELL + QUOTE + HELD, b',",')
_JSON_MARKS = bytes.maketrans(QUOTE + HELD, b'"\\')
_FORMULA = re.compile(re.escape(CELL) + re.escape(QUOTE) + b"?[=+@\t-]")
#: What makes a cell one that has to be looked at, when it does not come quoted.
_UNUSUAL = re.compile(b'[",\r\n]|' + _FORMULA.pattern)
#: Inside quotes of the format: a JSON text as it is stored, not escaped yet.
_JSON_TEXT = re.compile(re.escape(QUOTE) + rb"([^\xfe]*)" + re.escape(QUOTE))
_CONTROLS = bytes(range(32))
#: The hexadecimal digits of a UUID or an address.
_DIGITS = 32
_GROUPS = (8, 4, 4, 4, 12)


def csv_lines(raw: bytes) -> bytes:
    """Return CSV lines, each with its CRLF, of those with a `LINE` mark."""
    if any(character in raw for character in b'",\r\n') or _FORMULA.search(raw):
        raw = b"".join(_carefully(raw))
    return _written_out(raw).translate(_CSV_MARKS).replace(LINE, b"\r\n")


def json_lines(raw: bytes) -> bytes:
    """Return JSON Lines, each with its LF, of those with a `LINE` mark."""
    if _needs_escapes(raw):
        raw = LINE.join(_JSON_TEXT.sub(_escaped, line) for line in raw.split(LINE))
    return _written_out(raw).translate(_JSON_MARKS).replace(LINE, b"\n")


def _carefully(raw: bytes) -> Iterator[bytes]:
    """Yield pieces of ``raw`` in which each line that has something unusual is written as Python does."""
    done = 0
    for found in _UNUSUAL.finditer(raw):
        if found.start() >= done:
            begin, end = raw.rfind(LINE, done, found.start()) + 1 or done, raw.index(LINE, found.start())
            yield raw[done:begin]
            yield _csv_line(raw[begin:end])
            done = end
    yield raw[done:]


def _csv_line(line: bytes) -> bytes:
    """Return a line whose cells are quoted as Python's writer does."""
    text = csv.row(csv.safe(_csv_cell(cell)) for cell in line.split(CELL))
    return text.removesuffix("\r\n").encode("utf-8", "surrogateescape")


def _csv_cell(cell: bytes) -> str:
    """Return the text of a cell; marks of an address survive as surrogates."""
    if cell.startswith(QUOTE):
        cell = cell[1:-1].replace(QUOTE + QUOTE, b'"').replace(HELD, b",")
    return cell.decode("utf-8", "surrogateescape")


def _needs_escapes(data: bytes) -> bool:
    return b'"' in data or b"\\" in data or len(data.translate(None, _CONTROLS)) != len(data)


def _escaped(found: re.Match[bytes]) -> bytes:
    """Escape one text between quotes; in a detail that was done when it was stored."""
    if not _needs_escapes(found[1]):
        return found[0]
    escaped = json.dumps(found[1].decode("utf-8", "surrogateescape"), ensure_ascii=False)[1:-1]
    return QUOTE + escaped.encode("utf-8", "surrogateescape") + QUOTE


def _written_out(data: bytes) -> bytes:
    """Write UUIDs and addresses, of which there are only digits, as Python does."""
    return _replaced(_replaced(data, UID, _uuids), ADDRESS, lambda some: map(_address, some))


def _replaced(data: bytes, mark: bytes, write: Callable[[list[bytes]], Iterable[bytes]]) -> bytes:
    """Replace each mark and the digits after it by what ``write`` makes of the digits."""
    before, *pieces = data.split(mark)
    if not pieces:
        return data
    written = write([piece[:_DIGITS] for piece in pieces])
    return before + b"".join([text + piece[_DIGITS:] for text, piece in zip(written, pieces, strict=True)])


def _uuids(digits: list[bytes]) -> Iterable[bytes]:
    """Put dashes between the digits, a place at a time in all of them."""
    joined, width = b"".join(digits), _DIGITS + len(_GROUPS) - 1
    out, source, target = bytearray(b"-" * (width * len(digits))), 0, 0
    for length in _GROUPS:
        for _ in range(length):
            out[target::width] = joined[source::_DIGITS]
            source, target = source + 1, target + 1
        target += 1
    return (bytes(out[first : first + width]) for first in range(0, len(out), width))


@lru_cache(maxsize=1 << 14)
def _address(digits: bytes) -> bytes:
    return unpack_ip(bytes.fromhex(digits.decode())).encode()
