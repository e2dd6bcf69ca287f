"""Binds the database and its migrations to the app, and gives each request its deadline."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from dashboard.config.instance import make_folder
from dashboard.config.settings import ROOT, ConfigError, Settings
from models import db
from models.database.base import bind_key, engine_options, prepare_engine
from models.database.deadline import within
from models.database.purpose import Purpose

#: Seconds for all that a request wants of the database, so that it is answered within ten.
REQUEST = 8.0
#: Who watches the site gives up sooner.
SOONER = {"/readyz": 4.0}


def init_app(app: Flask, settings: Settings) -> None:
    """Bind ``db`` to the database of ``settings``; nothing connects yet."""
    url = settings.database
    if settings.database_url is None:
        _make_room(Path(make_url(url).database or ""))
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    app.config["SQLALCHEMY_BINDS"] = {
        bind_key(purpose): engine_options(url, purpose) | {"url": url}
        for purpose in Purpose
        if bind_key(purpose)
    }
    db.init_app(app)
    app.teardown_appcontext(_end_read)
    Migrate(app, db, directory=str(ROOT / "models" / "migrations"))
    with app.app_context():
        for purpose in Purpose:
            prepare_engine(db.engines[bind_key(purpose)], purpose)
    app.wsgi_app = _in_time(app.wsgi_app)  # type: ignore[method-assign]


def _in_time(inner: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """Answer requests by their deadline; a body that is streamed has none."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        with within(SOONER.get(environ.get("PATH_INFO", ""), REQUEST)):
            return inner(environ, start_response)

    return answer


def _make_room(file: Path) -> None:
    """Make the folder of our own database; a chosen one is its owner's."""
    try:
        make_folder(file.parent)
    except OSError as error:
        raise ConfigError(f"GATEHOUSE_DATABASE_URL is not set and {file} cannot be kept: {error}") from None


def _end_read(_error: BaseException | None) -> None:
    """End the read transaction; a connection lost meanwhile must not spoil an answer that is ready."""
    try:
        db.session.close()
    except DBAPIError:
        db.session().invalidate()
