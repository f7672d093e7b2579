"""`jp20 network validators` on a chain that runs: who seals, and the votes that change it."""

from dataclasses import replace

import pytest
from running import Bad, done, run

from jp20.network.check import check_network
from jp20.network.findings import Level
from jp20.network.stall import Stall, unstick
from jp20.network.validators import NotAllowed, NotInTheFile, admitted, propose_vote
from poa_network import PoaNetwork, wait_until

STRANGER = "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf"


@pytest.fixture
def voting(network: PoaNetwork):
    """Four validators; afterwards nobody votes on anything, and they are the same four."""
    yield network
    fourth = network.nodes[3].entry.validator
    for node in network.nodes:
        node.operator.rpc("clique_discard", fourth)
        if fourth not in (admitted(network.file, node.operator) or ()):
            node.operator.rpc("clique_propose", fourth, True)
    wait_until(lambda: count(network) == 4, "the fourth is in again", 90)
    for node in network.nodes:
        node.operator.rpc("clique_discard", fourth)


def count(network: PoaNetwork) -> int:
    return len(admitted(network.file, network.nodes[0].operator) or ())


@pytest.mark.requirement("S8")
def test_the_validators_with_their_organisations_and_the_last_block_of_each(network: PoaNetwork):
    wait_until(lambda: max(network.heads()) > 8, "each has sealed")

    ran = done(
        "network", "validators", "list", "--node", "node-2", "--format", "json",
        folder=network.folder,
    )  # fmt: skip

    found = ran.json["validators"]
    assert [each["organisation"] for each in found] == ["org-1", "org-2", "org-3", "org-4"]
    assert [each["validator"] for each in found] == [n.entry.validator for n in network.nodes]
    assert {each["admitted"] for each in found} == {True}
    newest = max(network.heads())
    assert all(newest - 12 <= each["last"] <= newest for each in found)


@pytest.mark.requirement("S3", "S8")
def test_a_validator_is_put_out_by_more_than_half_and_let_in_again(voting: PoaNetwork):
    network = voting
    fourth = network.nodes[3].entry.validator

    def vote(what: str, node: str) -> None:
        ran = done(
            "network", "validators", what, "node-4", "--node", node, "--yes", folder=network.folder
        )
        assert "jp20 network validators votes" in ran.err

    def ballot() -> dict:
        arguments = ("network", "validators", "votes", "--node", "node-1", "--format", "json")
        return done(*arguments, folder=network.folder).json

    for node in ("node-1", "node-2"):
        vote("drop", node)
    wait_until(lambda: all(f"org-{n}" in str(ballot()["votes"]) for n in (1, 2)), "both voted")

    (cast,) = ballot()["votes"]
    assert (cast["organisation"], cast["change"], cast["needed"]) == ("org-4", "remove", 3)
    assert set(cast["voters"].split(", ")) == {"org-1", "org-2"}
    assert [each["change"] for each in ballot()["own"]] == ["remove"]
    assert count(network) == 4  # two of four are not more than half

    vote("drop", "node-3")
    wait_until(lambda: count(network) == 3, "the fourth is out", 60)

    findings = check_network(network.file, network.folder)
    faults = {(each.check, each.node) for each in findings if each.level is Level.FAULT}
    # One of three is a third.
    assert faults == {("validators", "node-4"), ("powers", None)}
    # In a file that has it no more, what it sealed before is no fault.
    three = replace(network.file, organisations=network.file.organisations[:3])
    findings = check_network(three, network.folder)
    assert {each.check for each in findings if each.level is Level.FAULT} == {
        "options",  # the nodes' files have the fourth as a peer still
        "peers",
        "powers",
    }
    newest = max(network.heads())
    wait_until(lambda: max(network.heads()) > newest + 3, "three go on", 60)
    fourth_node = network.nodes[3]
    outcome = unstick(network.file, fourth_node.entry, fourth_node.operator)
    assert outcome is Stall.MOVING

    for node in ("node-1", "node-2"):
        vote("propose", node)
    wait_until(lambda: count(network) == 4, "the fourth is in again", 60)  # two of three
    second = network.nodes[1].operator  # a block behind the others, perhaps
    wait_until(lambda: fourth in (admitted(network.file, second) or ()), "the second knows it")


@pytest.mark.requirement("S8")
def test_a_vote_is_withdrawn(voting: PoaNetwork):
    network = voting
    done(
        "network", "validators", "drop", "node-4", "--node", "node-1", "--yes",
        folder=network.folder,
    )  # fmt: skip

    done("network", "validators", "withdraw", "node-4", "--node", "node-1", folder=network.folder)

    ran = done(
        "network", "validators", "votes", "--node", "node-1", "--format", "json",
        folder=network.folder,
    )  # fmt: skip
    assert ran.json["own"] == []


@pytest.mark.requirement("S2", "S3", "S8")
def test_nobody_is_let_in_whom_the_organisations_do_not_know(network: PoaNetwork):
    channel = network.nodes[0].operator
    fourth = network.nodes[3].entry.validator

    with pytest.raises(NotInTheFile):
        propose_vote(network.file, channel, STRANGER, add=True, holders=None)
    with pytest.raises(NotAllowed) as refusal:
        propose_vote(network.file, channel, fourth, add=True, holders=["org-1", "org-2", "org-3"])
    ran = run(
        "network", "validators", "propose", STRANGER, "--node", "node-1", "--yes",
        folder=network.folder,
    )  # fmt: skip

    assert "org-4" in str(refusal.value)
    assert ran.code == 1
    assert STRANGER in ran.err
    assert channel.rpc("clique_proposals") == {}


@pytest.mark.parametrize(
    "bad",
    [
        Bad("network validators drop", ("0x12", "--node", "node-1", "--yes"), 2, "0x12"),
        Bad("network validators withdraw", ("node-9", "--node", "node-1"), 2, "node-9"),
        Bad("network unstick", ("node-9",), 1, "node-9"),
    ],
    ids=str,
)
def test_bad_input_on_a_chain_that_runs(bad: Bad, started: PoaNetwork):
    bad.check(started.folder)


@pytest.mark.requirement("S8")
def test_unstick_leaves_a_chain_alone_whose_blocks_come(network: PoaNetwork):
    ran = done("network", "unstick", "node-1", "--format", "json", folder=network.folder)

    assert ran.json["node"]["found"] == "moving"
