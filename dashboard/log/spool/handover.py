"""What becomes of the lines of one spool file: taken, told to be lost, or left where they are."""

import logging
from collections.abc import Callable
from pathlib import Path

from dashboard.log.spool.line import BadLine, Columns, HalfLine, Log, parsed

logger = logging.getLogger(__name__)


class Handover:
    """Gives the attempts of one log to ``take``, line by line.

    ``is_own`` says that the file is this log's, so that half lines in it are as well.
    """

    def __init__(self, of: Log, path: Path, is_own: bool, take: Callable[[Columns], object]) -> None:
        self._of, self._path, self._is_own, self._take = of, path, is_own, take
        #: Attempts taken, and lines that are of another log.
        self.taken = self.others = 0

    def goes(self, line: bytes) -> bool:
        """Have a line taken, if it is of this log; return whether it may be forgotten.

        Raises what ``take`` raises, but for ``BadLine``.
        """
        if not line.strip():
            return True
        if not self._of.owns(line):
            return self._is_half(line) if self._is_own else self._is_another()
        try:
            self._take(parsed(line))
        except HalfLine:
            return self._is_lost()
        except BadLine as error:
            logger.error("spool %s: an attempt cannot enter the log and stays: %s", self._path, error)
            return False
        self.taken += 1
        return True

    def _is_half(self, line: bytes) -> bool:
        """Whether a line that names no log was cut short; then it is lost."""
        try:
            parsed(line)
        except HalfLine:
            return self._is_lost()
        except BadLine:
            pass
        return self._is_another()

    def _is_another(self) -> bool:
        self.others += 1
        return False

    def _is_lost(self) -> bool:
        logger.error("spool %s: an attempt is in no log: a crash cut its line short", self._path)
        return True


def cannot_enter(line: bytes, of: Log) -> bool:
    """Whether a line stays where it is as long as only the log ``of`` asks for it."""
    if not line.strip():
        return False
    try:
        parsed(line)
    except HalfLine:
        return not of.owns(line)
    except BadLine:
        return True
    return not of.owns(line)
