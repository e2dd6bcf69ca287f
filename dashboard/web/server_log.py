"""The server's own log: what somebody sent can neither forge a line nor fill the disk."""

import logging
import re
import threading
import time
import traceback
from collections import defaultdict
from typing import Any

from flask import g, has_app_context
from gunicorn import glogging

from dashboard.web.log_lines import LINES

logger = logging.getLogger(__name__)
#: Lines from one place in the code within ``WINDOW`` seconds; those beyond are counted.
MAX_LINES, WINDOW = 20, 60.0
#: Characters of a message; a request line alone may have 64,000.
MAX_MESSAGE_LENGTH = 4000
#: What ends a line, moves the cursor, or turns the direction of reading.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def visible(text: str) -> str:
    """Return ``text`` in one line, control characters written as escapes."""
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape", "surrogatepass").decode(), text)


class Record(logging.LogRecord):
    """A record whose message is one line and whose traceback is indented, whoever formats it.

    ``request_id`` is the number of the request that it is about, if it is about one.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.request_id: str = g.get("request_id", "") if has_app_context() else ""
        if self.exc_info and self.exc_info[0]:
            lines = "".join(traceback.format_exception(*self.exc_info)).splitlines()
            self.exc_text = "\n".join(f"  {visible(line)}" for line in lines)

    def getMessage(self) -> str:  # noqa: N802 - logging's name
        """Return the message with its arguments."""
        return visible(super().getMessage()[:MAX_MESSAGE_LENGTH])


class LineLimit(logging.Filter):
    """Lets through ``MAX_LINES`` lines a minute from one place in the code; a later one counts the rest."""

    def __init__(self) -> None:
        super().__init__()
        self._began: dict[tuple[str, int], float] = {}
        self._count: defaultdict[tuple[str, int], int] = defaultdict(int)

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written; one that is marked ``is_loss`` always is."""
        if getattr(record, "is_loss", False):
            return True
        place, moment = (record.pathname, record.lineno), time.monotonic()
        if moment - self._began.get(place, -WINDOW) >= WINDOW:
            swallowed = self._count[place] - MAX_LINES
            self._began[place], self._count[place] = moment, 0
            if swallowed > 0:
                record.msg = f"{record.getMessage()} (after {swallowed} more like it)"
                record.args = None
        self._count[place] += 1
        return self._count[place] <= MAX_LINES


class GunicornLog(glogging.Logger):  # type: ignore[misc]
    """gunicorn's log, which goes where ours goes: each malformed request is a line."""

    def setup(self, cfg: Any) -> None:
        """Have it written by the handler of all loggers."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


def init_app() -> None:
    """Have every logger of this process write lines that cannot be forged."""
    logging.setLogRecordFactory(Record)


def to_stderr(form: str) -> None:
    """Write warnings and errors to stderr, at our pace, as ``text`` or ``json``; what ends a thread too."""
    handler = logging.StreamHandler()
    handler.setFormatter(LINES[form]())
    handler.addFilter(LineLimit())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.captureWarnings(True)
    threading.excepthook = _thread_ended


def _thread_ended(ended: Any) -> None:
    if ended.exc_type is SystemExit:
        return
    name = ended.thread.name if ended.thread else "?"
    facts = (ended.exc_type, ended.exc_value, ended.exc_traceback)
    logger.error("thread %s ended", name, exc_info=facts)
