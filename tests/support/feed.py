"""The live page's feed, as `static/panel/feed.js` follows it, without a socket."""

from dataclasses import dataclass, field
from typing import Any

BACKLOG = 100
Entry = dict[str, Any]


@dataclass
class Stretch:
    """What a feed applied between two resets, from the cursor it began with."""

    epoch: str
    begin: int
    entries: list[Entry] = field(default_factory=list)


class Feed:
    """Applies the entry that follows its cursor and nothing else."""

    def __init__(self, epoch: str, cursor: int) -> None:
        self.epoch = self.head_epoch = epoch
        self.cursor = self.head = cursor
        #: All it ever showed; the last one grows.
        self.shown = [Stretch(epoch, cursor)]

    @property
    def is_behind(self) -> bool:
        """Whether it knows of entries that it has not."""
        return self.head_epoch != self.epoch or self.head != self.cursor

    def announced(self, news: dict[str, Any]) -> None:
        """Hear where the head is."""
        self.head_epoch, self.head = news["epoch"], news["head"]

    def wish(self, limit: int = 500) -> dict[str, Any]:
        """Return what to send as ``since``."""
        return {"epoch": self.epoch, "cursor": self.cursor, "limit": limit}

    def take(self, answer: dict[str, Any]) -> None:
        """Apply an answer; whatever does not follow the cursor will be pulled again."""
        if answer.get("reset"):
            return self._restart(answer)
        self.head = max(self.head, answer["head"])
        for entry in answer["entries"]:
            if entry["seq"] == self.cursor + 1:
                self.shown[-1].entries.append(entry)
                self.cursor = entry["seq"]
        return None

    def _restart(self, answer: dict[str, Any]) -> None:
        self.epoch = self.head_epoch = answer["epoch"]
        self.head = answer["head"]
        self.cursor = max(answer["floor"], self.head - BACKLOG)
        self.shown.append(Stretch(self.epoch, self.cursor))
