"""The chain that everything is measured on: transactions from any account, and what they used."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from eth_hash.auto import keccak
from eth_typing import ChecksumAddress

from jp20.chain.contracts.abi import Interface
from jp20.chain.local import PATIENCE
from jp20.chain.rpc.connection import Connection, NodeRefused, octets, quantity
from jp20.chain.sending.waiting import wait_for_receipts
from jp20.domain.base.addresses import ZERO_ADDRESS, address_of
from jp20.domain.governance.requests import Call

GAS_LIMIT: Final = 90_000_000
GAS_PRICE: Final = 2 * 10**9


class Failed(RuntimeError):
    """A transaction that the run needs was refused."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A transaction in a block: its hash, `receipt.gasUsed`, and the address that it made."""

    hash: str
    gas: int
    made: ChecksumAddress


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract at an address, under its interface."""

    chain: "Chain"
    address: ChecksumAddress
    interface: Interface
    deployment: Sent

    def call(self, function: str, *arguments: object) -> Call:
        return Call(self.address, self.interface.encode(function, *arguments))

    def send(self, sender: ChecksumAddress, function: str, *arguments: object) -> Sent:
        return self.chain.send(sender, self.call(function, *arguments))

    def read(self, function: str, *arguments: object) -> Any:
        call = self.call(function, *arguments)
        answer = self.chain.rpc(
            "eth_call", {"to": call.target, "data": f"0x{call.data.hex()}"}, "latest"
        )
        return self.interface.decode_result(function, octets(answer), len(arguments))


class Chain:
    """One anvil, a block a transaction. It signs for every account, so that nobody needs a key."""

    def __init__(self, connection: Connection) -> None:
        self.rpc: Final = connection.rpc
        self._connection: Final = connection
        self.used = 0  # gas of all transactions so far
        self._funded: set[str] = set()
        self.rpc("anvil_autoImpersonateAccount", True)

    def send(self, sender: ChecksumAddress, call: Call, gas: int = GAS_LIMIT) -> Sent:
        """Raises Failed where it reverts."""
        return self._send(_fields(sender, call), gas)

    def send_listed(self, sender: ChecksumAddress, call: Call, of: ChecksumAddress) -> Sent:
        """With an access list (EIP-2930) of the contract `of` and of all its words that the
        transaction comes to read.
        """
        fields = _fields(sender, call)
        listed = self.rpc("eth_createAccessList", fields, "latest")["accessList"]
        entries = [each for each in listed if each["address"].lower() == of.lower()]
        return self._send({**fields, "accessList": entries})

    def send_all(self, calls: Sequence[tuple[ChecksumAddress, Call]]) -> None:
        """Each by its sender, all in one block. Raises Failed where one reverts."""
        gas = GAS_LIMIT // len(calls)
        for sender, _ in calls:
            self._fund(sender)
        self.rpc("evm_setAutomine", False)
        sent = [octets(self._submit(_fields(sender, call), gas)) for sender, call in calls]
        self.rpc("evm_setAutomine", True)
        self.rpc("evm_mine")
        for transaction, receipt in wait_for_receipts(self._connection, sent, PATIENCE).items():
            if not receipt.succeeded:
                raise Failed(self._reason(f"0x{transaction.hex()}"))
            self.used += receipt.gas_used

    def needed(self, sender: ChecksumAddress, call: Call) -> int:
        """The least gas limit with which a transaction goes through. It is more than what is used
        where storage is cleared: that is refunded only afterwards.
        """
        self._fund(sender)
        fields = {**_fields(sender, call), "gas": hex(GAS_LIMIT)}
        try:
            return quantity(self.rpc("eth_estimateGas", fields))
        except NodeRefused as refusal:
            raise Failed(refusal.error) from None

    def topics(self, sent: Sent) -> list[str]:
        """What the logs of a transaction are, by their first topic."""
        return [
            log["topics"][0] for log in self.rpc("eth_getTransactionReceipt", sent.hash)["logs"]
        ]

    @contextmanager
    def undone(self) -> Iterator[None]:
        """What is done inside has not been, afterwards."""
        snapshot, funded = self.rpc("evm_snapshot"), set(self._funded)
        yield
        self.rpc("evm_revert", snapshot)
        self._funded = funded

    def deploy(self, sender: ChecksumAddress, creation: bytes, interface: Interface) -> Contract:
        sent = self._send({"from": sender, "data": f"0x{creation.hex()}"})
        return Contract(self, sent.made, interface, sent)

    def gas_inside(self, sent: Sent, target: ChecksumAddress) -> int:
        """What the first call to `target` inside a transaction used: the call as such, without the
        transaction's 21,000 and calldata.
        """
        tracer = {"tracer": "callTracer"}
        outermost = self.rpc("debug_traceTransaction", sent.hash, tracer)
        call = next(each for each in outermost["calls"] if each["to"] == target.lower())
        return quantity(call["gasUsed"])

    def now(self) -> int:
        return quantity(self.rpc("eth_getBlockByNumber", "latest", False)["timestamp"])

    def wait_until(self, time: int) -> None:
        """Lets the clock go on to a second, and makes a block."""
        self.rpc("evm_setNextBlockTimestamp", time)
        self.rpc("evm_mine")

    def _fund(self, sender: str) -> None:
        if sender not in self._funded:
            self.rpc("anvil_setBalance", sender, hex(10**24))
            self._funded.add(sender)

    def _send(self, fields: dict[str, str], gas: int = GAS_LIMIT) -> Sent:
        self._fund(fields["from"])
        transaction = self._submit(fields, gas)
        receipts = wait_for_receipts(self._connection, [octets(transaction)], PATIENCE)
        receipt = receipts[octets(transaction)]
        if not receipt.succeeded:
            raise Failed(self._reason(transaction))
        self.used += receipt.gas_used
        return Sent(transaction, receipt.gas_used, receipt.contract or ZERO_ADDRESS)

    def _submit(self, fields: dict[str, str], gas: int) -> Any:
        priced = {"gas": hex(gas), "gasPrice": hex(GAS_PRICE), **fields}
        try:
            return self.rpc("eth_sendTransaction", priced)
        except NodeRefused as refusal:
            raise Failed(refusal.error) from None

    def _reason(self, transaction: str) -> str:
        trace = self.rpc("debug_traceTransaction", transaction, {"tracer": "callTracer"})
        return f"{transaction}: {trace.get('error')} {trace.get('output', '')[:200]}"


def _fields(sender: ChecksumAddress, call: Call) -> dict[str, str]:
    return {"from": sender, "to": call.target, "data": f"0x{call.data.hex()}"}


def intrinsic_gas(call: Call) -> int:
    """What a transaction costs before its first step: 21,000, and 4 or 16 a byte of calldata."""
    return 21_000 + sum(16 if byte else 4 for byte in call.data)


def account(name: str, number: int = 0) -> ChecksumAddress:
    """A made-up address, the same in every run. None of its bytes is zero, so that all rows have
    calldata of the same price, the highest.
    """
    seed = keccak(f"{name} {number}".encode())
    while 0 in seed[12:]:
        seed = keccak(seed)
    return address_of(seed[12:])
