"""What is written already is found again, wherever it is now."""

import pytest

from dashboard.followers.text_log.resume import split

DATA = b"one\ntwo\nthree\n"


@pytest.mark.parametrize("cut", range(len(DATA) + 1))
def test_wherever_it_was_cut_off_each_line_stands_once(cut: int) -> None:
    completes, rest = split(DATA[:cut], DATA)
    assert DATA[:cut] + completes + rest == DATA
    assert (DATA[:cut] + completes).endswith(b"\n") or not cut


@pytest.mark.parametrize(
    ("found", "parts"),
    [
        (b"one\n# by hand\n", (b"", b"two\nthree\n")),
        (b"one\n# by hand", (b"\n", b"two\nthree\n")),
        (b"other\n", (b"", DATA)),
        (b"\0\0\0", (b"\n", DATA)),
        (DATA + b"more\n", (b"", b"")),
        (DATA + b"mo", (b"\n", b"")),
        (b"one\ntwo\nthr\xff", (b"\n", b"three\n")),
    ],
)
def test_what_others_wrote_stays_and_nothing_is_lost(found: bytes, parts: tuple[bytes, bytes]) -> None:
    assert split(found, DATA) == parts


def test_nothing_left_to_write_is_nothing() -> None:
    assert split(b"x", b"") == (b"\n", b"")
    assert split(b"", b"") == (b"", b"")
