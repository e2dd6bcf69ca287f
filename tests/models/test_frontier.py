"""The tree over the links grows as RFC 9162 says."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.frontier import Frontier


def link(number: int) -> bytes:
    """Return some link."""
    return hashlib.sha256(b"%d" % number).digest()


def root(leaves: list[bytes]) -> bytes:
    """Return the Merkle tree hash as RFC 9162 2.1.1 defines it, recursively."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root(leaves[:split]) + root(leaves[split:])).digest()


@given(size=st.integers(0, 70), cut=st.integers(0, 70))
def test_it_has_the_root_of_the_definition_wherever_it_was_put_down(size: int, cut: int) -> None:
    links = [link(number) for number in range(size)]
    first = Frontier()
    first.extend(links[:cut])
    second = Frontier(first.size, first.as_bytes())
    second.extend(links[cut:])
    assert (second.size, second.root()) == (size, root(links))
    assert len(second.as_bytes()) == 32 * size.bit_count()


@given(size=st.integers(0, 200))
def test_one_link_for_many_leaves_is_as_if_each_were_added(size: int) -> None:
    each = Frontier()
    each.extend([link(1)] * size)
    at_once = Frontier.repeated(size, link(1))
    assert (at_once.size, at_once.as_bytes()) == (size, each.as_bytes())


@pytest.mark.parametrize(("size", "hashes"), [(1, None), (0, bytes(32)), (3, bytes(32)), (2, bytes(33))])
def test_what_is_no_frontier_of_that_size_is_refused(size: int, hashes: bytes | None) -> None:
    with pytest.raises(ValueError, match=f"no frontier of {size} leaves"):
        Frontier(size, hashes)
