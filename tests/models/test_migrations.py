# ruff: noqa: RUF001 - characters that look alike are the point
"""Migrations, from nothing and back."""

from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import inspect, select, text

from models import StreamHead, User, db
from models.names import former_key, skeleton
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


def test_names_of_before_get_their_looks_and_the_keys_that_are_free(bare_app: Flask) -> None:
    flask_migrate.upgrade(revision="forms_once")
    names = ["admin", "ad\u034fmin", "zo\u034fe", "раураӏ", *(f"user{number}" for number in range(1000))]
    usual = {"role": "user", "hobbies": "[]", "created_at": "2026-01-01", "disabled": False}
    rows = [{"username": name, "username_key": former_key(name), **usual} for name in names]
    columns = ", ".join(rows[0])
    values = ", ".join(f":{column}" for column in rows[0])
    insert = f"INSERT INTO {db.session.get_bind().dialect.identifier_preparer.quote('user')} "
    db.session.execute(text(f"{insert}({columns}, device_generation) VALUES ({values}, 0)"), rows)
    db.session.commit()
    flask_migrate.upgrade()
    kept = {
        user.username: (user.username_key, user.username_skeleton)
        for user in db.session.scalars(select(User))
    }
    assert kept["admin"] == ("admin", "admin")
    assert kept["ad\u034fmin"] == ("ad\u034fmin", "admin")
    assert kept["zo\u034fe"] == ("zoe", "zoe")
    assert kept["раураӏ"][1] == "paypal"
    assert all(kept[name][1] == skeleton(name) for name in names)


def test_every_filter_of_the_book_has_its_index(bare_app: Flask) -> None:
    flask_migrate.upgrade()
    indexes = inspect(db.engine).get_indexes("login_log")
    found = {tuple(index["column_names"][:-2]) for index in indexes if index["column_names"][-1] == "id"}
    single = "user_id actor_id username_key name_ref ip session_ref action outcome reason"
    assert found == {(), ("action", "outcome"), *((name,) for name in single.split())}
