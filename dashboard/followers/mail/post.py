"""Letters of an app: what queues them, what sends them, what looks for troubles."""

from flask import Flask

from dashboard.background.schedule import after_seal, at_intervals
from dashboard.config.settings import Settings
from dashboard.followers.follow import LONGEST_PAUSE, LOOK, REST, Consequence, follow
from dashboard.followers.mail.incidents import TROUBLE_LOOK, tell_troubles
from dashboard.followers.mail.queueing import queue_letters
from dashboard.followers.mail.sending import MAIL, send_due


def init_app(app: Flask, settings: Settings) -> None:
    """Have letters queued and sent, when there is a mail server; without one nothing is queued."""
    if settings.mail_url is None:
        return
    follow(app, Consequence(MAIL, queue_letters, batch=100))
    after_seal(app, "letters", send_due, every=LOOK, rest=REST, backoff=LONGEST_PAUSE)
    at_intervals(app, "troubles", tell_troubles, every=TROUBLE_LOOK)
