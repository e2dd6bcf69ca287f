"""What ``doctor`` says of the proxy, of names, and of the newest checkpoint."""

from contextvars import Context
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from models import User, write_transaction
from tests.dashboard.cli.conftest import Run, on
from tests.dashboard.proof.verify.tampering import LOG, changed, sealed_book
from tests.support.actions import make_user


@pytest.fixture
def manage(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command that builds an app of its own, with keys of its own."""
    monkeypatch.setattr("dashboard.config.settings.INSTANCE", tmp_path / "instance")
    return partial(Context().run, on(database_url))


def line(manage: Run, part: str) -> str:
    """Return what is said of a part."""
    return next(line for line in manage("doctor").output.splitlines() if line.split()[1] == part)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "open to this machine; needed for https and the internet"),
        (
            {"host": "0.0.0.0", "public_url": "http://gate.example.org"},
            "open to its network; needed for https",
        ),
        ({"trusted_proxies": 2}, "2 trusted in front of"),
    ],
)
def test_it_says_when_a_proxy_is_needed(manage: Run, settings: dict[str, object], said: str) -> None:
    assert said in manage("doctor", **settings).output


def test_names_that_cannot_be_told_from_others_are_listed(app: Flask, manage: Run) -> None:
    make_user("alice")
    assert line(manage, "names").startswith("ok")
    other = make_user("bob")
    before = {"username": "ali\u034fce", "username_key": "ali\u034fce"}
    write_transaction(lambda session: session.execute(update(User).where(User.id == other.id).values(before)))
    assert line(manage, "names").startswith("bad")
    assert f"ali\\u034fce (account {other.id})" in line(manage, "names")


def test_what_came_since_the_newest_checkpoint_is_verified(app: Flask, manage: Run) -> None:
    sealed_book()
    assert "none yet" in line(manage, "checkpoint")
    manage("checkpoint")
    assert "over 12 entries, and what came since is ours" in line(manage, "checkpoint")
    changed(LOG, LOG.c.seq == 12, chain=bytes(32))
    assert line(manage, "checkpoint").startswith("bad")
    assert "run `manage.py verify`" in line(manage, "checkpoint")
