"""Checks what stands around the tables: who can write there can also have the database lie about them."""

from sqlalchemy import Connection, inspect, text

from dashboard.proof.verify.faults import Broken
from models import db

#: What a database does by itself, of which a Gatehouse has nothing.
_BY_ITSELF = {
    "sqlite": "SELECT type, name FROM sqlite_schema WHERE type IN ('trigger', 'view')",
    "mysql": (
        "SELECT 'trigger', trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE()"
        " UNION ALL SELECT 'view', table_name FROM information_schema.views WHERE table_schema = DATABASE()"
        " UNION ALL SELECT 'event', event_name FROM information_schema.events WHERE event_schema = DATABASE()"
    ),
}


def check_schema(connection: Connection) -> None:
    """Raise ``Broken`` when something acts by itself there, or an index is missing or another one."""
    dialect = "sqlite" if connection.dialect.name == "sqlite" else "mysql"
    for kind, name in connection.execute(text(_BY_ITSELF[dialect])):
        raise Broken(None, f"the database has a {kind} {name}: no Gatehouse made it")
    inspector = inspect(connection)
    for table in db.metadata.sorted_tables:
        there = {index["name"]: index["column_names"] for index in inspector.get_indexes(table.name)}
        for index in table.indexes:
            if there.get(str(index.name)) != [column.name for column in index.columns]:
                raise Broken(None, f"{table.name} has not the index {index.name} that it should have")


def check_indexes(connection: Connection) -> None:
    """Raise ``Broken`` when an index of SQLite holds something else than its table."""
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar()
        if found != "ok":
            raise Broken(None, f"the file of the database is not whole: {found}")
