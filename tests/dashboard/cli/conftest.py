"""Commands run in a folder of their own, in this process where that is enough."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo

from dashboard.app import create_app
from dashboard.config.settings import Settings
from manage import cli
from models import db
from tests.support.servers.gatehouse import SECRET
from tests.support.servers.process import free_port

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder: no ``.env`` is read."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def manage(database_url: str) -> Run:
    """Run a command on an empty, migrated database, once of each kind."""
    return on(database_url)


def on(database_url: str) -> Run:
    """Return what runs a command on a database: arguments, ``given`` on stdin, settings."""

    def run(*arguments: str, given: str | bytes = "", **settings: object) -> Result:
        variables = {"database_url": database_url, "secret_key": SECRET, "port": free_port(), **settings}
        env = {f"GATEHOUSE_{name.upper()}": str(value) for name, value in variables.items()}
        built: list[Flask] = []

        def build(*args: Settings) -> Flask:
            built.append(create_app(*args))
            return built[-1]

        info = ScriptInfo(create_app=build, set_debug_flag=False)
        result = CliRunner().invoke(cli, arguments, input=given, env=env, obj=info, prog_name="manage.py")
        for app in built:  # a process that ends needs no such care
            with app.app_context():
                for engine in db.engines.values():
                    engine.dispose()
        return result

    return run


def refusal(result: Result) -> str:
    """Return the one line that a refused command says on stderr, and nothing else anywhere."""
    assert result.exit_code >= 1
    assert result.stdout == ""
    [line] = result.stderr.splitlines()
    return line.removeprefix("Error: ")
