"""``erase-user``: forget a person."""

import click
from flask import current_app
from flask.cli import with_appcontext
from tqdm import tqdm

from dashboard.cli import checks
from dashboard.cli.export import OPERATOR
from dashboard.log.sealer import seal_all
from dashboard.proof.checkpoint import erasures
from dashboard.proof.checkpoint.store import Store
from dashboard.proof.erase import blank, close_account, entries_of, find_account


@click.command("erase-user")
@click.argument("name")
@with_appcontext
def erase_user(name: str) -> None:
    """Close an account for good and blank the personal fields of its entries.

    Outcome, action and time stay provable. An erasure that was interrupted goes on when
    it is asked for by the account's new name.
    """
    checks.ready()
    user_id = find_account(name)
    if user_id is None:
        raise click.ClickException(f"there is no user called {name}")
    store = Store.of(current_app.config["SETTINGS"])
    signer = store.signer()
    erasures.remember(store.folder, signer.origin, user_id)
    left = close_account(user_id, actor=OPERATOR)
    entries = entries_of(user_id)
    with tqdm(total=len(entries), unit=" entries", unit_scale=True) as bar:
        for count in blank(user_id, entries, signer, actor=OPERATOR):
            bar.update(count)
        click.echo(f"{bar.n:,} entries blanked; the account is called {left} now")
    seal_all()
