"""``seed``: fill the book with a plausible history."""

import secrets
import time
from collections.abc import Iterator
from functools import partial
from itertools import islice
from random import Random
from typing import NoReturn

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.orm import Session
from tqdm import tqdm

from dashboard.cli import checks
from dashboard.cli.accounts import password_stdin, read_password
from dashboard.cli.seeding.forked import forked
from dashboard.cli.seeding.history import PendingActs
from dashboard.cli.seeding.people import SeedPerson, settle
from dashboard.cli.seeding.rows import Pen
from dashboard.cli.seeding.seals import Batch, batches
from dashboard.cli.seeding.store import append, newest_link
from dashboard.cli.seeding.timeline import SECOND, SeedPlan, timeline
from dashboard.followers.mail.smtp.server import CONSOLE
from dashboard.log.authentic.mac import mac_keys
from models import db, write_transaction
from models.clock import now

#: Entries made at once, and how often that is stored in one transaction.
SEED_BATCH, TIMES = 5000, 4


@click.command()
@click.option("--rows", type=click.IntRange(1), default=10_000, show_default=True, help="Entries to write.")
@click.option(
    "--days", type=click.IntRange(1, 3650), default=90, show_default=True, help="How far they go back."
)
@click.option(
    "--users", type=click.IntRange(1, 100_000), default=200, show_default=True, help="Accounts to make."
)
@click.option("--seed", "number", type=int, help="The same number gives the same rows; random when left out.")
@password_stdin
@with_appcontext
def seed(rows: int, days: int, users: int, number: int | None, password_stdin: bool) -> None:
    """Write a plausible sealed history that ends with the last full hour.

    The same seed into two new databases in the same hour gives the same rows; in a later
    hour they are shifted. Nobody can sign in to the accounts, unless they get a password.
    """
    checks.ready()
    if current_app.config["MAIL_URL"] not in (None, CONSOLE):
        raise click.ClickException("GATEHOUSE_MAIL_URL is set: people who are made up would get letters")
    password = read_password() if password_stdin else None
    number = secrets.randbelow(2**32) if number is None else number
    plan = SeedPlan(rows, days, end=now().replace(minute=0, second=0, microsecond=0))
    people = settle(plan, users, Random(f"{number} people"), password)  # noqa: S311 - nothing secret
    source, began = _batches(plan, people, number), time.monotonic()
    with forked(source) as made, tqdm(total=rows, unit=" entries", unit_scale=True) as bar:
        while some := list(islice(made, TIMES)):
            write_transaction(partial(_store, some, bar, bar.n))
    speed = rows / (time.monotonic() - began)
    click.echo(
        f"{rows:,} entries of {users:,} people over {days} days (--seed {number}), {speed:,.0f} a second"
    )


def _store(some: list[Batch], bar: "tqdm[NoReturn]", done: float, session: Session) -> None:
    bar.n = done  # a second try begins again
    for batch in some:
        append(batch, session)
        bar.update(len(batch.entries))


def _batches(plan: SeedPlan, people: list[SeedPerson], number: int) -> Iterator[Batch]:
    """Return what will make the entries; it needs neither app nor database any more."""
    before = newest_link(db.session())
    pen = Pen(Random(f"{number} ids after {before[1]}"))  # noqa: S311 - nothing secret
    rng = Random(f"{number} history")  # noqa: S311 - nothing secret
    history = PendingActs(people, int(plan.start.timestamp()) * SECOND, pen, rng)
    source = batches(history.entries(timeline(plan, rng)), SEED_BATCH, before, mac_keys()[0])
    db.session.remove()
    db.engine.dispose()  # a connection must not be shared across the fork
    return source
