"""Whether letters can leave, for ``doctor``."""

from dashboard.cli.checks import Bad
from dashboard.config.settings import Settings
from dashboard.followers.mail.smtp.client import MailServerFailed
from dashboard.followers.mail.smtp.outlet import outlet
from dashboard.followers.mail.smtp.server import CONSOLE
from dashboard.followers.mail.standing import mail_standing
from models import db


def check_mail(settings: Settings) -> str:
    """Connect to the mail server and hang up; raises ``Bad`` when letters would not leave or lead nowhere."""
    if settings.mail_url is None:
        return "none; nobody gets letters"
    if settings.public_url is None and settings.mail_url != CONSOLE:
        raise Bad(f"letters link to {settings.address}: set GATEHOUSE_PUBLIC_URL to the address people use")
    try:
        with outlet(settings) as way:
            about = way.about
    except MailServerFailed as error:
        raise Bad(str(error)) from None
    found = mail_standing(db.session())
    counts = (
        f"{found.waiting + found.held:,} letters wait, {found.refused:,} refused, {found.given_up:,} given up"
    )
    return f"{about}; {counts}"
