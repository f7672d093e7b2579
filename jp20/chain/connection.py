"""The connection to a node: JSON-RPC in, typed values out, and errors that say what to do next."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, Final, cast
from urllib.parse import urlsplit

import requests
from eth_typing import ChecksumAddress
from web3 import HTTPProvider, Web3
from web3.middleware import ExtraDataToPOAMiddleware
from web3.types import RPCEndpoint, RPCResponse

from jp20.chain.networks import Network
from jp20.domain.errors import JP20Error, Text

TIMEOUT: Final = (3.05, 60.0)
"""Seconds to connect and to wait for an answer."""

BATCH: Final = 100
"""Calls in one JSON-RPC batch."""


class CannotConnect(JP20Error):
    """Nobody answers at the address."""

    def __init__(self, url: str) -> None:
        super().__init__(
            Text(f"No connection to {_host(url)}.", f"{_host(url)} に接続できません。"),
            Text("Nothing answers at this address.", "このアドレスから応答がありません。"),
            Text(
                "Start the node (on a developer's machine: ganache), or correct the address.",
                "ノードを起動するか(開発環境では ganache)、接続先を修正してください。",
            ),
        )


class NotANode(JP20Error):
    """Somebody answers, but not as a node does."""

    def __init__(self, url: str) -> None:
        super().__init__(
            Text(
                f"{_host(url)} is no Ethereum node.",
                f"{_host(url)} はEthereumノードではありません。",
            ),
            Text("It does not speak JSON-RPC.", "JSON-RPCの応答が得られません。"),
            Text("Correct the address and the port.", "アドレスとポートを修正してください。"),
        )


class NodeTimedOut(JP20Error):
    """The node did not answer in time. Whether it did what it was asked is not known."""

    def __init__(self, url: str, method: str) -> None:
        super().__init__(
            Text(f"{_host(url)} did not answer.", f"{_host(url)} から応答がありません。"),
            Text(
                f"{method} took more than {TIMEOUT[1]:.0f} seconds.",
                f"{method} が {TIMEOUT[1]:.0f} 秒以内に完了しませんでした。",
            ),
            Text(
                "Look at the node, then try again.", "ノードの状態を確認し、再度実行してください。"
            ),
        )


class WrongChain(JP20Error):
    """The node is on another chain than the one that was meant."""

    def __init__(self, url: str, expected: int, found: int) -> None:
        super().__init__(
            Text(
                f"{_host(url)} is on chain {found}, not on {expected}.",
                f"{_host(url)} のチェーンIDは {found} です({expected} ではありません)。",
            ),
            next_step=Text(
                "Choose the network that is meant; nothing was signed.",
                "正しいネットワークを指定してください。署名は行われていません。",
            ),
        )


class NodeRefused(JP20Error):
    """The node answered with an error. `error` is JSON-RPC's, as the node wrote it."""

    def __init__(self, method: str, error: dict[str, Any]) -> None:
        message = str(error.get("message", error))
        super().__init__(
            Text(f"The node refused {method}.", f"ノードが {method} を拒否しました。"),
            Text(message, message),
        )
        self.method = method
        self.error = error


@dataclass(frozen=True, slots=True)
class Block:
    """A block's number, hash, time (unix seconds) and gas limit, and its transactions' hashes."""

    number: int
    hash: bytes
    time: int
    gas_limit: int
    transactions: tuple[bytes, ...]


class Connection:
    """A node on a chain that was checked. `web3` is there for scripts that want it."""

    def __init__(self, network: Network) -> None:
        self.network: Final = network
        self._provider = HTTPProvider(
            network.url, request_kwargs={"timeout": TIMEOUT}, exception_retry_configuration=None
        )
        self.web3: Final = Web3(self._provider)
        self.web3.middleware_onion.inject(ExtraDataToPOAMiddleware, layer=0)
        self.chain_id: Final = quantity(self.rpc("eth_chainId"))
        if network.chain_id is not None and network.chain_id != self.chain_id:
            raise WrongChain(network.url, network.chain_id, self.chain_id)

    def __repr__(self) -> str:
        return f"Connection({_host(self.network.url)}, chain {self.chain_id})"

    def rpc(self, method: str, *params: object) -> Any:
        """One call. Raises NodeRefused, CannotConnect, NotANode, NodeTimedOut."""
        with _Edge(self.network.url, method):
            response = self._provider.make_request(RPCEndpoint(method), list(params))
        return _result(method, response)

    def batch(self, calls: Iterable[tuple[str, Sequence[object]]]) -> list[Any]:
        """Many calls in few requests. A call that the node refuses is a NodeRefused in its
        place.
        """
        answers: list[Any] = []
        for part in _parts(calls):
            method = part[0][0]
            with _Edge(self.network.url, method):
                responses = self._provider.make_batch_request(
                    [(RPCEndpoint(name), list(params)) for name, params in part]
                )
            if not isinstance(responses, list):
                _result(method, responses)
                raise NotANode(self.network.url)
            if len(responses) != len(part):
                raise NotANode(self.network.url)
            for (name, _), response in zip(part, responses, strict=True):
                try:
                    answers.append(_result(name, response))
                except NodeRefused as refusal:
                    answers.append(refusal)
        return answers

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
        return quantity(self.rpc("eth_blockNumber"))

    def block(self, number: int | None = None) -> Block:
        """A block by number, or the latest. LookupError where there is none."""
        found = self.rpc("eth_getBlockByNumber", block_tag(number), False)
        if found is None:
            raise LookupError(f"block {number}")
        return Block(
            quantity(found["number"]),
            octets(found["hash"]),
            quantity(found["timestamp"]),
            quantity(found["gasLimit"]),
            tuple(octets(each) for each in found["transactions"]),
        )

    def times(self, blocks: Iterable[int]) -> dict[int, int]:
        """The time of each block, unix seconds."""
        numbers = list(blocks)
        found = self.batch(("eth_getBlockByNumber", (block_tag(n), False)) for n in numbers)
        return {n: quantity(block["timestamp"]) for n, block in zip(numbers, found, strict=True)}

    def code_at(self, address: ChecksumAddress) -> bytes:
        return octets(self.rpc("eth_getCode", address, "latest"))

    def next_nonce(self, address: ChecksumAddress) -> int:
        """The nonce after those that the node knows, the pending ones included."""
        return quantity(self.rpc("eth_getTransactionCount", address, "pending"))

    def gas_price(self) -> int:
        """Wei: the network's, or what the node asks."""
        if self.network.gas_price is not None:
            return self.network.gas_price
        return quantity(self.rpc("eth_gasPrice"))


def connect(network: Network | str, chain_id: int | None = None) -> Connection:
    """Connects to a network or an RPC address and checks the chain.

    Raises CannotConnect, NotANode, NodeTimedOut, WrongChain.
    """
    return Connection(network if isinstance(network, Network) else Network(network, chain_id))


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


class _Edge:
    """What can go wrong between here and the node, as JP20's errors."""

    def __init__(self, url: str, method: str) -> None:
        self._url = url
        self._method = method

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        match error:
            case requests.ReadTimeout():
                raise NodeTimedOut(self._url, self._method) from None
            case requests.ConnectionError() | requests.ConnectTimeout():
                raise CannotConnect(self._url) from None
            case requests.RequestException() | ValueError():
                raise NotANode(self._url) from None


def _result(method: str, response: RPCResponse) -> Any:
    error = response.get("error")
    if error is not None:
        raise NodeRefused(
            method, cast(dict[str, Any], error) if isinstance(error, dict) else {"message": error}
        )
    return response["result"]


def _parts(
    calls: Iterable[tuple[str, Sequence[object]]],
) -> Iterator[list[tuple[str, Sequence[object]]]]:
    remaining = iter(calls)
    while part := list(islice(remaining, BATCH)):
        yield part


def _host(url: str) -> str:
    """The address without what may be secret in it: user, password, path, query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
