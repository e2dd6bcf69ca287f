"""A log of before there were macs goes on: a checkpoint speaks for what it holds."""

from contextvars import Context
from functools import partial
from pathlib import Path

import flask_migrate
import pytest
from sqlalchemy import text

from dashboard.cli.migrations import WITHOUT_MACS
from dashboard.log.sealer import seal_all
from models import db
from models.database.limits import Purpose, used_for
from tests.dashboard.cli.conftest import Run, on
from tests.dashboard.proof.verify.tampering import sealed_book
from tests.support.app import running
from tests.support.book import entry, store
from tests.support.servers.mariadb import create_database


@pytest.fixture(params=["sqlite", "mariadb"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of its own: a downgrade takes columns away."""
    if request.param == "mariadb":
        return create_database(request.getfixturevalue("mariadb_server"), "former")
    return f"sqlite:///{tmp_path / 'former.db'}"


@pytest.fixture
def manage(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command with keys of its own."""
    monkeypatch.setattr("dashboard.config.settings.INSTANCE", tmp_path / "instance")
    return partial(Context().run, on(url))


@pytest.fixture
def former(url: str, manage: Run) -> None:
    """A log as the version before left it: twelve entries sealed, one not, none with a mac."""
    with running(url), used_for(Purpose.MIGRATIONS):
        flask_migrate.upgrade()
        sealed_book()
        store([entry(700)])
        db.session.close()
        flask_migrate.downgrade(revision=WITHOUT_MACS)
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE login_log SET mac = NULL"))
            connection.execute(text("UPDATE login_log SET place = NULL, person = NULL WHERE seq IS NULL"))


def test_an_upgrade_vouches_for_what_is_there(former: None, manage: Run, url: str) -> None:
    assert "a checkpoint speaks for the 13 entries of before this version" in manage("db", "upgrade").stdout
    verified = manage("verify")
    assert (verified.exit_code, "intact: 13 entries" in verified.stdout) == (0, True)
    assert manage("db", "upgrade").stdout == ""
    with running(url):
        store([entry(800)])
        assert seal_all() == 1
    manage("checkpoint")
    assert manage("verify").exit_code == 0


def test_what_was_changed_before_is_not_vouched_for(former: None, manage: Run, url: str) -> None:
    with running(url), db.engine.begin() as connection:
        connection.execute(text("UPDATE login_log SET browser = 'Forged' WHERE seq = 4"))
    result = manage("db", "upgrade")
    assert result.exit_code == 1
    assert "entry 4: its public fields were changed" in result.stderr


def test_nothing_is_vouched_for_twice(former: None, manage: Run, url: str) -> None:
    manage("db", "upgrade")
    with running(url), db.engine.begin() as connection:
        connection.execute(text("UPDATE stream_head SET checkpoint_key = NULL, checkpoint_size = 0"))
        connection.execute(text("UPDATE login_log SET browser = 'Forged', mac = NULL WHERE seq = 13"))
    assert manage("db", "upgrade").exit_code == 0
    assert manage("verify").exit_code == 1


def test_a_new_database_needs_no_word(url: str, manage: Run) -> None:
    assert manage("db", "upgrade").stdout == ""
