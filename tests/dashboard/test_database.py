"""The database as the app binds it."""

from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from models import db


def test_a_connection_lost_since_the_last_read_spoils_no_answer(app: Flask) -> None:
    event.listen(db.engine, "rollback", lose, once=True)
    with app.app_context():
        db.session.execute(text("SELECT 1"))
    with app.app_context():
        assert db.session.scalar(text("SELECT 1")) == 1


def lose(_connection: Connection) -> None:
    """Find the connection gone."""
    raise OperationalError("ROLLBACK", None, Exception("lost"), connection_invalidated=True)
