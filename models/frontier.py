"""The Merkle tree over the links of the chain, as far as it is needed to grow (RFC 9162 2.1).

A leaf is ``SHA256(0x00 ‖ chain_n)``, a node ``SHA256(0x01 ‖ left ‖ right)``. The frontier holds the roots
of the whole subtrees that the leaves fill, the largest first: one hash for each bit set in their number.
"""

import hashlib
from collections.abc import Iterable

_DIGEST = 32


class Frontier:
    """The frontier of the first ``size`` leaves."""

    def __init__(self, size: int = 0, hashes: bytes | None = None) -> None:
        """Take up a frontier that `as_bytes` returned; raises ``ValueError`` when it is of another size."""
        data = hashes or b""
        if len(data) != _DIGEST * size.bit_count():
            raise ValueError(f"{len(data)} bytes are no frontier of {size} leaves")
        self.size = size
        self._hashes = [data[at : at + _DIGEST] for at in range(0, len(data), _DIGEST)]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Frontier) and (self.size, self._hashes) == (other.size, other._hashes)

    def __hash__(self) -> int:
        return hash((self.size, *self._hashes))

    @classmethod
    def repeated(cls, size: int, link: bytes) -> "Frontier":
        """Return the frontier of ``size`` leaves that are all of one link."""
        frontier, node = cls(), _leaf(link)
        for bit in range(size.bit_length()):
            if size >> bit & 1:
                frontier._hashes.insert(0, node)
            node = _node(node, node)
        frontier.size = size
        return frontier

    def extend(self, links: Iterable[bytes]) -> None:
        """Add a leaf for each link."""
        for link in links:
            node, filled = _leaf(link), self.size
            while filled & 1:
                node, filled = _node(self._hashes.pop(), node), filled >> 1
            self._hashes.append(node)
            self.size += 1

    def root(self) -> bytes:
        """Return the root of the tree, that of RFC 9162 2.1.1."""
        if not self._hashes:
            return hashlib.sha256().digest()
        root = self._hashes[-1]
        for node in reversed(self._hashes[:-1]):
            root = _node(node, root)
        return root

    def as_bytes(self) -> bytes:
        """Return the hashes, 32 bytes each, at most 64 of them."""
        return b"".join(self._hashes)


def _leaf(link: bytes) -> bytes:
    return hashlib.sha256(b"\0" + link).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()
