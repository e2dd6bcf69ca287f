"""Migrations, from nothing and back."""

from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import inspect, select

from models import StreamHead, db
from tests.support.app import running
from tests.support.servers.mariadb import create_database

TABLES = {"alembic_version", *db.metadata.tables}


@pytest.fixture(params=["sqlite", "mariadb"])
def bare_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The app on a database without a table."""
    url = f"sqlite:///{tmp_path / 'bare.db'}"
    if request.param == "mariadb":
        url = create_database(request.getfixturevalue("mariadb_server"), "bare")
    with running(url) as app:
        yield app


def tables() -> set[str]:
    """Return the names of the tables that are there."""
    return set(inspect(db.engine).get_table_names())


def test_they_lead_from_nothing_to_what_the_models_say(bare_app: Flask) -> None:
    flask_migrate.upgrade()
    assert tables() >= TABLES
    flask_migrate.check()


def test_they_lead_back_and_forth(bare_app: Flask) -> None:
    flask_migrate.upgrade()
    flask_migrate.downgrade(revision="base")
    assert tables() == {"alembic_version"}
    flask_migrate.upgrade()
    assert tables() >= TABLES


def test_an_upgrade_to_where_one_is_changes_nothing(bare_app: Flask) -> None:
    flask_migrate.upgrade()
    before = db.session.execute(select(StreamHead.origin, StreamHead.epoch)).one()
    flask_migrate.upgrade()
    db.session.rollback()
    assert db.session.execute(select(StreamHead.origin, StreamHead.epoch)).one() == before


def test_each_installation_begins_an_empty_stream_of_its_own(bare_app: Flask) -> None:
    heads = set()
    for _ in range(2):
        flask_migrate.upgrade()
        head = db.session.scalars(select(StreamHead)).one()
        heads |= {head.origin, head.epoch}
        assert (head.seq, head.pruned) == (0, 0)
        db.session.close()
        flask_migrate.downgrade(revision="base")
    assert {len(name) for name in heads} == {32}
    assert len(heads) == 4


def test_every_filter_of_the_book_has_its_index(bare_app: Flask) -> None:
    flask_migrate.upgrade()
    indexes = inspect(db.engine).get_indexes("login_log")
    found = {tuple(index["column_names"][:-2]) for index in indexes if index["column_names"][-1] == "id"}
    single = "user_id actor_id username_key name_ref ip session_ref action outcome reason"
    assert found == {(), ("action", "outcome"), *((name,) for name in single.split())}
