"""From the database's raw lines to a format's bytes, thousands of lines at once.

Pure functions. The result equals `dashboard.export.csv` and `dashboard.export.jsonl` byte
for byte; lines in which a value itself needs quoting are finished one by one.
"""

import json
import re
from collections.abc import Sequence
from ipaddress import IPv6Address

from dashboard.export import csv
from dashboard.export.raw import CELL, HELD, IPV6, QUOTE

_CSV_MARKS = bytes.maketrans(CELL + QUOTE + HELD, b',",')
_JSON_MARKS = bytes.maketrans(QUOTE + HELD, b'"\\')
_ADDRESS = re.compile(re.escape(IPV6) + rb"([0-9A-F]{32})")
#: Inside quotes of the format: a JSON text as it is stored, not escaped yet.
_JSON_TEXT = re.compile(re.escape(QUOTE) + rb"([^\xfe]*)" + re.escape(QUOTE))
_CONTROLS = bytes(range(32))


def csv_lines(raw: Sequence[bytes]) -> bytes:
    """Return CSV lines, each with its CRLF."""
    if _has_any(b"".join(raw), b'",\r\n'):
        raw = [_csv_careful(line) if _has_any(line, b'",\r\n') else line for line in raw]
    return _addressed(b"".join(line + b"\r\n" for line in raw)).translate(_CSV_MARKS)


def json_lines(raw: Sequence[bytes]) -> bytes:
    """Return JSON Lines, each with its LF."""
    if _needs_escapes(b"".join(raw)):
        raw = [_JSON_TEXT.sub(_escaped, line) if _needs_escapes(line) else line for line in raw]
    return _addressed(b"".join(line + b"\n" for line in raw)).translate(_JSON_MARKS)


def _has_any(data: bytes, characters: bytes) -> bool:
    return any(character in data for character in characters)


def _addressed(data: bytes) -> bytes:
    """Write IPv6 addresses as Python does."""
    if IPV6 not in data:
        return data
    return _ADDRESS.sub(lambda found: str(IPv6Address(int(found[1], 16))).encode(), data)


def _csv_careful(line: bytes) -> bytes:
    """Quote the cells of a line as Python's writer does."""
    cells = (cell.replace(QUOTE, b"").replace(HELD, b",") for cell in line.split(CELL))
    text = csv.row(_decoded(cell) for cell in cells)
    return text.removesuffix("\r\n").encode("utf-8", "surrogateescape")


def _decoded(cell: bytes) -> str:
    """Decode a cell; the mark of an address survives as a surrogate."""
    return cell.decode("utf-8", "surrogateescape")


def _needs_escapes(data: bytes) -> bool:
    return _has_any(data, b'"\\') or len(data.translate(None, _CONTROLS)) != len(data)


def _escaped(found: re.Match[bytes]) -> bytes:
    """Escape one text between quotes; in a detail that was done when it was stored."""
    if not _needs_escapes(found[1]):
        return found[0]
    escaped = json.dumps(_decoded(found[1]), ensure_ascii=False)[1:-1]
    return QUOTE + escaped.encode("utf-8", "surrogateescape") + QUOTE
