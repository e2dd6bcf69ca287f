"""Secrets in files, and variables that mean nothing here."""

from pathlib import Path

import pytest

from dashboard.config.environment import LONGEST_SECRET, secrets_of
from dashboard.config.settings import ConfigError, Settings, load_settings, unknown_variables

KEY = "k" * 40
VALUES = {
    "secret_key": KEY,
    "database_url": "mysql+pymysql://u:hunter2@h/d",
    "redis_url": "redis://:hunter2@h:6379/0",
}


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty working directory and an instance folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("dashboard.config.settings.INSTANCE", tmp_path / "instance")
    return tmp_path


def secret_file(monkeypatch: pytest.MonkeyPatch, name: str, content: bytes) -> Path:
    """Put a value into a file and name the file in the environment."""
    path = Path.cwd() / f"{name}.txt"
    path.write_bytes(content)
    monkeypatch.setenv(f"GATEHOUSE_{name.upper()}_FILE", str(path))
    return path


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, name: str, end: str) -> None:
    if name != "secret_key":
        secret_file(monkeypatch, "secret_key", KEY.encode())
    secret_file(monkeypatch, name, f"{VALUES[name]}{end}".encode())
    assert getattr(load_settings(), name) == VALUES[name]


def test_the_file_may_be_named_in_dotenv_too(elsewhere: Path) -> None:
    (elsewhere / "key").write_text(KEY)
    (elsewhere / ".env").write_text("GATEHOUSE_SECRET_KEY_FILE=key\n")
    assert load_settings().secret_key == KEY


@pytest.mark.parametrize("other", ["environment", ".env"])
def test_a_secret_in_two_places_is_an_error(
    monkeypatch: pytest.MonkeyPatch, elsewhere: Path, other: str
) -> None:
    secret_file(monkeypatch, "secret_key", KEY.encode())
    if other == ".env":
        (elsewhere / ".env").write_text(f"GATEHOUSE_SECRET_KEY={'x' * 40}\n")
    else:
        monkeypatch.setenv("GATEHOUSE_SECRET_KEY", "x" * 40)
    with pytest.raises(
        ConfigError, match=r"^GATEHOUSE_SECRET_KEY and GATEHOUSE_SECRET_KEY_FILE are both set"
    ):
        load_settings()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"\xff" * 40, "no UTF-8 text"),
        (b"x" * (LONGEST_SECRET + 1), "too long"),
    ],
)
def test_a_file_that_holds_no_secret_is_named(
    monkeypatch: pytest.MonkeyPatch, content: bytes, why: str
) -> None:
    secret_file(monkeypatch, "redis_url", content)
    with pytest.raises(ConfigError, match=rf"^GATEHOUSE_REDIS_URL_FILE names a file that .*{why}"):
        load_settings()


@pytest.mark.parametrize("path", ["missing", ".", "missing/key"])
def test_a_file_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.setenv("GATEHOUSE_SECRET_KEY_FILE", path)
    with pytest.raises(ConfigError, match=r"^GATEHOUSE_SECRET_KEY_FILE names a file that cannot be read: \w"):
        load_settings()


def test_a_bad_secret_of_a_file_is_refused_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    secret_file(monkeypatch, "database_url", b"postgresql://u:hunter2@h/d")
    with pytest.raises(ConfigError, match="GATEHOUSE_DATABASE_URL must begin with") as refused:
        load_settings()
    assert "hunter2" not in str(refused.value)


def test_a_database_in_a_file_is_production_too(monkeypatch: pytest.MonkeyPatch) -> None:
    secret_file(monkeypatch, "database_url", VALUES["database_url"].encode())
    with pytest.raises(ConfigError, match="GATEHOUSE_SECRET_KEY is required in production"):
        load_settings()


def test_only_what_is_never_shown_may_stand_in_a_file() -> None:
    assert {"secret_key", "database_url", "redis_url"} <= set(secrets_of(Settings))
    assert not {"checkpoint_key", "port", "registration"} & set(secrets_of(Settings))


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("REGISTRATON", "REGISTRATION"),
        ("registraton", "REGISTRATION"),
        ("DATABASEURL", "DATABASE_URL"),
        ("DB_URL", "DATABASE_URL"),
        ("SECRET", "SECRET_KEY"),
        ("SECRET_KEYFILE", "SECRET_KEY_FILE"),
        ("CHECKPOINT_KEY_FILE", "CHECKPOINT_KEY"),
        ("PORT_FILE", "PORT"),
        ("", "HOST"),
    ],
)
@pytest.mark.parametrize("place", ["environment", ".env"])
def test_a_variable_of_ours_that_means_nothing_is_told(
    monkeypatch: pytest.MonkeyPatch, elsewhere: Path, name: str, nearest: str, place: str
) -> None:
    if place == ".env":
        (elsewhere / ".env").write_text(f"GATEHOUSE_{name}=closed\nOTHER_{name}=1\n")
    else:
        monkeypatch.setenv(f"GATEHOUSE_{name}", "closed")
    [line] = unknown_variables()
    assert line.startswith(f"GATEHOUSE_{name.upper()} is no setting and has no effect")
    assert not name or f"is GATEHOUSE_{nearest} meant?" in line


def test_what_is_a_setting_is_not_told(monkeypatch: pytest.MonkeyPatch, elsewhere: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.setenv(f"GATEHOUSE_{name.upper()}", "x")
    for name in secrets_of(Settings):
        monkeypatch.setenv(f"gatehouse_{name}_file", "x")
    monkeypatch.setenv("GATEHOUSE", "x")
    (elsewhere / ".env").write_bytes(b"\xff")
    assert unknown_variables() == []


def test_a_dotenv_of_windows_is_read(elsewhere: Path) -> None:
    (elsewhere / ".env").write_bytes(b"\xef\xbb\xbfGATEHOUSE_PORT=9001\r\nGATEHOUSE_LOCALE=zh\r\n")
    assert (load_settings().port, load_settings().locale) == (9001, "zh")


@pytest.mark.parametrize("name", ["PORT", "HOST", "SPOOL", "SECRET_KEY", "TIMEZONE", "REGISTRATION"])
def test_a_value_of_spaces_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"GATEHOUSE_{name}", "   ")
    with pytest.raises(ConfigError, match=f"^GATEHOUSE_{name} is blank"):
        load_settings()


def test_spaces_around_a_value_mean_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEHOUSE_REGISTRATION", " closed ")
    monkeypatch.setenv("GATEHOUSE_SPOOL", "/tmp/spool ")
    settings = load_settings()
    assert (settings.registration, str(settings.spool)) == ("closed", "/tmp/spool")
