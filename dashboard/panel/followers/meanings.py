"""What each follower is called, what it does and which setting turns it on, in the viewer's language."""

from typing import NamedTuple

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l


class Meaning(NamedTuple):
    """A follower in words; ``setting`` turns it on."""

    title: LazyString
    does: LazyString
    setting: str


KNOWN_FOLLOWERS = {
    "mail": Meaning(_l("Mail"), _l("Sends letters to people about their account."), "GATEHOUSE_MAIL_URL"),
    "text-log": Meaning(_l("Text log"), _l("Writes a line for each sign-in."), "GATEHOUSE_TEXT_LOG"),
    "syslog": Meaning(_l("Syslog"), _l("Sends each entry to a syslog server."), "GATEHOUSE_SYSLOG_URL"),
}
