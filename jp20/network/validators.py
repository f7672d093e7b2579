"""The validators of a chain: who they are, who of them seals, and the votes that change them (S8).

Who may validate is a role of the Consortium (`VALIDATOR`), given and taken by its policy; which
address seals for an organisation is in `network.toml`; whom the chain lets seal, its validators
vote on, each at its own node. More than half of them have to vote alike. Validating gives no power
over a token.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from eth_typing import ChecksumAddress

from jp20.chain.rpc.connection import NodeFailure, NodeRefused, octets, quantity
from jp20.domain.base.addresses import parse_address
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.roles import Role
from jp20.domain.base.text import Text
from jp20.network.genesis import ascending, decode_qbft_extra
from jp20.network.network_file import Consensus, NetworkFile
from jp20.network.operator_channel import OperatorChannel
from jp20.network.sealing import sealer
from jp20.operations.session import Session

ROUNDS: Final = 16
"""Blocks looked at for who seals, for each validator: one that works seals every n-th block."""

_NO_SUCH_METHOD: Final = -32601
_METHODS: Final[Mapping[Consensus, tuple[str, str, str]]] = {
    Consensus.CLIQUE: ("clique_propose", "clique_discard", "clique_proposals"),
    Consensus.QUORUM_QBFT: ("istanbul_propose", "istanbul_discard", "istanbul_candidates"),
    Consensus.BESU_QBFT: (
        "qbft_proposeValidatorVote",
        "qbft_discardValidatorVote",
        "qbft_getPendingVotes",
    ),
}


class NotInTheFile(JP20Error):
    """Nobody is voted in of whom the organisations have not agreed who it is."""

    what = Text("{file} has no validator {validator}.")
    next_step = Text("Write its node into network.toml first, on every organisation's machine.")

    def __init__(self, validator: ChecksumAddress, network: NetworkFile) -> None:
        super().__init__(file=network.file, validator=validator)


class NotAllowed(JP20Error):
    """The organisation does not have the role."""

    what = Text("{organisation} does not hold the role VALIDATOR in the Consortium.")
    why = Text("Who may validate is decided by the Consortium's policy.")
    next_step = Text("Have the role given first: jp20 organisation grant")

    def __init__(self, organisation: str) -> None:
        super().__init__(organisation=organisation)


class Reader(Protocol):
    """A node that answers: a connection, or the operator's channel."""

    def rpc(self, method: str, *params: object) -> Any: ...


@dataclass(frozen=True, slots=True)
class Validator:
    """An address that seals, or should.

    `organisation` and `node` are those of the network file, None for a stranger. `admitted` is
    whether the chain lets it seal now; None where that cannot be seen from here. `sealed` blocks of
    those looked at, the last of them `last`.
    """

    address: ChecksumAddress
    organisation: str | None
    node: str | None
    admitted: bool | None
    sealed: int
    last: int | None


@dataclass(frozen=True, slots=True)
class Vote:
    """A change that is under way: `voters` have voted for it, and `needed` must."""

    candidate: ChecksumAddress
    add: bool
    voters: tuple[ChecksumAddress, ...]
    needed: int


@dataclass(frozen=True, slots=True)
class Ballot:
    """The votes that are under way, and what this node itself proposes whenever it seals."""

    votes: tuple[Vote, ...]
    own: Mapping[ChecksumAddress, bool]


def admitted(network: NetworkFile, reader: Reader) -> tuple[ChecksumAddress, ...] | None:
    """Whom the chain lets seal now; None where this way to the node does not say so: under Clique
    only the operator's channel does.
    """
    if network.consensus.is_qbft:
        header = reader.rpc("eth_getBlockByNumber", "latest", False)
        return ascending(decode_qbft_extra(octets(header["extraData"])).validators)
    try:
        return ascending(parse_address(each) for each in reader.rpc("clique_getSigners"))
    except NodeRefused as refusal:
        if refusal.error.get("code") == _NO_SUCH_METHOD:
            return None
        raise


def sealers(network: NetworkFile, reader: Reader, blocks: int) -> list[tuple[int, ChecksumAddress]]:
    """The numbers of the newest blocks, ascending, with who sealed each."""
    head = quantity(reader.rpc("eth_blockNumber"))
    found: list[tuple[int, ChecksumAddress]] = []
    for number in range(max(1, head - blocks + 1), head + 1):
        header = reader.rpc("eth_getBlockByNumber", hex(number), False)
        if header is not None:
            found.append((number, sealer(header, network.consensus)))
    return found


def validators(network: NetworkFile, reader: Reader) -> tuple[Validator, ...]:
    """Those of the file, those that the chain lets seal and those that sealed, in the file's order,
    strangers last.
    """
    let = admitted(network, reader)
    blocks = sealers(network, reader, ROUNDS * len(network.validators))
    listed = [node.validator for node in network.validators if node.validator]
    known = [*listed, *(let or ()), *(address for _, address in blocks)]
    return tuple(_validator(network, each, let, blocks) for each in dict.fromkeys(known))


def ballot(network: NetworkFile, channel: OperatorChannel) -> Ballot:
    """The votes under way. Raises NoOperatorChannel, NodeRefused."""
    own = channel.rpc(_METHODS[network.consensus][2]) or {}
    needed = len(admitted(network, channel) or ()) // 2 + 1
    return Ballot(
        tuple(
            Vote(candidate, add, tuple(voters), needed)
            for (candidate, add), voters in _votes(network, channel).items()
        ),
        {parse_address(address): add is True for address, add in own.items()},
    )


def propose_vote(
    network: NetworkFile,
    channel: OperatorChannel,
    validator: ChecksumAddress,
    *,
    add: bool,
    holders: Iterable[str] | None,
) -> None:
    """Has this node vote, whenever it seals, for a validator to be let in or put out. `holders` are
    the organisations with the role VALIDATOR; None where there is no Consortium yet.

    Raises NotInTheFile, NotAllowed, NoOperatorChannel, NodeRefused.
    """
    if add:
        owner = network.owner(validator)
        if owner is None:
            raise NotInTheFile(validator, network)
        if holders is not None and owner[0].name not in set(holders):
            raise NotAllowed(owner[0].name)
    channel.rpc(_METHODS[network.consensus][0], validator, add)


def withdraw_vote(
    network: NetworkFile, channel: OperatorChannel, validator: ChecksumAddress
) -> None:
    """Has this node vote for no change of a validator any more. What it voted stays until the epoch
    ends. Raises NoOperatorChannel, NodeRefused.
    """
    channel.rpc(_METHODS[network.consensus][1], validator)


def role_holders(session: Session) -> tuple[str, ...]:
    """The organisations that may validate, by the Consortium."""
    members = session.members()
    return tuple(each.name for each in members if each.active and Role.VALIDATOR in each.roles)


def known_role_holders(session: Session) -> tuple[str, ...] | None:
    """The same; None where no node says so."""
    try:
        return role_holders(session)
    except NodeFailure:
        return None


# Inside


def _validator(
    network: NetworkFile,
    address: ChecksumAddress,
    let: Sequence[ChecksumAddress] | None,
    blocks: Sequence[tuple[int, ChecksumAddress]],
) -> Validator:
    owner = network.owner(address)
    sealed = [number for number, each in blocks if each == address]
    return Validator(
        address,
        owner[0].name if owner else None,
        owner[1].name if owner else None,
        None if let is None else address in let,
        len(sealed),
        max(sealed, default=None),
    )


def _votes(
    network: NetworkFile, channel: OperatorChannel
) -> dict[tuple[ChecksumAddress, bool], list[ChecksumAddress]]:
    found: dict[tuple[ChecksumAddress, bool], list[ChecksumAddress]] = {}
    cast = _votes_in_blocks if network.consensus is Consensus.BESU_QBFT else _votes_in_snapshot
    for voter, candidate, add in cast(network, channel):
        voters = found.setdefault((candidate, add), [])
        if voter not in voters:
            voters.append(voter)
    return found


def _votes_in_snapshot(
    network: NetworkFile, channel: OperatorChannel
) -> Iterable[tuple[ChecksumAddress, ChecksumAddress, bool]]:
    clique = network.consensus is Consensus.CLIQUE
    snapshot = channel.rpc("clique_getSnapshot" if clique else "istanbul_getSnapshot")
    for vote in snapshot["votes"] or ():
        voter = parse_address(vote["signer" if clique else "validator"])
        yield voter, parse_address(vote["address"]), vote["authorize"] is True


def _votes_in_blocks(
    network: NetworkFile, channel: OperatorChannel
) -> Iterable[tuple[ChecksumAddress, ChecksumAddress, bool]]:
    """Besu does not add votes up for anybody: those of the newest blocks that changed nothing."""
    now = set(admitted(network, channel) or ())
    for number, voter in sealers(network, channel, ROUNDS * len(network.validators)):
        header = channel.rpc("eth_getBlockByNumber", hex(number), False)
        vote = decode_qbft_extra(octets(header["extraData"])).vote
        if vote is not None and voter in now and (vote[0] in now) is not vote[1]:
            yield voter, *vote
