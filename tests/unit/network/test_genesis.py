"""The first block of each form, beside ones that are known to be good."""

import json

import pytest
from test_network_file import FOUR, read

from jp20.domain.base.addresses import address_of, parse_address
from jp20.network.genesis import (
    PublicPartsMissing,
    ascending,
    clique_extra,
    clique_validators,
    decode_qbft_extra,
    genesis,
    genesis_hash,
    qbft_extra,
)
from jp20.network.network_file import Consensus, NetworkFile

# Besu's documentation (private networks, QBFT, "RLP encoded data"): these four validators …
BESU = [
    parse_address(f"0x{each}")
    for each in (
        "4592c8e45706cc08b8f44b11e43cba0cfc5892cb",
        "06e23768a0f59cf365e18c2e0c89e151bcdedc70",
        "c5327f96ee02d7bcbc1bf1236b8c15148971e1de",
        "ab5e7f4061c605820d3744227eed91ff8e2c8908",
    )
]
# … are encoded as this.
BESU_EXTRA = (
    "f87aa00000000000000000000000000000000000000000000000000000000000000000f854944592c8e45706cc08b8"
    "f44b11e43cba0cfc5892cb9406e23768a0f59cf365e18c2e0c89e151bcdedc7094c5327f96ee02d7bcbc1bf1236b8c"
    "15148971e1de94ab5e7f4061c605820d3744227eed91ff8e2c8908c080c0"
)
# The quickstart of GoQuorum and Besu, which has one genesis extraData for both.
QUICKSTART_EXTRA = (
    "f87aa00000000000000000000000000000000000000000000000000000000000000000f8549493917cadbace5dfce1"
    "32b991732c6cda9bcc5b8a9427a97c9aaf04f18f3014c32e036dd0ac76da5f1894ce412f988377e31f4d0ff12d74df"
    "73b51c42d0ca9498c1334496614aed49d2e81526d089f7264fed9cc080c0"
)
# The fields that both documentations give for a genesis block of QBFT.
ISTANBUL = "0x63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365"
# The extraData of Rinkeby's first block (EIP-225's first network), 3 validators.
RINKEBY_EXTRA = (
    "52657370656374206d7920617574686f7269746168207e452e436172746d616e"
    "42eb768f2244c8811c63729a21a3569731535f06"
    "7ffc57839b00206d1ad20c69a1981b489f772031"
    "b279182d99e65703f0076e4812653aab85fca0f0" + "00" * 65
)


def network(consensus: Consensus) -> NetworkFile:
    text = FOUR.replace('"clique"', f'"{consensus}"')
    if consensus.is_qbft:
        text = "\n".join(line for line in text.split("\n") if not line.startswith("validator"))
    return read(text)


@pytest.mark.requirement("S8")
def test_qbfts_extra_data_is_besus():
    assert qbft_extra(BESU).hex() == BESU_EXTRA


@pytest.mark.requirement("S8")
def test_qbfts_extra_data_is_decoded_and_encoded_again():
    found = decode_qbft_extra(bytes.fromhex(QUICKSTART_EXTRA))

    assert found.vanity == bytes(32)
    assert [each.lower() for each in found.validators] == [
        "0x93917cadbace5dfce132b991732c6cda9bcc5b8a",
        "0x27a97c9aaf04f18f3014c32e036dd0ac76da5f18",
        "0xce412f988377e31f4d0ff12d74df73b51c42d0ca",
        "0x98c1334496614aed49d2e81526d089f7264fed9c",
    ]
    assert (found.vote, found.round, found.seals) == (None, 0, ())
    assert qbft_extra(found.validators).hex() == QUICKSTART_EXTRA


def test_a_vote_and_seals_in_a_header_of_qbft_are_read():
    import rlp

    seal, candidate = b"\1" * 65, bytes.fromhex(address_of(9)[2:])
    header = rlp.encode([bytes(32), [candidate], [candidate, b"\xff"], 3, [seal, seal]])
    against = rlp.encode([bytes(32), [candidate], [candidate, b""], b"", []])

    found = decode_qbft_extra(header)

    assert found.vote == (address_of(9), True)
    assert (found.round, found.seals) == (3, (seal, seal))
    assert decode_qbft_extra(against).vote == (address_of(9), False)


@pytest.mark.requirement("S8")
def test_cliques_extra_data_is_that_of_eip_225():
    found = clique_validators(bytes.fromhex(RINKEBY_EXTRA))

    assert len(found) == 3
    assert found == ascending(found)
    ours = clique_extra(found).hex()
    assert ours[64:] == RINKEBY_EXTRA[64:]
    assert ours[:64] == "00" * 32


@pytest.mark.parametrize("extra", ["", "00" * 96, "00" * 98, QUICKSTART_EXTRA])
def test_what_is_no_extra_data_of_clique_is_refused(extra: str):
    with pytest.raises(ValueError, match="Clique"):
        clique_validators(bytes.fromhex(extra))


@pytest.mark.parametrize("extra", ["", "c0", "00", RINKEBY_EXTRA])
def test_what_is_no_extra_data_of_qbft_is_refused(extra: str):
    with pytest.raises(ValueError, match="QBFT"):
        decode_qbft_extra(bytes.fromhex(extra))


@pytest.mark.requirement("S6", "S8")
@pytest.mark.parametrize("consensus", Consensus)
def test_every_form_runs_berlin_without_base_fee_and_without_coins(consensus: Consensus):
    content = genesis(network(consensus))

    config = content["config"]
    assert config["chainId"] == 20_260
    assert config["berlinBlock"] == config["istanbulBlock"] == config["homesteadBlock"] == 0
    assert not any("london" in field.lower() for field in config)
    assert content["alloc"] == {}
    assert int(content["gasLimit"], 16) == 200_000_000
    assert content["difficulty"] == "0x1"
    assert json.loads(json.dumps(content)) == content


@pytest.mark.requirement("S8")
def test_the_clique_form():
    content = genesis(network(Consensus.CLIQUE))

    assert content["config"]["clique"] == {"period": 1, "epoch": 30_000}
    assert content["mixHash"] == "0x" + "00" * 32
    extra = bytes.fromhex(content["extraData"][2:])
    assert len(extra) == 32 + 4 * 20 + 65
    assert clique_validators(extra) == tuple(map(address_of, (1, 2, 3, 4)))


@pytest.mark.requirement("S8")
def test_the_besu_form():
    """As in Besu's documentation: config.qbft with these three, mixHash, difficulty 1."""
    found = network(Consensus.BESU_QBFT)
    content = genesis(found)

    assert content["config"]["qbft"] == {
        "epochlength": 30_000,
        "blockperiodseconds": 1,
        "requesttimeoutseconds": 4,
    }
    assert content["mixHash"] == ISTANBUL
    assert decode_qbft_extra(bytes.fromhex(content["extraData"][2:])).validators == ascending(
        node.validator for node in found.validators
    )


@pytest.mark.requirement("S8")
def test_the_goquorum_form():
    """As GoQuorum reads it (params/config.go): isQuorum, or it asks for gas; the size of a
    transaction between 32 and 128 kB, or it does not start.
    """
    content = genesis(network(Consensus.QUORUM_QBFT))

    config = content["config"]
    assert config["isQuorum"] is True
    assert config["txnSizeLimit"] == 128
    assert config["maxCodeSize"] == 0
    assert config["qbft"]["policy"] == 0
    assert config["qbft"]["epochlength"] == 30_000
    assert content["mixHash"] == ISTANBUL


def test_a_longer_block_period_gives_the_proposer_more_time():
    text = FOUR.replace("block_period = 1", "block_period = 5").replace('"clique"', '"besu-qbft"')
    bare = "\n".join(line for line in text.split("\n") if not line.startswith("validator"))
    assert genesis(read(bare))["config"]["qbft"]["requesttimeoutseconds"] == 20  # 4 × 5


def test_a_chain_whose_public_parts_are_missing_has_no_first_block():
    text = "\n".join(line for line in FOUR.split("\n") if "node_id" not in line)
    with pytest.raises(PublicPartsMissing) as missing:
        genesis(read(text))
    assert missing.value.names == ("node-1", "node-2", "node-3", "node-4")


def test_the_order_of_the_file_does_not_change_the_first_block():
    organisations = FOUR.split("[[organisations]]")
    turned = "[[organisations]]".join([organisations[0], *reversed(organisations[1:])])
    assert genesis_hash(genesis(read(turned))) == genesis_hash(genesis(read(FOUR)))


def test_whatever_is_in_the_first_block_changes_its_hash():
    """geth's own hash is compared with it in tests/network."""
    content = genesis(read(FOUR))
    hashes = {
        genesis_hash(content | change)
        for change in (
            {},
            {"gasLimit": "0x1"},
            {"timestamp": "0x1"},
            {"extraData": "0x00"},
            {"mixHash": ISTANBUL},
            {"nonce": "0x1"},
            {"coinbase": address_of(1)},
        )
    }
    assert len(hashes) == 7


@pytest.mark.parametrize("content", [{}, {"alloc": {address_of(1): {"balance": "0x1"}}}])
def test_a_first_block_of_another_kind_has_no_hash_here(content: dict):
    with pytest.raises(ValueError, match=r"genesis|coins"):
        genesis_hash(content)
