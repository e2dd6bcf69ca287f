"""``create-admin`` and ``reset-password``: what only an operator may do."""

import secrets
import sys
from collections.abc import Callable

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from auth import registration, service
from auth.attempts import NewAccount
from auth.events import Client
from auth.policy import Unfit, fit_email, fit_password, fit_username, lookup_keys
from dashboard.cli import checks
from dashboard.log.sealer import seal_all
from models import Reason, Role, User, db
from models.names import username_key

#: Bytes of stdin that are read for a password; one has 1 KiB at most.
MAX_STDIN = 4096
STAFF_ROLES = [role.value for role in Role if role is not Role.USER]
_REFUSALS = {
    Reason.USERNAME_IN_USE: "there is a user of this name already; reset-password gives them a new password",
    Reason.EMAIL_IN_USE: "there is an account with this e-mail address already",
}

password_stdin = click.option(
    "--password-stdin",
    is_flag=True,
    help="Read the password from the first line of stdin instead of making one.",
)


@click.command("create-admin")
@click.argument("name")
@click.option("--email", help="E-mail address, also good for signing in.")
@click.option("--role", type=click.Choice(STAFF_ROLES), default=Role.ADMIN.value, show_default=True)
@password_stdin
@click.option("--if-none", is_flag=True, help="Do nothing when there is an account with this role.")
@with_appcontext
def create_admin(name: str, email: str | None, role: str, password_stdin: bool, if_none: bool) -> None:
    """Make an account that may open the panel and print its password, once."""
    checks.ready()
    if if_none and db.session.scalar(select(User.id).where(User.role == role).limit(1)):
        return
    username = fitting("the user name", fit_username, name)
    address = None if email is None else fitting("the e-mail address", fit_email, email)
    password = read_password(name, email) if password_stdin else secrets.token_urlsafe(15)
    account = NewAccount(
        username=username, password=password, email=address, role=Role(role), is_confirmed=True
    )
    if address and db.session.scalar(select(User.id).where(User.email_key == username_key(address))):
        raise click.ClickException(_REFUSALS[Reason.EMAIL_IN_USE])
    refused = registration.register_account(account, Client())
    if refused:
        raise click.ClickException(_REFUSALS.get(refused.reason, "there is too much to do: try again"))
    _report(f"{role.capitalize()} {name} made", None if password_stdin else password)
    seal_all()


@click.command("reset-password")
@click.argument("name")
@password_stdin
@with_appcontext
def reset_password_command(name: str, password_stdin: bool) -> None:
    """Give an account a new password, print it once and end the account's sessions."""
    checks.ready()
    user = service.account_of(lookup_keys(name))
    if user is None:
        raise click.ClickException(f"there is no user called {name}")
    words = (user.username, user.email)
    password = read_password(*words) if password_stdin else secrets.token_urlsafe(15)
    service.reset_password(user, password, Client())
    _report(f"Password of {user.username} changed, sessions ended", None if password_stdin else password)
    seal_all()


def _report(done: str, password: str | None) -> None:
    click.echo(f"{done}; password: {password}" if password else done)


def read_password(*words: str | None) -> str:
    """Return the first line of stdin; refuse what the forms refuse, and what follows from ``words``."""
    line = sys.stdin.buffer.readline(MAX_STDIN).decode(errors="surrogateescape")
    return fitting("the password on stdin", lambda text: fit_password(text, *words), line.rstrip("\r\n"))


def fitting(what: str, check: Callable[[str], str], text: str) -> str:
    """Return what the policy makes of ``text``; raises ``ClickException`` saying why it is unfit."""
    try:
        return check(text)
    except Unfit as error:
        raise click.ClickException(f"{what} does not hold: {error}") from None
