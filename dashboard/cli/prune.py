"""``prune``: delete entries that are old enough."""

from datetime import timedelta
from typing import Any

import click
from flask.cli import with_appcontext
from tqdm import tqdm

from dashboard.cli import checks
from dashboard.cli.export import OPERATOR
from dashboard.durations import duration
from dashboard.stream.prune import check, plan, prune
from dashboard.stream.sealer import seal_all
from dashboard.stream.verify import begin


class Age(click.ParamType[timedelta]):
    """A duration such as 365d."""

    name = "age"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Return the duration; bad ones are a usage error."""
        try:
            found: timedelta = duration(value)
        except ValueError as error:
            self.fail(f"{value} {error}", param, ctx)
        return found


@click.command("prune")
@click.option("--older-than", "age", type=Age(), required=True, help="Age such as 365d or 52w.")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@with_appcontext
def prune_command(age: timedelta, dry_run: bool) -> None:
    """Delete the oldest entries, up to the first that is not older.

    They are verified first. Totals and charts keep them; the book tells what went.
    """
    checks.ready()
    seal_all()
    wanted = plan(begin(), age)
    span = f"{wanted.count:,} entries older than {wanted.before:%F %T} UTC, up to {wanted.through}"
    if not wanted.count:
        click.echo(f"nothing is older than {wanted.before:%F %T} UTC")
    elif dry_run:
        click.echo(f"would delete {span}")
    else:
        with tqdm(total=wanted.count, unit=" entries", unit_scale=True, desc="verify") as bar:
            check(wanted, bar.update)
        with tqdm(total=wanted.count, unit=" entries", unit_scale=True, desc="delete") as bar:
            for count in prune(wanted, actor=OPERATOR):
                bar.update(count)
        seal_all()
        click.echo(f"deleted {span}")
