"""The text of a token is random, of one form, and told by its first characters."""

import re

from auth.tokens.text import hash_of_token, new_token, told_by


def test_each_has_thirty_two_random_bytes_that_an_address_may_hold() -> None:
    texts = {new_token() for _ in range(100)}
    assert len(texts) == 100
    assert all(re.fullmatch(r"gh_[A-Za-z0-9_-]{43}", text) for text in texts)
    assert len({told_by(text) for text in texts}) == 100


def test_only_what_is_one_has_a_hash() -> None:
    text = new_token()
    assert len(hash_of_token(text) or b"") == 32
    for odd in (
        "",
        "gh_",
        text[:-1],
        text + "A",
        text + "\n",
        text.upper()[:3] + text[3:],
        "ü" * 46,
        "\ud800",
    ):
        assert hash_of_token(odd) is None
