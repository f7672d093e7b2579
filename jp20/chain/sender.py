"""A simple sender: preflight, sign, submit, wait. Each step is a function of its own.

The outbox of issue 4 stands between `sign` and `submit`: it stores what is signed before it is
sent, and gives the nonces.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from jp20.chain.abi import Interface
from jp20.chain.connection import Connection, NodeRefused, quantity
from jp20.chain.contracts import Artifact, decode_revert, eth_call
from jp20.chain.errors import Reverted, explain, revert_data
from jp20.chain.receipts import Receipt, wait_for_receipts
from jp20.chain.signers import Signed, Signer, Unsigned
from jp20.domain.addresses import ZERO_ADDRESS
from jp20.domain.errors import JP20Error, Text
from jp20.domain.requests import Call

GAS_MARGIN: Final = 1.25
"""Gas given for each of the estimate: rows that are refused now may pass then."""

LONG: Final = 4096
"""Bytes of a call that does something to many."""

WINDOW: Final = 50
"""Transactions in flight at once."""

RuleOf = Callable[[Call], int]
"""The word of the Consortium's rule for a call, zero where there is none."""


class TooMuchGas(JP20Error):
    """A transaction needs more gas than a block has."""

    def __init__(self, needed: int, limit: int) -> None:
        super().__init__(
            Text(
                f"The transaction needs {needed:,} gas, and a block has {limit:,}.",
                f"この取引には {needed:,} のガスが必要ですが、ブロックの上限は {limit:,} です。",
            ),
            next_step=Text("Make the batch smaller.", "一括処理の件数を減らしてください。"),
        )


class SendingRefused(JP20Error):
    """The node did not take a transaction."""

    def __init__(self, message: str) -> None:
        super().__init__(
            Text("The node did not take the transaction.", "ノードが取引を受け付けませんでした。"),
            Text(message, message),
            Text(
                "Check the account's balance and nonce, and the network's gas price.",
                "口座の残高・ノンスと、ネットワークのガス価格を確認してください。",
            ),
        )


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends one signer's transactions over one connection.

    `interfaces` are the known contracts by address, for naming functions in errors; `rule_of` says
    which role an unauthorised key lacks; `patience` is the time in seconds to wait for a block.
    """

    connection: Connection
    signer: Signer
    interfaces: Mapping[ChecksumAddress, Interface]
    rule_of: RuleOf | None = None
    patience: float = 120.0

    def deploy(self, artifact: Artifact, *arguments: object) -> Receipt:
        """Deploys a contract; the receipt has its address. Raises Reverted, TooMuchGas, …"""
        creation = Call(ZERO_ADDRESS, artifact.creation(*arguments))
        return self._one(creation)

    def send(self, call: Call) -> Receipt:
        """Makes a call and waits for its receipt. Raises Reverted where it is refused, now or
        then.
        """
        return self._one(call)

    def send_all(self, calls: Sequence[Call]) -> list[Receipt | Reverted]:
        """Makes calls that do not build on one another, in order, a window at a time.

        A call that is refused is a Reverted in its place, and the others are made.
        """
        outcomes: list[Receipt | Reverted] = []
        for start in range(0, len(calls), WINDOW):
            outcomes += self._window(calls[start : start + WINDOW])
        return outcomes

    # The steps

    def preflight(self, calls: Sequence[Call]) -> list[int | Reverted]:
        """The gas to give to each call, or what it would be refused for now. Raises TooMuchGas."""
        tried = self.connection.batch(
            ("eth_call", self._parameters(call, "latest")) for call in calls
        )
        limit = self.connection.block().gas_limit
        accepted = [
            call
            for call, answer in zip(calls, tried, strict=True)
            if not isinstance(answer, NodeRefused)
        ]
        estimated = iter(self._estimates(accepted, limit))
        results: list[int | Reverted] = []
        for call, answer in zip(calls, tried, strict=True):
            gas = answer if isinstance(answer, NodeRefused) else next(estimated)
            results.append(
                self._refusal(call, gas) if isinstance(gas, NodeRefused) else _given(gas, limit)
            )
        return results

    def sign(self, call: Call, nonce: int, gas: int, gas_price: int) -> Signed:
        """The signed transaction of a call."""
        to = None if call.target == ZERO_ADDRESS else call.target
        return self.signer.sign_transaction(
            Unsigned(self.connection.chain_id, nonce, gas_price, gas, to, call.data)
        )

    def submit(self, signed: Sequence[Signed]) -> None:
        """Hands transactions to the node. One that it knows already is as good as taken.

        Raises SendingRefused for the first that it does not take; the others are handed over.
        """
        answers = self.connection.batch(
            ("eth_sendRawTransaction", (f"0x{each.raw.hex()}",)) for each in signed
        )
        refused = [
            (each, answer)
            for each, answer in zip(signed, answers, strict=True)
            if isinstance(answer, NodeRefused)
        ]
        known = self.connection.batch(
            ("eth_getTransactionByHash", (f"0x{each.hash.hex()}",)) for each, _ in refused
        )
        for (_, refusal), transaction in zip(refused, known, strict=True):
            if transaction is None:
                raise SendingRefused(refusal.why.en if refusal.why else "")

    def outcome(self, call: Call, receipt: Receipt) -> Receipt | Reverted:
        """The receipt, or why the transaction failed: found by making the call again at its
        block.
        """
        if receipt.succeeded:
            return receipt
        for block in (receipt.block, receipt.block - 1):
            try:
                self.connection.rpc("eth_call", *self._parameters(call, hex(block)))
            except NodeRefused as refusal:
                data = revert_data(refusal.error)
                if data is not None:
                    return self._explained(call, data)
        return self._explained(call, b"")

    # Inside

    def _one(self, call: Call) -> Receipt:
        outcome = self._window([call])[0]
        if isinstance(outcome, Reverted):
            raise outcome
        return outcome

    def _window(self, calls: Sequence[Call]) -> list[Receipt | Reverted]:
        gas = self.preflight(calls)
        price = self.connection.gas_price()
        nonce = self.connection.next_nonce(self.signer.address)
        signed: dict[int, Signed] = {}
        for place, (call, given) in enumerate(zip(calls, gas, strict=True)):
            if isinstance(given, int):
                signed[place] = self.sign(call, nonce + len(signed), given, price)
        receipts: dict[bytes, Receipt] = {}
        for block in self._blockfuls(signed, gas):
            self.submit(block)
            hashes = [each.hash for each in block]
            receipts |= wait_for_receipts(self.connection, hashes, self.patience)
        return [
            given
            if isinstance(given, Reverted)
            else self.outcome(call, receipts[signed[place].hash])
            for place, (call, given) in enumerate(zip(calls, gas, strict=True))
        ]

    def _blockfuls(
        self, signed: Mapping[int, Signed], gas: Sequence[int | Reverted]
    ) -> list[list[Signed]]:
        """What fits into one block, in order: a node that mines when it is sent something leaves
        the rest lying until it is sent more.
        """
        limit = self.connection.block().gas_limit
        blocks: list[list[Signed]] = []
        room = 0
        for place, each in signed.items():
            given = gas[place]
            needed = given if isinstance(given, int) else 0
            if needed > room:
                blocks.append([])
                room = limit
            blocks[-1].append(each)
            room -= needed
        return blocks

    def _estimates(self, calls: Sequence[Call], limit: int) -> list[object]:
        """The gas that the node thinks each call needs; a block's where it would think too long."""
        slow = [self.connection.estimates_slowly and len(call.data) > LONG for call in calls]
        estimated = iter(
            self.connection.batch(
                ("eth_estimateGas", self._parameters(call)[:1])
                for call, without in zip(calls, slow, strict=True)
                if not without
            )
        )
        return [hex(limit) if without else next(estimated) for without in slow]

    def _parameters(self, call: Call, block: str | None = None) -> tuple[object, ...]:
        transaction, _ = eth_call(call, self.signer.address, None)
        if call.target == ZERO_ADDRESS:
            del transaction["to"]
        return (transaction, block)

    def _refusal(self, call: Call, refusal: NodeRefused) -> Reverted:
        data = revert_data(refusal.error)
        if data is None:
            raise refusal
        return self._explained(call, data)

    def _explained(self, call: Call, data: bytes) -> Reverted:
        interface = self.interfaces.get(call.target)
        decoded = interface.decode_call(call.data) if interface else None
        return explain(
            decode_revert(data),
            data,
            call,
            function=decoded.name if decoded else None,
            rule=self.rule_of(call) if self.rule_of else None,
        )


def _given(estimate: object, limit: int) -> int:
    needed = quantity(estimate)
    if needed > limit:
        raise TooMuchGas(needed, limit)
    return min(int(needed * GAS_MARGIN), limit)
