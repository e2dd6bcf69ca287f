"""``checkpoint``: a signed statement of where the stream stands."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from dashboard.cli import checks
from dashboard.log.sealer import seal_all
from dashboard.proof.checkpoint.checkpoint import Checkpoint
from dashboard.proof.checkpoint.store import Store
from dashboard.web.atomic_file import write_over


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="File to write a copy to; - is stdout.",
)
@click.option(
    "--rotate-key", is_flag=True, help="Sign with the present key and a new one, then go on with that."
)
@click.option("--new-key", is_flag=True, help="Go on with a new key since the present one is lost; asks.")
@with_appcontext
def checkpoint(output: Path | None, rotate_key: bool, new_key: bool) -> None:
    """Sign where the stream stands; exit 1, nothing signed, when it contradicts the checkpoint before."""
    if rotate_key and new_key:
        raise click.UsageError("--rotate-key and --new-key: the present key is there, or it is lost")
    if output and not output.parent.is_dir():
        raise click.BadOptionUsage("output", f"-o: there is no folder {output.parent}")
    checks.ready()
    seal_all()
    store = Store.of(current_app.config["SETTINGS"])
    if new_key:
        click.confirm(
            "Is the key of the last checkpoint lost? Verifying will always tell", abort=True, err=True
        )
        taken = store.take_with_new_key()
    else:
        taken = store.rotate_key() if rotate_key else _taken(store)
    _write(taken, store, output)


def _taken(store: Store) -> Checkpoint:
    clock = store.clock()
    if doubt := clock.doubt_of_signing():
        click.echo(f"{doubt}; this checkpoint says that the clock is right", err=True)
    return store.take(clock.moment)


def _write(taken: Checkpoint, store: Store, output: Path | None) -> None:
    path = store.path(taken)
    if str(output) == "-":
        return click.echo(path.read_text("utf-8"), nl=False)
    if output:
        write_over(output, path.read_bytes())
    return click.echo(f"{taken.size:,} entries vouched for in {output or path}")
