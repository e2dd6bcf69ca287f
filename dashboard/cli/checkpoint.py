"""``checkpoint``: a signed statement of where the stream stands."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from dashboard.cli import checks
from dashboard.config.settings import Settings
from dashboard.log.sealer import seal_all
from dashboard.proof.checkpoint.store import Store
from dashboard.web.atomic_file import write_over


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="File to write; - is stdout (default: a new file in GATEHOUSE_CHECKPOINT_DIR).",
)
@with_appcontext
def checkpoint(output: Path | None) -> None:
    """Sign where the stream stands now; keep the file away from the database."""
    checks.ready()
    settings: Settings = current_app.config["SETTINGS"]
    store = Store.of(settings)
    seal_all()
    clock = store.clock()
    if doubt := clock.doubt_of_signing():
        click.echo(f"{doubt}; this checkpoint says that the clock is right", err=True)
    taken = store.take(clock.moment)
    if str(output) == "-":
        click.echo(taken.as_json(), nl=False)
        return
    if output:
        write_over(output, taken.as_json().encode())
    click.echo(f"{taken.size:,} entries vouched for in {output or store.keep(taken)}")
