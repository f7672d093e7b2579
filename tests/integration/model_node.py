"""A chain in memory behind a node that refuses, forgets, lags, limits and lies, and a clock that
runs only while somebody waits: what a sender needs of a chain, without a process or a second.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from eth_hash.auto import keccak

from jp20.chain.rpc.node_errors import ConnectionLost, NodeUnavailable
from jp20.domain.transactions.transactions import Recovered, recover_signer

Rpc = dict[str, Any]

GAS_LIMIT = 30_000_000


@dataclass(frozen=True)
class ModelBlock:
    """A block: `salt` tells two of the same height and content apart."""

    number: int
    parent: bytes
    transactions: tuple[Recovered, ...]
    salt: int

    @property
    def hash(self) -> bytes:
        content = b"".join(each.hash for each in self.transactions)
        return keccak(b"%d %d" % (self.number, self.salt) + self.parent + content)


@dataclass
class ModelChain:
    """Blocks, a pool, and what the node before them does to the requests that come.

    A request that sends takes one of `sending_faults`, one that reads one of `reading_faults`;
    where there are none the node is honest. `distance` is how far ahead of the account's count a
    nonce may be to be taken; `false_pending` is by how much its count of what waits is wrong;
    `gas_price` is what it asks.
    """

    distance: int = 10**9
    blocks: list[ModelBlock] = field(default_factory=lambda: [ModelBlock(0, b"", (), 0)])
    pool: dict[tuple[str, int], Recovered] = field(default_factory=dict)
    held_back: list[Recovered] = field(default_factory=list)
    sending_faults: list[str] = field(default_factory=list)
    reading_faults: list[str] = field(default_factory=list)
    now: float = 1_000.0
    makes_blocks: bool = True
    per_block: int = 10**9
    salt: int = 0
    false_pending: int = 0
    gas_price: int = 10
    before_sending: Callable[[], None] = lambda: None
    handed_over: list[bytes] = field(default_factory=list)

    # The chain

    def count(self, sender: str, head: int | None = None) -> int:
        return sum(
            each.sender == sender
            for block in self.blocks[: None if head is None else head + 1]
            for each in block.transactions
        )

    def executed(self) -> list[bytes]:
        """The data of what is in blocks, in order."""
        return [each.transaction.data for block in self.blocks for each in block.transactions]

    def mine(self) -> None:
        """A block of what the pool has next, of each sender in order."""
        taken: list[Recovered] = []
        for sender in sorted({sender for sender, _ in self.pool}):
            nonce = self.count(sender)
            while len(taken) < self.per_block and (sender, nonce) in self.pool:
                taken.append(self.pool.pop((sender, nonce)))
                nonce += 1
        for sender, nonce in list(self.pool):
            if nonce < self.count(sender):
                del self.pool[sender, nonce]
        self.salt += 1
        last = self.blocks[-1]
        self.blocks.append(ModelBlock(last.number + 1, last.hash, tuple(taken), self.salt))

    def reorganise(self, depth: int, *, keeps: bool) -> None:
        """The last blocks are replaced by as many and one more without transactions; these go back
        to the pool, or are lost.
        """
        depth = min(depth, len(self.blocks) - 1)
        if not depth:
            return
        gone = self.blocks[-depth:]
        del self.blocks[-depth:]
        if keeps:
            for block in gone:
                for each in block.transactions:
                    self.pool.setdefault((each.sender, each.transaction.nonce), each)
        waiting, self.pool = self.pool, {}
        for _ in range(depth + 1):
            self.mine()
        self.pool = waiting

    def take(self, raw: bytes, *, force: bool = False) -> str | None:
        """Puts a transaction into the pool; what is against it."""
        found = recover_signer(raw)
        sender, nonce = found.sender, found.transaction.nonce
        count = self.count(sender)
        there = self.pool.get((sender, nonce))
        if there is not None and there.hash == found.hash:
            return "already known"
        if nonce < count:
            return "nonce too low"
        if nonce >= count + self.distance:
            return "Nonce is too distant from current sender nonce"
        if (
            there is not None
            and found.transaction.gas_price * 10 < there.transaction.gas_price * 11
        ):
            return "replacement transaction underpriced"
        self.pool[sender, nonce] = found
        return None

    # Time

    def sleep(self, seconds: float) -> None:
        """Time passes: a block a second, and what was held back arrives."""
        before = int(self.now)
        self.now += max(seconds, 0.001)
        for _ in range(int(self.now) - before):
            late, self.held_back = self.held_back, []
            for each in late:
                key = (each.sender, each.transaction.nonce)
                if each.transaction.nonce >= self.count(each.sender):
                    self.pool.setdefault(key, each)
            if self.makes_blocks:
                self.mine()

    def monotonic(self) -> float:
        return self.now


class ModelNode:
    """What stands in for `jp20.chain.rpc.node.Node`."""

    def __init__(self, chain: ModelChain, url: str) -> None:
        self.chain = chain
        self.url = url
        self.opened = 1
        self.asked: list[str] = []

    def ask(self, calls: Sequence[tuple[str, Sequence[Any]]], seconds: float = 0) -> list[Rpc]:
        chain = self.chain
        self.asked += [method for method, _ in calls]
        sends = any(method == "eth_sendRawTransaction" for method, _ in calls)
        if sends:
            chain.before_sending()
        faults = chain.sending_faults if sends else chain.reading_faults
        fault = faults.pop(0) if faults else ""
        if fault == "limited":
            raise NodeUnavailable(self.url, 429)
        if fault == "lost before":
            raise ConnectionLost(self.url)
        head = len(chain.blocks) - 1 - (int(fault[4:]) if fault.startswith("lag ") else 0)
        answers = [
            self._answer(method, list(params), max(head, 0), fault) for method, params in calls
        ]
        if fault == "lost after":
            raise ConnectionLost(self.url)
        return answers

    ask_or_give_up = ask

    def _answer(self, method: str, params: list[Any], head: int, fault: str) -> Rpc:
        answer = self._result(method, params, head, fault)
        return answer if isinstance(answer, dict) and "error" in answer else {"result": answer}

    def _result(self, method: str, params: list[Any], head: int, fault: str) -> Any:
        chain = self.chain
        match method:
            case "eth_chainId":
                return hex(4242)
            case "web3_clientVersion":
                return "Model/v1"
            case "eth_blockNumber":
                return hex(head)
            case "eth_gasPrice":
                return hex(chain.gas_price)
            case "eth_estimateGas":
                return hex(30_000)
            case "eth_call":
                return "0x"
            case "eth_getLogs":
                return []
            case "eth_getBlockByNumber":
                number = head if params[0] == "latest" else int(params[0], 16)
                return self._block(number, params[1]) if number <= head else None
            case "eth_getTransactionCount":
                return hex(self._count(params, head))
            case "eth_getTransactionByHash" | "eth_getTransactionReceipt" if fault == "nulls":
                return None
            case "eth_getTransactionByHash":
                there = {f"0x{each.hash.hex()}" for each in chain.pool.values()}
                return (
                    {"hash": params[0]}
                    if params[0] in there or self._place(params[0], head)
                    else None
                )
            case "eth_getTransactionReceipt":
                return self._receipt(params[0], head)
            case "eth_sendRawTransaction":
                return self._send(bytes.fromhex(params[0][2:]), fault)
        return _error(-32601, f"the method {method} does not exist")

    def _count(self, params: list[Any], head: int) -> int:
        sender, tag = params
        if tag == "pending":
            count = self.chain.count(sender)
            while (sender, count) in self.chain.pool:
                count += 1
            return count + self.chain.false_pending
        return self.chain.count(sender, head if tag == "latest" else min(int(tag, 16), head))

    def _send(self, raw: bytes, fault: str) -> Any:
        chain = self.chain
        chain.handed_over.append(raw)
        found = recover_signer(raw)
        if fault == "too busy":
            return _error(-32005, "request rate exceeded")
        if fault == "unfamiliar":
            return _error(-32000, "the moon is not in the right place")
        if fault == "later":
            chain.held_back.append(found)
            return _error(-32002, "request timed out")
        if fault == "poor":
            return _error(-32000, "insufficient funds for gas * price + value: balance 0")
        refusal = chain.take(raw)
        if fault == "taken, error":
            return _error(-32603, "internal error")
        if refusal is not None:
            return _error(-32000, refusal)
        return f"0x{found.hash.hex()}"

    def _place(self, hash: str, head: int) -> tuple[ModelBlock, int] | None:
        for block in self.chain.blocks[: head + 1]:
            for index, each in enumerate(block.transactions):
                if f"0x{each.hash.hex()}" == hash:
                    return block, index
        return None

    def _receipt(self, hash: str, head: int) -> Rpc | None:
        place = self._place(hash, head)
        if place is None:
            return None
        block, _ = place
        return {
            "transactionHash": hash,
            "blockNumber": hex(block.number),
            "blockHash": f"0x{block.hash.hex()}",
            "status": "0x1",
            "contractAddress": None,
            "gasUsed": "0x5208",
            "logs": [],
        }

    def _block(self, number: int, full: bool) -> Rpc:
        block = self.chain.blocks[number]
        return {
            "number": hex(number),
            "hash": f"0x{block.hash.hex()}",
            "parentHash": f"0x{block.parent.hex():0>64}",
            "timestamp": hex(number),
            "gasLimit": hex(GAS_LIMIT),
            "transactions": [
                {
                    "hash": f"0x{each.hash.hex()}",
                    "from": each.sender.lower(),
                    "nonce": hex(each.transaction.nonce),
                }
                if full
                else f"0x{each.hash.hex()}"
                for each in block.transactions
            ],
        }


def _error(code: int, message: str) -> Rpc:
    return {"error": {"code": code, "message": message}}
