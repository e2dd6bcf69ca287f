"""``mail-test``: one letter by the configured server."""

import secrets

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import force_locale
from flask_babel import gettext as _

from auth.policy import fit_email
from dashboard.cli.accounts import fitting
from dashboard.config.settings import Settings
from dashboard.followers.mail.content import Content
from dashboard.followers.mail.message import compose, message_id
from dashboard.followers.mail.smtp.client import MailServerFailed
from dashboard.followers.mail.smtp.outlet import LetterRefused, outlet


@click.command("mail-test")
@click.argument("address")
@with_appcontext
def mail_test(address: str) -> None:
    """Send one letter to ADDRESS by the configured server and say what happened."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.mail_url is None:
        raise click.ClickException("GATEHOUSE_MAIL_URL is not set: no letters are sent")
    to = fitting("the e-mail address", fit_email, address)
    identity = message_id(settings.address, secrets.token_hex(16), "test")
    with force_locale(settings.locale):
        content = _content(settings)
    about = ""
    try:
        reader, sender = ("", to), settings.mail_from or ""
        message = compose(content, sender=sender, to=reader, identity=identity, locale=settings.locale)
        with outlet(settings) as way:
            about = f"{way.about}; "
            click.echo(f"{about}accepted: {way.send(message).text}")
    except MailServerFailed as error:
        raise click.ClickException(f"{about}{error}") from None
    except LetterRefused as refused:
        raise click.ClickException(f"{about}refused: {refused}") from None


def _content(settings: Settings) -> Content:
    return Content(
        subject=_("Gatehouse can send letters"),
        says=(_("This letter was sent to see whether letters arrive. They do."),),
        link=(_("Go to the site"), settings.address),
        why=_("You get this letter because an operator asked for it."),
    )
