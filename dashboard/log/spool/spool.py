"""Attempts that the database could not take: a local file until it can.

JSON Lines, one entry's columns each after the log it belongs to (`dashboard.log.spool.line`),
synced to disk before the visitor is answered. It is bounded: an attempt that no longer fits is
counted and told on stderr, never dropped silently.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from dashboard.log.spool.file import SpoolFile, State, spool_files
from dashboard.log.spool.handover import Handover, cannot_enter
from dashboard.log.spool.line import BadLine, Columns, HalfLine, Log, parsed
from dashboard.web.atomic_file import write_over
from models.measures.catalogue import LOST, SPOOLED

logger = logging.getLogger(__name__)
#: Bytes the file may take: some 25,000 attempts.
MAX_SPOOL_BYTES = 16 * 1024 * 1024


class Spool:
    """The file of one log, and what waits for that log in other files.

    ``database`` is the `models.database.location.location` of the log, ``folders`` where else files may be.
    """

    def __init__(
        self, path: Path, database: str = "", folders: Iterable[Path] = (), max_bytes: int = MAX_SPOOL_BYTES
    ) -> None:
        self._own, self._folders, self._max = SpoolFile(path), {path.parent, *folders}, max_bytes
        self._noted = path.with_name(f"origin-{sha256(database.encode()).hexdigest()[:12]}")
        self._log = Log(None, database)
        #: Files in which nothing is left to do for this log, and how they were then.
        self._done: dict[Path, State | None] = {}
        self._told: set[Path] = set()
        #: Whether this process heard from the database itself which log it is.
        self.is_sure = False
        #: Attempts lost since this process started, because the file was full or unwritable.
        self.lost = 0

    @property
    def log(self) -> Log:
        """Which log this is, as far as this process or an earlier one has heard."""
        if self._log.origin is None:
            with suppress(OSError, UnicodeDecodeError):
                self._log = replace(self._log, origin=self._noted.read_text().strip() or None)
        return self._log

    def learn(self, origin: str) -> None:
        """Note the origin of the log, also for processes that will begin during an outage."""
        if self.is_sure and self._log.origin == origin:
            return
        self.hear(origin)
        try:
            self._noted.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_over(self._noted, f"{origin}\n".encode(), 0o600)
        except OSError as error:  # this process knows it
            logger.warning("spool: the origin of the log cannot be noted in %s: %s", self._noted, error)

    def hear(self, origin: str) -> None:
        """Take the database's word for which log this is, and note it nowhere."""
        self._log, self.is_sure, self._done = replace(self._log, origin=origin), True, {}

    def append(self, columns: Mapping[str, object]) -> None:
        """Keep an entry; it is on the disk when this returns. Never raises."""
        try:
            self._own.append(self.log.line(columns), self._max)
            SPOOLED.note()
        except OSError as error:
            self.lost += 1
            LOST.note()
            facts = (self._own.path, error, self.lost)
            logger.error("spool %s: %s; %d attempts are in no log", *facts, extra={"is_loss": True})

    def hand_over(self, take: Callable[[Columns], object]) -> int:
        """Give ``take`` what waits for this log, in whichever file; return how many attempts.

        Each is forgotten once ``take`` has returned. When that raises ``BadLine`` the attempt
        stays and is told; whatever else it raises ends this, and what was not taken stays.
        """
        return sum([self._hand_over(file, take) for file in self._news()])

    def is_empty(self) -> bool:
        """Whether nothing new waits for this log, by a look at the names and times of files."""
        return not self._news()

    def why_not_writable(self) -> str | None:
        """Return why no attempt could be kept, or None."""
        return self._own.why_not_writable()

    def waiting(self) -> tuple[int, datetime | None]:
        """Return how many attempts of this log wait, and since when."""
        contents = [file.content() for file in self.files()]
        times = list[datetime]()
        for content in contents:
            with suppress(HalfLine, BadLine):  # the oldest stands first
                times.append(parsed(self.log.first(content))["occurred_at"])
        return sum(map(self.log.count, contents)), min(times, default=None)

    def stuck(self) -> dict[Path, int]:
        """Return how many attempts each file holds that cannot enter this log."""
        counts = {
            file.path: sum(cannot_enter(line, self.log) for line in file.content().split(b"\n"))
            for file in self.files()
        }
        return {path: count for path, count in counts.items() if count}

    def files(self) -> list[SpoolFile]:
        """Return the files in which attempts of any log wait."""
        return spool_files(self._own.path, self._folders)

    def _news(self) -> list[SpoolFile]:
        """Return the files that have changed since nothing was left to do in them."""
        return [file for file in self.files() if self._done.get(file.path) != file.state()]

    def _hand_over(self, file: SpoolFile, take: Callable[[Columns], object]) -> int:
        handover = Handover(self.log, file.path, file.path == self._own.path, take)
        self._done[file.path] = file.sift(handover.goes)
        if handover.others and file.path not in self._told:
            self._told.add(file.path)
            logger.warning("spool %s: %d attempts of another log stay there", file.path, handover.others)
        return handover.taken
