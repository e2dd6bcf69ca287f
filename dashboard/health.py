"""Health pages for monitoring; no personal data."""

from flask import Blueprint, Flask, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from dashboard.stopping import is_stopping
from dashboard.stream.head import read_head
from models import LoginLog, db

blueprint = Blueprint("health", __name__)


def init_app(app: Flask) -> None:
    """Add the health pages to ``app``."""
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Say that the process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Say whether the book can be read: 200 with its head, or 503; also 503 once the process stops."""
    if is_stopping(current_app):
        return jsonify(status="stopping"), 503
    try:
        head = read_head(db.session())
        db.session.execute(select(LoginLog.id).limit(1))
    except SQLAlchemyError:
        return jsonify(status="unavailable"), 503
    return jsonify(status="ok", head=head.seq)
