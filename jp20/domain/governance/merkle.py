"""Merkle trees over the calls of a request, as OpenZeppelin's MerkleProof verifies them: pairs
are sorted.
"""

from collections.abc import Sequence

from eth_hash.auto import keccak

from jp20.domain.base.ids import Root


class MerkleTree:
    """The tree over `leaves` (32 bytes each, at least one). A node without a partner moves up as
    it is.
    """

    def __init__(self, leaves: Sequence[bytes]) -> None:
        if not leaves:
            raise ValueError("a tree needs a leaf")
        self._levels: list[Sequence[bytes]] = [tuple(leaves)]
        while len(self._levels[-1]) > 1:
            self._levels.append(_level_above(self._levels[-1]))

    @property
    def root(self) -> Root:
        """32 bytes; the leaf itself where there is one."""
        return Root(self._levels[-1][0])

    def proof(self, index: int) -> tuple[bytes, ...]:
        """The nodes that lead from leaf `index` to the root, from the bottom; none where there is
        one leaf.
        """
        if not 0 <= index < len(self._levels[0]):
            raise IndexError(index)
        nodes: list[bytes] = []
        for level in self._levels[:-1]:
            partner = index ^ 1
            if partner < len(level):
                nodes.append(level[partner])
            index //= 2
        return tuple(nodes)


def root_by_proof(leaf: bytes, proof: Sequence[bytes]) -> Root:
    """The root to which `proof` leads from `leaf`."""
    for node in proof:
        leaf = _pair(leaf, node)
    return Root(leaf)


def _level_above(level: Sequence[bytes]) -> tuple[bytes, ...]:
    pairs = zip(level[::2], level[1::2], strict=False)
    alone = level[-1:] if len(level) % 2 else ()
    return (*(_pair(a, b) for a, b in pairs), *alone)


def _pair(a: bytes, b: bytes) -> bytes:
    return keccak(a + b if a < b else b + a)
