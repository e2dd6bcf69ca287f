"""The hash chain's encoding and links."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.log.chain import PERSON, PLACE, PUBLIC, encode, first_link, group_digest, next_link
from models import LoginLog

texts = st.lists(st.none() | st.text(max_size=8) | st.sampled_from(["", "-", "1:a", ":"]), max_size=5)


@pytest.mark.parametrize(
    ("fields", "encoded"),
    [([], b""), ([None], b"-"), ([""], b"0:"), (["é"], b"2:\xc3\xa9"), (["a", None, "-"], b"1:a-1:-")],
)
def test_a_field_is_its_length_in_bytes_and_its_text(fields: list[str | None], encoded: bytes) -> None:
    assert encode(fields) == encoded


@given(texts, texts)
def test_different_fields_never_have_one_encoding(one: list[str | None], other: list[str | None]) -> None:
    assert (encode(one) == encode(other)) == (one == other)


def test_a_chain_begins_with_its_installation_and_epoch() -> None:
    assert first_link("o", "e") == hashlib.sha256(b"gatehouse/11:o1:e").digest()
    assert first_link("oe", "") != first_link("o", "e")


def test_a_link_covers_all_that_came_before() -> None:
    given_ = (b"p" * 32, 7, b"public", b"q" * 32, b"r" * 32)
    link = next_link(*given_)
    assert link == hashlib.sha256(b"p" * 32 + bytes(7) + b"\x07public" + b"q" * 32 + b"r" * 32).digest()
    other = (b"x" * 32, 8, b"", b"y" * 32, b"z" * 32)
    changed = [(*given_[:place], other[place], *given_[place + 1 :]) for place in range(5)]
    assert link not in {next_link(*other) for other in changed}


def test_a_digest_of_personal_fields_depends_on_its_nonce() -> None:
    assert group_digest(b"a" * 16, b"x") != group_digest(b"b" * 16, b"x")


def test_every_column_of_an_entry_is_sealed_but_the_seal_itself() -> None:
    columns = {column.name for column in LoginLog.__table__.columns}
    seal = {"id", "seq", "chain", "place", "person", "place_nonce", "person_nonce", "mac"}
    assert {*PUBLIC, *PLACE, *PERSON} == columns - seal
    assert len({*PUBLIC, *PLACE, *PERSON}) == len(PUBLIC) + len(PLACE) + len(PERSON)
