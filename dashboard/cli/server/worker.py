"""gunicorn's threaded worker, made so that neither its threads nor its main loop wait for a client.

gunicorn 27 reads requests in its threads without a deadline, and its main loop waits until a client hangs up
(`close_graceful`): 232 half requests, or ten clients that stay, stopped it for everybody. Here requests
arrive in the poller, and connections end there.
"""

import socket
import struct
import time
from http import HTTPStatus
from typing import Any

from gunicorn import util
from gunicorn.workers.gthread import ThreadWorker

from dashboard.cli.server.arrival import Arrival, Stage
from dashboard.cli.server.connection import ClientConnection, Waiting, half_close

#: Seconds for the head of a request.
HEAD = 10
#: Seconds for its body, in all.
BODY = 20
#: Seconds for a client to hang up after its last answer.
GOODBYE = 2
#: Bytes that it may go on to send until then: else who is told that it was too much would not hear it.
MOST_DRAINED = 16 * 1024 * 1024
#: Connections of one address that may wait without a whole request; the oldest makes room for the next.
PER_ADDRESS = 64
#: Seconds between two looks at answers that nobody takes.
UNREAD_INTERVAL = 1
READ = 16 * 1024
GO_AHEAD = b"HTTP/1.1 100 Continue\r\n\r\n"
#: SO_LINGER that ends a connection with a reset.
RESET = struct.pack("ii", 1, 0)


class PollingWorker(ThreadWorker):  # type: ignore[misc]
    """Takes requests in, hands them to threads once they are whole, and sees their clients out."""

    def run(self) -> None:
        """Serve until told to stop."""
        config = self.wsgi.app.config
        self._longest_body: int = config["MAX_CONTENT_LENGTH"]
        self._shares_one_address = config["TRUSTED_PROXIES"] > 0
        self._heads, self._bodies = Waiting(self.poller, HEAD), Waiting(self.poller, BODY)
        self._leaving = Waiting(self.poller, GOODBYE)
        self._in_threads: set[ClientConnection] = set()
        self._looked = 0.0
        util.close_graceful = _leave_open  # called in a thread when an answer breaks off, it would wait there
        super().run()

    def accept(self, listener: Any) -> bool:
        """Take a new connection, whose request is read as it comes; False when there is none."""
        try:
            sock, client = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return False
        self.nr_conns += 1
        self._await(ClientConnection(self.cfg, sock, client, listener.getsockname()))
        return True

    def on_client_socket_readable(self, conn: ClientConnection, client: socket.socket) -> None:
        """Begin with the next request of a connection that was kept."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._await(conn)

    def enqueue_req(self, conn: ClientConnection) -> None:
        """Hand a request that has arrived to a thread."""
        conn.received.unread(bytes(conn.arrival.data))
        conn.arrival.data.clear()
        self._in_threads.add(conn)
        super().enqueue_req(conn)

    def handle_request(self, req: Any, conn: ClientConnection) -> Any:
        """Answer a request, in a thread."""
        req._expected_100_continue = False  # it was told to go ahead, if that was needed
        if conn.arrival.is_cut:
            req.force_close()
        try:
            return super().handle_request(req, conn)
        except StopIteration:
            if req.version < (1, 1):  # it knows no chunks: a plain end would look like a whole answer
                conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                conn.sock.close()
            raise

    def finish_request(self, conn: ClientConnection, fs: Any) -> None:
        """Keep the connection for a next request, or see the client out."""
        self._in_threads.discard(conn)
        is_kept = not fs.cancelled() and fs.exception() is None and fs.result()
        if not is_kept or conn.received.ran_out:
            self._see_out(conn)
        elif ahead := conn.received.take_buffered():
            conn.sock.setblocking(False)
            self._await(conn, ahead)
        else:
            super().finish_request(conn, fs)

    def begun(self) -> set[ClientConnection]:
        """Return the connections whose request is under way, be it half here."""
        return self._in_threads | {conn for conn in (*self._heads, *self._bodies) if conn.arrival.data}

    def drop_silent(self) -> None:
        """Close connections on which no request has begun."""
        for conn in [conn for conn in self._heads if not conn.arrival.data]:
            self._let_go(conn)
            self._drop(conn)

    def murder_pending(self) -> None:
        """Give up those who take too long; called in each round."""
        for conn in (*self._heads.late(), *self._bodies.late()):
            self._refuse(conn, HTTPStatus.REQUEST_TIMEOUT)
        for conn in self._leaving.late():
            self._drop(conn)
        self._cut_stuck()

    def _cut_stuck(self) -> None:
        """End answers that nobody takes; a reader that is slow goes on."""
        if time.monotonic() - self._looked >= UNREAD_INTERVAL:
            self._looked = time.monotonic()
            for conn in self._in_threads:
                if conn.is_stuck():
                    conn.cut()

    def _await(self, conn: ClientConnection, data: bytes = b"") -> None:
        """Wait for a request, of which ``data`` is here; mostly it came with the connection."""
        self._make_room(conn)
        conn.arrival = Arrival(self._longest_body)
        if data:
            self._take_in(conn, data)
        else:
            self._read(conn)

    def _read(self, conn: ClientConnection) -> None:
        try:
            data = conn.sock.recv(READ)
        except BlockingIOError:
            self._wait_in(self._heads, conn)
            return
        except OSError:
            data = b""
        if data:
            self._take_in(conn, data)
        else:
            self._let_go(conn)
            self._drop(conn)

    def _take_in(self, conn: ClientConnection, data: bytes) -> None:
        stage = conn.arrival.add(data)
        if stage is Stage.HEAD:
            self._wait_in(self._heads, conn)
        elif stage is Stage.BODY:
            self._wait_in(self._bodies, conn)
        elif stage is Stage.READY:
            self._let_go(conn)
            self.enqueue_req(conn)
        else:
            self._let_go(conn)
            self._refuse(conn, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)

    def _wait_in(self, waiting: Waiting, conn: ClientConnection) -> None:
        """Wait with those, unless it does already; who waits to send a body is told to go ahead."""
        if conn in waiting or conn in self._bodies:
            return
        self._let_go(conn)
        waiting.add(conn, self._read)
        if waiting is self._bodies and conn.arrival.wants_go_ahead:
            conn.tell(GO_AHEAD)

    def _refuse(self, conn: ClientConnection, status: HTTPStatus) -> None:
        """Answer without a thread; one that sent nothing gets nothing."""
        if conn.arrival.data:
            conn.tell(_short(status))
        self._see_out(conn)

    def _see_out(self, conn: ClientConnection) -> None:
        """Send no more, and close once the client does: a reset could cost it the answer (RFC 9112, 9.6)."""
        if half_close(conn.sock):
            self._leaving.add(conn, self._see_off)
        else:
            self._drop(conn)

    def _see_off(self, conn: ClientConnection) -> None:
        try:
            more = len(conn.sock.recv(4 * READ))
        except BlockingIOError:
            return
        except OSError:
            more = 0
        conn.drained += more
        if not more or conn.drained > MOST_DRAINED:
            self._leaving.take(conn)
            self._drop(conn)

    def _make_room(self, conn: ClientConnection) -> None:
        """Drop the oldest connection that waits, of the same address or of all, when there are too many."""
        waiting = (*self._heads, *self._bodies)
        alike = [other for other in waiting if other.origin == conn.origin]
        surplus: tuple[ClientConnection, ...] = ()
        if len(alike) >= PER_ADDRESS and not self._shares_one_address:
            surplus = (alike[0],)
        elif self.nr_conns >= self.worker_connections:
            surplus = (*self._leaving, *waiting)[:1]
        for oldest in surplus:
            self._let_go(oldest)
            self._drop(oldest)

    def _let_go(self, conn: ClientConnection) -> None:
        for waiting in (self._heads, self._bodies, self._leaving):
            waiting.take(conn)

    def _drop(self, conn: ClientConnection) -> None:
        self.nr_conns -= 1
        conn.close()


def _leave_open(_sock: socket.socket) -> None:
    """Do nothing: the main loop ends the connection."""


def _short(status: HTTPStatus) -> bytes:
    body = f"{status.phrase}\n"
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\nConnection: close\r\nContent-Type: text/plain\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()
