"""When a request may be handed to a thread, however it comes in pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.cli.server.arrival import LONGEST_HEAD, Arrival, Received, Stage

MAX_BODY = 1000
HEAD = b"POST /login HTTP/1.1\r\nHost: x\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
WHOLE = {
    "a head": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "an old head": b"GET / HTTP/1.0\r\n\r\n",
    "an empty line before it": b"\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "a body": HEAD + b"Content-Length: 5\r\n\r\nhello",
    "a body by a shouted name": HEAD + b"CONTENT-LENGTH:5\r\n\r\nhello",
    "chunks": CHUNKED + b"5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\n",
    "a chunk that looks like the last": HEAD
    + b"Transfer-Encoding: chunked\r\n\r\n7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n",
    "trailers": CHUNKED + b"0\r\nChecksum: 1\r\n\r\n",
}
REFUSED_AT_ONCE = {
    "bare line feeds": b"GET / HTTP/1.0\n\n",
    "no number": HEAD + b"Content-Length: many\r\n\r\n",
    "no chunk": CHUNKED + b"hello\r\n",
    "a chunk size without end": CHUNKED + b"" + b"1" * 9000,
}


def arrival() -> Arrival:
    return Arrival(MAX_BODY)


@pytest.mark.parametrize("request_", WHOLE.values(), ids=WHOLE)
def test_a_request_is_ready_with_its_last_byte(request_: bytes) -> None:
    coming = arrival()
    stages = [coming.add(request_[at : at + 1]) for at in range(len(request_))]
    assert Stage.READY not in stages[:-1]
    assert (stages[-1], coming.is_cut, bytes(coming.data)) == (Stage.READY, False, request_)


@given(st.sampled_from(list(WHOLE.values())), st.lists(st.integers(1, 60), min_size=1), st.binary(max_size=9))
def test_pieces_make_no_difference(request_: bytes, cuts: list[int], ahead: bytes) -> None:
    coming, whole, at = arrival(), request_ + ahead, 0
    while at < len(whole) and coming.stage is not Stage.READY:
        size = cuts[at % len(cuts)]
        coming.add(whole[at : at + size])
        at += size
    assert (coming.stage, coming.is_cut) == (Stage.READY, False)


@pytest.mark.parametrize("request_", REFUSED_AT_ONCE.values(), ids=REFUSED_AT_ONCE)
def test_what_can_never_be_right_is_not_waited_for(request_: bytes) -> None:
    assert arrival().add(request_) is Stage.READY


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_bytes_are_taken(one: bytes, other: bytes) -> None:
    coming = arrival()
    coming.add(one)
    coming.add(HEAD + other)


def test_a_head_without_end_is_too_long() -> None:
    coming = arrival()
    assert coming.add(HEAD) is Stage.HEAD
    assert coming.add(b"X: " + b"x" * LONGEST_HEAD) is Stage.TOO_LONG


@pytest.mark.parametrize(
    "body",
    [
        b"Content-Length: 1001\r\n\r\n",
        b"Content-Length: 99999999999999999999999999999999\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nffffff\r\n" + bytes(2 * MAX_BODY),
        b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * MAX_BODY,
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"x: y\r\n" * MAX_BODY,
    ],
)
def test_a_body_too_large_is_cut(body: bytes) -> None:
    coming = arrival()
    assert (coming.add(HEAD + body), coming.is_cut) == (Stage.READY, True)


def test_a_client_may_wait_for_a_word_before_its_body() -> None:
    coming = arrival()
    assert coming.add(HEAD + b"Expect: 100-Continue\r\nContent-Length: 1\r\n\r\n") is Stage.BODY
    assert coming.wants_go_ahead


def test_the_parser_finds_the_end_where_nothing_follows() -> None:
    received = Received()
    received.unread(b"all")
    assert (received.read(), received.ran_out) == (b"all", False)
    assert (received.read(), received.ran_out) == (b"", True)
