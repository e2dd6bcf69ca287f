"""Binds the database and its migrations to the app."""

from flask import Flask
from flask_migrate import Migrate
from sqlalchemy.exc import DBAPIError

from dashboard.config import ROOT, Settings
from models import db
from models.base import engine_options, prepare_engine


def init_app(app: Flask, settings: Settings) -> None:
    """Bind ``db`` to the database of ``settings``; nothing connects yet."""
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings.database)
    db.init_app(app)
    app.teardown_appcontext(_end_read)
    Migrate(app, db, directory=str(ROOT / "models" / "migrations"))
    with app.app_context():
        prepare_engine(db.engine)


def _end_read(_error: BaseException | None) -> None:
    """End the read transaction; a connection lost meanwhile must not spoil an answer that is ready."""
    try:
        db.session.close()
    except DBAPIError:
        db.session().invalidate()
