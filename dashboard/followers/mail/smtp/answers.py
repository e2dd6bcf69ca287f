"""What a mail server answers, read in bounded time and bounded length."""

import socket
import time

#: Seconds for a step of a conversation, for greetings or a letter as a whole; bytes that a server may say.
STEP_TAKES, LETTER_TAKES, MOST_SAID = 10.0, 25.0, 256 * 1024
_READ = 4096


class LetterDeadline:
    """When a conversation must be over; each letter begins anew."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Begin another letter."""
        self._end = time.monotonic() + LETTER_TAKES

    def left(self) -> float:
        """Return the seconds that the next step may take; raises ``TimeoutError`` when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return min(STEP_TAKES, left)


class Answers:
    """Stands in for the file that smtplib reads from, whose lines have no end in time or number."""

    def __init__(self, sock: socket.socket, deadline: LetterDeadline) -> None:
        self._sock, self._deadline = sock, deadline
        self._waiting, self._said = b"", 0

    def readline(self, limit: int) -> bytes:
        """Return the next line, ``limit`` bytes of it at most; raises ``OSError``."""
        while b"\n" not in self._waiting and len(self._waiting) < limit:
            self._sock.settimeout(self._deadline.left())
            data = self._sock.recv(_READ)
            self._said += len(data)
            if self._said > MOST_SAID:
                raise OSError("it says too much")
            if not data:
                break
            self._waiting += data
        end = min(self._waiting.find(b"\n") + 1 or limit, limit)
        line, self._waiting = self._waiting[:end], self._waiting[end:]
        return line

    def close(self) -> None:
        """Forget what waits; the socket is closed by who opened it."""
        self._waiting = b""
