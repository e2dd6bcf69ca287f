"""What the databases say differently, for `dashboard.export.raw`.

The marks are bytes that UTF-8 never uses: `dashboard.export.finish` takes them out again.
"""

from sqlalchemy import Dialect

#: Between the cells of a CSV line.
CELL = b"\xff"
#: A quote that belongs to the format, not to a value; two are one inside a quoted CSV cell.
QUOTE = b"\xfe"
#: A comma inside a quoted CSV cell, a backslash inside a JSON detail.
HELD = b"\xfd"
#: Before the 32 hexadecimal digits of an address, and of a UUID.
ADDRESS, UID = b"\xfc", b"\xfb"
#: After each line.
LINE = b"\xfa"


def literal(data: bytes) -> str:
    """Return a literal of bytes."""
    return f"x'{data.hex()}'"


class MySql:
    """MariaDB and MySQL."""

    def joined(self, pieces: list[str]) -> str:
        """Return the pieces as one, which is bytes; none may be NULL."""
        return f"CONCAT(BINARY '', {', '.join(pieces)})"

    def replaced(self, text: str, old: bytes, new: bytes) -> str:
        """Return ``text`` with ``new`` in place of ``old``; it must be bytes, as marks are no text."""
        return f"REPLACE(CAST({text} AS BINARY), {literal(old)}, {literal(new)})"

    def has(self, text: str, character: bytes) -> str:
        """Say whether ``text`` has a character."""
        return f"LOCATE({literal(character)}, {text})"

    def time(self, column: str) -> str:
        """Return a time in ISO 8601 with microseconds and offset."""
        return f"CONCAT(DATE({column}), 'T', TIME({column}), '+00:00')"

    def uuid(self, column: str) -> str:
        """Return a UUID or its digits after a mark."""
        return self.joined([literal(UID), f"LOWER(HEX({column}))"])

    def address(self, column: str) -> str:
        """Return an address or its digits after a mark."""
        is_ipv4 = f"SUBSTR({column}, 1, 12) = x'00000000000000000000FFFF'"
        digits = self.joined([literal(ADDRESS), f"HEX({column})"])
        return f"CASE WHEN {is_ipv4} THEN INET6_NTOA(SUBSTR({column}, 13)) ELSE {digits} END"


class MariaDb(MySql):
    """MariaDB 10.7 and newer, which have a type for UUIDs."""

    def uuid(self, column: str) -> str:
        return f"CAST(CAST({column} AS UUID) AS CHAR)"


class Sqlite(MySql):
    """SQLite, where ``printf`` writes a line at once; ``||`` would copy it for every piece."""

    def joined(self, pieces: list[str]) -> str:
        return f"printf('{'%s' * len(pieces)}', {', '.join(pieces)})"

    def replaced(self, text: str, old: bytes, new: bytes) -> str:
        return f"replace({text}, {literal(old)}, {literal(new)})"

    def has(self, text: str, character: bytes) -> str:
        return f"instr({text}, '{character.decode()}')"

    def time(self, column: str) -> str:
        return f"replace({column}, ' ', 'T') || '+00:00'"

    def uuid(self, column: str) -> str:
        return f"{literal(UID)} || lower(hex({column}))"

    def address(self, column: str) -> str:
        return f"{literal(ADDRESS)} || hex({column})"


def words_of(dialect: Dialect) -> MySql:
    """Return the words of a database that was connected to."""
    if dialect.name == "sqlite":
        return Sqlite()
    has_uuid = getattr(dialect, "is_mariadb", False) and (dialect.server_version_info or ()) >= (10, 7)
    return MariaDb() if has_uuid else MySql()
