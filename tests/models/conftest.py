"""Ways to trouble a database."""

from collections.abc import Callable

import pymysql
import pytest
from flask import Flask
from sqlalchemy import Connection, make_url

from models import db


@pytest.fixture
def sever(mariadb_app: Flask) -> Callable[[Connection], None]:
    """A way to cut a connection at the server's end, for certain."""
    url = make_url(str(db.engine.url))

    def cut(connection: Connection) -> None:
        victim = connection.connection.thread_id()
        with pymysql.connect(host=url.host, port=url.port, user="root", autocommit=True) as other:
            cursor = other.cursor()
            cursor.execute("KILL %s", [victim])
            while cursor.execute("SELECT 1 FROM information_schema.processlist WHERE id = %s", [victim]):
                pass

    return cut
