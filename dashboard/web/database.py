"""Binds the database and its migrations to the app."""

from pathlib import Path

from flask import Flask
from flask_migrate import Migrate
from sqlalchemy import make_url

from dashboard.config.instance import make_folder
from dashboard.config.settings import ROOT, ConfigError, Settings
from models import db
from models.database.base import bind_key, engine_options, prepare_engine
from models.database.limits import Purpose


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
    Migrate(app, db, directory=str(ROOT / "models" / "migrations"))
    with app.app_context():
        for purpose in Purpose:
            prepare_engine(db.engines[bind_key(purpose)], purpose)


def _make_room(file: Path) -> None:
    """Make the folder of our own database; a chosen one is its owner's."""
    try:
        make_folder(file.parent)
    except OSError as error:
        raise ConfigError(f"GATEHOUSE_DATABASE_URL is not set and {file} cannot be kept: {error}") from None
