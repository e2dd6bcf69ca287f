"""The settings of what leaves the house: mail, text log, syslog, webhooks."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings

from dashboard.config.addresses import mail_server, sender, syslog_server
from dashboard.config.line_format import TEXT_LINE, line_format


class OutgoingSettings(BaseSettings):
    """Where the followers of the log send to; what is not set is not followed."""

    mail_url: Annotated[str, AfterValidator(mail_server)] | None = Field(
        None,
        repr=False,
        description="Mail server: smtp://user:password@host:587 (STARTTLS), smtps://…, or console:",
    )
    mail_from: Annotated[str, AfterValidator(sender)] | None = Field(
        None, description="Sender of mails: an address, or Name <address>"
    )
    text_log: Path | None = Field(None, description="File that gets a line for each sign-in")
    text_log_encoding: Literal["utf-8", "gbk"] = Field("utf-8", description="Encoding of that file")
    text_log_format: Annotated[str, AfterValidator(line_format)] = Field(
        TEXT_LINE,
        description="Its lines: strftime, {name}, {ip}, {outcome}, {action}, {reason}, {method}; or fail2ban",
    )
    syslog_url: Annotated[str, AfterValidator(syslog_server)] | None = Field(
        None, description="Where entries go as RFC 5424: udp://host:514, tcp://host:601 or tls://host:6514"
    )
    webhook_allow_private: bool = Field(
        False, description="Whether webhooks may go to loopback and private addresses"
    )
