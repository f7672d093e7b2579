import pytest
from eth_hash.auto import keccak

from jp20.domain.governance.merkle import MerkleTree, root_by_proof

A, B, C = (bytes([n]) * 32 for n in (1, 2, 3))


def test_one_leaf_is_its_own_root_and_needs_no_proof():
    tree = MerkleTree([A])
    assert tree.root == A
    assert tree.proof(0) == ()


def test_pairs_are_sorted():
    assert MerkleTree([A, B]).root == MerkleTree([B, A]).root == keccak(A + B)


def test_a_leaf_without_a_partner_moves_up():
    ab = keccak(A + B)
    assert MerkleTree([A, B, C]).root == keccak(min(ab, C) + max(ab, C))


@pytest.mark.requirement("G17")
@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 9, 33])
def test_every_leaf_is_proved(count):
    leaves = [keccak(bytes([n])) for n in range(count)]
    tree = MerkleTree(leaves)
    for index, leaf in enumerate(leaves):
        assert root_by_proof(leaf, tree.proof(index)) == tree.root


def test_the_proof_of_another_leaf_does_not_fit():
    tree = MerkleTree([A, B, C])
    assert root_by_proof(A, tree.proof(1)) != tree.root


def test_there_is_no_tree_without_leaves_and_no_proof_beyond_them():
    with pytest.raises(ValueError, match="leaf"):
        MerkleTree([])
    with pytest.raises(IndexError):
        MerkleTree([A]).proof(1)
