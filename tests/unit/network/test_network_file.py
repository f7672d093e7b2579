"""network.toml: what is read, and every fault by its field (S8)."""

from dataclasses import replace
from pathlib import Path

import pytest
from coincurve import PrivateKey

from jp20.domain.base.addresses import address_of
from jp20.domain.base.faults import FaultyFile
from jp20.network.network_file import (
    Consensus,
    NetworkFile,
    is_public_key,
    parse_network,
    validator_of,
)

EXAMPLE = Path(__file__).parents[3] / "examples" / "network.toml"
HEAD = 'chain_id = 20260\nconsensus = "clique"\nblock_period = 1\ngas_limit = 200_000_000\n'


def private_key(number: int) -> PrivateKey:
    return PrivateKey.from_int(number << 240 | 0x1234567890ABCDEF)


def public_key(number: int) -> bytes:
    return private_key(number).public_key.format(compressed=False)[1:]


def organisation(number: int, more: str = "") -> str:
    return f"""
[[organisations]]
name = "組織{number}"
[[organisations.nodes]]
name = "node-{number}"
host = "192.0.2.{number}"
p2p = 30303
rpc = 8545
node_id = "{public_key(number).hex()}"
validator = "{address_of(number)}"
{more}"""


FOUR = HEAD + "".join(map(organisation, (1, 2, 3, 4)))


def read(text: str) -> NetworkFile:
    return parse_network(text.encode(), "network.toml")


def faults(text: str) -> list[str]:
    with pytest.raises(FaultyFile) as faulty:
        read(text)
    assert all(each.what.en and each.what.ja for each in faulty.value.faults)
    return [fault.field for fault in faulty.value.faults]


@pytest.mark.requirement("S8")
def test_a_sound_file_is_read():
    network = read(FOUR)

    assert (network.chain_id, network.consensus) == (20_260, Consensus.CLIQUE)
    assert (network.block_period, network.gas_limit) == (1, 200_000_000)
    assert [each.name for each in network.organisations] == ["組織1", "組織2", "組織3", "組織4"]
    assert network.unknown == ()
    first = network.node("node-1")
    assert first.enode == f"enode://{public_key(1).hex()}@192.0.2.1:30303"
    assert first.validator == address_of(1)
    assert network.owner(address_of(3)) == (network.organisations[2], network.node("node-3"))
    assert network.owner(address_of(9)) is None


def test_the_example_is_sound_and_waits_for_the_public_parts():
    network = parse_network(EXAMPLE.read_bytes(), EXAMPLE.name)

    assert len(network.validators) == len(network.unknown) == 4
    with pytest.raises(ValueError, match="hokushin-1"):
        _ = network.nodes[0].enode


@pytest.mark.parametrize(
    ("validators", "clique", "qbft"),
    # Clique needs half and one more: 3 of 4, 3 of 5, 4 of 7. QBFT: n validators, (n − 1) ÷ 3 down.
    [(4, 1, 1), (5, 2, 1), (6, 2, 1), (7, 3, 2), (10, 4, 3)],
)
def test_how_many_may_be_down_follows_from_the_consensus(validators: int, clique: int, qbft: int):
    assert Consensus.CLIQUE.tolerated(validators) == clique
    assert Consensus.BESU_QBFT.tolerated(validators) == qbft
    assert Consensus.QUORUM_QBFT.tolerated(validators) == qbft


@pytest.mark.parametrize(
    ("right", "wrong", "field"),
    [
        ("chain_id = 20260", "chain_id = 1337", "chain_id"),
        ("chain_id = 20260", "chain_id = 31337", "chain_id"),
        ("chain_id = 20260", 'chain_id = "20260"', "chain_id"),
        ("chain_id = 20260\n", "", "chain_id"),
        ('"clique"', '"raft"', "consensus"),
        ("block_period = 1", "block_period = 0", "block_period"),
        ("block_period = 1", "block_period = true", "block_period"),
        ("200_000_000", "29_999_999", "gas_limit"),
        ("gas_limit", "colour = 1\ngas_limit", "colour"),
        ("gas_limit", 'genesis = "0x12"\ngas_limit', "genesis"),
        ('name = "組織1"', "", "organisations[1].name"),
        ('name = "組織1"', 'name = "組織1"\nphone = "03"', "organisations[1].phone"),
        ('name = "node-1"', 'name = "Node 1"', "organisations[1].nodes[1].name"),
        ('"192.0.2.1"', '"node.example"', "organisations[1].nodes[1].host"),
        ("p2p = 30303", "p2p = 65536", "organisations[1].nodes[1].p2p"),
        ("rpc = 8545", "rpc = 65535", "organisations[1].nodes[1].rpc"),
        ("rpc = 8545", "rpc = 30303", "organisations[1].nodes[1].rpc"),
        ("rpc = 8545", 'rpc = 8545\nrpc_url = "http://x"', "organisations[1].nodes[1].rpc_url"),
        (
            "rpc = 8545",
            'rpc = 8545\nrpc_url = "https://me:secret@x"',
            "organisations[1].nodes[1].rpc_url",
        ),
        *(
            ("rpc = 8545", f"rpc = 8545\nrpc_url = {url}", "organisations[1].nodes[1].rpc_url")
            for url in (
                '"https://x;}\\nserver{listen 80;"',
                '"https://x\\n"',
                '"https://x y/"',
                '"https://x/$host"',
                '"https://x/#a"',
                '"https://x/?key=1"',
                '"https://x:0/"',
                '"https://x:65536/"',
                '"https://[1]/"',
                '"https://"',
                '"https://.x/"',
                '"HTTPS://ノード.example/"',
                "7",
            )
        ),
        ('"192.0.2.1"', '"fe80::1%eth0"', "organisations[1].nodes[1].host"),
        ('"192.0.2.1"', '"fe80::1%\\n"', "organisations[1].nodes[1].host"),
        ("rpc = 8545", 'rpc = 8545\nvalidates = "no"', "organisations[1].nodes[1].validates"),
        (public_key(1).hex(), public_key(1).hex()[:-1] + "0", "organisations[1].nodes[1].node_id"),
        (public_key(1).hex(), "xyz", "organisations[1].nodes[1].node_id"),
        (public_key(2).hex(), public_key(1).hex(), "organisations[2].nodes[1].node_id"),
        (address_of(1), "0x12", "organisations[1].nodes[1].validator"),
        (address_of(1), "0x" + "0" * 40, "organisations[1].nodes[1].validator"),
        (address_of(2), address_of(1), "organisations[2].nodes[1].validator"),
        ('"組織2"', '"組織1"', "organisations[2].name"),
        ('"node-2"', '"node-1"', "organisations[2].nodes[1].name"),
        ('"192.0.2.2"', '"192.0.2.1"', "organisations[2].nodes[1].p2p"),
    ],
)
def test_a_fault_is_named_by_its_field(right: str, wrong: str, field: str):
    assert right in FOUR
    assert field in faults(FOUR.replace(right, wrong, 1))


def test_a_wrong_checksum_is_a_fault():
    address = validator_of(public_key(1))
    mistyped = "0x" + address[2:].swapcase()
    text = FOUR.replace(address_of(1), mistyped, 1)
    assert faults(text) == ["organisations[1].nodes[1].validator"]


def test_no_toml_and_no_organisation_are_faults():
    assert faults("chain_id = ") == [""]
    assert "organisations" in faults(HEAD)


@pytest.mark.requirement("S8")
def test_fewer_than_four_validators_are_refused():
    three = HEAD + "".join(map(organisation, (1, 2, 3)))
    assert faults(three) == ["organisations"]


@pytest.mark.requirement("S3", "S8")
def test_an_organisation_with_a_third_of_the_validators_is_refused():
    """2 of 6 are a third; 2 of 7 are less."""
    second = organisation(9).split("\n", 3)[3]  # another node of the last organisation
    six = HEAD + "".join(map(organisation, (1, 2, 3, 4, 5))) + second
    seven = HEAD + "".join(map(organisation, (1, 2, 3, 4, 5, 6))) + second

    assert faults(six) == ["organisations[5].nodes"]
    assert len(read(seven).validators) == 7


def test_a_node_that_does_not_validate_counts_as_no_validator():
    follower = (
        organisation(9)
        .split("\n", 3)[3]
        .replace(f'validator = "{address_of(9)}"', "validates = false")
    )
    network = read(FOUR + follower)

    assert len(network.validators) == 4
    assert network.node("node-9").is_known
    assert faults(FOUR.replace("rpc = 8545", "rpc = 8545\nvalidates = false", 1)) == [
        "organisations[1].nodes[1].validator",
        "organisations",  # three are left
    ]


@pytest.mark.requirement("S8")
def test_under_qbft_the_validator_is_the_nodes_own_key():
    text = FOUR.replace('"clique"', '"besu-qbft"')
    bare = "\n".join(line for line in text.split("\n") if not line.startswith("validator"))

    assert read(bare).node("node-1").validator == validator_of(public_key(1))
    # The address of private key 1, as everybody knows it.
    one = PrivateKey.from_int(1).public_key.format(compressed=False)[1:]
    assert validator_of(one) == "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"
    assert "organisations[1].nodes[1].validator" in faults(text)


def test_besus_operators_port_is_taken_into_account():
    """Besu answers its operator at rpc + 1; the other clients at a socket file."""
    first = organisation(1).replace("rpc = 8545", "rpc = 30302")
    text = HEAD + first + "".join(map(organisation, (2, 3, 4)))

    assert read(text).node("node-1").operator == 30_303
    besu = "\n".join(line for line in text.split("\n") if not line.startswith("validator")).replace(
        '"clique"', '"besu-qbft"'
    )
    assert faults(besu) == ["organisations[1].nodes[1].rpc"]


def test_a_public_key_is_a_point_of_the_curve():
    key = public_key(7)
    assert is_public_key(key)
    assert not is_public_key(key[:-1] + bytes([key[-1] ^ 1]))
    assert not is_public_key(key[:-1])
    assert not is_public_key(b"\xff" * 64)


def test_an_ipv6_host_is_put_in_brackets():
    network = read(FOUR.replace('"192.0.2.1"', '"2001:db8::1"'))
    assert network.node("node-1").enode.endswith("@[2001:db8::1]:30303")
    assert replace(network.node("node-1"), node_id=None).is_known is False
