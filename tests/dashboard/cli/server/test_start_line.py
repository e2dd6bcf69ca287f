"""The line with the settings of a server, in which no secret stands."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from dashboard.cli.server.start_line import set_secrets, shown_settings, tell_settings
from dashboard.config.environment import secrets_of
from dashboard.config.settings import ConfigError, Settings, load_settings
from tests.support.servers.gatehouse import serving

CANARY = "Canary0123456789Canary0123456789"
#: A value with the canary for each secret.
SECRETS: dict[str, Any] = {
    "database_url": f"mariadb://u:{CANARY}@h/x",
    "secret_key": CANARY,
    "secret_key_fallbacks": [CANARY],
    "redis_url": f"redis://u:{CANARY}@h:6379/0",
    "metrics_token": CANARY,
    "mail_url": f"smtp://u:{CANARY}@h:587",
}
#: Addresses that have no place for one, which somebody may write all the same.
OTHERS = ("syslog_url", "public_url", "allowed_origins")


def settings(**changes: Any) -> Settings:
    return load_settings(_env_file=None, **{"mail_from": "gate@example.org"} | SECRETS | changes)


def test_each_secret_has_a_canary_here() -> None:
    assert {*secrets_of(Settings)} <= {*SECRETS}


def test_no_secret_stands_in_it_and_each_that_is_set_is_named(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        tell_settings(settings())
    [record] = caplog.records
    assert CANARY not in caplog.text
    assert CANARY not in json.dumps(record.__dict__["facts"])
    assert set_secrets(settings()) == [name.upper() for name in secrets_of(Settings)]


@pytest.mark.parametrize("name", OTHERS)
def test_an_address_with_a_password_is_refused_without_telling_it(name: str) -> None:
    for scheme in ("tcp", "https"):
        with pytest.raises(ConfigError) as refused:
            settings(**{name: f"{scheme}://u:{CANARY}@h:601"})
        assert CANARY not in str(refused.value)


def test_an_address_that_no_check_looked_at_is_told_without_account() -> None:
    odd = settings().model_copy(update={"syslog_url": f"tcp://u:{CANARY}@h:601"})
    assert shown_settings(odd)["SYSLOG_URL"] == "tcp://***@h:601"


def test_each_other_setting_stands_in_it() -> None:
    told = shown_settings(settings(session_idle="45m", allowed_origins="https://a.example,https://b.example"))
    assert {*told} == {name.upper() for name in Settings.model_fields} - {
        name.upper() for name in secrets_of(Settings)
    }
    assert told["SESSION_IDLE"] == "2700s"
    assert told["ALLOWED_ORIGINS"] == ["https://a.example", "https://b.example"]


def test_a_value_makes_no_second_line() -> None:
    told = shown_settings(settings(checkpoint_dir="/x\n2026 ERROR forged\x1b[2J\u2028\udce9"))
    assert told["CHECKPOINT_DIR"] == "/x\\n2026 ERROR forged\\x1b[2J\\u2028\\udce9"
    assert json.dumps(told).isascii()


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_server_says_it_once(sqlite_url: str, tmp_path: Path, form: str) -> None:
    with serving(sqlite_url, tmp_path, log_format=form, secret_key=CANARY, metrics_token=CANARY) as site:
        log = site.server.log.read_text()
    [line] = [line for line in log.splitlines() if "LOG_FORMAT" in line]
    assert CANARY not in log
    if form == "json":
        told = json.loads(line)
        assert told["settings"]["LOG_FORMAT"] == "json"
        assert "METRICS_TOKEN" in told["secrets_set"]
    else:
        assert "LOG_FORMAT='text'" in line
