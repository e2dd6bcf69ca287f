"""Binds the database and its migrations to the app."""

from pathlib import Path

from flask import Flask
from flask_migrate import Migrate
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from dashboard.config import ROOT, ConfigError, Settings
from dashboard.instance import make_folder
from models import db
from models.base import engine_options, prepare_engine


def init_app(app: Flask, settings: Settings) -> None:
    """Bind ``db`` to the database of ``settings``; nothing connects yet."""
    if settings.database_url is None:
        _make_room(Path(make_url(settings.database).database or ""))
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings.database)
    db.init_app(app)
    app.teardown_appcontext(_end_read)
    Migrate(app, db, directory=str(ROOT / "models" / "migrations"))
    with app.app_context():
        prepare_engine(db.engine)


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
