"""A websocket that two threads close at once."""

import socket
from contextlib import closing

import engineio
from simple_websocket import Server
from wsproto.events import CloseConnection

from dashboard.live.websocket import Websocket

HANDSHAKE = {
    "HTTP_HOST": "localhost",
    "HTTP_UPGRADE": "websocket",
    "HTTP_CONNECTION": "Upgrade",
    "HTTP_SEC_WEBSOCKET_VERSION": "13",
    "HTTP_SEC_WEBSOCKET_KEY": "AAAAAAAAAAAAAAAAAAAAAA==",
}


def test_a_goodbye_that_the_reader_said_is_not_said_again() -> None:
    ours, theirs = socket.socketpair()
    with closing(theirs):
        websocket = Websocket(
            engineio.socket.Socket(engineio.Server(async_mode="threading"), "sid")._websocket_handler, None
        )
        websocket.ws = Server(HANDSHAKE | {"gunicorn.socket": ours})
        websocket.ws.ws.send(CloseConnection(1009))  # by its reader, which told nobody yet
        assert websocket.ws.connected
        websocket.close()
        theirs.shutdown(socket.SHUT_RDWR)
        websocket.ws.thread.join()
