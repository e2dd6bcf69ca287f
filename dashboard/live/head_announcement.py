"""Head announcements between processes: what one announces makes the others look, no more."""

from collections.abc import Callable
from typing import Any

from socketio import RedisManager

#: Where the processes of a site hear each other.
CHANNEL = "gatehouse"
#: Seconds that Redis may take: its own viewers wait as long for an announcement.
REDIS_PATIENCE = 1.0


class HeadAnnouncer(RedisManager):
    """The viewers of this process, and by Redis what other processes announce.

    A viewer hears its own process only, which rings so many times a second and no more, however
    many processes there are. What another one rings calls ``heard``: it says that the head may
    have moved, and this process then looks for itself.
    """

    def __init__(self, url: str, heard: Callable[[], object]) -> None:
        waits = {"socket_timeout": REDIS_PATIENCE, "socket_connect_timeout": REDIS_PATIENCE}
        super().__init__(url, channel=CHANNEL, redis_options=waits)
        self._heard = heard

    def _handle_emit(self, message: dict[str, Any]) -> None:
        if message.get("host_id") == self.host_id:
            super()._handle_emit(message)
        else:
            self._heard()
