"""The log knows its SECRET_KEY, and refuses a stranger's."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from dashboard.log.authentic.secret import ForeignSecret, check_secret, secret_id, settle_secret
from models import StreamHead, db
from tests.dashboard.cli.conftest import on, refusal

OTHER = "another secret of thirty-two bytes or more"


def stored() -> str | None:
    """Return which key the head knows."""
    db.session.rollback()
    return db.session.scalar(select(StreamHead.secret_id))


def test_the_first_key_is_known_from_then_on(app: Flask) -> None:
    assert (stored(), check_secret()) == (None, "not in use yet")
    settle_secret()
    assert (stored(), check_secret()) == (secret_id(), "the one that the log is recorded with")


def test_a_stranger_s_key_is_refused(app: Flask) -> None:
    settle_secret()
    old = app.config["SECRET_KEY"]
    app.config["SECRET_KEY"] = OTHER
    with pytest.raises(ForeignSecret, match="FALLBACKS, or `manage"):
        settle_secret()
    app.config["SECRET_KEY"] = old


def test_a_new_key_with_the_old_one_behind_it_is_taken(app: Flask) -> None:
    settle_secret()
    old, before = app.config["SECRET_KEY"], stored()
    app.config.update(SECRET_KEY=OTHER, SECRET_KEY_FALLBACKS=[old])
    settle_secret()
    assert stored() == secret_id() != before
    app.config.update(SECRET_KEY=old, SECRET_KEY_FALLBACKS=[])


@pytest.mark.parametrize(
    "command", [("seed", "--rows", "1"), ("create-admin", "rosa"), ("verify",), ("checkpoint",)]
)
def test_every_command_refuses_it_and_says_the_way_on(
    sqlite_url: str, tmp_path: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.config.settings.INSTANCE", tmp_path)
    run = on(sqlite_url)
    assert run("create-admin", "alice").exit_code == 0
    assert "after-restore" in refusal(run(*command, secret_key=OTHER))
    assert (
        run(*command, secret_key=OTHER, secret_key_fallbacks="a secret of thirty-two bytes or more").exit_code
        == 0
    )


def test_a_short_fallback_is_refused(sqlite_url: str) -> None:
    assert "SECRET_KEY_FALLBACKS" in refusal(on(sqlite_url)("checkpoint", secret_key_fallbacks="short"))
