"""``after-restore``: what must be done once when a backup of the database was restored."""

from collections.abc import Iterator

import click
from flask import current_app
from flask.cli import with_appcontext

from dashboard.cli import checks
from dashboard.log.authentic.secret import ForeignSecret
from dashboard.proof.checkpoint.store import Store
from dashboard.proof.restore import Aftermath, begin_anew


@click.command("after-restore")
@click.option("--yes", is_flag=True, help="Adopt this SECRET_KEY without asking, should it be another.")
@with_appcontext
def after_restore(yes: bool) -> None:
    """Begin a new epoch after a backup was restored: end all sessions, say what is lost, sign it.

    Stop every server before. The restored log is verified first, against the checkpoints of what it holds.
    """
    checks.migrated()
    store = Store.of(current_app.config["SETTINGS"])
    try:
        aftermath = begin_anew(store, lambda: yes or _may_adopt())
    except ForeignSecret as error:
        raise click.ClickException(f"{error}; nothing was changed") from None
    for line in _told(aftermath):
        click.echo(line)


def _may_adopt() -> bool:
    question = "The log was recorded with another SECRET_KEY. Go on with this one?"
    return click.confirm(question, err=True)


def _told(aftermath: Aftermath) -> Iterator[str]:
    taken, last = aftermath.checkpoint, aftermath.last
    yield f"a new epoch begins after {taken.size:,} entries, signed as {taken.digest.hex()}"
    yield f"{aftermath.sessions:,} sessions ended: everybody signs in again"
    if aftermath.lost and last:
        span = f"entries {taken.size + 1:,} to {last.size:,} are lost"
        yield f"{span}: the checkpoint of {last.time:%F %T} UTC vouched for them; nothing brings them back"
    else:
        yield "no checkpoint knows of an entry that is lost"
    for name in aftermath.unerased:
        yield f"erase again: manage.py erase-user {name}"
