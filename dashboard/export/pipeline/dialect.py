"""What the databases say differently, for `dashboard.export.pipeline.sql_lines`.

The marks are bytes that UTF-8 never uses: `dashboard.export.pipeline.serialize` takes them out again.
"""

from sqlalchemy import Dialect

#: Between the cells of a CSV line.
CELL = b"\xff"
#: Before and after what `serialize` writes, and at the end of a line.
APART = b"\xfe"
#: A quote that belongs to JSON, not to a value; and, between two of them, no value.
QUOTE, NOTHING = b"\xfd", b"\xfc"


class MySql:
    """MariaDB and MySQL."""

    #: Cells that `serialize` writes; the others are exact but for quotes and formulas.
    apart: tuple[str, ...] = ("event_id", "ip", "user_agent", "session_ref", "detail")

    def cells(self, cells: list[str]) -> str:
        """Return cells with `CELL` between them, which is bytes; none may be NULL."""
        return f"CONCAT_WS({self.literal(CELL)}, {', '.join(cells)})"

    def joined(self, pieces: list[str | bytes]) -> str:
        """Return SQL and literals as one, which is bytes; none may be NULL."""
        return f"CONCAT({', '.join(self.literal(one) if isinstance(one, bytes) else one for one in pieces)})"

    def literal(self, data: bytes) -> str:
        """Return a literal of bytes; between texts it makes bytes of them, too."""
        return f"CAST(x'{data.hex()}' AS BINARY)"

    def time(self, column: str) -> str:
        """Return a time in ISO 8601 with microseconds and offset."""
        return f"CONCAT(DATE({column}), 'T', TIME({column}), '+00:00')"

    def truth(self, column: str) -> str:
        """Return true or false."""
        return f"CASE {column} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"

    def digits(self, column: str) -> str:
        """Return the hexadecimal digits of bytes."""
        return f"HEX({column})"

    def uuid(self, column: str) -> str:
        """Return a UUID, or its digits where it is apart."""
        return self.digits(column)


class MariaDb(MySql):
    """MariaDB 10.7 and newer, which have a type for UUIDs."""

    apart = ("ip", "user_agent", "detail")

    def uuid(self, column: str) -> str:
        return f"CAST(CAST({column} AS UUID) AS CHAR)"


class Sqlite(MySql):
    """SQLite, where ``printf`` writes a line at once; ``||`` would copy it for every piece."""

    def cells(self, cells: list[str]) -> str:
        return self._printed(CELL.join([b"%s"] * len(cells)), cells)

    def joined(self, pieces: list[str | bytes]) -> str:
        form = b"".join(one if isinstance(one, bytes) else b"%s" for one in pieces)
        return self._printed(form, [one for one in pieces if isinstance(one, str)])

    def _printed(self, form: bytes, values: list[str]) -> str:
        return f"printf(CAST({self.literal(form)} AS TEXT), {', '.join(values)})"

    def literal(self, data: bytes) -> str:
        return f"x'{data.hex()}'"

    def digits(self, column: str) -> str:
        return f"nullif(hex({column}), '')"

    def time(self, column: str) -> str:
        return f"replace({column}, ' ', 'T') || '+00:00'"


def dialect_of(dialect: Dialect) -> MySql:
    """Return the words of a database that was connected to."""
    if dialect.name == "sqlite":
        return Sqlite()
    has_uuid = getattr(dialect, "is_mariadb", False) and (dialect.server_version_info or ()) >= (10, 7)
    return MariaDb() if has_uuid else MySql()
