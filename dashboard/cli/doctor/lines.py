"""Whether the text log can be written and the syslog server be reached, for ``doctor``."""

from contextlib import closing
from socket import SOCK_DGRAM, getaddrinfo

from dashboard.cli.checks import Bad
from dashboard.config.settings import Settings
from dashboard.followers.syslog.follower import why_not_sent
from dashboard.followers.syslog.stream import Stream
from dashboard.followers.syslog.target import target_of
from dashboard.followers.text_log.file import check_file, in_words


def check_text_log(settings: Settings) -> str:
    """Say where sign-ins get a line; raises ``Bad`` when none can be added there."""
    if settings.text_log is None:
        return "none is written"
    try:
        check_file(settings.text_log)
    except OSError as error:
        raise Bad(
            f"{settings.text_log} cannot be written: {in_words(error)}; check GATEHOUSE_TEXT_LOG"
        ) from None
    return f"{settings.text_log}, {settings.text_log_encoding}"


def check_syslog(settings: Settings) -> str:
    """Say where entries are sent; raises ``Bad`` when they would not arrive, as far as can be known."""
    if settings.syslog_url is None:
        return "nothing is sent"
    target = target_of(settings.syslog_url)
    try:
        if target.transport == "udp":
            getaddrinfo(target.host, target.port, type=SOCK_DGRAM)
            return f"{settings.syslog_url}; over UDP nobody knows what arrives"
        with closing(Stream(target)) as line:
            line.open()
    except OSError as error:
        raise Bad(why_not_sent(error)) from None
    return f"{settings.syslog_url} takes connections"
