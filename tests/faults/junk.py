"""What clients may send: no Socket.IO, none that the feed knows, and pulls that cannot be answered."""

from typing import Any

#: What is no Socket.IO, or none that the feed knows.
JUNK = {
    "nothing": "",
    "a word": "hello",
    "brackets": "[" * 9_000,
    "an unknown Engine.IO packet": "9",
    "a ping": "2",
    "an unasked pong": "3",
    "a goodbye": "1",
    "an empty message": "4",
    "an empty event": "42",
    "an event without a name": "42/live,[]",
    "an event that is a number": "42/live,1[5]",
    "an event that is no list": "42/live,1{}",
    "an event cut short": '42/live,["since"',
    "an event of too many parts": '42/live,1["since",1,2,3]',
    "the server's own first event": '42/live,1["connect"]',
    "an upgrade that was": "5",
    "an event that nobody hears": '42/live,1["nothing"]',
    "an event of another namespace": '42/nowhere,1["since",{}]',
    "the server's own event": '42/live,1["disconnect"]',
    "another namespace": "40/nowhere,",
    "the namespace again": "40/live,",
    "leaving the namespace": "41/live,",
    "an answer to no question": "43/live,1[]",
    "an error": "44/live,1",
    "many attachments": "4599999999999-/live,[]",
    "an attachment that never comes": '451-/live,["since",{"_placeholder":true,"num":0}]',
    "deep nesting": f'42/live,1["since",{"[" * 6_000}{"]" * 6_000}]',
    "a huge number": f'42/live,{"9" * 9_000}["since",{{}}]',
    "bytes": b"\x00\xff",
    "no bytes": b"",
}


def wish(cursor: object = 0, limit: object = 500, epoch: object = "?") -> dict[str, object]:
    """Return a pull; of no epoch that ever was, unless told."""
    return {"epoch": epoch, "cursor": cursor, "limit": limit}


#: Pulls that cannot be answered, by the mistake in them.
MISTAKES: dict[str, list[Any]] = {
    "invalid_cursor": [wish(bad) for bad in (-1, 2**63, 10**30, 1.5, "1", True, None, [])] + [{"epoch": "?"}],
    "invalid_limit": [wish(0, bad) for bad in (0, -1, 501, 10**9, "5", 2.5, None)],
    "invalid_epoch": [wish(0, 1, bad) for bad in (None, 5, "e" * 65, ["?"])] + [{}],
    "invalid_request": [None, 5, "since", [], [0, 1]],
}
