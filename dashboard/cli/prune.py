"""``prune``: delete entries that are old enough."""

import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from tqdm import tqdm

from dashboard.cli import checks
from dashboard.cli.export import OPERATOR
from dashboard.config.durations import duration
from dashboard.log.sealer import seal_all
from dashboard.proof.checkpoint.store import Store
from dashboard.proof.clock import Clock
from dashboard.proof.prune import PrunePlan, check_before, is_any_older, next_entry, plan_prune, prune
from dashboard.proof.verify.verify import current_standing


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
@click.option(
    "--yes", is_flag=True, help="Ask nothing, though the clock is in doubt or most of the log would go."
)
@with_appcontext
def prune_command(age: timedelta, dry_run: bool, yes: bool) -> None:
    """Delete the oldest entries, up to the first that is not older.

    They are verified first. Totals and charts keep them; the book tells what went.
    """
    checks.ready()
    seal_all()
    store = Store.of(current_app.config["SETTINGS"])
    clock = store.clock()
    wanted = plan_prune(current_standing(), age, clock)
    span = f"{wanted.count:,} entries older than {wanted.before:%F %T} UTC, up to {wanted.through}"
    doubts = list(_doubts(wanted, clock))
    if not wanted.count:
        click.echo(_nothing(wanted))
    elif dry_run:
        click.echo(f"would delete {span}")
        for doubt in doubts:
            click.echo(f"it would ask first: {doubt}", err=True)
    else:
        if doubts and not yes:
            _ask(f"{'; '.join(doubts)}: delete {span}?")
        _prune(wanted, store)
        click.echo(f"deleted {span}")


def _nothing(wanted: PrunePlan) -> str:
    """Say that nothing would go: nothing is old enough, or what is stands behind an entry that is not."""
    first = next_entry(wanted)
    if first is None or not is_any_older(wanted):
        return f"nothing is older than {wanted.before:%F %T} UTC"
    told = f"entry {first.seq} of {first.occurred_at:%F %T} UTC is not older than {wanted.before:%F %T}"
    return f"{told}, and what is older came after it: nothing goes before it does"


def _doubts(wanted: PrunePlan, clock: Clock) -> Iterator[str]:
    """Yield why a person should look at this before it is done."""
    if doubt := clock.doubt() or (None if clock.agrees_with_last() else clock.jump()):
        yield doubt
    if wanted.is_most:
        yield f"that is more than half of the log's {wanted.standing.seq - wanted.standing.pruned:,} entries"


def _ask(question: str) -> None:
    """Ask whoever sits there; raises ``ClickException`` when nobody does, ``Abort`` when they say no."""
    if not sys.stdin.isatty():
        raise click.ClickException(f"{question} Say --yes if that is right; nothing was deleted")
    click.confirm(question, abort=True, err=True)


def _prune(wanted: PrunePlan, store: Store) -> None:
    """Verify and delete, once a checkpoint covers what is to go."""
    store.take()
    signer = store.signer()
    with tqdm(total=wanted.count, unit=" entries", unit_scale=True, desc="verify") as bar:
        check_before(wanted, bar.update)
    with tqdm(total=wanted.count, unit=" entries", unit_scale=True, desc="delete") as bar:
        for count in prune(wanted, signer, actor=OPERATOR):
            bar.update(count)
    seal_all()
