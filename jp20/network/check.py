"""`jp20 network check`: whether a chain of several organisations is sound, a line for each thing
looked at (S2, S3, S6, S8, G16, G26).

It is run on an organisation's own machine. Its own nodes (their folders are here) are looked at
inside and out; those of others as far as they let their RPC be reached (`rpc_url`).
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jp20.chain.rpc.access import NONE, Access
from jp20.chain.rpc.connection import (
    Connection,
    NodeFailure,
    NodeRefused,
    connect,
    octets,
    quantity,
)
from jp20.chain.rpc.networks import Network
from jp20.chain.rpc.node import Node as Server
from jp20.chain.rpc.node import TooMuchAtOnce
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.finality import INSTANT, clique_finality
from jp20.domain.base.text import Text
from jp20.network.findings import Finding, Level, fault, fault_of, sound, unseen, warning
from jp20.network.init import expected_genesis
from jp20.network.network_file import Consensus, NetworkFile, NetworkNode
from jp20.network.node import Looked, node_findings
from jp20.network.node_files import NODE_KEY
from jp20.network.operator_channel import NoOperatorChannel, operator_channel
from jp20.network.validators import Reader, Validator, validators

BEHIND: Final = 10
"""Blocks that a node may be behind the foremost."""

CLOCK: Final = 3
"""Seconds that clocks may differ."""

_INTERVALS: Final = 50


class NoHeader(JP20Error):
    """A node gives no block, or one whose seal nobody can read."""

    what = Text("Who seals cannot be read: a node gave no block, or one of another consensus.")
    why = Text(
        "It lags, is of another chain, or several nodes answer in turn at one address (see the "
        "findings above)."
    )
    next_step = Text("Mend what is found above, and run jp20 network check again.")


@dataclass(frozen=True, slots=True)
class _Head:
    number: int
    hash: bytes
    time: int


def check_network(
    network: NetworkFile,
    folder: Path,
    *,
    access: Mapping[str, Access] | None = None,
    holders: Iterable[str] | None = None,
    since: int | None = None,
    now: Callable[[], float] = time.time,
    pause: Callable[[float], None] = time.sleep,
) -> tuple[Finding, ...]:
    """Looks at every node and at all together; it takes three block periods and a little.

    `folder` has the common folder and those of this organisation's nodes. `access` says how a
    `rpc_url` is let in at. `holders` are the organisations with the role VALIDATOR, and `since` is
    the Consortium's first block; None where nothing is known of one.
    """
    looked: list[Looked] = []
    findings: list[Finding] = []
    with ExitStack() as opened:
        for node in network.nodes:
            try:
                each = _look(network, node, folder, access or {})
            except JP20Error as error:
                findings.append(fault_of("reachable", node.name, error))
                continue
            looked.append(each)
            for way in (each.connection, each.server):
                if way is not None:
                    opened.callback(way.close)
        findings += _findings(network, looked, folder, holders, since, now, pause)
    return tuple(findings)


def is_sound(findings: Iterable[Finding]) -> bool:
    """Whether nothing is a fault. A warning is none."""
    return all(each.level is not Level.FAULT for each in findings)


def _findings(
    network: NetworkFile,
    looked: Sequence[Looked],
    folder: Path,
    holders: Iterable[str] | None,
    since: int | None,
    now: Callable[[], float],
    pause: Callable[[float], None],
) -> Iterator[Finding]:
    genesis = expected_genesis(network, folder)
    first = {each.node.name: head for each in looked if (head := _head(each)) is not None}
    seen_at = now()
    for each in looked:
        if each.connection is None:
            yield _out_of_reach(each.node)
        yield from node_findings(each, genesis, since)
    reached = [each for each in looked if each.node.name in first]
    same = [each for each in reached if each.connection and each.connection.genesis == genesis]
    then: dict[str, _Head] = {}
    if same:
        pause(max(0.0, seen_at + 3 * network.block_period + 1 - now()))
        then = {each.node.name: head for each in same if (head := _head(each)) is not None}
    if not then:
        yield unseen("blocks", None, Text("No node of the chain was reached."))
        return
    yield from _heads(network, same, first, then, now())
    yield from _interval(network, same[0])
    yield from _who(network, same, holders)


# The nodes


def _look(
    network: NetworkFile, node: NetworkNode, folder: Path, access: Mapping[str, Access]
) -> Looked:
    own = (folder / node.name / NODE_KEY).exists()
    channel = operator_channel(network, node, folder) if own else None
    url = f"http://127.0.0.1:{node.rpc}" if own else node.rpc_url
    if url is None:
        return Looked(network, node, folder, own, None, None, channel)
    way = NONE if own else access.get(url, NONE)
    connection = connect(Network(url, access=way))
    return Looked(network, node, folder, own, connection, Server(url, way), channel)


def _out_of_reach(node: NetworkNode) -> Finding:
    return unseen(
        "reachable",
        node.name,
        Text("Its RPC is not let out to other machines: its organisation checks it."),
    )


def _head(looked: Looked) -> _Head | None:
    """The newest block, from this very node. None where there is no answer."""
    if looked.server is None:
        return None
    block = _block(looked.server, "latest")
    if block is None:
        return None
    return _Head(quantity(block["number"]), octets(block["hash"]), quantity(block["timestamp"]))


def _block(server: Server, tag: str) -> dict[str, Any] | None:
    """A block from this very node; None where it has none, or gives no answer."""
    try:
        (answer,) = server.ask([("eth_getBlockByNumber", (tag, False))])
    except (NodeFailure, TooMuchAtOnce):
        return None
    found = answer.get("result")
    return found if isinstance(found, dict) else None


# The blocks


def _heads(
    network: NetworkFile,
    looked: Sequence[Looked],
    first: Mapping[str, _Head],
    then: Mapping[str, _Head],
    now: float,
) -> Iterator[Finding]:
    foremost = max(head.number for head in then.values())
    for name, head in then.items():
        if head.number < foremost - BEHIND:
            yield fault(
                "blocks",
                name,
                Text("It is {behind:,} blocks behind.", behind=foremost - head.number),
                Text("If it does not catch up: look at its peers, its disk and its log."),
            )
    yield from _agreement(network, looked, then)
    before = max((first[name].number for name in then), default=0)
    if foremost > before:
        yield sound("blocks", None, Text("Blocks come; the newest is {newest:,}.", newest=foremost))
        yield from _clock(network, then, foremost, now)
    else:
        yield _standstill(network, looked, then)


def _agreement(
    network: NetworkFile, looked: Sequence[Looked], heads: Mapping[str, _Head]
) -> Iterator[Finding]:
    """All nodes have the same block, as far down as the network's rule calls it final."""
    rule = INSTANT if network.consensus.is_qbft else clique_finality(len(network.validators))
    number = max(0, rule.final_block(min(head.number for head in heads.values())))
    found: dict[str, str] = {}
    for each in looked:
        if each.server is not None and each.node.name in heads:
            answered = _block(each.server, hex(number))
            found[each.node.name] = answered["hash"] if answered else ""
    counts = Counter(found.values()).most_common()
    if len(counts) == 1:
        what = Text("One chain up to block {number:,}.", number=number)
        yield sound("one-chain", None, what)
        return
    for name, block in found.items():
        if block != counts[0][0] or counts[0][1] == counts[1][1]:
            yield fault(
                "one-chain",
                name,
                Text(
                    "Its block {number:,} is {block}, and others have another.",
                    number=number,
                    block=block or "-",
                ),
                Text(
                    "Send nothing. Compare with the other organisations; the node of the "
                    "minority is wiped and resynchronised (docs/network.md)."
                ),
            )


def _standstill(
    network: NetworkFile, looked: Sequence[Looked], heads: Mapping[str, _Head]
) -> Finding:
    number = max(head.number for head in heads.values())
    what = Text("No block comes after {number:,}.", number=number)
    branches = len({head.hash for head in heads.values()})
    if network.consensus is Consensus.CLIQUE and (branches > 1 or _all_connected(network, looked)):
        return fault(
            "blocks",
            None,
            Text(
                "{what} The validators are connected, on two branches of equal weight.", what=what
            ),
            Text("Run on each validator's machine: jp20 network unstick NODE"),
        )
    spare = network.consensus.tolerated(len(network.validators))
    return fault(
        "blocks",
        None,
        what,
        Text(
            "More than {spare} of {count} {count:validator|validators} are missing: bring one "
            "back. What was sent waits and is not lost.",
            spare=spare,
            count=len(network.validators),
        ),
    )


def _all_connected(network: NetworkFile, looked: Sequence[Looked]) -> bool:
    for each in looked:
        if each.channel is not None:
            try:
                peers = each.channel.rpc("admin_peers")
            except (NoOperatorChannel, NodeRefused):
                continue
            return len(peers) + 1 > len(network.validators) // 2
    return False


def _clock(
    network: NetworkFile, heads: Mapping[str, _Head], foremost: int, now: float
) -> Iterator[Finding]:
    """A block's time is its sealer's clock. It came just now: it is neither of the future nor
    old.
    """
    newest = max(head.time for head in heads.values())
    ahead, late = newest - now, now - newest - 3 * network.block_period
    if max(ahead, late) <= CLOCK:
        yield sound("clock", None, Text("This machine's clock is right."))
        return
    seconds = round(max(ahead, late))
    yield fault(
        "clock",
        None,
        Text(
            "Block {newest:,} has just come, and its time is {seconds} s ahead of this "
            "machine's clock.",
            newest=foremost,
            seconds=seconds,
        )
        if ahead > late
        else Text(
            "Block {newest:,} has just come, and its time is {seconds} s behind this "
            "machine's clock.",
            newest=foremost,
            seconds=seconds,
        ),
        Text("Set the clocks by NTP: this machine's, and those of the validators."),
    )


def _interval(network: NetworkFile, looked: Looked) -> Iterator[Finding]:
    connection = looked.connection
    if connection is None:
        return
    try:
        newest = connection.block()
        earlier = connection.block(max(1, newest.number - _INTERVALS))
    except JP20Error:
        return
    if newest.number - earlier.number < 3:
        return
    seconds = (newest.time - earlier.time) / (newest.number - earlier.number)
    what = Text(
        "A block every {seconds:.1f} s, agreed were {block_period}.",
        seconds=seconds,
        block_period=network.block_period,
    )
    if seconds > 1.5 * network.block_period or seconds < 0.9 * network.block_period:
        yield warning(
            "interval",
            None,
            what,
            Text("A validator is missing, overloaded or far away; see the validators below."),
        )
    else:
        yield sound("interval", None, what)


# Who seals


def _who(
    network: NetworkFile, looked: Sequence[Looked], holders: Iterable[str] | None
) -> Iterator[Finding]:
    try:
        found = validators(network, _best_reader(looked))
    except (JP20Error, TypeError, ValueError) as error:
        yield fault_of("validators", None, error if isinstance(error, JP20Error) else NoHeader())
        return
    for each in found:
        yield from _validator(each)
    yield from _shares(network, found)
    if holders is not None:
        yield from _roles(found, set(holders))


def _best_reader(looked: Sequence[Looked]) -> Reader:
    """The operator's channel where there is one: it knows more."""
    for each in looked:
        if each.channel is not None:
            return each.channel
    connections: list[Connection] = [each.connection for each in looked if each.connection]
    return connections[0]


def _validator(found: Validator) -> Iterator[Finding]:
    name = found.node or found.address
    if found.node is None:
        if found.admitted is False:
            return  # it was voted out, and sealed before that
        yield fault(
            "validators",
            None,
            Text("{address} may seal and is not in the network file.", address=found.address),
            Text("Find out whose it is; vote it out: jp20 network validators drop"),
        )
    elif found.admitted is False:
        yield fault(
            "validators",
            name,
            Text(
                "{organisation} is a validator in the network file, and may not seal.",
                organisation=found.organisation,
            ),
            Text("Vote it in: jp20 network validators propose, or correct the file."),
        )
    elif found.last is None:
        yield warning(
            "validators",
            name,
            Text("{organisation} has sealed no block lately.", organisation=found.organisation),
            Text("Ask the organisation for its node."),
        )
    else:
        yield sound(
            "validators",
            name,
            Text(
                "{organisation} seals; last block {last:,}.",
                organisation=found.organisation,
                last=found.last,
            ),
        )


def _shares(network: NetworkFile, found: Sequence[Validator]) -> Iterator[Finding]:
    """Of those that the chain lets seal, which may be others than the file's."""
    sealing = [each for each in found if each.admitted is not False]
    counts = Counter(each.organisation for each in sealing)
    for organisation, share in counts.items():
        if 3 * share >= len(sealing):
            yield fault(
                "powers",
                None,
                Text(
                    "{organisation} has {share} of {validators} "
                    "{validators:validator|validators}: a third or more.",
                    organisation=organisation or "?",
                    share=share,
                    validators=len(sealing),
                ),
                Text("Alone it could stop the chain. Let more organisations in."),
            )
    if all(3 * share < len(sealing) for share in counts.values()):
        tolerated = network.consensus.tolerated(len(sealing))
        yield sound(
            "powers",
            None,
            Text(
                "{validators} {validators:validator|validators} of {organisations} "
                "{organisations:organisation|organisations}; {tolerated} may be down.",
                validators=len(sealing),
                organisations=len(counts),
                tolerated=tolerated,
            ),
        )


def _roles(found: Sequence[Validator], holders: set[str]) -> Iterator[Finding]:
    sealing = {each.organisation for each in found if each.admitted is not False}
    for organisation in sorted(filter(None, sealing - holders)):
        yield fault(
            "consortium",
            None,
            Text(
                "{organisation} seals, and has not the role VALIDATOR.", organisation=organisation
            ),
            Text("Have the role given, or vote its validator out."),
        )
    for organisation in sorted(holders - sealing):
        yield warning(
            "consortium",
            None,
            Text(
                "{organisation} has the role VALIDATOR, and no validator.",
                organisation=organisation,
            ),
            Text("Vote its validator in, or have the role taken."),
        )
    if sealing == holders:
        yield sound("consortium", None, Text("Who seals is who has the role VALIDATOR."))
