"""Follow the log with a file of lines."""

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask

from dashboard.config.settings import Settings
from dashboard.followers.follow import Consequence, Delivery, follow
from dashboard.followers.text_log.file import LineFile
from dashboard.followers.text_log.line import Line, lines_of


@dataclass(frozen=True)
class TextLog:
    """Writes the line of each entry that gets one, exactly once whatever dies meanwhile."""

    file: LineFile
    line: Line
    encoding: str

    def deliver(self, delivery: Delivery) -> None:
        """Write what is not written yet; raises ``DeliveryFailed``."""
        lines = (self.line(entry) for entry in delivery.entries)
        data = "".join(line for line in lines if line).encode(self.encoding, "backslashreplace")
        if data:
            self.file.append(data, delivery.unfinished, delivery.renew)

    def consequence(self) -> Consequence:
        """Return this as something that follows."""
        return Consequence("text-log", self.deliver, prepare=self.file.end)


def text_log(path: Path, settings: Settings) -> TextLog:
    """Return the text log in a file, as it is set."""
    line = lines_of(settings.text_log_format, ZoneInfo(settings.timezone))
    return TextLog(LineFile(path), line, settings.text_log_encoding)


def init_app(app: Flask, settings: Settings) -> None:
    """Follow with a text log when a file is set."""
    if settings.text_log:
        follow(app, text_log(settings.text_log, settings).consequence())
