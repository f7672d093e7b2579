"""The connection to a chain: JSON-RPC in, typed values out, and errors that say what to do next.

Behind it are one node or several; see `nodes` for which is asked.
"""

import time
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, cast

from eth_hash.auto import keccak
from eth_typing import ChecksumAddress

from jp20.chain.rpc.networks import Network
from jp20.chain.rpc.node import Answer, RpcCall, TooMuchAtOnce
from jp20.chain.rpc.node_errors import AccessRefused as AccessRefused
from jp20.chain.rpc.node_errors import AccessUnfit as AccessUnfit
from jp20.chain.rpc.node_errors import CannotConnect as CannotConnect
from jp20.chain.rpc.node_errors import CertificateRefused as CertificateRefused
from jp20.chain.rpc.node_errors import ConnectionLost as ConnectionLost
from jp20.chain.rpc.node_errors import GasPriceTooHigh as GasPriceTooHigh
from jp20.chain.rpc.node_errors import NoBlock as NoBlock
from jp20.chain.rpc.node_errors import NodeFailure as NodeFailure
from jp20.chain.rpc.node_errors import NodeRefused as NodeRefused
from jp20.chain.rpc.node_errors import NodesBehind as NodesBehind
from jp20.chain.rpc.node_errors import NodeTimedOut as NodeTimedOut
from jp20.chain.rpc.node_errors import NodeUnavailable as NodeUnavailable
from jp20.chain.rpc.node_errors import NoNode as NoNode
from jp20.chain.rpc.node_errors import NotANode as NotANode
from jp20.chain.rpc.node_errors import OnAnotherFork as OnAnotherFork
from jp20.chain.rpc.node_errors import WrongChain as WrongChain
from jp20.chain.rpc.node_errors import WrongGenesis as WrongGenesis
from jp20.chain.rpc.node_errors import host_of
from jp20.chain.rpc.nodes import CATCH_UP, SEND, Nodes
from jp20.chain.rpc.verdicts import is_definitive
from jp20.chain.rpc.vigil import Vigil
from jp20.domain.base.ids import BlockHash, TxHash

BATCH: Final = 100
"""Calls in one JSON-RPC batch, fewer where a node refuses so many. geth takes 1,000, Besu 1,024;
more than a hundred are no faster.
"""

BYTES: Final = 900_000
"""What a request may have of parameters: an nginx before a node takes 1 MB unless told otherwise,
anvil 2, geth and Besu 5.
"""

_ASKED_AGAIN: Final = (0.05, 0.1, 0.2, 0.3)
"""Seconds after which a block that is missing is asked for again."""

MOST_GAS_PRICE: Final = 10**13
"""Wei a node may ask for a unit of gas, 10,000 gwei. What asks for more is out of order, or means
no good; the settings may name any price.
"""

_KNOWN: Final = (
    "already known",  # geth
    "known transaction",  # Besu, GoQuorum
    "already imported",  # anvil
)
"""How nodes say that they have a transaction in their pool."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block's number, its hash and that of the one before, time (unix seconds) and gas limit, and
    its transactions' hashes.
    """

    number: int
    hash: BlockHash
    parent: BlockHash
    time: int
    gas_limit: int
    transactions: tuple[TxHash, ...]

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> "Block":
        return cls(
            quantity(found["number"]),
            BlockHash(octets(found["hash"])),
            BlockHash(octets(found["parentHash"])),
            quantity(found["timestamp"]),
            quantity(found["gasLimit"]),
            tuple(TxHash(octets(each)) for each in found["transactions"]),
        )


class Connection:
    """A chain that was checked, through the nodes of a network.

    Several threads may use it at once. What a method raises is a NodeFailure where no node gave an
    answer, and a NodeRefused where the answer is an error.
    """

    def __init__(self, network: Network, vigil: Vigil | None = None) -> None:
        self.network: Final = network
        self._nodes = Nodes(network, vigil)
        self._most = BATCH
        self.chain_id: Final = cast(int, self._nodes.chain_id)
        self.genesis: Final = cast(bytes, self._nodes.genesis)

    def __repr__(self) -> str:
        return f"Connection({', '.join(map(host_of, self.network.urls))}, chain {self.chain_id})"

    def close(self) -> None:
        """Its connections to the nodes are closed; another question opens new ones."""
        self._nodes.close()

    @property
    def changes(self) -> int:
        """How often a node was given up, or found to stand still."""
        return self._nodes.changes

    def standing(self, sender: Hashable) -> Hashable:
        """Something that is the same as long as a sender has the same node, and that one works.
        When it is another, what was handed over before and is in no block should be handed over
        again: the node that had it may be gone, or cut off.
        """
        return self._nodes.standing(sender)

    def rpc(self, method: str, *params: object) -> Any:
        """One call. Raises NodeRefused, NodeFailure."""
        return _result(method, self.answers([(method, params)])[0])

    def batch(self, calls: Iterable[RpcCall]) -> list[Any]:
        """Many calls in few requests. A call that the node refuses is a NodeRefused in its
        place. Raises NodeFailure.
        """
        asked = list(calls)
        return [
            _result_or_refusal(method, answer)
            for (method, _), answer in zip(asked, self.answers(asked), strict=True)
        ]

    def answers(self, calls: Sequence[RpcCall], sender: Hashable = None) -> list[Answer]:
        """The same as JSON-RPC has it. A `sender`: see `send_raw`. Raises NodeFailure."""
        return [answer for part in self._parts(calls) for answer in self._ask(part, sender)]

    def send_raw(
        self, raws: Sequence[bytes], sender: Hashable = None, *, everywhere: bool = False
    ) -> list[NodeRefused | None]:
        """Hands signed transactions to a node: None in the place of each that it took or has
        already, NodeRefused in that of any other.

        A `sender`, for instance the signer's address, has a node of its own as long as that one
        works: senders are spread over the nodes, and what is one sender's arrives in order. When
        the node fails, the next is given the same bytes: the same transaction, so that none can
        happen twice. `everywhere` gives them to every node, for what was sent before and is in no
        block.

        Raises NodeFailure where no node answered; one of them may have taken them nevertheless.
        """
        calls: list[RpcCall] = [(SEND, (f"0x{raw.hex()}",)) for raw in raws]
        told: list[NodeRefused | None] = []
        for part in self._parts(calls):
            told += self._tell_all(part) if everywhere else _refusals(self._ask(part, sender))
        refused = [place for place, answer in enumerate(told) if answer and not _is_known(answer)]
        known = self.answers(
            [("eth_getTransactionByHash", (f"0x{keccak(raws[i]).hex()}",)) for i in refused], sender
        )
        unknown = {
            place
            for place, answer in zip(refused, known, strict=True)
            if answer.get("result") is None
        }
        return [answer if place in unknown else None for place, answer in enumerate(told)]

    @cached_property
    def estimates_slowly(self) -> bool:
        """Whether the node takes longer to estimate gas than to make the transaction: Ganache, a
        minute for a batch of 250 deliveries that it makes in two seconds.
        """
        try:
            return str(self.rpc("web3_clientVersion")).startswith("Ganache")
        except NodeRefused:
            return False

    def block_number(self) -> int:
        """The newest block. Where there are several nodes, never less than it was, but after a
        reorganisation.
        """
        return quantity(self.rpc("eth_blockNumber"))

    def final_block(self) -> int:
        """Up to which block the chain is final by the network's rule."""
        return self.network.finality.final_block(self.block_number())

    def require_block(self, number: int, patience: float = CATCH_UP) -> None:
        """From now on nothing is read that is older than this block. Waits for a node that has it;
        raises NodesBehind after `patience` seconds, and nothing is required then.
        """
        self._nodes.require(number, patience)

    def block(self, number: int | None = None) -> Block:
        """A block by number, or the latest. Raises NoBlock where there is none."""
        (found,) = self._blocks([number])
        block = Block.of(found)
        self._nodes.remember(block.number, block.hash)
        return block

    def blocks(self, numbers: Iterable[int]) -> list[Block]:
        """Blocks by their numbers, in few requests. Raises NoBlock where one is missing."""
        return [Block.of(found) for found in self._blocks(list(numbers))]

    def times(self, blocks: Iterable[int]) -> dict[int, int]:
        """The time of each block, unix seconds."""
        numbers = list(blocks)
        found = self._blocks(numbers)
        return {n: quantity(block["timestamp"]) for n, block in zip(numbers, found, strict=True)}

    def code_at(self, address: ChecksumAddress) -> bytes:
        return octets(self.rpc("eth_getCode", address, "latest"))

    def next_nonce(self, address: ChecksumAddress) -> int:
        """The nonce after those that the node knows, the pending ones included."""
        return quantity(self.rpc("eth_getTransactionCount", address, "pending"))

    def gas_price(self) -> int:
        """Wei: the network's, or what the node asks. Raises GasPriceTooHigh."""
        if self.network.gas_price is not None:
            return self.network.gas_price
        return self.asked_gas_price()

    def asked_gas_price(self) -> int:
        """Wei that the node asks, whatever the network's is. Raises GasPriceTooHigh."""
        asked = quantity(self.rpc("eth_gasPrice"))
        if asked > MOST_GAS_PRICE:
            raise GasPriceTooHigh(asked)
        return asked

    # Inside

    def _blocks(self, numbers: Sequence[int | None]) -> list[dict[str, Any]]:
        """Blocks without their transactions. One that is missing is asked for again: behind one
        address may be several nodes, one of which lags. Raises NoBlock.
        """
        found: dict[int | None, dict[str, Any]] = {}
        for pause in (*_ASKED_AGAIN, None):
            missing = [number for number in numbers if number not in found]
            answers = self.batch(
                ("eth_getBlockByNumber", (block_tag(number), False)) for number in missing
            )
            found |= {n: a for n, a in zip(missing, answers, strict=True) if isinstance(a, dict)}
            if len(found) == len(set(numbers)):
                return [found[number] for number in numbers]
            if pause is not None:
                time.sleep(pause)
        raise NoBlock(next(number for number in numbers if number not in found))

    def _ask(self, calls: Sequence[RpcCall], sender: Hashable) -> list[Answer]:
        """The answers to what should go into one request, in more where a node refuses so much."""
        try:
            return self._nodes.ask(calls, sender)
        except TooMuchAtOnce as refusal:
            first, second = self._halves(calls, refusal)
        return self._ask(first, sender) + self._ask(second, sender)

    def _tell_all(self, calls: Sequence[RpcCall]) -> list[NodeRefused | None]:
        try:
            given = self._nodes.tell_all(calls)
        except TooMuchAtOnce as refusal:
            first, second = self._halves(calls, refusal)
        else:
            return [_of_several(of_one) for of_one in zip(*map(_refusals, given), strict=True)]
        return self._tell_all(first) + self._tell_all(second)

    def _halves(
        self, calls: Sequence[RpcCall], refusal: TooMuchAtOnce
    ) -> tuple[Sequence[RpcCall], Sequence[RpcCall]]:
        """Raises NodeRefused where there is nothing to halve."""
        middle = len(calls) // 2
        if middle == 0:
            raise NodeRefused(calls[0][0], refusal.error) from None
        if refusal.of_number:
            self._most = min(self._most, middle)
        return calls[:middle], calls[middle:]

    def _parts(self, calls: Iterable[RpcCall]) -> Iterator[list[RpcCall]]:
        part: list[RpcCall] = []
        size = 0
        for call in calls:
            more = _size(call)
            if part and (len(part) >= self._most or size + more > BYTES):
                yield part
                part, size = [], 0
            part.append(call)
            size += more
        if part:
            yield part


def connect(
    network: Network | str, chain_id: int | None = None, vigil: Vigil | None = None
) -> Connection:
    """Connects to a network or an RPC address and checks the chain. `vigil` says where a node keeps
    one waiting. Raises NodeFailure.
    """
    meant = network if isinstance(network, Network) else Network(network, chain_id)
    return Connection(meant, vigil)


def quantity(value: object) -> int:
    """A number as JSON-RPC has it."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no quantity")
    return int(value, 16)


def octets(value: object) -> bytes:
    """Bytes as JSON-RPC has them."""
    if not isinstance(value, str):
        raise TypeError(f"{value!r} are no bytes")
    return bytes.fromhex(value.removeprefix("0x"))


def block_tag(number: int | None) -> str:
    """A block as JSON-RPC names it; None is the latest."""
    return "latest" if number is None else hex(number)


def _result(method: str, answer: Answer) -> Any:
    refusal = _refusal(method, answer)
    if refusal is not None:
        raise refusal
    return answer["result"]


def _result_or_refusal(method: str, answer: Answer) -> Any:
    return _refusal(method, answer) or answer["result"]


def _refusal(method: str, answer: Answer) -> NodeRefused | None:
    error = answer.get("error")
    if error is None:
        return None
    return NodeRefused(method, error if isinstance(error, dict) else {"message": error})


def _refusals(answers: Sequence[Answer]) -> list[NodeRefused | None]:
    return [_refusal(SEND, answer) for answer in answers]


def _of_several(answers: Sequence[NodeRefused | None]) -> NodeRefused | None:
    """What several nodes say of one transaction: that one took it, or what one of them said that
    leaves it open, or what the first said.
    """
    if None in answers:
        return None
    refusals = [each for each in answers if each is not None]
    return next((each for each in refusals if not is_definitive(each)), refusals[0])


def _is_known(refusal: NodeRefused) -> bool:
    return any(each in str(refusal.error.get("message", "")).lower() for each in _KNOWN)


def _size(call: RpcCall) -> int:
    """About how many bytes a call's parameters are."""
    values = [
        value
        for parameter in call[1]
        for value in (parameter.values() if isinstance(parameter, dict) else [parameter])
    ]
    return sum(len(value) if isinstance(value, str) else 10 for value in values)
