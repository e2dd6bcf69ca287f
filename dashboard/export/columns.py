"""Cells of which the database gives hexadecimal digits, a column at a time."""

from functools import lru_cache

from dashboard.export.words import CELL
from models.types import unpack_ip

#: The digits of a UUID, and how they are grouped (RFC 9562).
_DIGITS, _GROUPS = 32, (8, 4, 4, 4, 12)


def uuids(column: list[bytes], around: bytes = b"") -> list[bytes]:
    """Return a UUID for each cell that has digits, and put something around all."""
    column = [cell.strip(CELL) for cell in column]
    digits = b"".join([cell for cell in column if len(cell) == _DIGITS]).lower()
    form = around + b"-" * (_DIGITS + len(_GROUPS) - 1) + around
    out, source, target = bytearray(form * (len(digits) // _DIGITS)), 0, len(around)
    for length in _GROUPS:
        for _ in range(length):
            out[target :: len(form)] = digits[source::_DIGITS]
            source, target = source + 1, target + 1
        target += 1
    written = bytes(out)
    some = (written[first : first + len(form)] for first in range(0, len(written), len(form)))
    return [next(some) if len(cell) == _DIGITS else around + cell + around for cell in column]


@lru_cache(maxsize=1 << 14)
def address(cell: bytes) -> bytes:
    """Return the address of a cell's digits, if it has them."""
    digits = cell.strip(CELL)
    return unpack_ip(bytes.fromhex(digits.decode())).encode() if len(digits) == _DIGITS else digits
