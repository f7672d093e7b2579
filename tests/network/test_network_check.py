"""`jp20 network check`: each fault, made on purpose (S2, S3, S6, S8, G16, G26)."""

import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from running import run

from jp20.chain.rpc.connection import CannotConnect, Connection, connect, octets
from jp20.chain.sending.sender import Sender
from jp20.chain.signing.signers import development_signers
from jp20.domain.base.addresses import address_of
from jp20.domain.governance.requests import Call
from jp20.network.check import check_network
from jp20.network.findings import Finding, Level
from jp20.network.init import Initialised, init_node, load_network
from jp20.network.network_file import NetworkFile, NetworkNode
from jp20.network.node_files import arguments, preparation
from jp20.network.operator_channel import OperatorChannel, operator_channel
from poa_network import CHAIN_ID, PoaNetwork, PoaNode, free_ports, wait_until

ALL = ["org-1", "org-2", "org-3", "org-4"]


def wrong(findings: Sequence[Finding], level: Level = Level.FAULT) -> set[tuple[str, str | None]]:
    """Which checks have found something, at which node; each says what to do, in two languages."""
    found = [each for each in findings if each.level is level]
    assert all(each.what.en and each.what.ja for each in findings)
    assert all(each.next_step and each.next_step.en and each.next_step.ja for each in found)
    return {(each.check, each.node) for each in found}


def checked(network: PoaNetwork, file: NetworkFile | None = None, **more) -> tuple[Finding, ...]:
    return check_network(file or network.file, network.folder, **more)


def changed(network: PoaNetwork, name: str, **fields) -> NetworkFile:
    """The network file with a node's entry changed."""
    return replace(
        network.file,
        organisations=tuple(
            replace(
                each,
                nodes=tuple(
                    replace(node, **fields) if node.name == name else node for node in each.nodes
                ),
            )
            for each in network.file.organisations
        ),
    )


@contextmanager
def restarted(network: PoaNetwork, node: PoaNode, *options: str) -> Iterator[None]:
    """A node that runs with other options for a while."""
    node.stop()
    node.start(*options)
    node.wait_until_it_answers()
    wait_until(network.is_connected, "the nodes are connected")
    try:
        yield
    finally:
        node.stop()
        node.start()
        node.wait_until_it_answers()


@pytest.mark.requirement("S8", "G16")
def test_a_sound_network_has_no_fault(network: PoaNetwork):
    wait_until(lambda: max(network.heads()) > 8, "some blocks")

    findings = checked(network, holders=ALL)

    assert wrong(findings) == set()
    # The version is the last with Clique, and has weaknesses that were found after it.
    names = [node.name for node in network.nodes]
    assert wrong(findings, Level.WARNING) - {("interval", None)} == {
        ("version", name) for name in names
    }
    looked_at = {each.check for each in findings if each.node == "node-1"}
    assert looked_at == {
        "chain",
        "hard-fork",
        "version",
        "gas-price",
        "batch",
        "rpc-methods",
        "peers",
        "options",
        "pool",
        "validators",
    }
    together = {each.check for each in findings if each.node is None}
    assert together == {"one-chain", "blocks", "clock", "interval", "powers", "consortium"}


@pytest.mark.requirement("S8")
def test_another_chain_id_and_another_first_block(network: PoaNetwork):
    names = {node.name for node in network.nodes}

    other = wrong(checked(network, replace(network.file, chain_id=20_261)))
    forked = wrong(checked(network, replace(network.file, genesis=b"\1" * 32)))

    assert {("chain", name) for name in names} <= other
    assert {("chain", name) for name in names} <= forked


@pytest.mark.requirement("S8", "G16")
def test_a_node_that_is_down_and_who_misses_it(network: PoaNetwork):
    network.nodes[3].kill()
    wait_until(lambda: "node-4" not in network.nodes[0].peers(), "it is missed")

    findings = checked(network)

    assert ("reachable", "node-4") in wrong(findings)
    assert {("peers", f"node-{n}") for n in (1, 2, 3)} <= wrong(findings, Level.WARNING)


@pytest.mark.requirement("S6", "S8")
def test_a_node_that_takes_no_transaction_of_price_nought(network: PoaNetwork):
    network.nodes[1].operator.rpc("miner_setGasPrice", "0x1")
    try:
        found = wrong(checked(network))
    finally:
        network.nodes[1].operator.rpc("miner_setGasPrice", "0x0")

    assert found == {("gas-price", "node-2")}
    assert wrong(checked(network)) == set()


@pytest.mark.requirement("S2", "S8", "G16")
def test_rpc_that_is_open_that_moves_the_node_and_takes_small_batches(network: PoaNetwork):
    node = network.nodes[2]
    # Seen from here 127.0.0.2 is another machine's address: what listens on all addresses answers.
    file = changed(network, "node-3", host="127.0.0.2")
    assert ("rpc-closed", "node-3") not in wrong(checked(network, file))
    options = ("--http", "--http.addr", "0.0.0.0", "--http.api", "eth,net,web3,clique,miner")
    with restarted(network, node, *options, "--rpc.batch-request-limit", "50"):
        findings = checked(network, file)

    assert {("rpc-closed", "node-3"), ("rpc-methods", "node-3")} <= wrong(findings)
    (methods,) = [e for e in findings if (e.check, e.node) == ("rpc-methods", "node-3")]
    assert "clique, miner" in methods.what.en
    assert ("batch", "node-3") in wrong(findings, Level.WARNING)


@pytest.mark.requirement("S8")
def test_options_that_are_not_the_network_files(network: PoaNetwork):
    file = network.nodes[0].folder / "config.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("AccountSlots = 4096", "AccountSlots = 16"), "utf-8")
    try:
        found = checked(network)
    finally:
        file.write_text(text, "utf-8")

    assert wrong(found) == {("options", "node-1")}
    (options,) = [e for e in found if (e.check, e.node) == ("options", "node-1")]
    assert "config.toml" in options.what.en


@pytest.mark.requirement("S2", "S8")
def test_a_stranger_is_no_peer_until_an_operator_lets_it_in_and_then_it_is_a_fault(
    network: PoaNetwork,
):
    """It has the address of a node of the file, as all have here, and another key."""
    first = network.nodes[0].operator
    with stranger(network) as (node, enode):
        time.sleep(5)
        assert node.rpc("admin_peers") == []
        assert wrong(checked(network)) == set()

        first.rpc("admin_addTrustedPeer", enode)
        first.rpc("admin_addPeer", enode)
        try:
            wait_until(lambda: len(first.rpc("admin_peers")) == 4, "the stranger is connected")
            findings = checked(network)
        finally:
            first.rpc("admin_removeTrustedPeer", enode)
            first.rpc("admin_removePeer", enode)

    assert wrong(findings) == {("peers", "node-1")}
    (peers,) = [e for e in findings if (e.check, e.node) == ("peers", "node-1")]
    assert enode.removeprefix("enode://")[:16] in peers.what.en


@contextmanager
def stranger(network: PoaNetwork) -> Iterator[tuple[OperatorChannel, str]]:
    """A fifth node, which only follows; the others' file does not have it."""
    p2p, rpc = free_ports(2)
    file = network.folder / "stranger" / "network.toml"
    file.parent.mkdir()
    common = file.parent / "common"
    common.mkdir()
    shutil.copy(network.folder / "common" / "genesis.json", common)
    known = network.network_file.read_text("utf-8")
    genesis = f'genesis = "0x{network.nodes[0].connection().genesis.hex()}"\n'

    def initialised(public: str) -> Initialised:
        organisation = '\n[[organisations]]\nname = "stranger"\n[[organisations.nodes]]\n'
        table = f'name = "node-5"\nhost = "127.0.0.1"\np2p = {p2p}\nrpc = {rpc}\n'
        text = genesis + known + organisation + table + "validates = false\n" + public
        file.write_text(text, "utf-8")
        return init_node(load_network(file), "node-5", file.parent, lambda: "")

    initialised(initialised("").public.toml)
    written = load_network(file)
    node = written.node("node-5")
    geth, folder = network.nodes[0].program, file.parent / "node-5"
    subprocess.run(
        [geth, *(preparation(written) or ())], cwd=folder, check=True, stderr=subprocess.DEVNULL
    )
    process = subprocess.Popen(
        [geth, *arguments(written, node, "")], cwd=folder, stderr=subprocess.DEVNULL
    )
    channel = operator_channel(written, node, file.parent)
    try:
        wait_until(lambda: channel.rpc("net_version") is not None, "the stranger answers")
        yield channel, node.enode
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(file.parent)


@pytest.mark.requirement("S8", "G16")
def test_a_node_that_is_behind(network: PoaNetwork):
    node = network.nodes[0]
    network.cut([node])
    behind = node.head()[0]
    wait_until(lambda: max(network.heads()) > behind + 16, "the others are far ahead", 90)

    found = wrong(checked(network))

    assert ("blocks", "node-1") in found
    network.join([node])


@pytest.mark.requirement("S8")
@pytest.mark.parametrize(("seconds", "word"), [(-30, "ahead of"), (30, "behind")])
def test_a_clock_that_is_wrong(network: PoaNetwork, seconds: int, word: str):
    """This machine's, beside the validators'."""
    findings = checked(network, now=lambda: time.time() + seconds)

    assert wrong(findings) == {("clock", None)}
    (clock,) = [each for each in findings if each.check == "clock"]
    assert word in clock.what.en


@pytest.mark.requirement("S6", "S8")
def test_blocks_that_do_not_come_as_agreed(network: PoaNetwork):
    """One a second comes, and one every five is agreed."""
    wait_until(lambda: max(network.heads()) > 8, "some blocks")
    file = replace(network.file, block_period=5)

    findings = check_network(file, network.folder, pause=lambda _: time.sleep(3))

    assert ("interval", None) in wrong(findings, Level.WARNING)


@pytest.mark.requirement("S3", "S8")
def test_who_seals_beside_who_has_the_role(network: PoaNetwork):
    findings = checked(network, holders=["org-1", "org-2", "org-3", "org-9"])

    assert wrong(findings) == {("consortium", None)}
    said = {e.what.en for e in findings if e.check == "consortium"}
    assert said == {
        "org-4 seals, and has not the role VALIDATOR.",
        "org-9 has the role VALIDATOR, and no validator.",
    }


@pytest.mark.requirement("S3", "S8")
def test_a_validator_that_the_file_does_not_have(network: PoaNetwork):
    file = replace(network.file, organisations=network.file.organisations[:3])

    findings = checked(network, file)

    assert ("validators", None) in wrong(findings)
    stranger = network.nodes[3].entry.validator
    assert any(str(stranger) in each.what.en for each in findings)
    # Three of four by the file; the fourth is nobody's: none has a third of four.
    assert ("powers", None) not in wrong(findings)


@pytest.mark.requirement("S3", "S8")
def test_an_organisation_with_a_third_of_those_who_seal(network: PoaNetwork):
    """Two of the four nodes turn out to be one organisation's."""
    first, second, *others = network.file.organisations
    merged = replace(first, nodes=first.nodes + second.nodes)
    file = replace(network.file, organisations=(merged, *others))

    findings = checked(network, file)

    assert wrong(findings) == {("powers", None)}
    assert any("org-1 has 2 of 4" in each.what.en for each in findings)


@pytest.mark.requirement("S8")
def test_nodes_of_others_are_looked_at_from_outside_or_not_at_all(network: PoaNetwork):
    """On the machine of org-1: the others' folders are elsewhere."""
    elsewhere = network.folder / "elsewhere"
    elsewhere.mkdir(exist_ok=True)
    for name in ("node-1", "common"):
        (elsewhere / name).symlink_to(network.folder / name)
    try:
        findings = check_network(network.file, elsewhere)
    finally:
        for name in ("node-1", "common"):
            (elsewhere / name).unlink()

    assert wrong(findings) == set()
    unseen = {each.node for each in findings if each.level is Level.UNSEEN}
    assert unseen == {"node-2", "node-3", "node-4"}
    sealing = {each.node for each in findings if each.check == "validators"}
    assert sealing == {"node-1", "node-2", "node-3", "node-4"}  # by its own node


# Chains of another kind


@contextmanager
def anvil(hardfork: str, *options: str) -> Iterator[tuple[int, Connection]]:
    (port,) = free_ports(1)
    command = ["anvil", "--port", str(port), "--hardfork", hardfork, "--chain-id", str(CHAIN_ID)]
    process = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL)
    found: list[Connection] = []

    def answers() -> bool:
        try:
            found.append(connect(f"http://127.0.0.1:{port}"))
        except CannotConnect:
            return False
        return True

    try:
        wait_until(answers, "anvil answers")
        yield port, found[0]
    finally:
        process.terminate()
        process.wait(60)


def own(folder: Path, network: PoaNetwork, ports: dict[str, int]) -> NetworkFile:
    """A file whose nodes are these chains, on this machine."""
    file = network.file
    for name, port in ports.items():
        (folder / name).mkdir()
        (folder / name / "nodekey").write_text("made up")
        file = replace(
            file,
            organisations=tuple(
                replace(each, nodes=tuple(at(node, name, port) for node in each.nodes))
                for each in file.organisations
            ),
        )
    return file


def at(node: NetworkNode, name: str, port: int) -> NetworkNode:
    return replace(node, rpc=port) if node.name == name else node


@pytest.mark.requirement("S8", "G26")
@pytest.mark.parametrize(("hardfork", "word"), [("istanbul", "before"), ("london", "beyond")])
def test_a_hard_fork_for_which_the_contracts_were_not_built(
    started: PoaNetwork, tmp_path: Path, hardfork: str, word: str
):
    with anvil(hardfork) as (port, connection):
        file = own(tmp_path, started, {"node-1": port})
        file = replace(file, genesis=connection.genesis)

        findings = check_network(file, tmp_path, pause=lambda _: None)

    assert {("hard-fork", "node-1"), ("version", "node-1")} <= wrong(findings)
    (fork,) = [each for each in findings if each.check == "hard-fork"]
    assert word in fork.what.en
    (version,) = [each for each in findings if each.check == "version"]
    assert "anvil" in version.what.en


@pytest.mark.requirement("S8")
def test_two_chains_with_the_same_first_block(started: PoaNetwork, tmp_path: Path):
    """Ten blocks each, and other ones: below what the rule calls final (10 − 6 = 4)."""
    same = ("--timestamp", "1700000000", "--no-mining")
    with anvil("berlin", *same) as (one, first), anvil("berlin", *same) as (two, second):
        assert first.genesis == second.genesis
        first.rpc("evm_mine")
        second.rpc("evm_increaseTime", 1000)
        for connection in (first, second):
            while connection.block_number() < 10:
                connection.rpc("evm_mine")
        assert octets(first.rpc("eth_getBlockByNumber", "0x4", False)["hash"]) != octets(
            second.rpc("eth_getBlockByNumber", "0x4", False)["hash"]
        )
        file = own(tmp_path, started, {"node-1": one, "node-2": two})
        file = replace(file, genesis=first.genesis)

        found = wrong(check_network(file, tmp_path, pause=lambda _: None))

    assert {("one-chain", "node-1"), ("one-chain", "node-2")} <= found


@pytest.mark.requirement("S8", "G15")
def test_a_node_that_forgets_transactions_and_one_that_forgets_states(network: PoaNetwork):
    # given: a transaction in each of three blocks, since one node keeps the newest states only
    forgetful, stateless = network.nodes[2:]
    with restarted(network, stateless, "--gcmode", "full"):
        since = transacted(network)
        for _ in range(2):
            newest = transacted(network)
        wait_until(lambda: min(network.heads()) > newest, "all have them")

    # when: it has ended, and another one keeps the newest transactions only
    try:
        with restarted(network, forgetful, "--history.transactions", "1"):
            wait_until(
                lambda: ("history", "node-3") in wrong(checked(network, since=since)),
                "it has forgotten",
            )
            findings = checked(network, since=since)
    finally:
        stateless.stop()
        stateless.wipe()

    # then
    history = {each.node: each for each in findings if each.check == "history"}
    assert {name: each.level for name, each in history.items()} == {
        "node-1": Level.SOUND,
        "node-2": Level.SOUND,
        "node-3": Level.FAULT,
        "node-4": Level.FAULT,
    }
    assert f"transactions as old as block {since}" in history["node-3"].what.en
    assert f"the state was at block {since}" in history["node-4"].what.en


def transacted(network: PoaNetwork) -> int:
    """The block of a transaction that has just been sent."""
    sender = Sender(connect(network.network(network.nodes[:2])), development_signers(1)[0], {})
    return sender.send(Call(address_of(0xDEAD), b"")).block


# As a command


@pytest.mark.requirement("G16")
def test_the_command_has_a_line_for_each_and_an_exit_code(network: PoaNetwork):
    command = ("network", "check", "network.toml", "--format", "json")
    sound = run(*command, folder=network.folder)
    network.nodes[3].kill()
    broken = run(*command, folder=network.folder)
    shown = run(*command[:3], "--lang", "ja", folder=network.folder)

    assert sound.code == 0, sound.out + sound.err
    assert {each["level"] for each in sound.json["findings"]} <= {"sound", "warning"}
    assert (broken.code, shown.code) == (1, 1)
    faults = [each for each in broken.json["findings"] if each["level"] == "fault"]
    assert ("reachable", "node-4") in {(each["check"], each["node"]) for each in faults}
    assert all(each["next_step"] for each in faults)
    assert "異常" in shown.out
