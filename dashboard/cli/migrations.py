"""``db``: bring the database to the newest revision, or say at which it is."""

import click
import flask_migrate
from flask.cli import with_appcontext

from dashboard.cli import checks


@click.group("db")
def db_group() -> None:
    """Migrate the database."""


@db_group.command()
@with_appcontext
def upgrade() -> None:
    """Bring the database to the newest revision."""
    checks.revision()
    flask_migrate.upgrade()


@db_group.command()
@with_appcontext
def current() -> None:
    """Say at which revision the database is."""
    click.echo(checks.revision() or "none: run `python manage.py db upgrade`")
