"""Cells of which the database gives hexadecimal digits, a column at a time."""

from collections.abc import Iterable
from datetime import tzinfo
from functools import lru_cache

from dashboard.export.csv import in_zone
from dashboard.export.pipeline.dialect import CELL
from models.database.types import unpack_ip

#: The digits of a UUID, and how they are grouped (RFC 9562).
_DIGITS, _GROUPS = 32, (8, 4, 4, 4, 12)
#: Characters of a time up to its minute, and up to its offset from UTC; and of an offset without seconds.
_MINUTE, _OFFSET, _WHOLE = len("2026-11-22T14:57"), len("2026-11-22T14:57:30.000005"), len("+01:00")


def uuids(column: list[bytes], around: bytes = b"") -> list[bytes]:
    """Return a UUID for each cell that has digits, and put something around all."""
    some = [cell for cell in column if len(cell) >= _DIGITS]
    if not some:
        return [around + cell.strip(CELL) + around for cell in column]
    written = iter(_dashed(b"".join(some), len(some[0]), around))
    return [next(written) if len(cell) >= _DIGITS else around + cell.strip(CELL) + around for cell in column]


def _dashed(cells: bytes, width: int, around: bytes) -> Iterable[bytes]:
    """Yield UUIDs of the digits amid cells of one width, written a place at a time in all of them."""
    form = around + b"-" * (_DIGITS + len(_GROUPS) - 1) + around
    out = bytearray(form * (len(cells) // width))
    source, target = (width - _DIGITS) // 2, len(around)
    for length in _GROUPS:
        for _ in range(length):
            out[target :: len(form)] = cells[source::width]
            source, target = source + 1, target + 1
        target += 1
    written = bytes(out).lower()
    return [written[first : first + len(form)] for first in range(0, len(written), len(form))]


@lru_cache(maxsize=1 << 14)
def address_text(cell: bytes) -> bytes:
    """Return the address of a cell's digits, if it has them."""
    digits = cell.strip(CELL)
    return unpack_ip(bytes.fromhex(digits.decode())).encode() if len(digits) == _DIGITS else digits


def local_times(zone: tzinfo, column: list[bytes]) -> Iterable[bytes]:
    """Yield quoted times of a zone for cells of times in UTC."""
    for cell in column:
        begin, end = _minute(zone, cell[:_MINUTE])
        text = begin + cell[_MINUTE:_OFFSET] + end
        if len(end) > _WHOLE:  # the offset has seconds
            text = in_zone(cell.decode("utf-8", "replace"), zone).encode()
        yield b'"' + text + b'"'


@lru_cache(maxsize=1 << 14)
def _minute(zone: tzinfo, minute: bytes) -> tuple[bytes, bytes]:
    """Return how a minute begins in a zone, and its offset: of whole minutes since 1973."""
    local = in_zone(f"{minute.decode('utf-8', 'replace')}:00.000000+00:00", zone).encode()
    return local[:_MINUTE], local[_OFFSET:]
