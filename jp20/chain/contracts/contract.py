"""The compiled contracts that the package carries, and a contract at an address."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final, TypeVar

from eth_typing import ChecksumAddress

from jp20.chain.contracts.abi import Decoded, Interface, decode_error, merged
from jp20.chain.contracts.errors import Reverted, explain, revert_data
from jp20.chain.contracts.typed import typed
from jp20.chain.rpc.connection import Connection, NodeRefused, block_tag, octets
from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text
from jp20.domain.governance.requests import Call

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Artifact:
    """A compiled contract: interface, creation code (empty for an interface), compiler settings."""

    name: str
    interface: Interface
    bytecode: bytes
    compiler: dict[str, Any]
    executing: dict[str, tuple[int, int]]

    def creation(self, *arguments: object) -> bytes:
        """The data of the transaction that deploys it with these constructor arguments."""
        return self.bytecode + self.interface.encode_constructor(*arguments)


class NotCompiled(JP20Error):
    """The package does not carry the contract."""

    what = Text("Contract {name} is not compiled.")
    next_step = Text("Run: make compile")

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class NoContract(JP20Error):
    """There is no contract at the address, or not the one that was meant."""

    what = Text("{address} does not answer {function}.")
    why = Text("It is not such a contract on this chain.")
    next_step = Text("Check the address and the network.")

    def __init__(self, address: ChecksumAddress, function: str) -> None:
        super().__init__(address=address, function=function)


@cache
def artifact(name: str) -> Artifact:
    """A contract by its name. Raises NotCompiled."""
    file = resources.files("jp20").joinpath("contracts", f"{name}.json")
    if not file.is_file():
        raise NotCompiled(name)
    content = json.loads(file.read_text(encoding="utf-8"))
    return Artifact(
        content["contractName"],
        Interface(content["abi"]),
        bytes.fromhex(content["bytecode"].removeprefix("0x")),
        content["compiler"],
        {name: (slot, at) for name, (slot, at) in content.get("executing", {}).items()},
    )


def token_at(connection: Connection, address: ChecksumAddress) -> "Contract":
    """A token: its five contracts under one interface."""
    return Contract(connection, address, token_interface())


def platform_at(connection: Connection, address: ChecksumAddress) -> "Contract":
    return Contract(connection, address, artifact("Platform").interface)


def consortium_at(connection: Connection, address: ChecksumAddress) -> "Contract":
    return Contract(connection, address, artifact("Consortium").interface)


def settlement_at(connection: Connection, address: ChecksumAddress) -> "Contract":
    return Contract(connection, address, artifact("Settlement").interface)


def token_interface() -> Interface:
    """The interface under which a token's five contracts are one."""
    return artifact("IJP20Token").interface


def decode_revert(data: bytes) -> Decoded | None:
    """The error in a revert's data, whichever of the package's contracts it comes from."""
    return decode_error(_errors(), data)


@cache
def _errors() -> Any:
    folder = resources.files("jp20").joinpath("contracts")
    names = [file.name for file in folder.iterdir()] if folder.is_dir() else []
    interfaces = [
        artifact(name.removesuffix(".json")).interface for name in names if name.endswith(".json")
    ]
    return merged(interfaces)


class Contract:
    """A contract at an address: what it answers, as typed values, and the calls that change it."""

    def __init__(
        self, connection: Connection, address: ChecksumAddress, interface: Interface
    ) -> None:
        self.connection: Final = connection
        self.address: Final = address
        self.interface: Final = interface

    def call(self, function: str, *arguments: object) -> Call:
        """A call that changes state, to be sent or proposed. TypeError for arguments that do not
        fit.
        """
        return Call(self.address, self.interface.encode(function, *arguments))

    def read(
        self,
        kind: type[_T],
        function: str,
        *arguments: object,
        sender: ChecksumAddress = ZERO_ADDRESS,
        block: int | None = None,
    ) -> _T:
        """What a function answers, as a `kind` (see `typed`), at a block or the latest.

        Raises Reverted, or NoContract where the address answers otherwise.
        """
        call = self.call(function, *arguments)
        try:
            answer = octets(self.connection.rpc("eth_call", *eth_call(call, sender, block)))
        except NodeRefused as refusal:
            raise reverted(refusal, call) from None
        return self._result(kind, function, arguments, answer)

    def read_many(
        self,
        kind: type[_T],
        function: str,
        rows: Sequence[Sequence[object]],
        *,
        block: int | None = None,
    ) -> list[_T]:
        """The same for many rows of arguments, in JSON-RPC batches."""
        calls = [self.call(function, *row) for row in rows]
        answers = self.connection.batch(
            ("eth_call", eth_call(call, ZERO_ADDRESS, block)) for call in calls
        )
        results = []
        for call, row, answer in zip(calls, rows, answers, strict=True):
            if isinstance(answer, NodeRefused):
                raise reverted(answer, call)
            results.append(self._result(kind, function, row, octets(answer)))
        return results

    def _result(
        self, kind: type[_T], function: str, arguments: Sequence[object], answer: bytes
    ) -> _T:
        try:
            value = self.interface.decode_result(function, answer, len(arguments))
        except ValueError:
            raise NoContract(self.address, function) from None
        return typed(kind, value)


def eth_call(call: Call, sender: ChecksumAddress, block: int | None) -> tuple[dict[str, str], str]:
    """The parameters of eth_call."""
    return ({"from": sender, "to": call.target, "data": f"0x{call.data.hex()}"}, block_tag(block))


def reverted(refusal: NodeRefused, call: Call) -> Reverted | NodeRefused:
    """The node's refusal of a call as what the contract said; as it is where it was no revert."""
    data = revert_data(refusal.error)
    return refusal if data is None else explain(decode_revert(data), data, call)
