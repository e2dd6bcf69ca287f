"""The application factory."""

import threading

import pytest

from auth.signals import login_failed
from dashboard.app import create_app
from dashboard.config.settings import ConfigError, load_settings
from dashboard.receivers import WiringError
from tests.dashboard.test_receivers import also_stores
from tests.support.app import build
from tests.support.servers.process import free_port


def test_building_connects_to_nothing_and_starts_no_thread() -> None:
    before = set(threading.enumerate())
    build(f"mariadb://root@127.0.0.1:{free_port()}/nowhere", redis_url=f"redis://127.0.0.1:{free_port()}/0")
    started = set(threading.enumerate()) - before
    assert started == set()


def test_apps_can_be_built_side_by_side() -> None:
    apps = [build("sqlite:////nowhere/x.db") for _ in range(3)]
    assert len({app.config["SECRET_KEY"] for app in apps}) == 1
    assert len({id(app.extensions["socketio"]) for app in apps}) == 3


def test_a_wiring_mistake_keeps_it_from_starting() -> None:
    with login_failed.connected_to(also_stores), pytest.raises(WiringError, match="login-failed"):
        build("sqlite:////nowhere/x.db")


def test_a_bad_setting_keeps_it_from_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEHOUSE_PORT", "many")
    with pytest.raises(ConfigError, match="GATEHOUSE_PORT"):
        create_app()


def test_the_settings_are_at_hand() -> None:
    settings = load_settings(_env_file=None, database_url="sqlite:////x.db", secret_key="k" * 32)
    app = create_app(settings)
    assert app.config["SETTINGS"] is settings
    assert (app.config["REGISTRATION"], app.config["SECRET_KEY"]) == ("open", "k" * 32)
    assert app.config["SESSION_IDLE"] == settings.session_idle
