"""From the database's lines to a format's bytes, thousands of lines at once.

Pure functions, which raise `Cut` when lines are missing. The result equals
`dashboard.export.csv` and `dashboard.export.jsonl` byte for byte. What is usual takes no work
a line: cells that stand apart are written a column at a time, values that come again are
remembered, and the rest is only looked through.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial

from dashboard.export import csv
from dashboard.export.csv import Layout
from dashboard.export.pipeline.aggregate import Lines
from dashboard.export.pipeline.columns import address_text, local_times, uuids
from dashboard.export.pipeline.dialect import CELL, NOTHING, QUOTE

#: Writes cells of many lines.
Column = Callable[[list[bytes]], Iterable[bytes]]

#: How a cell that may be a formula begins, after a mark; `dashboard.export.csv` tells.
_LED = (
    rb"(?=[\x00-\x20\x7f=+@\xc2\xcd\xd8\xe1-\xe3\xef-])"  # most cells begin otherwise
    rb"(?:[\x00-\x7f]|\xc2[\x80-\xa0\xad]|\xcd\x8f|\xd8\x9c|\xe1\x9a\x80|\xe1\xa0\x8e|\xe2[\x80\x81]|\xe3\x80\x80"
    rb"|\xef[\xb8-\xbf])"
)
_FORMULA, _QUOTED_FORMULA = re.compile(CELL + _LED), re.compile(QUOTE + _LED)
_VALUE = re.compile(QUOTE + b"([^" + QUOTE + b"]*)" + QUOTE)
_CONTROLS = bytes(range(32))
_QUOTES = bytes.maketrans(QUOTE, b'"')


def csv_lines(layout: Layout, lines: Lines) -> bytes:
    """Return CSV lines, each with its CRLF, by time and id."""
    return _in_pieces(lines, _csv_plain, _CSV).replace(CELL, layout.delimiter.encode())


def excel_lines(layout: Layout, lines: Lines) -> bytes:
    """Return lines of quoted cells, each with its CRLF, by time and id; times are those of a zone."""
    columns = _EXCEL | {"occurred_at": partial(local_times, layout.zone)}
    marks = bytes.maketrans(QUOTE + CELL, b'"' + layout.delimiter.encode())
    return _in_pieces(lines, _excel_plain, columns).translate(marks)


def json_lines(lines: Lines) -> bytes:
    """Return JSON Lines, each with its LF, by time and id."""
    values = _in_pieces(lines, _json_plain, _JSON).split(
        QUOTE + NOTHING + QUOTE
    )  # sooner than replace() does
    return b"null".join(values).translate(_QUOTES)


def _in_pieces(lines: Lines, plain: Column, apart: Mapping[str, Column]) -> bytes:
    """Return the pieces of lines together, when each field's were written."""
    pieces = _in_order(lines)
    pieces[::2] = plain(pieces[::2])
    for place, name in enumerate(lines.apart):
        column = slice(2 * place + 1, None, 2 * len(lines.apart))
        pieces[column] = apart[name](pieces[column])
    return b"".join(pieces)


def _in_order(lines: Lines) -> list[bytes]:
    """Return the pieces of lines by the positions at their ends, and without these."""
    pieces, width = lines.pieces()
    positions = pieces[width - 1 :: width]
    if positions != sorted(positions):
        order = sorted(range(lines.rows), key=positions.__getitem__)
        pieces = [piece for line in order for piece in pieces[line * width : (line + 1) * width]]
    del pieces[width - 1 :: width]
    return pieces


def _csv_plain(runs: list[bytes]) -> list[bytes]:
    """Quote cells that need it, in runs of cells with `CELL` between them."""
    if not _is_unusual(b"".join(runs)):
        return runs
    return [CELL.join(map(_csv_cell, run.split(CELL))) if _is_unusual(run) else run for run in runs]


def _is_unusual(cells: bytes) -> bool:
    return any(character in cells for character in b'",;\t\r\n') or _FORMULA.search(cells) is not None


def _excel_plain(runs: list[bytes]) -> list[bytes]:
    """Double quotes and guard formulas in values between `QUOTE` marks."""
    joined = b"".join(runs)
    if b'"' not in joined and not _QUOTED_FORMULA.search(joined):
        return runs
    return [_VALUE.sub(lambda found: QUOTE + _excel_value(found[1]) + QUOTE, run) for run in runs]


def _json_plain(runs: list[bytes]) -> list[bytes]:
    """Escape values between `QUOTE` marks that need it."""
    if not _needs_escapes(b"".join(runs)):
        return runs
    return [_VALUE.sub(lambda found: QUOTE + _escaped(found[1]) + QUOTE, run) for run in runs]


def _needs_escapes(data: bytes) -> bool:
    return b'"' in data or b"\\" in data or len(data.translate(None, _CONTROLS)) != len(data)


def _escaped(value: bytes) -> bytes:
    if not _needs_escapes(value):
        return value
    return json.dumps(value.decode("utf-8", "replace"), ensure_ascii=False)[1:-1].encode()


@lru_cache(maxsize=1 << 10)
def _csv_cell(cell: bytes) -> bytes:
    """Return a cell as Python's writer does, without `CELL` around it."""
    return csv.cell(cell.strip(CELL).decode("utf-8", "replace")).encode()


@lru_cache(maxsize=1 << 10)
def _excel_value(value: bytes) -> bytes:
    return csv.quoted_cell(value.decode("utf-8", "replace")).encode()[1:-1]


@lru_cache(maxsize=1 << 10)
def _excel_cell(value: bytes) -> bytes:
    return csv.quoted_cell(value.decode("utf-8", "replace")).encode()


@lru_cache(maxsize=1 << 8)
def _csv_last(cell: bytes) -> bytes:
    return _csv_cell(cell) + b"\r\n"


def _json_text(value: bytes) -> bytes:
    return b"null" if value == NOTHING else b'"' + _escaped(value) + b'"'


def _json_last(value: bytes) -> bytes:
    """Return a detail, which is JSON already, as the last of an object."""
    return (b"null" if value == NOTHING else value) + b"}\n"


_CSV: dict[str, Column] = {
    "event_id": uuids,
    "ip": partial(map, address_text),
    "user_agent": partial(map, _csv_cell),
    "session_ref": uuids,
    "detail": partial(map, _csv_last),
}
_EXCEL: dict[str, Column] = {
    "event_id": partial(uuids, around=b'"'),
    "ip": partial(map, lambda digits: b'"' + address_text(digits) + b'"'),
    "user_agent": partial(map, _excel_cell),
    "session_ref": partial(uuids, around=b'"'),
    "detail": partial(
        map, lambda value: csv.quoted_cell(value.decode("utf-8", "replace")).encode() + b"\r\n"
    ),
}
_JSON: dict[str, Column] = {
    "event_id": partial(uuids, around=QUOTE),
    "ip": partial(map, lru_cache(maxsize=1 << 14)(lambda cell: _json_text(address_text(cell)))),
    "user_agent": partial(map, lru_cache(maxsize=1 << 10)(_json_text)),
    "session_ref": partial(uuids, around=QUOTE),
    "detail": partial(map, _json_last),
}
