"""Answers are read line by line, whatever pieces they come in."""

import socket
from collections.abc import Iterator

import pytest

from dashboard.followers.mail.smtp.answers import MOST_SAID, Answers, LetterDeadline


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, Answers]]:
    """What a server says to, and what reads it."""
    server, client = socket.socketpair()
    with server, client:
        yield server, Answers(client, LetterDeadline())


def test_lines_come_one_by_one(ends: tuple[socket.socket, Answers]) -> None:
    server, read = ends
    server.sendall(b"220 a\r\n250-b\r\n250 ")
    assert (read.readline(100), read.readline(100)) == (b"220 a\r\n", b"250-b\r\n")
    server.sendall(b"c\r\n")
    assert read.readline(100) == b"250 c\r\n"
    server.sendall(b"half")
    server.close()
    assert (read.readline(100), read.readline(100)) == (b"half", b"")


def test_a_long_line_comes_in_pieces(ends: tuple[socket.socket, Answers]) -> None:
    server, read = ends
    server.sendall(b"x" * 10 + b"\n")
    assert (read.readline(4), read.readline(100)) == (b"xxxx", b"xxxxxx\n")
    server.sendall(b"rest\n")
    read.close()


def test_too_much_is_refused(ends: tuple[socket.socket, Answers]) -> None:
    server, read = ends
    for _ in range(MOST_SAID // 4096):
        server.sendall(b"y" * 4095 + b"\n")
        read.readline(5000)
    server.sendall(b"z\n")
    with pytest.raises(OSError, match="too much"):
        read.readline(100)
