"""`network.toml`: the organisations of a chain, their nodes, and the rules of its blocks (S8).

Every organisation has the same file. What is secret is not in it: a node's key stays where it was
made, and the file has its public part.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from eth_hash.auto import keccak
from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import (
    ZERO_ADDRESS,
    NotAnAddress,
    WrongChecksum,
    address_of,
    parse_address,
)
from jp20.domain.base.faults import Fault, FaultyFile
from jp20.domain.base.text import Text
from jp20.domain.files.fields import read_toml

LEAST_VALIDATORS: Final = 4
"""With fewer, no organisation may fail: n validators go on without (n − 1) ÷ 3 of them."""

LEAST_GAS_LIMIT: Final = 30_000_000
"""Gas of a block: what the largest transaction of JP20 needs, a batch of 250 deliveries to new
holders with all checks, and room beside it.
"""

_DEVELOPMENT: Final = (1337, 31337)
_HASH: Final = re.compile(r"0x[0-9a-fA-F]{64}")
_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
_FIELDS: Final = ("chain_id", "consensus", "block_period", "gas_limit", "genesis", "organisations")
_NODE_FIELDS: Final = ("name", "host", "p2p", "rpc", "rpc_url", "validates", "node_id", "validator")
_RPC_URL: Final = re.compile(
    r"https://(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-fA-F:.]+\])(?::[0-9]{1,5})?"
    r"(?:/[A-Za-z0-9._~/-]*)?"
)
"""Nothing that would mean something else in a configuration file made of it."""

_PRIME: Final = 2**256 - 2**32 - 977  # of the field of secp256k1


class Consensus(StrEnum):
    """Which client runs, and how its validators agree. The word is what stands in the file."""

    CLIQUE = "clique"
    QUORUM_QBFT = "goquorum-qbft"
    BESU_QBFT = "besu-qbft"

    @property
    def is_qbft(self) -> bool:
        """Whether a block is final at once, and the node's key is the validator's."""
        return self is not Consensus.CLIQUE

    def tolerated(self, validators: int) -> int:
        """So many of the validators may be down, and blocks go on."""
        return (validators - 1) // 3 if self.is_qbft else validators - (validators // 2 + 1)


@dataclass(frozen=True, slots=True)
class NetworkNode:
    """A node of an organisation.

    Others find it at `host`:`p2p`. Its RPC listens at `rpc` on its own machine alone; `rpc_url` is
    where it is let out through TLS, if at all. `node_id` is the public key of the node (64 bytes)
    and `validator` the address that seals; None until the organisation has made its keys, and
    `validator` None for good where the node only follows.
    """

    name: str
    host: str
    p2p: int
    rpc: int
    rpc_url: str | None
    validates: bool
    node_id: bytes | None
    validator: ChecksumAddress | None

    @property
    def is_known(self) -> bool:
        """Whether its public part is there."""
        return self.node_id is not None and (self.validator is not None or not self.validates)

    @property
    def enode(self) -> str:
        """Its address for the other nodes. ValueError where its public part is not there."""
        if self.node_id is None:
            raise ValueError(f"{self.name} has no node_id")
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"enode://{self.node_id.hex()}@{host}:{self.p2p}"

    @property
    def operator(self) -> int:
        """The port beside `rpc` at which Besu answers its operator, on its own machine alone."""
        return self.rpc + 1


@dataclass(frozen=True, slots=True)
class NetworkOrganisation:
    """An organisation under the name that the Consortium has, and its nodes."""

    name: str
    nodes: tuple[NetworkNode, ...]

    @property
    def validators(self) -> tuple[NetworkNode, ...]:
        return tuple(node for node in self.nodes if node.validates)


@dataclass(frozen=True, slots=True)
class NetworkFile:
    """The file. `block_period` in seconds.

    `genesis` is the hash of the first block. It is written in once the chain has begun: until then
    the first block has the validators of this file, and from then on they may change without it.
    """

    file: str
    chain_id: int
    consensus: Consensus
    block_period: int
    gas_limit: int
    genesis: bytes | None
    organisations: tuple[NetworkOrganisation, ...]

    @property
    def nodes(self) -> tuple[NetworkNode, ...]:
        return tuple(node for each in self.organisations for node in each.nodes)

    @property
    def validators(self) -> tuple[NetworkNode, ...]:
        return tuple(node for node in self.nodes if node.validates)

    @property
    def unknown(self) -> tuple[NetworkNode, ...]:
        """The nodes whose public part is not there yet."""
        return tuple(node for node in self.nodes if not node.is_known)

    def node(self, name: str) -> NetworkNode:
        """A node by name. KeyError where there is none."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(name)

    def organisation_of(self, node: NetworkNode) -> NetworkOrganisation:
        return next(each for each in self.organisations if node in each.nodes)

    def owner(self, validator: ChecksumAddress) -> tuple[NetworkOrganisation, NetworkNode] | None:
        """Whose validator an address is, by this file."""
        for each in self.organisations:
            for node in each.nodes:
                if node.validator == validator:
                    return each, node
        return None


_START: Final = Text("Start from examples/network.toml.")


def parse_network(data: bytes, file: str) -> NetworkFile:
    """Reads a network file. `examples/network.toml` shows the fields.

    Raises FaultyFile with every fault by its field: fewer than four validators, an organisation
    with a third of them or more (alone it could stop the chain), a name, address, port or key that
    comes twice, the number of a development chain.
    """
    document = read_toml(data, file, _START)
    reader = _Reader(file)
    network = reader.network(document)
    reader.judge(network)
    if reader.faults:
        raise FaultyFile(reader.faults)
    return network


def validator_of(node_id: bytes) -> ChecksumAddress:
    """The address of a public key: under QBFT a node seals with its own key."""
    return address_of(keccak(node_id)[12:])


def is_public_key(key: bytes) -> bool:
    """Whether 64 bytes are a point of the curve: a mistyped digit makes them none."""
    x, y = int.from_bytes(key[:32], "big"), int.from_bytes(key[32:], "big")
    return len(key) == 64 and x < _PRIME and y < _PRIME and (y * y - x**3 - 7) % _PRIME == 0


def _is_rpc_url(value: str) -> bool:
    if not _RPC_URL.fullmatch(value):
        return False
    try:
        return urlsplit(value).port != 0
    except ValueError:  # an IPv6 address or a port that is none
        return False


class _Reader:
    """Takes the tables apart and collects what is wrong with them."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.faults: list[Fault] = []

    def network(self, document: Mapping[str, object]) -> NetworkFile:
        self._only(document, _FIELDS, "")
        word = document.get("consensus")
        if word not in set(Consensus):
            allowed = ", ".join(Consensus)
            self._fault(
                "consensus",
                Text("{word!r} is not known here.", word=word),
                Text("Use: {allowed}.", allowed=allowed),
            )
            word = Consensus.CLIQUE
        consensus = Consensus(str(word))
        listed = document.get("organisations")
        if not isinstance(listed, list) or not listed:
            self._fault(
                "organisations",
                Text("There are no organisations."),
                Text("Write [[organisations]]."),
            )
            listed = []
        return NetworkFile(
            self._file,
            self._number(document, "chain_id", 1, 2**53 - 1),
            consensus,
            self._number(document, "block_period", 1, 60),
            self._number(document, "gas_limit", LEAST_GAS_LIMIT, 2**53 - 1),
            self._genesis(document.get("genesis")),
            tuple(self._organisation(n, each, consensus) for n, each in enumerate(listed, 1)),
        )

    def judge(self, network: NetworkFile) -> None:
        """What is in order by itself and not together."""
        if network.chain_id in _DEVELOPMENT:
            self._fault(
                "chain_id",
                Text(
                    "{chain_id} is a development chain, whose keys are public.",
                    chain_id=network.chain_id,
                ),
                Text("Choose another number."),
            )
        self._judge_powers(network)
        places = {
            each.name: f"organisations[{n}]" for n, each in enumerate(network.organisations, 1)
        }
        self._unique((f"organisations[{n}].name", o.name) for n, o in _counted(network))
        nodes = [
            (f"{places[each.name]}.nodes[{n}]", node)
            for each in network.organisations
            for n, node in enumerate(each.nodes, 1)
        ]
        self._unique((f"{place}.name", node.name) for place, node in nodes)
        self._unique((f"{place}.node_id", node.node_id) for place, node in nodes)
        self._unique((f"{place}.validator", node.validator) for place, node in nodes)
        besu = network.consensus is Consensus.BESU_QBFT
        self._unique(
            (f"{place}.{field}", (node.host, port))
            for place, node in nodes
            for field, port in _ports(node, besu)
        )

    def _judge_powers(self, network: NetworkFile) -> None:
        count = len(network.validators)
        if 0 < count < LEAST_VALIDATORS:
            self._fault(
                "organisations",
                Text(
                    "{count:There is|There are} {count} {count:validator|validators}: none of "
                    "them may fail.",
                    count=count,
                ),
                Text("Have four or more."),
            )
        for number, each in _counted(network):
            share = len(each.validators)
            if count >= LEAST_VALIDATORS and 3 * share >= count:
                self._fault(
                    f"organisations[{number}].nodes",
                    Text(
                        "{name} has {share} of {count} {count:validator|validators}, a third or "
                        "more: alone it could stop the chain.",
                        name=each.name,
                        share=share,
                        count=count,
                    ),
                    Text("Give validators to more organisations."),
                )

    def _genesis(self, value: object) -> bytes | None:
        if value is None:
            return None
        if not isinstance(value, str) or not _HASH.fullmatch(value):
            self._fault(
                "genesis",
                Text("This is not a block hash."),
                Text("Copy it from what jp20 network init printed, or leave it out."),
            )
            return None
        return bytes.fromhex(value[2:])

    def _organisation(
        self, number: int, entry: object, consensus: Consensus
    ) -> NetworkOrganisation:
        place = f"organisations[{number}]"
        fields: Mapping[str, object] = entry if isinstance(entry, dict) else {}
        self._only(fields, ("name", "nodes"), f"{place}.")
        name = fields.get("name")
        if not isinstance(name, str) or not name.strip():
            self._missing(f"{place}.name")
        listed = fields.get("nodes")
        if not isinstance(listed, list) or not listed:
            self._missing(f"{place}.nodes")
            listed = []
        nodes = (
            self._node(f"{place}.nodes[{n}]", each, consensus) for n, each in enumerate(listed, 1)
        )
        return NetworkOrganisation(str(name), tuple(nodes))

    def _node(self, place: str, entry: object, consensus: Consensus) -> NetworkNode:
        fields: Mapping[str, object] = entry if isinstance(entry, dict) else {}
        self._only(fields, _NODE_FIELDS, f"{place}.")
        validates = fields.get("validates", True)
        if not isinstance(validates, bool):
            self._fault(
                f"{place}.validates",
                Text("{validates!r} is neither true nor false.", validates=validates),
                Text("Write true or false."),
            )
        node_id = self._node_id(f"{place}.node_id", fields.get("node_id"))
        return NetworkNode(
            self._name(f"{place}.name", fields.get("name")),
            self._host(f"{place}.host", fields.get("host")),
            self._number(fields, "p2p", 1, 65535, place),
            self._number(fields, "rpc", 1, 65534, place),
            self._url(f"{place}.rpc_url", fields.get("rpc_url")),
            validates is True,
            node_id,
            self._validator(place, fields, consensus, validates is True, node_id),
        )

    def _name(self, place: str, value: object) -> str:
        if not isinstance(value, str) or not _NAME.fullmatch(value):
            self._fault(
                place,
                Text("{value!r} is not a node's name.", value=value),
                Text("Write small letters a-z, digits and hyphens, 32 at most."),
            )
        return str(value)

    def _host(self, place: str, value: object) -> str:
        try:
            if "%" in str(value):  # an interface of one machine, in whatever letters
                raise ValueError
            return str(ip_address(str(value)))
        except ValueError:
            self._fault(
                place,
                Text("{value!r} is not an IP address.", value=value),
                Text("Write the address under which the other organisations reach the node."),
            )
            return "::"

    def _url(self, place: str, value: object) -> str | None:
        if value is None:
            return None
        if not isinstance(value, str) or not _is_rpc_url(value):
            self._fault(
                place,
                Text("This is not an https address, or it contains a secret."),
                Text('Write it like "https://node.example/"; secrets go to jp20.toml.'),
            )
        return str(value)

    def _node_id(self, place: str, value: object) -> bytes | None:
        if value is None:
            return None
        try:
            key = bytes.fromhex(str(value).removeprefix("0x"))
        except ValueError:
            key = b""
        if not is_public_key(key):
            self._fault(
                place,
                Text("This is not a public key."),
                Text("Copy again what jp20 network init printed (128 digits of 0-9, a-f)."),
            )
            return None
        return key

    def _validator(
        self,
        place: str,
        fields: Mapping[str, object],
        consensus: Consensus,
        validates: bool,
        node_id: bytes | None,
    ) -> ChecksumAddress | None:
        place = f"{place}.validator"
        value = fields.get("validator")
        derived = validator_of(node_id) if consensus.is_qbft and validates and node_id else None
        if value is None:
            return derived
        again = Text("Copy again what jp20 network init printed.")
        if not validates:
            self._fault(
                place, Text("The node does not validate."), Text("Remove it, or validates = false.")
            )
            return None
        try:
            address = parse_address(str(value))
        except WrongChecksum:
            self._fault(place, Text("{value} has a wrong checksum.", value=value), again)
            return None
        except NotAnAddress:
            address = ZERO_ADDRESS
        if address == ZERO_ADDRESS:
            self._fault(place, Text("{value!r} is not an address.", value=value), again)
            return None
        if consensus.is_qbft and address != derived:
            self._fault(
                place,
                Text("Under QBFT a validator's address is that of its node_id, and this is not."),
                Text("Remove it."),
            )
            return None
        return address

    def _number(
        self, fields: Mapping[str, object], field: str, least: int, most: int, place: str = ""
    ) -> int:
        value = fields.get(field)
        where = f"{place}.{field}" if place else field
        if value is None:
            self._missing(where)
            return least
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self._fault(
                where,
                Text("{value!r} is not a whole number in range.", value=value),
                Text("Write a number from {least} to {most}.", least=least, most=most),
            )
            return least
        return value

    def _only(self, fields: Mapping[str, object], known: Iterable[str], place: str) -> None:
        for field in fields.keys() - set(known):
            self._fault(
                f"{place}{field}", Text("There is no such field."), Text("Correct or remove it.")
            )

    def _unique(self, values: Iterable[tuple[str, object]]) -> None:
        listed = [(place, value) for place, value in values if value is not None]
        counts = Counter(value for _, value in listed)
        seen: set[object] = set()
        for place, value in listed:
            if counts[value] > 1 and value in seen:
                shown = ":".join(map(str, value)) if isinstance(value, tuple) else value
                shown = shown.hex() if isinstance(shown, bytes) else shown
                self._fault(
                    place, Text("{shown} comes twice.", shown=shown), Text("Give each its own.")
                )
            seen.add(value)

    def _missing(self, place: str) -> None:
        self._fault(place, Text("This is missing."), Text("Fill it in."))

    def _fault(self, place: str, what: Text, next_step: Text) -> None:
        self.faults.append(Fault(self._file, None, place, what, next_step))


def _counted(network: NetworkFile) -> Iterator[tuple[int, NetworkOrganisation]]:
    return enumerate(network.organisations, 1)


def _ports(node: NetworkNode, besu: bool) -> Iterator[tuple[str, int]]:
    yield "p2p", node.p2p
    yield "rpc", node.rpc
    if besu:
        yield "rpc", node.operator
