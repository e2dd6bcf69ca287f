"""``create-admin`` and ``reset-password``: what only an operator may do."""

import secrets
import sys

import click
from email_validator import EmailNotValidError, validate_email
from flask.cli import with_appcontext
from sqlalchemy import select

from auth import service
from auth.events import Place
from auth.passwords import MIN_LENGTH, is_common, is_too_long
from auth.service import NewAccount
from dashboard.cli import checks
from dashboard.stream.sealer import seal_all
from models import Reason, Role, User, db
from models.names import is_username, username_key

STAFF = [role.value for role in Role if role is not Role.USER]
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
@click.option("--role", type=click.Choice(STAFF), default=Role.ADMIN.value, show_default=True)
@password_stdin
@click.option("--if-none", is_flag=True, help="Do nothing when there is an account with this role.")
@with_appcontext
def create_admin(name: str, email: str | None, role: str, password_stdin: bool, if_none: bool) -> None:
    """Make an account that may open the panel and print its password, once."""
    checks.ready()
    if if_none and db.session.scalar(select(User.id).where(User.role == role).limit(1)):
        return
    if not is_username(name):
        raise click.ClickException("a user name has 2 to 64 letters, digits, dots, underscores or hyphens")
    password = read_password() if password_stdin else secrets.token_urlsafe(15)
    account = NewAccount(username=name, password=password, email=_address(email), role=Role(role))
    refused = service.register(account, Place())
    if refused:
        raise click.ClickException(_REFUSALS[refused.reason])
    _report(f"{role.capitalize()} {name} made", None if password_stdin else password)
    seal_all()


@click.command("reset-password")
@click.argument("name")
@password_stdin
@with_appcontext
def reset_password(name: str, password_stdin: bool) -> None:
    """Give an account a new password, print it once and end the account's sessions."""
    checks.ready()
    user = db.session.scalar(select(User).where(User.username_key == username_key(name)))
    if user is None:
        raise click.ClickException(f"there is no user called {name}")
    password = read_password() if password_stdin else secrets.token_urlsafe(15)
    service.reset_password(user, password, Place())
    _report(f"Password of {user.username} changed, sessions ended", None if password_stdin else password)
    seal_all()


def _report(done: str, password: str | None) -> None:
    click.echo(f"{done}; password: {password}" if password else done)


def read_password() -> str:
    """Return the first line of stdin; refuse what the forms refuse (ASVS 6.2.1, 6.2.4)."""
    password = sys.stdin.readline().rstrip("\r\n")
    if len(password) < MIN_LENGTH:
        raise click.ClickException(f"the password on stdin has fewer than {MIN_LENGTH} characters")
    if is_too_long(password) or is_common(password):
        raise click.ClickException("the password on stdin is too long or too common")
    return password


def _address(email: str | None) -> str | None:
    """Return the address in its normal form, as registration stores it."""
    if email is None:
        return None
    try:
        return str(validate_email(email, check_deliverability=False, globally_deliverable=False).normalized)
    except EmailNotValidError as error:
        raise click.ClickException(f"{email} is not an e-mail address: {error}") from None
