"""The files of a node, by form. What a client does with them: tests/network for geth."""

import json
import tomllib
from dataclasses import replace

import pytest
from test_genesis import network
from test_network_file import FOUR, private_key, public_key

from jp20.network.network_file import Consensus, NetworkFile, parse_network
from jp20.network.node_files import arguments, common_files, node_files, preparation

GETHS = (Consensus.CLIQUE, Consensus.QUORUM_QBFT)


def config(consensus: Consensus) -> dict:
    found = network(consensus)
    return tomllib.loads(node_files(found, found.node("node-1"))["config.toml"])


@pytest.mark.requirement("S8")
@pytest.mark.parametrize("consensus", Consensus)
def test_no_secret_is_in_a_file(consensus: Consensus):
    """Only names of the files that hold one."""
    found = network(consensus)
    written = "".join(common_files(found).values()) + "".join(
        content for node in found.nodes for content in node_files(found, node).values()
    )
    assert public_key(1).hex() in written  # it does look at what was written
    assert not any(private_key(number).to_hex() in written for number in (1, 2, 3, 4))


@pytest.mark.requirement("S8")
@pytest.mark.parametrize("consensus", Consensus)
def test_the_common_files_name_every_node_and_validator(consensus: Consensus):
    found = network(consensus)
    files = common_files(found)

    assert json.loads(files["static-nodes.json"]) == [node.enode for node in found.nodes]
    listed = json.loads(files["validators.json"])
    assert [each["organisation"] for each in listed] == ["組織1", "組織2", "組織3", "組織4"]
    assert [each["validator"] for each in listed] == [node.validator for node in found.nodes]


@pytest.mark.requirement("S2", "S8")
@pytest.mark.parametrize("consensus", GETHS)
def test_geth_speaks_with_the_nodes_of_the_file_only(consensus: Consensus):
    found = network(consensus)
    peers = config(consensus)["Node"]["P2P"]

    assert peers["StaticNodes"] == [node.enode for node in found.nodes[1:]]
    assert peers["NetRestrict"] == [f"192.0.2.{n}/32" for n in (1, 2, 3, 4)]
    assert peers["NoDiscovery"] is True
    assert peers["BootstrapNodes"] == []


@pytest.mark.requirement("S8", "G16")
@pytest.mark.parametrize("consensus", GETHS)
def test_geths_rpc_is_on_its_own_machine_and_moves_nothing(consensus: Consensus):
    node = config(consensus)["Node"]

    assert (node["HTTPHost"], node["HTTPPort"]) == ("127.0.0.1", 8545)
    assert node["HTTPModules"] == ["eth", "net", "web3"]
    assert "WSHost" not in node


@pytest.mark.requirement("S6", "G15")
@pytest.mark.parametrize("consensus", GETHS)
def test_geth_keeps_everything_and_limits_the_pool_by_account(consensus: Consensus):
    eth = config(consensus)["Eth"]

    assert (eth["NoPruning"], eth["SyncMode"], eth["TxLookupLimit"]) == (True, "full", 0)
    assert eth["TxPool"]["NoLocals"] is True
    assert (eth["TxPool"]["AccountSlots"], eth["TxPool"]["GlobalSlots"]) == (4_096, 32_768)
    assert eth["Miner"]["GasCeil"] == eth["Miner"]["GasFloor"] == 200_000_000


@pytest.mark.requirement("S8")
@pytest.mark.parametrize(("block_period", "seconds"), [(1, 5), (2, 5), (3, 1), (15, 1)])
def test_geth_does_not_build_a_block_anew_that_it_is_about_to_seal(block_period, seconds):
    found = replace(network(Consensus.CLIQUE), block_period=block_period)
    written = tomllib.loads(node_files(found, found.node("node-1"))["config.toml"])
    assert written["Eth"]["Miner"]["Recommit"] == seconds * 10**9  # nanoseconds


@pytest.mark.requirement("S2", "S6", "S8", "G15")
def test_besus_options():
    found = config(Consensus.BESU_QBFT)

    assert found["min-gas-price"] == 0
    assert found["rpc-http-host"] == found["rpc-ws-host"] == "127.0.0.1"
    assert found["rpc-http-api"] == ["ETH", "NET", "WEB3"]
    assert "QBFT" in found["rpc-ws-api"]
    assert found["rpc-ws-port"] == 8546
    assert found["net-restrict"] == [f"192.0.2.{n}/32" for n in (1, 2, 3, 4)]
    assert found["discovery-enabled"] is False
    assert (found["sync-mode"], found["data-storage-format"]) == ("FULL", "FOREST")
    # 4,096 of 32,768 transactions of one account: an eighth
    assert found["tx-pool-limit-by-account-percentage"] == 0.125
    assert found["tx-pool"] == "SEQUENCED"  # the one to which these limits apply
    assert found["node-private-key-file"] == "nodekey"


@pytest.mark.requirement("S8")
def test_only_clique_has_a_keystore_and_it_is_opened_by_a_file_named_elsewhere():
    def run(consensus: Consensus) -> tuple[str, ...]:
        found = network(consensus)
        return arguments(found, found.node("node-1"), "/elsewhere/password")

    clique = run(Consensus.CLIQUE)
    assert clique[clique.index("--password") + 1] == "/elsewhere/password"
    assert clique[clique.index("--unlock") + 1] == network(Consensus.CLIQUE).nodes[0].validator
    assert "--mine" in run(Consensus.QUORUM_QBFT)
    assert "--password" not in run(Consensus.QUORUM_QBFT)
    assert run(Consensus.BESU_QBFT) == ("--config-file=config.toml",)


def test_the_first_block_is_written_before_geth_starts_and_by_besu_itself():
    for consensus in GETHS:
        first = preparation(network(consensus))
        assert first is not None
        assert first[-2:] == ("init", "../common/genesis.json")
    assert preparation(network(Consensus.BESU_QBFT)) is None


def test_a_node_that_only_follows_neither_seals_nor_opens_a_key():
    found = follower(network(Consensus.CLIQUE))
    node = found.node("node-1")

    assert not {"--mine", "--unlock", "--password"} & set(arguments(found, node, "password"))
    files = node_files(found, node)
    assert "InsecureUnlockAllowed" not in files["config.toml"]
    assert "LoadCredential" not in files["jp20-node-1.service"]
    assert "secrets" not in files["docker-compose.yml"]


@pytest.mark.requirement("S8")
@pytest.mark.parametrize("consensus", Consensus)
def test_the_machines_files_run_the_same_command(consensus: Consensus):
    found = network(consensus)
    node = found.node("node-1")
    files = node_files(found, node)
    program = "besu" if consensus is Consensus.BESU_QBFT else "geth"

    service, compose = files["jp20-node-1.service"], files["docker-compose.yml"]

    assert f"/usr/local/bin/{program} {' '.join(arguments(found, node, '%d/validator'))}" in service
    inside = " ".join(arguments(found, node, "/run/secrets/validator"))
    assert f"exec {program} {inside}" in compose
    assert "network_mode: host" in compose  # so that 127.0.0.1 is the host's
    assert ("miner.setGasPrice(0)" in service) is (consensus is Consensus.CLIQUE)
    assert ("miner.setGasPrice(0)" in compose) is (consensus is Consensus.CLIQUE)


@pytest.mark.requirement("S8")
def test_tls_in_front_of_rpc_asks_for_a_clients_certificate():
    found = network(Consensus.CLIQUE)
    file = node_files(found, found.node("node-1"))["nginx.conf"]

    assert "ssl_verify_client      on;" in file
    assert "proxy_pass http://127.0.0.1:8545;" in file
    assert "listen 443 ssl;\n    server_name _;" in file


@pytest.mark.parametrize(
    ("url", "listen", "name"),
    [
        ("https://node.example", 443, "node.example"),
        ("https://node.example/rpc/", 443, "node.example"),
        ("https://Node.example:8443/", 8443, "node.example"),
        ("https://[2001:db8::1]:8443/", 8443, "[2001:db8::1]"),
        ("https://192.0.2.7:443/", 443, "192.0.2.7"),
    ],
)
def test_tls_is_where_the_network_file_says(url, listen, name):
    text = FOUR.replace("rpc = 8545", f'rpc = 8545\nrpc_url = "{url}"', 1)
    found = parse_network(text.encode(), "network.toml")

    file = node_files(found, found.node("node-1"))["nginx.conf"]

    assert f"listen {listen} ssl;\n    server_name {name};" in file


@pytest.mark.parametrize("consensus", Consensus)
def test_no_router_is_asked_to_let_a_port_in(consensus: Consensus):
    found = network(consensus)
    run = arguments(found, found.node("node-1"), "password")

    if consensus is Consensus.BESU_QBFT:
        assert config(consensus)["nat-method"] == "NONE"
    else:
        assert run[run.index("--nat") + 1] == "none"


def follower(found: NetworkFile) -> NetworkFile:
    from dataclasses import replace

    first = found.organisations[0]
    node = replace(first.nodes[0], validates=False, validator=None)
    changed = replace(first, nodes=(node,))
    return replace(found, organisations=(changed, *found.organisations[1:]))
