"""Whatever goes wrong is one line on stderr."""

import re
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from dashboard.cli.group import error_sentence
from tests.dashboard.cli.conftest import on, refusal
from tests.support.servers.gatehouse import environment, manage

NO_SERVER = "mariadb://root:secret@127.0.0.1:1/gatehouse"
DATABASE_COMMANDS = [
    ("create-admin", "root"),
    ("reset-password", "root"),
    ("seed", "--rows", "10"),
    ("export",),
    ("serve", "--port", "0"),
]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nonsense",), "No such command 'nonsense'."),
        (("serve", "--colour"), "No such option"),
        (("serve", "--port", "high"), "'high' is not a valid integer"),
        (("seed", "--rows", "0"), "0 is not in the range"),
        (("serve", "--workers", "2"), "set GATEHOUSE_REDIS_URL"),
    ],
)
def test_a_wrong_command_line_is_one_line(sqlite_url: str, arguments: tuple[str, ...], said: str) -> None:
    assert said in refusal(on(sqlite_url)(*arguments))


@pytest.mark.parametrize("command", DATABASE_COMMANDS)
@pytest.mark.parametrize(
    ("database_url", "said"),
    [
        (NO_SERVER, "does not answer"),
        ("sqlite:////nowhere/at/all.db", "there is no sqlite:////nowhere/at/all.db"),
        ("postgresql://localhost/gatehouse", "must begin with sqlite:///"),
        ("what", "GATEHOUSE_DATABASE_URL"),
    ],
)
def test_a_database_that_cannot_be_had_is_named(
    command: tuple[str, ...], database_url: str, said: str
) -> None:
    assert said in refusal(on(database_url)(*command))


def test_no_password_of_the_database_is_shown() -> None:
    for command in DATABASE_COMMANDS:
        assert "secret" not in refusal(on(NO_SERVER)(*command))


@pytest.mark.parametrize("command", DATABASE_COMMANDS)
def test_an_unmigrated_database_says_how_to_migrate(command: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    line = refusal(on(f"sqlite:///{tmp_path / 'empty.db'}")(*command))
    assert line == "the database is not migrated: run `python manage.py db upgrade`"


NEWER = "the database is of a newer Gatehouse (revision 9999): run that one"


def newer(path: Path) -> str:
    """Return the address of a database that a later revision than ours made."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.execute("INSERT INTO alembic_version VALUES ('9999')")
    return f"sqlite:///{path}"


@pytest.mark.parametrize(
    "command",
    [
        *DATABASE_COMMANDS,
        ("db", "upgrade"),
        ("db", "current"),
        ("checkpoint",),
        ("erase-user", "root"),
        ("prune", "--older-than", "9d"),
        ("rebuild", "totals"),
    ],
)
def test_a_newer_database_is_told_as_such(command: tuple[str, ...], tmp_path: Path) -> None:
    assert refusal(on(newer(tmp_path / "newer.db"))(*command)) == NEWER


def test_a_newer_database_cannot_be_verified(tmp_path: Path) -> None:
    result = on(newer(tmp_path / "newer.db"))("verify")
    assert (result.exit_code, result.stderr) == (2, f"Error: could not verify: {NEWER}\n")


def test_db_offers_upgrade_and_current_only(tmp_path: Path) -> None:
    manage = on(f"sqlite:///{tmp_path / 'new.db'}")
    assert manage("db", "current").stdout == "none: run `python manage.py db upgrade`\n"
    assert manage("db", "upgrade").exit_code == 0
    assert re.fullmatch(r"\w+\n", manage("db", "current").stdout)
    for command in ("downgrade", "stamp", "edit", "revision", "migrate", "merge", "init", "check", "heads"):
        assert "No such command" in refusal(manage("db", command))


def test_migrations_need_a_database_that_answers() -> None:
    assert "Can't connect" in refusal(on(NO_SERVER)("db", "upgrade"))


def test_production_needs_a_secret(sqlite_url: str) -> None:
    assert refusal(on(sqlite_url)("serve", secret_key="")).startswith("GATEHOUSE_SECRET_KEY is required")


def test_help_needs_no_configuration() -> None:
    result = on("what")("--help")
    assert result.exit_code == 0
    assert "serve" in result.stdout


@pytest.mark.parametrize("command", [("serve",), ("db", "upgrade", "nonsense"), ("simulate",)])
def test_a_process_ends_as_quietly(sqlite_url: str, tmp_path: Path, command: tuple[str, ...]) -> None:
    env = environment(sqlite_url, port="low" if command == ("serve",) else 1)
    done = subprocess.run(
        manage(*command), check=False, env=env, cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode > 0, done.stdout, done.stderr.count("\n")) == (True, "", 1)
    assert done.stderr.startswith("Error: ")


def test_an_error_that_nobody_foresaw_says_where_it_happened() -> None:
    try:
        [].pop()
    except IndexError as error:
        assert error_sentence(error).startswith("IndexError: pop from empty list (test_errors.py, line ")


@pytest.mark.parametrize("command", ["verify", "checkpoint", "export"])
def test_a_misspelt_file_is_named_and_not_made(tmp_path: Path, command: str) -> None:
    path = tmp_path / "misspelt.db"
    result = on(f"sqlite:///{path}")(command)
    assert result.exit_code > 0
    assert f"there is no sqlite:///{path}" in result.output + result.stderr
    assert not path.exists()
