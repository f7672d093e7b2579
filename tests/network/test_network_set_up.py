"""What `jp20 network init` makes, as geth takes it."""

import pytest

from jp20.chain.rpc.connection import quantity
from jp20.chain.signing.signers import KeySigner, Unsigned
from jp20.domain.base.addresses import parse_address
from jp20.network.init import FileChange, expected_genesis, init_node
from jp20.network.network_file import Consensus
from jp20.network.sealing import sealer
from jp20.network.validators import admitted
from poa_network import CHAIN_ID, GAS_LIMIT, PASSWORD, PoaNetwork, wait_until


@pytest.mark.requirement("S8")
def test_geth_has_the_first_block_that_was_computed(network: PoaNetwork):
    wanted = expected_genesis(network.file, network.folder)

    for node in network.nodes:
        connection = node.connection()
        assert connection.genesis == wanted
        assert connection.chain_id == CHAIN_ID
        assert connection.block(0).gas_limit == connection.block().gas_limit == GAS_LIMIT


@pytest.mark.requirement("S8")
def test_the_validators_are_the_four_of_the_file(network: PoaNetwork):
    listed = {node.entry.validator for node in network.nodes}

    for node in network.nodes:
        assert set(admitted(network.file, node.operator) or ()) == listed
        assert node.peers() == {other.name for other in network.nodes if other is not node}


@pytest.mark.requirement("S8")
def test_who_sealed_a_block_is_read_from_its_header(network: PoaNetwork):
    """Beside what geth itself says."""
    node = network.nodes[0]
    newest = node.head()[0]
    for number in range(max(1, newest - 8), newest + 1):
        header = node.operator.rpc("eth_getBlockByNumber", hex(number), False)
        said = parse_address(node.operator.rpc("clique_getSigner", header["hash"]))
        assert sealer(header, Consensus.CLIQUE) == said

    first = node.operator.rpc("eth_getBlockByNumber", "0x0", False)
    with pytest.raises(ValueError, match="no seal"):
        sealer(first, Consensus.CLIQUE)


@pytest.mark.requirement("S6", "S8")
def test_gas_is_free_at_every_node_and_what_one_takes_reaches_all(network: PoaNetwork):
    """A key that never had a coin sends through each node in turn."""
    signer = KeySigner((0xA5 << 240 | 7).to_bytes(32, "big"))
    connections = [node.connection() for node in network.nodes]
    start = connections[0].next_nonce(signer.address)
    for place, connection in enumerate(connections):
        sent = signer.sign_transaction(
            Unsigned(CHAIN_ID, start + place, 0, 21_000, signer.address, b"")
        )
        assert connection.send_raw([sent.raw]) == [None]
        for other in connections:
            wait_until(
                lambda other=other, sent=sent: (
                    other.rpc("eth_getTransactionByHash", f"0x{sent.hash.hex()}") is not None
                ),
                "the transaction is known at every node",
            )
    for other in connections:
        assert quantity(other.rpc("eth_gasPrice")) == 0
        wait_until(
            lambda other=other: (
                quantity(other.rpc("eth_getTransactionCount", signer.address, "latest"))
                == start + 4
            ),
            "all four are in a block",
        )


@pytest.mark.requirement("G27", "S8")
def test_done_again_it_changes_nothing_while_the_chain_runs(network: PoaNetwork):
    def never() -> str:
        raise AssertionError("asked for a password")

    for node in network.nodes:
        before = (node.folder / "nodekey").read_bytes()

        done = init_node(network.file, node.name, network.folder, never)

        assert set(done.files.values()) == {FileChange.UNCHANGED}
        assert (node.folder / "nodekey").read_bytes() == before
    assert PASSWORD not in network.network_file.read_text("utf-8")
