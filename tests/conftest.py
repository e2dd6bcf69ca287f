"""The app on SQLite and on MariaDB, and people who use it."""

import os
import secrets
import shutil
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, update

from dashboard.config import settings
from dashboard.config.settings import Settings
from models import (
    Role,
    StreamHead,
    User,
    db,
    write_transaction,
)
from models.stream_head import ENCODING
from tests.support.actions import AuthActions, make_user
from tests.support.app import build, migrate, running
from tests.support.servers.gatehouse import FOLDERS
from tests.support.servers.mariadb import create_database, mariadb
from tests.support.servers.redis import redis_server

pytest_plugins = ["tests.support.sharing"]
hypothesis.settings.register_profile("gatehouse", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("gatehouse")


@pytest.fixture(scope="session", autouse=True)
def no_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing of the environment reaches a test, and no test reaches ``instance/``."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dashboard.config.settings.INSTANCE", tmp_path_factory.mktemp("instance"))
        for name in [name for name in os.environ if name.startswith("GATEHOUSE_")]:
            patch.delenv(name)
        yield


@pytest.fixture(autouse=True)
def nothing_is_left() -> None:
    """Nothing waits or tells the time from an earlier test: SQLite databases are copies of one log."""
    for path in chain.from_iterable(map(settings.INSTANCE.glob, ("spool-*", "checkpoints/*", "*.pin"))):
        path.unlink()
    FOLDERS.append(FOLDERS[0] / str(len(FOLDERS)))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def mariadb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A MariaDB for the whole run."""
    with mariadb(tmp_path_factory.mktemp("mariadb")) as server:
        yield server


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis for the whole run."""
    with redis_server(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture(scope="session")
def mariadb_migrated(mariadb_server: str) -> Iterator[Flask]:
    """An app on a migrated database, to empty it between tests."""
    address = create_database(mariadb_server, "gatehouse")
    app = build(migrate(f"{address}?ssl_disabled=1"))  # certificates take longer to read than most tests
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """An empty, migrated SQLite database."""
    shutil.copy(sqlite_template, tmp_path / "gatehouse.db")
    return f"sqlite:///{tmp_path / 'gatehouse.db'}"


@pytest.fixture
def mariadb_url(mariadb_migrated: Flask) -> str:
    """An empty, migrated MariaDB database."""
    settings: Settings = mariadb_migrated.config["SETTINGS"]
    with mariadb_migrated.app_context():
        write_transaction(_empty)
    return settings.database


@pytest.fixture(params=["sqlite", "mariadb"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty, migrated database, once of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """The app on an empty database; no background thread runs."""
    with running(database_url) as app:
        yield app


@pytest.fixture
def sqlite_app(sqlite_url: str) -> Iterator[Flask]:
    """The app on SQLite."""
    with running(sqlite_url) as app:
        yield app


@pytest.fixture
def mariadb_app(mariadb_url: str) -> Iterator[Flask]:
    """The app on MariaDB."""
    with running(mariadb_url) as app:
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without cookies."""
    return app.test_client()


@pytest.fixture
def auth(client: FlaskClient) -> AuthActions:
    """What people do on the auth pages."""
    return AuthActions(client)


@pytest.fixture(params=list(Role))
def role(request: pytest.FixtureRequest) -> Role:
    """Each role in turn."""
    return Role(request.param)


@pytest.fixture
def alice(app: Flask) -> User:
    """A person with an account and no rights."""
    return make_user("alice")


@pytest.fixture
def auditor(app: Flask, client: FlaskClient) -> User:
    """An auditor who is signed in with ``client``."""
    user = make_user("audrey", Role.AUDITOR)
    AuthActions(client).login("audrey")
    return user


@pytest.fixture
def admin(app: Flask, client: FlaskClient) -> User:
    """An admin who is signed in with ``client``."""
    user = make_user("adam", Role.ADMIN)
    AuthActions(client).login("adam")
    return user


def _empty(session: object) -> None:
    epoch = secrets.token_hex(16)
    fresh = {
        "origin": "a5" * 16,
        "epoch": epoch,
        "first_epoch": epoch,
        "seq": 0,
        "pruned": 0,
        "chain": None,
        "anchor": None,
    }
    fresh |= dict.fromkeys(("frontier", "anchor_frontier", "secret_id", "checkpoint_key"))
    fresh |= {"signer": None, "signer_until": None, "checkpoint_size": 0}
    fresh |= {"places_blank": 0, "uncounted": 0, "encoding": ENCODING}
    for table in reversed(db.metadata.sorted_tables):
        if table.name != StreamHead.__tablename__:
            session.execute(delete(table))  # type: ignore[attr-defined]
    session.execute(update(StreamHead).values(**fresh))  # type: ignore[attr-defined]
