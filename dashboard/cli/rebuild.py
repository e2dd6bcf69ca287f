"""``rebuild``: make derived data again."""

import click
from flask.cli import with_appcontext
from tqdm import tqdm

from dashboard.cli import checks
from dashboard.proof.rebuild import Moved, rebuild_totals
from dashboard.proof.verify.verify import current_standing


@click.group()
def rebuild() -> None:
    """Make derived data again; the entries stay as they are."""


@rebuild.command("totals")
@with_appcontext
def rebuild_totals_command() -> None:
    """Count the entries again, for charts and long counts."""
    checks.ready()
    standing = current_standing()
    with tqdm(total=standing.last - standing.pruned, unit=" entries", unit_scale=True) as bar:
        try:
            lost = rebuild_totals(standing, bar.update)
        except Moved as error:
            raise click.ClickException(str(error)) from None
    told = f"; the totals of {lost:,} pruned entries are lost" if lost else ""
    click.echo(f"totals of {standing.last - standing.pruned:,} entries made again{told}")
