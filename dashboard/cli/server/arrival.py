"""What has come of a request so far: says when it may be handed to a thread."""

import re
from enum import Enum, auto

from gunicorn.http.unreader import Unreader

#: Bytes of a request's head: a line of 64 KiB and as much for cookies and the rest.
LONGEST_HEAD = 128 * 1024
#: Bytes of the line that tells a chunk's size, as gunicorn takes them.
LONGEST_SIZE = 8190
_BARE_LF = re.compile(rb"(?<!\r)\n")
_SIZE = re.compile(rb"[0-9a-fA-F]{1,15}")


class Stage(Enum):
    """What a request waits for."""

    HEAD = auto()
    BODY = auto()
    READY = auto()
    TOO_LONG = auto()


class Arrival:
    """One request as it comes in, and whatever its client sent after it.

    It only tells *when* to hand the request over; what it means is for gunicorn's parser, which finds no
    more than what is here and refuses the rest. ``is_cut``: the body is larger than ``longest_body`` and
    not all here, so that nobody can tell where a next request begins. ``wants_go_ahead``: the client sends
    its body after a ``100 Continue``.
    """

    def __init__(self, longest_body: int) -> None:
        self.data, self.stage = bytearray(), Stage.HEAD
        self.is_cut = self.wants_go_ahead = False
        self._longest_body, self._body = longest_body, 0
        self._length = 0
        self._chunks: Chunks | None = None

    def add(self, data: bytes) -> Stage:
        """Take in what came and return what the request waits for now."""
        start = max(0, len(self.data) - 3)
        self.data += data
        if self.stage is Stage.HEAD:
            self._find_head(start)
        if self.stage is Stage.BODY:
            self._find_body()
        return self.stage

    def _find_head(self, start: int) -> None:
        end = self.data.find(b"\r\n\r\n", start)
        if _BARE_LF.search(self.data, start, end if end >= 0 else len(self.data)):
            self.stage = Stage.READY  # it will never end as it should: refused at once
        elif max(end, len(self.data) if end < 0 else 0) > LONGEST_HEAD:
            self.stage = Stage.TOO_LONG
        elif end >= 0:
            self.stage, self._body = Stage.BODY, end + 4
            self._read_fields(bytes(self.data[:end]).lower())

    def _read_fields(self, head: bytes) -> None:
        lines = (line.partition(b":") for line in head.split(b"\r\n")[1:])
        field = {name: value.strip() for name, _, value in lines}
        length = field.get(b"content-length", b"")
        if b"transfer-encoding" in field:
            self._chunks = Chunks(self._body)
        elif length.isdigit():  # anything else is refused, whatever follows
            self._length = int(length[:19])
        self.wants_go_ahead = field.get(b"expect") == b"100-continue"

    def _find_body(self) -> None:
        here = len(self.data) - self._body
        if self._chunks and self._chunks.are_whole(self.data):
            self.stage = Stage.READY
        elif self._chunks:
            self.is_cut = here > 2 * self._longest_body  # sizes count, too: no client needs so many
        elif here >= self._length:
            self.stage = Stage.READY
        else:
            self.is_cut = self._length > self._longest_body
        if self.is_cut:
            self.stage = Stage.READY


class Chunks:
    """Where a chunked body that begins at ``start`` ends (RFC 9112, 7.1)."""

    def __init__(self, start: int) -> None:
        self._at = start

    def are_whole(self, data: bytearray) -> bool:
        """Whether all of them are here, trailers too, or one is malformed."""
        while (end := data.find(b"\r\n", self._at, self._at + LONGEST_SIZE)) >= 0:
            size = _SIZE.match(data, self._at, end)
            if not size:
                return True
            if int(size[0], 16) == 0:
                return data.find(b"\r\n\r\n", end) >= 0
            following = end + 2 + int(size[0], 16) + 2
            if following > len(data):
                return False
            self._at = following
        return len(data) - self._at > LONGEST_SIZE


class Received(Unreader):  # type: ignore[misc]
    """What gunicorn's parser reads: requests that have arrived, never the socket.

    So no thread waits for a client. ``ran_out`` when the parser wanted more than there was.
    """

    ran_out = False

    def chunk(self, size_hint: int | None = None) -> bytes:
        """Return the end: nothing follows."""
        self.ran_out = True
        return b""
