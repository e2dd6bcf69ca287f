"""The database as the app binds it."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from models import db
from tests.dashboard.cli.conftest import on, refusal


def test_a_connection_lost_since_the_last_read_spoils_no_answer(app: Flask) -> None:
    event.listen(db.engine, "rollback", lose, once=True)
    with app.app_context():
        db.session.execute(text("SELECT 1"))
    with app.app_context():
        assert db.session.scalar(text("SELECT 1")) == 1


def lose(_connection: Connection) -> None:
    """Find the connection gone."""
    raise OperationalError("ROLLBACK", None, Exception("lost"), connection_invalidated=True)


def test_a_fresh_clone_with_a_key_makes_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = tmp_path / "instance"
    monkeypatch.setattr("dashboard.config.settings.INSTANCE", instance)
    monkeypatch.chdir(tmp_path)
    result = on("")("db", "upgrade", secret_key="k" * 40)
    assert result.exit_code == 0, result.output
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in (instance, *instance.glob("*.db"))} == {
        "instance": "0o700",
        "gatehouse.db": "0o600",
    }


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr("dashboard.config.settings.INSTANCE", tmp_path / "file")
    line = refusal(on("")("db", "upgrade", secret_key="k" * 40))
    assert line.startswith("GATEHOUSE_DATABASE_URL is not set and ")
