"""``doctor`` says whether lines and messages get where they should."""

import os
from functools import partial
from pathlib import Path

import pytest

from dashboard.cli.checks import Bad
from dashboard.cli.doctor.lines import check_syslog, check_text_log
from dashboard.config.settings import Settings, load_settings
from tests.support.servers.gatehouse import SECRET
from tests.support.servers.process import free_port
from tests.support.servers.rsyslog import rsyslog

settings = partial(load_settings, _env_file=None, secret_key=SECRET)


def refused(given: Settings) -> str:
    """Return what is wrong with the text log."""
    with pytest.raises(Bad) as bad:
        check_text_log(given)
    return str(bad.value)


def test_nothing_is_set() -> None:
    assert check_text_log(settings()) == "none is written"
    assert check_syslog(settings()) == "nothing is sent"


def test_a_file_that_can_be_made_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "signins.log"
    assert check_text_log(settings(text_log=path)) == f"{path}, utf-8"
    assert not path.exists()
    path.write_text("a line\n")
    assert check_text_log(settings(text_log=path, text_log_encoding="gbk")) == f"{path}, gbk"
    assert path.read_text() == "a line\n"


def test_what_no_line_can_be_added_to_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to("elsewhere")
    for name, why in [
        ("fifo", "it is no file"),
        ("link", "it is a link: name the file itself"),
        ("none/file", "No such file or directory"),
        ("", "Is a directory"),
        ("fifo/file", "Not a directory"),
    ]:
        told = refused(settings(text_log=tmp_path / name))
        assert told == f"{tmp_path / name} cannot be written: {why}; check GATEHOUSE_TEXT_LOG"


def test_a_server_that_takes_connections(tmp_path: Path) -> None:
    with rsyslog(tmp_path / "rsyslog") as receiver:
        url = f"tcp://127.0.0.1:{receiver.port}"
        assert check_syslog(settings(syslog_url=url)) == f"{url} takes connections"


def test_nobody_knows_of_datagrams() -> None:
    assert "nobody knows" in check_syslog(settings(syslog_url="udp://127.0.0.1"))


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(Bad, match="GATEHOUSE_SYSLOG_URL cannot be sent to: Connection refused"):
        check_syslog(settings(syslog_url=f"tcp://127.0.0.1:{free_port()}"))
