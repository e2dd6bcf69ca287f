"""The rival that everybody has: Flask-Admin's own ModelView on the same table, with the same indexes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from flask_admin import Admin
from flask_admin.contrib.sqla import ModelView
from flask_admin.contrib.sqla.filters import DateTimeBetweenFilter
from flask_babel import Babel

from bench.questions import PAGE, Question
from models import LoginLog, db
from models.database.base import engine_options, prepare_engine
from tests.support.app import build

COLUMNS = ("occurred_at", "outcome", "action", "username", "reason", "ip", "browser")
#: What an export row has.
EXPORTED = (
    *("seq", "event_id", "occurred_at", "action", "outcome", "reason", "username", "user_id", "actor_name"),
    *("ip", "country", "asn", "user_agent", "browser", "os", "device", "auth_method", "session_ref"),
    "request_id",
    "detail",
)


class Period(DateTimeBetweenFilter):
    """Stock's own filter, for a column that wants times with a zone."""

    def clean(self, value: str) -> list[datetime]:
        """Return both ends in UTC."""
        return [moment.replace(tzinfo=UTC) for moment in super().clean(value)]


class StockView(ModelView):
    """A read-only list in the order of the book, whose filters have an index."""

    can_create = can_edit = can_delete = False
    can_export, export_max_rows = True, 0
    named_filter_urls = True
    page_size = PAGE
    column_list, column_export_list = COLUMNS, EXPORTED
    column_default_sort = [("occurred_at", True), ("id", True)]  # noqa: RUF012 - as Flask-Admin reads it
    column_filters = ("username_key", "action", "outcome", "reason", Period(LoginLog.occurred_at, "time"))
    form_columns = ("action",)


@contextmanager
def stock(url: str) -> Iterator[FlaskClient]:
    """Serve the stock panel on a database."""
    app, database = Flask("stock"), build(url).config["SQLALCHEMY_DATABASE_URI"]
    app.config.update(
        SECRET_KEY="stock",
        SQLALCHEMY_DATABASE_URI=database,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(database),
    )
    Babel(app)
    db.init_app(app)
    Admin(app, name="stock").add_view(StockView(LoginLog, db, endpoint="stock"))
    with app.app_context():
        prepare_engine(db.engine)
        try:
            yield app.test_client()
        finally:
            db.session.remove()
            db.engine.dispose()


def address(question: Question) -> str | None:
    """Return where the stock list answers a question, None where it cannot."""
    if question.equal is None:
        return None
    asked = {f"flt{n}_{name}_equals": value for n, (name, value) in enumerate(question.equal.items())}
    if question.period:
        begin, end = question.period
        asked["flt9_time_between"] = f"{begin} to {end}"
    if question.page:
        asked["page"] = str(question.page)
    return f"/admin/stock/?{urlencode(asked)}"
