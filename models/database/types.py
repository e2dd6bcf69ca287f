"""Column types that mean the same on SQLite and on MariaDB."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from ipaddress import IPv6Address
from socket import AF_INET, AF_INET6, inet_pton
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import BINARY, JSON, BigInteger, DateTime, Dialect, Integer, LargeBinary
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeDecorator, TypeEngine

T = TypeVar("T")
#: Stands where a stored time is none, or none that a page can tell.
NO_TIME = datetime(1900, 1, 1, tzinfo=UTC)
#: Before that MariaDB counts with none.
_OLDEST_YEAR = 1000
#: The largest count that is one.
MAX_COUNT = 2**53
_MAPPED = bytes(10) + b"\xff\xff"


def pack_ip(text: str) -> bytes:
    """Return the 16 bytes of an address, IPv4 mapped into IPv6 (RFC 4291 2.5.5.2).

    Raises ``ValueError`` when ``text`` is not an address.
    """
    plain = text.partition("%")[0]
    try:
        return inet_pton(AF_INET6, plain) if ":" in plain else _MAPPED + inet_pton(AF_INET, plain)
    except OSError:
        raise ValueError(f"{plain!r} is no address") from None


def unpack_ip(packed: bytes) -> str:
    """Return the shortest text of 16 packed bytes, IPv4 as dotted quad."""
    address = IPv6Address(packed)
    return str(address.ipv4_mapped or address)


def _binary(length: int) -> LargeBinary:
    """Return a fixed-length binary column, a plain BLOB on SQLite."""
    fixed = BINARY(length)
    return LargeBinary(length).with_variant(fixed, "mysql").with_variant(fixed, "mariadb")


def _read(read: Callable[..., T], *values: Any, **named: Any) -> T | None:
    """Return a stored value, or None for one that no column of its kind can have: pages must go on."""
    try:
        return read(*values, **named)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None


class Digest(TypeDecorator[bytes]):
    """``BINARY(length)``: raw bytes such as a SHA-256 or a nonce."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, length: int) -> None:
        self.length = length
        super().__init__()

    def __repr__(self) -> str:
        return f"Digest({self.length})"

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[bytes]:
        return dialect.type_descriptor(_binary(self.length))

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return value if isinstance(value, bytes) else None


class BigId(TypeDecorator[int]):
    """A 64-bit key; SQLite only autoincrements INTEGER."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[int]:
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())

    def process_result_value(self, value: int | None, dialect: Dialect) -> int | None:
        return value if isinstance(value, int | Decimal) else None  # MariaDB adds up in decimals


class HowOften(BigId):
    """How often something happened, 0 where another value is stored: who counts on must go on."""

    cache_ok = True

    def process_result_value(self, value: int | None, dialect: Dialect) -> int:
        return value if isinstance(value, int) and 0 <= value <= MAX_COUNT else 0


class Uid(TypeDecorator[UUID]):
    """A UUID as ``BINARY(16)`` in network order (RFC 9562)."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[bytes]:
        return dialect.type_descriptor(_binary(16))

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> bytes | None:
        return None if value is None else value.bytes

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> UUID | None:
        return _read(UUID, bytes=value) if value is not None else None


class Ip(TypeDecorator[str]):
    """An IP address as ``BINARY(16)``; a CIDR block is a range of it."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[bytes]:
        return dialect.type_descriptor(_binary(16))

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else pack_ip(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return _read(unpack_ip, value) if value is not None else None


class Utc(TypeDecorator[datetime]):
    """An aware UTC datetime with microseconds, stored without its offset."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime]:
        exact = mysql.DATETIME(fsp=6)
        return dialect.type_descriptor(DateTime().with_variant(exact, "mysql").with_variant(exact, "mariadb"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without an offset cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """Return what reads a stored time, ``NO_TIME`` where it is none or earlier: pages must go on."""
        read = super().result_processor(dialect, coltype)

        def tolerant(value: Any) -> datetime | None:
            try:
                found = read(value) if read else value
                return NO_TIME if found and found.year < _OLDEST_YEAR else found
            except (ValueError, TypeError, AttributeError):
                return NO_TIME

        return tolerant


class TextList(TypeDecorator[list[str]]):
    """A list of texts as JSON, empty where another value is stored."""

    impl = JSON
    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], list[str]]:
        """Return what reads a stored list: pages must go on where there is none."""
        read = super().result_processor(dialect, coltype)

        def tolerant(value: Any) -> list[str]:
            found = _read(read, value) if read else value
            return [part for part in found if isinstance(part, str)] if isinstance(found, list) else []

        return tolerant
