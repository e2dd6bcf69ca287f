"""The settings of who watches the site itself."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings


class MonitoringSettings(BaseSettings):
    """What is counted and logged about the running site, and who sees it."""

    signal_watch: Literal["on", "off"] = Field("on", description="Whether the signals page counts")
    metrics_token: str | None = Field(
        None,
        repr=False,
        description="Token with which monitoring sees causes and counts (default: loopback only)",
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="The server's own log: text, or json: an object a line"
    )
