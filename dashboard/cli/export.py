"""``export``: entries as CSV, for Excel, as JSON Lines or OCSF."""

from contextlib import closing
from typing import BinaryIO
from uuid import uuid4
from zoneinfo import ZoneInfo

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select
from tqdm import tqdm

from auth.events import Client, Subject
from dashboard.cli import checks
from dashboard.cli.destination import STDOUT, destination
from dashboard.cli.stopping import stoppable
from dashboard.export.csv import DELIMITERS
from dashboard.export.formats import FORMATS
from dashboard.export.job import Export, Order
from dashboard.export.pipeline.prefetch import start_threads
from dashboard.log.recorder import name_refs
from dashboard.log.sealer import seal_all
from dashboard.query.language.errors import QueryError
from dashboard.query.language.selection import Selection, read_selection
from models import StreamHead, db
from models.clock import now

#: Who is at the command line: somebody without an account.
OPERATOR = Subject("operator")


@click.command()
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="csv", show_default=True)
@click.option(
    "--delimiter",
    type=click.Choice([",", ";", "tab"]),
    help="Between the cells of csv and excel.  [default: ,]",
)
@click.option(
    "--query", default="", help="As in the panel, such as 'user:alice since:7d'; all when left out."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, allow_dash=True),
    default=STDOUT,
    show_default=True,
    help="File to write; - is stdout.",
)
@with_appcontext
def export(form: str, delimiter: str | None, query: str, output: str) -> None:
    """Write sealed entries, oldest first, to stdout or a file.

    For Excel choose excel, and ; where your numbers have a decimal comma; its times are in the server's zone.

    The file appears when it is complete. Start and end are recorded in the book, also when it breaks off.
    """
    if delimiter and form not in ("csv", "excel"):
        raise click.BadOptionUsage("delimiter", f"--delimiter: {form} has no cells; it is for csv and excel.")
    checks.ready()
    order = Order(
        export_id=uuid4(),
        format=form,
        selection=_selection(query),
        parameters={"q": query} if query else {},
        subject=None,
        actor=OPERATOR,
        client=Client(),
        delimiter=DELIMITERS[delimiter or ","],
    )
    seal_all()  # without a server nobody else does
    start_threads()
    try:
        with stoppable(), destination(output) as file, closing(Export(order)) as stream:
            _copy(stream, file, None if query else _length())
    finally:
        seal_all()  # also what tells that it began and how it ended


def _selection(query: str) -> Selection:
    zone = ZoneInfo(current_app.config["SETTINGS"].timezone)
    try:
        return read_selection({"q": query}, zone, now(), name_refs)
    except QueryError as error:
        raise click.ClickException(f"--query: {error}") from None


def _length() -> int:
    """Return how many entries are sealed and kept."""
    head = db.session.scalars(select(StreamHead)).one()
    db.session.rollback()
    return head.seq - head.pruned


def _copy(stream: Export, file: BinaryIO, total: int | None) -> None:
    """Copy the lines and tell how far they are; ``total`` is None when nobody knows how many match."""
    with tqdm(total=total, desc=f"up to entry {stream.last_seq:,}", unit=" rows", unit_scale=True) as bar:
        for chunk in stream:
            file.write(chunk)
            file.flush()  # before the next, so that an end that is recorded as a success is one
            bar.update(stream.rows - bar.n)
        bar.update(stream.rows - bar.n)
