"""``db``: bring the database to the newest revision, or say at which it is."""

import click
import flask_migrate
from flask import current_app
from flask.cli import with_appcontext

from dashboard.cli import checks
from dashboard.cli.group import error_sentence
from dashboard.config.settings import Settings
from dashboard.log.authentic.unsealed import authenticate_unsealed
from dashboard.log.sealer import seal_all
from dashboard.proof.checkpoint.key import NoKey
from dashboard.proof.checkpoint.store import Store, Unsigned
from dashboard.proof.verify.faults import Broken

#: The revision in which entries had no mac.
WITHOUT_MACS = "log_and_accounts"


@click.group("db")
def db_group() -> None:
    """Migrate the database."""


@db_group.command()
@with_appcontext
def upgrade() -> None:
    """Bring the database to the newest revision."""
    before = checks.revision()
    flask_migrate.upgrade()
    if before == WITHOUT_MACS:
        _vouch_for_all()


def _vouch_for_all() -> None:
    """Have a checkpoint speak for the entries of before there were macs; raises ``Bad``."""
    try:
        authenticate_unsealed()
        seal_all()
        settings: Settings = current_app.config["SETTINGS"]
        taken = Store.of(settings).take(unauthenticated=True)
    except (Broken, NoKey, Unsigned, OSError) as error:
        raise checks.Bad(
            f"the database is migrated, but no checkpoint speaks for its entries: {error_sentence(error)}; "
            "`manage.py after-restore` takes one"
        ) from error
    click.echo(f"a checkpoint speaks for the {taken.size:,} entries of before this version")


@db_group.command()
@with_appcontext
def current() -> None:
    """Say at which revision the database is."""
    click.echo(checks.revision() or "none: run `python manage.py db upgrade`")
