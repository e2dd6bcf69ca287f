"""Settings: what is read, what is refused and what is never shown."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.config import settings
from dashboard.config.settings import ConfigError, Settings, load_settings

KEY = "k" * 32


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty working directory and an instance folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(settings, "INSTANCE", tmp_path / "instance")
    return tmp_path


@pytest.mark.parametrize(
    "text",
    [
        *("https://exa mple.org", "https://<x>", "https://a,b", "https://.org", "https://example.org:0"),
        *("https://user:pw@example.org", "https://example.org?x", "https://example.org/#f", "https://[::1"),
    ],
)
def test_an_address_that_nobody_can_use_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("GATEHOUSE_PUBLIC_URL", text)
    with pytest.raises(ConfigError, match="must be an address like"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("DATABASE_URL", "sqlite:////var/lib/gatehouse.db", "sqlite:////var/lib/gatehouse.db"),
        ("DATABASE_URL", "mariadb://u:p%40w@h/d", "mariadb+pymysql://u:p%40w@h/d"),
        ("DATABASE_URL", "mysql://h/d?charset=utf8mb4", "mysql+pymysql://h/d?charset=utf8mb4"),
        ("DATABASE_URL", "mysql+mysqldb://h/d", "mysql+pymysql://h/d"),
        ("SECRET_KEY", "0" * 32, "0" * 32),
        ("SECRET_KEY", "ü" * 16, "ü" * 16),
        ("PUBLIC_URL", "HTTPS://Gate.Example.ORG:443/", "https://gate.example.org"),
        ("PUBLIC_URL", "http://[::1]:8080", "http://[::1]:8080"),
        ("REDIS_URL", "rediss://:pw@h:6380/1", "rediss://:pw@h:6380/1"),
        ("TRUSTED_PROXIES", "2", 2),
        (
            "ALLOWED_ORIGINS",
            "https://a.example, http://b.example:80,",
            ["https://a.example", "http://b.example"],
        ),
        ("MAX_VIEWERS", "900", 900),
        ("REGISTRATION", "closed", "closed"),
        ("SESSION_IDLE", "90s", timedelta(seconds=90)),
        ("SESSION_MAX", "2w", timedelta(weeks=2)),
        ("SPOOL", "/var/spool/gatehouse", Path("/var/spool/gatehouse")),
        ("CHECKPOINT_DIR", "/srv/checkpoints", Path("/srv/checkpoints")),
        ("RETENTION", "730d", timedelta(days=730)),
        ("CHECKPOINT_DIR", "/srv/checkpoints", Path("/srv/checkpoints")),
        ("RETENTION", "730d", timedelta(days=730)),
        ("LOCALE", "zh", "zh"),
        ("TIMEZONE", "Asia/Shanghai", "Asia/Shanghai"),
        ("TEXT_LOG_FORMAT", "{name}于<%Y-%m-%d:%H:%M:%S>登录", "{name}于<%Y-%m-%d:%H:%M:%S>登录"),
        ("TEXT_LOG_FORMAT", "%-d %% {{}} {ip} {action}", "%-d %% {{}} {ip} {action}"),
        ("TEXT_LOG_FORMAT", "fail2ban", "fail2ban"),
        ("TEXT_LOG_ENCODING", "gbk", "gbk"),
        ("SYSLOG_URL", "udp://127.0.0.1", "udp://127.0.0.1"),
        ("SYSLOG_URL", "tcp://[::1]:601?format=cef", "tcp://[::1]:601?format=cef"),
        ("SYSLOG_URL", "tls://h:6514?ca=/etc/ca.pem", "tls://h:6514?ca=/etc/ca.pem"),
        ("HOST", "::1", "::1"),
        ("PORT", "65535", 65535),
    ],
)
def test_a_good_value_is_read(monkeypatch: pytest.MonkeyPatch, name: str, text: str, value: object) -> None:
    monkeypatch.setenv("GATEHOUSE_SECRET_KEY", KEY)
    monkeypatch.setenv(f"GATEHOUSE_{name}", text)
    assert getattr(load_settings(), name.lower()) == value


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        (
            "DATABASE_URL",
            ["nonsense", "postgresql://h/d", "mariadb://h", "mariadb://h:x/d", "sqlite://", "\x00"],
        ),
        ("DATABASE_URL", ["sqlite:///:memory:", "oracle+x://h/d", "://", "mysql:///"]),
        ("SECRET_KEY", ["short", "x" * 31]),
        (
            "PUBLIC_URL",
            ["gate.example.org", "ftp://h", "https://", "https://h/path", "http://[::1", "http://h:x"],
        ),
        ("REDIS_URL", ["localhost", "http://h", "redis://", "redis://h:x", "memcached://h"]),
        ("TRUSTED_PROXIES", ["-1", "11", "two", "1.5", "0x1"]),
        ("ALLOWED_ORIGINS", ["*", "https://a.example,b.example", "null"]),
        ("MAX_VIEWERS", ["0", "901", "many", "1e2"]),
        ("REGISTRATION", ["Open", "yes", "0"]),
        ("SESSION_IDLE", ["30", "30 m", "-1h", "0m", "1y", "PT30M", "1.5h", "٣m", "9999999d"]),
        ("SESSION_MAX", ["forever"]),
        ("RETENTION", ["0d", "2y", "-1d", "365"]),
        ("LOCALE", ["fr", "en_US", "../zh"]),
        ("TIMEZONE", ["Mars/Olympus", "utc+2", "../../etc/passwd", "CEST", "localtime"]),
        ("BREACHED_PASSWORDS", ["/nowhere/list", "/"]),
        ("TEXT_LOG_FORMAT", ["{", "}", "{x}", "{name!r}", "{name:>9}", "{name.x}", "{}", "{0}"]),
        (
            "TEXT_LOG_FORMAT",
            ["%", "{name} %", "%Q", "%s", "%n", "%1000d", "a line", "{ip}\n%Y", "{ip}\u2028x", "{ip}\rx"],
        ),
        ("TEXT_LOG_ENCODING", ["utf8", "latin-1", "UTF-8"]),
        ("SYSLOG_URL", ["h", "http://h", "udp://", "tcp://h:0", "tcp://h:x", "tcp://h/path", "tcp://h#x"]),
        (
            "SYSLOG_URL",
            ["udp://h?format=json", "tcp://h?x=1", "tcp://h?ca=/x", "tls://h?ca=", "tcp://h?format"],
        ),
        ("SYSLOG_URL", ["tcp://h?format=cef&format=cef", "tcp://user@h", "tcp://u:p@h", "tcp://h h"]),
        ("PORT", ["0", "65536", "http", "-1"]),
    ],
)
def test_a_bad_value_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, texts: list[str]) -> None:
    for text in texts:
        with pytest.raises(ConfigError, match=rf"^GATEHOUSE_{name} [a-z]") as refused:
            load_settings(**{"secret_key": KEY, name.lower(): text})
        assert "\n" not in str(refused.value)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ConfigError) as refused:
        load_settings(port="x", locale="fr", secret_key=KEY)
    assert all(name in str(refused.value) for name in ("GATEHOUSE_PORT", "GATEHOUSE_LOCALE"))


@pytest.mark.parametrize("bad", ["port", "timezone"])
def test_a_message_shows_what_was_wrong(bad: str) -> None:
    with pytest.raises(ConfigError, match=r"\(got 'nonsense'\)"):
        load_settings(**{bad: "nonsense"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", "mariadb://root:hunter2@h:x/d"),
        ("redis_url", "http://:hunter2@h"),
        ("secret_key", "hunter2"),
    ],
)
def test_no_message_shows_a_secret(name: str, value: str) -> None:
    with pytest.raises(ConfigError) as refused:
        load_settings(**{name: value})
    assert "hunter2" not in str(refused.value)


def test_settings_can_be_printed_without_their_secrets() -> None:
    secrets = {
        "secret_key": "hunter2" * 5,
        "database_url": "mysql://u:hunter2@h/d",
        "redis_url": "redis://:hunter2@h",
    }
    settings = load_settings(**secrets)
    assert "hunter2" not in f"{settings!r}{settings}"


@pytest.mark.parametrize("settings", [{"database_url": "sqlite:////tmp/x.db"}, {"host": "0.0.0.0"}])
def test_production_needs_a_secret(settings: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="GATEHOUSE_SECRET_KEY is required in production"):
        load_settings(**settings)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_at_home_a_secret_is_made_once_and_kept(elsewhere: Path, host: str) -> None:
    first = load_settings(host=host).secret_key
    assert first == load_settings(host=host).secret_key
    kept = elsewhere / "instance" / "secret_key"
    assert kept.read_text() == first
    assert len(first or "") >= 32
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["secret_key"]


def test_processes_that_start_at_once_agree_on_the_secret() -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = {settings.secret_key for settings in pool.map(lambda _: load_settings(), range(32))}
    assert len(keys) == 1


def test_a_secret_that_cannot_be_kept_is_said(elsewhere: Path) -> None:
    (elsewhere / "instance").write_text("a file is in the way")
    with pytest.raises(ConfigError, match=r"^GATEHOUSE_SECRET_KEY is not set and cannot be kept"):
        load_settings()


def test_a_file_is_read_and_the_environment_wins(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (elsewhere / ".env").write_text("GATEHOUSE_PORT=9001\nGATEHOUSE_LOCALE=zh\nOTHER=1\n")
    monkeypatch.setenv("GATEHOUSE_PORT", "9002")
    settings = load_settings()
    assert (settings.port, settings.locale) == (9002, "zh")
    assert load_settings(port=9003).port == 9003


def test_a_file_that_is_no_text_is_said(elsewhere: Path) -> None:
    (elsewhere / ".env").write_bytes(b"\xff\xfe\x00GATEHOUSE_PORT")
    with pytest.raises(ConfigError, match=r"^\.env cannot be read"):
        load_settings()


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEHOUSE_PORT", "")
    assert load_settings().port == 8000


def test_numbers_are_not_guessed_from_text() -> None:
    assert load_settings(secret_key="0" * 40).secret_key == "0" * 40


@pytest.mark.parametrize(
    ("settings", "address", "origins"),
    [
        ({"port": 81}, "http://127.0.0.1:81", ["http://127.0.0.1:81", "http://localhost:81"]),
        ({"public_url": "https://g.example"}, "https://g.example", ["https://g.example"]),
        (
            {"public_url": "https://g.example", "allowed_origins": "https://h.example"},
            "https://g.example",
            ["https://g.example", "https://h.example"],
        ),
    ],
)
def test_origins_follow_from_the_address(
    settings: dict[str, object], address: str, origins: list[str]
) -> None:
    loaded = load_settings(**settings)
    assert (loaded.address, loaded.origins) == (address, origins)
    assert loaded.is_secure == address.startswith("https")


def test_each_database_has_a_spool_of_its_own(elsewhere: Path) -> None:
    spools = {
        load_settings(secret_key=KEY, database_url=f"sqlite:////tmp/{name}").spool_file for name in "ab"
    }
    assert len(spools) == 2
    assert {path.parent for path in spools} == {elsewhere / "instance"}


def test_every_setting_is_described() -> None:
    assert all(field.description for field in Settings.model_fields.values())
