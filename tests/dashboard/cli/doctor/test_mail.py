"""What ``doctor`` says of letters."""

from contextvars import Context
from functools import partial
from pathlib import Path

import pytest

from tests.dashboard.cli.conftest import Run, on
from tests.dashboard.cli.doctor.test_proxy import line
from tests.support.servers.mail import mail_server
from tests.support.servers.process import free_port


@pytest.fixture
def manage(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command that builds an app of its own."""
    monkeypatch.setattr("dashboard.config.settings.INSTANCE", tmp_path / "instance")
    return partial(Context().run, on(sqlite_url))


def test_it_says_whether_letters_can_leave(manage: Run) -> None:
    site = {"public_url": "http://gate.example.org", "mail_from": "gate@example.org"}
    assert line(manage, "mail").startswith("ok   mail           none; nobody gets letters")
    with mail_server() as postbox:
        url = f"smtp://127.0.0.1:{postbox.port}"
        told = line(partial(manage, mail_url=url, **site), "mail")
        assert told.startswith("ok ")
        assert told.endswith("without TLS; 0 letters wait, 0 refused, 0 given up")
        told = line(partial(manage, mail_url=url, mail_from="gate@example.org"), "mail")
        assert told.startswith("bad ")
        assert "set GATEHOUSE_PUBLIC_URL" in told
    told = line(partial(manage, mail_url=f"smtp://127.0.0.1:{free_port()}", **site), "mail")
    assert told.startswith("bad ")
    assert "cannot be reached: Connection refused" in told
    assert line(partial(manage, mail_url="console:", mail_from="g@example.org"), "mail").startswith("ok ")
