"""The nodes of a network as one: which of them is asked, and who is asked when that one fails.

What is guaranteed, where there are several nodes:

1. No answer is used that is older than another one was, or than the block that was required. Each
   request asks for the block number before and after what it is about: the first says how old the
   answer is at most, the second what has been seen from then on.
2. A node is used only after it has shown the network's chain id and genesis block, and again so
   after each failure and on each new connection; and for reading in another's stead only after
   it has shown the same final block: one that was final when it was read, for those that were
   read before may have been replaced since.
3. A call asks each node at most once, and once more only where it came back while others were
   waited for; so it ends. What changes something when it is repeated, which a signed transaction
   does not, is not repeated.

A node that fails is looked at again after a pause, by a thread on the side, so that nobody waits
for one that hangs. Those that are not in use are asked in the same way how far they are: a node
that alone stands still is found out.

Behind a single address may be several nodes too (a load balancer), so that 1. holds there as well.
But a single node of a development chain is the truth, whatever it says: its chain may go back, and
it is waited for (Ganache answers nothing while it makes a block). What only reads is asked again
where the node had too much to do or hung up.
"""

import threading
import time
from collections.abc import Hashable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Final

from jp20.chain.rpc.networks import DEVELOPMENT, Network
from jp20.chain.rpc.node import LONG, SHORT, Answer, Node, RpcCall, TooMuchAtOnce
from jp20.chain.rpc.node_errors import (
    CannotConnect,
    ConnectionLost,
    NodeBehind,
    NodeFailure,
    NodesBehind,
    NodeUnavailable,
    NoNode,
    NotANode,
    OnAnotherFork,
    StateMissing,
    WrongChain,
    WrongGenesis,
)
from jp20.chain.rpc.verdicts import is_rate_limit
from jp20.chain.rpc.vigil import Vigil
from jp20.domain.base.ids import BlockHash

LAG: Final = 3
"""Blocks behind the newest of all nodes from which on a node is asked last."""

LOOK: Final = 5.0
"""Seconds after which a node that was not in use is asked how far it is."""

CATCH_UP: Final = 10.0
"""Seconds to wait for a node that has what was seen already."""

SEND: Final = "eth_sendRawTransaction"

TRY_AGAIN: Final = (0.1, 0.3, 0.6, 1.0, 2.0)
"""Seconds after which a single node is asked again for what only reads."""

LIMITED: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""The same where it says that it was asked too often."""

_TOO_OFTEN: Final = 429

_PAUSE: Final = 0.1
_MAY_GO_BACK: Final = frozenset(network.chain_id for network in DEVELOPMENT.values())
_BACK_OFF: Final = (1.0, 60.0)  # seconds until a failed node is looked at again: at first, at most
_REMEMBERED: Final = 256  # blocks
_HEAD: Final[RpcCall] = ("eth_blockNumber", ())
_REPEATABLE: Final = ("eth_", "net_", "web3_", "txpool_", "debug_trace")
_NOT_REPEATABLE: Final = ("eth_sendTransaction",)
_STATE_MISSING: Final = (
    "header not found",  # geth: a block that it does not have yet
    "missing trie node",  # geth: one whose state it has thrown away
    "historical state",
    "world state unavailable",  # Besu
    "unknown block",
    "block not found",
    "blockoutofrange",  # anvil
)


@dataclass(slots=True, eq=False)
class _Endpoint:
    """A node and what is known of it. `usable` None where nobody has looked yet."""

    node: Node
    number: int
    usable: bool | None = None
    opened: int = 0  # connections up to which it is known to be the same
    head: int = 0
    due: float = 0.0  # when somebody should look at it
    failures: int = 0  # in a row
    changes: int = 0  # how often it was given up, or found to stand still, while it was in use
    late: bool = False  # behind the others when it was last heard from
    looking: bool = False


class _Doubtful(Exception):
    """An answer that another node may have better."""

    def __init__(self, failure: NodeFailure, answers: list[Answer]) -> None:
        super().__init__(str(failure))
        self.failure = failure
        self.answers = answers


class Nodes:
    """The nodes of a network. Raises NodeFailure where none can be used."""

    def __init__(self, network: Network, vigil: Vigil | None = None) -> None:
        self._network = network
        self._vigil = vigil
        self._places = [
            _Endpoint(Node(url, access), number)
            for number, (url, access) in enumerate(network.nodes)
        ]
        self._lock = threading.RLock()
        self._senders: dict[Hashable, int] = {}
        self._blocks: dict[int, BlockHash] = {}  # hashes of blocks that were seen
        self._read: _Endpoint | None = None  # who was last read from
        self._final: tuple[int, BlockHash] | None = None  # a block that was final when it was read
        self._note_at = 0.0  # when a newer one is asked for
        self.genesis = network.genesis
        self.chain_id = network.chain_id
        self.seen = 0
        """The newest block that was seen or required."""
        self.ask([_HEAD])
        self._look_round()

    def close(self) -> None:
        """See `Node.close`."""
        for place in self._places:
            place.node.close()

    @property
    def several(self) -> bool:
        return len(self._places) > 1

    @property
    def changes(self) -> int:
        """How often a node in use was given up, or found to stand still."""
        return sum(place.changes for place in self._places)

    def standing(self, sender: Hashable) -> tuple[int, int]:
        """Which node a sender has, and how often that one was given up, or found to stand still."""
        with self._lock:
            place = self._places[self._endpoint_of(sender)]
            return place.number, place.changes

    def ask(self, calls: Sequence[RpcCall], sender: Hashable = None) -> list[Answer]:
        """The answers to calls in one request, from one node that can give them.

        A `sender` has a node of its own as long as that one takes what is sent. Raises NodeFailure,
        TooMuchAtOnce.
        """
        with nullcontext() if self._vigil is None else self._vigil.over(calls[0][0]):
            return self._answered(calls, sender)

    def _answered(self, calls: Sequence[RpcCall], sender: Hashable) -> list[Answer]:
        if self.several:
            return self._ask_in_turn(calls, sender, self.seen, CATCH_UP)
        pauses, limited = iter(TRY_AGAIN), iter(LIMITED)
        while True:
            try:
                return self._ask_once(calls)
            except (ConnectionLost, NodeUnavailable) as failure:
                too_often = isinstance(failure, NodeUnavailable) and failure.status == _TOO_OFTEN
                pause = next(limited if too_often else pauses, None)
                if pause is None or not _reads(calls):
                    raise
            time.sleep(pause)

    def tell_all(self, calls: Sequence[RpcCall]) -> list[list[Answer]]:
        """The answers of each node that gives any. Raises NodeFailure where none does."""
        self._look_round()
        given: list[list[Answer]] = []
        failures: list[NodeFailure] = []
        for place in self._order(None):
            if place.usable is False and given:
                continue
            try:
                if self.several:
                    self._make_sure(place, for_reading=False)
                    given.append(self._exchange(place, calls, 0))
                else:
                    given.append(self.ask(calls))
            except _Doubtful as doubt:
                given.append(doubt.answers)
            except NodeFailure as failure:
                failures.append(failure)
        if not given:
            raise NoNode(failures) if self.several else failures[0]
        return given

    def require(self, block: int, patience: float) -> None:
        """Waits for a node that has a block, and uses none from then on that does not.

        Raises NodesBehind after `patience` seconds; nothing is required then. NodeFailure.
        """
        first = self._places[0].node
        if self.several or self.chain_id not in _MAY_GO_BACK:
            floor = max(self.seen, block)
            newest = _number(first, self._ask_in_turn([_HEAD], None, floor, patience)[0])
            if newest < block:  # the chain was reorganised
                raise NodesBehind(block, newest)
        else:
            deadline = time.monotonic() + patience
            while (newest := _number(first, self.ask([_HEAD])[0])) < block:
                if time.monotonic() > deadline:
                    raise NodesBehind(block, newest)
                time.sleep(_PAUSE)
        with self._lock:
            self.seen = max(self.seen, block)

    def remember(self, block: int, hash_: BlockHash) -> None:
        """That a block was seen with this hash."""
        with self._lock:
            self._blocks.pop(block, None)
            self._blocks[block] = hash_
            if len(self._blocks) > _REMEMBERED:
                del self._blocks[next(iter(self._blocks))]
            final = self._network.finality.depth == 0
            if final and (self._final is None or block >= self._final[0]):
                self._final = (block, hash_)

    # A single node

    def _ask_once(self, calls: Sequence[RpcCall]) -> list[Answer]:
        if self.chain_id is None or self.chain_id in _MAY_GO_BACK:
            return self._ask_the_only(self._places[0], calls)
        return self._ask_in_turn(calls, None, self.seen, CATCH_UP)

    def _ask_the_only(self, place: _Endpoint, calls: Sequence[RpcCall]) -> list[Answer]:
        try:
            if not place.usable:
                self._check(place)
            try:
                answers = place.node.ask(calls)
            except ConnectionLost:
                # A connection that was kept may have ended just before it was used again. Whether a
                # transaction arrived is for its sender to find out: Ganache carries an account's
                # first one out again when it is sent again.
                if not _reads(calls):
                    raise
                self._check(place)
                answers = place.node.ask(calls)
            self._check_if_reopened(place)
            _require_within_limits(place.node, calls, answers)
            return answers
        except NodeFailure:
            self._give_up(place)
            raise

    # Several

    def _ask_in_turn(
        self, calls: Sequence[RpcCall], sender: Hashable, floor: int, patience: float
    ) -> list[Answer]:
        deadline = time.monotonic() + patience
        failures: dict[_Endpoint, NodeFailure] = {}
        doubtful: list[Answer] | None = None
        while True:
            self._look_round()
            behind: list[_Endpoint] = []
            for place in self._order(sender):
                if place in failures or (behind and not place.usable):
                    continue
                asked = False
                try:
                    self._make_sure(place, for_reading=_reads(calls))
                    asked = True
                    answers = self._exchange(place, calls, floor)
                except _Doubtful as doubt:
                    if isinstance(doubt.failure, NodeBehind) and not _sends(calls):
                        behind.append(place)
                        continue
                    doubtful = doubtful or doubt.answers
                    failures[place] = doubt.failure
                except NodeFailure as failure:
                    failures[place] = failure
                    if asked and not _repeatable(calls) and not isinstance(failure, CannotConnect):
                        raise
                else:
                    if sender is not None and _sends(calls):
                        self._senders[sender] = place.number
                    return answers
            if doubtful is not None:
                return doubtful
            if not behind:
                listed = sorted(failures, key=lambda place: place.number)
                if not self.several:
                    raise failures[listed[0]]
                raise NoNode([failures[place] for place in listed])
            if time.monotonic() > deadline:
                floor = self._floor_after_reorganisation(behind, floor)
            time.sleep(_PAUSE)
            failures = {place: why for place, why in failures.items() if not place.usable}

    def _make_sure(self, place: _Endpoint, *, for_reading: bool) -> None:
        """Looks at a node that is not known to be sound, or was not the last to be read from.

        Raises NodeFailure.
        """
        if not place.usable or (for_reading and place is not self._read):
            try:
                self._check(place)
            except NodeFailure:
                self._give_up(place)
                raise

    def _exchange(self, place: _Endpoint, calls: Sequence[RpcCall], floor: int) -> list[Answer]:
        """Asks a sound node. Raises _Doubtful where another may know better, or NodeFailure."""
        node = place.node
        try:
            ask = node.ask_or_give_up if self.several else node.ask
            before, *answers, after = ask([_HEAD, *calls, _HEAD])
            oldest, head = _number(node, before), _number(node, after)
            self._check_if_reopened(place)
            _require_within_limits(node, calls, answers)
        except NodeFailure:
            self._give_up(place)
            raise
        reads = _reads(calls)
        with self._lock:
            self._heard_from(place, head, late=reads and oldest < floor)
            if reads and oldest < floor:
                raise _Doubtful(NodeBehind(node.url, oldest, floor), answers)
            if _sends(calls) and place.late:  # it may be cut off from the others
                raise _Doubtful(NodeBehind(node.url, head, self._newest()), answers)
            if reads and any(map(_lacks_state, answers)):
                raise _Doubtful(StateMissing(node.url), answers)
            if reads:
                self._read = place
            if reads or any("error" in each for each in answers):
                # Why a transaction was refused is asked of nobody who knows less.
                self.seen = max(self.seen, head)
        return answers

    def _heard_from(self, place: _Endpoint, head: int, *, late: bool = False) -> None:
        cut_off = head < self._newest() - LAG
        place.changes += cut_off and not place.late
        place.head = head
        place.late = late or cut_off
        place.due = time.monotonic() + (_BACK_OFF[0] if place.late else LOOK)

    def _order(self, sender: Hashable) -> list[_Endpoint]:
        """Who is asked first: the sound ones before the others, those that are up to date before
        those that are not, the sender's own first or else as the network lists them.
        """
        with self._lock:
            first = 0 if sender is None else self._endpoint_of(sender)
            number = len(self._places)
            return sorted(
                self._places,
                key=lambda place: (
                    place.usable is False,
                    place.usable is None and sender is None,
                    place.late,
                    (place.number - first) % number,
                ),
            )

    def _endpoint_of(self, sender: Hashable) -> int:
        return self._senders.setdefault(sender, len(self._senders) % len(self._places))

    def _newest(self) -> int:
        return max((place.head for place in self._places if place.usable), default=0)

    def _look_round(self) -> None:
        """Has somebody look at the nodes that were not heard from for a while, once it is known
        which chain they must be on.
        """
        with self._lock:
            if self.chain_id is None or self.genesis is None:
                return
            now = time.monotonic()
            due = [each for each in self._places if not each.looking and each.due <= now]
            for place in due:
                place.looking = True
            tasks = [(self._look, place) for place in due]
            if self._read is not None and self._network.finality.depth and self._note_at <= now:
                self._note_at = now + LOOK
                tasks.append((self._note_final, self._read))
        for task, place in tasks:
            threading.Thread(target=task, args=(place,), daemon=True).start()

    def _look(self, place: _Endpoint) -> None:
        try:
            self._check(place)
        except NodeFailure:
            self._give_up(place)
        finally:
            place.looking = False

    def _note_final(self, place: _Endpoint) -> None:
        """Asks the node that is read from for the newest final block, after the one before."""
        known, number = self._final, self._network.finality.final_block(self.seen)
        try:
            head, new, *old = self._answers(
                place.node, [_HEAD, _block(number), *([_block(known[0])] if known else [])]
            )
            is_final = number <= self._network.finality.final_block(_number(place.node, head))
            noted = (number, _hash(place.node, new.get("result"))) if is_final else known
            stands = not known or _hash(place.node, old[0].get("result")) == known[1]
        except NodeFailure:
            return
        if not stands:
            self._give_up(place)
            return
        with self._lock:
            if place is self._read and place.usable and self._final == known:
                self._final = noted

    def _floor_after_reorganisation(self, behind: Sequence[_Endpoint], floor: int) -> int:
        """Where the chain stands after it was reorganised: all that answer have another block where
        one was seen. Raises NodesBehind where they are only late.
        """
        newest = max(place.head for place in behind)
        if not all(map(self._has_another_block, behind)):
            raise NodesBehind(floor, newest)
        with self._lock:
            self._blocks.clear()
            self.seen = newest
        return newest

    def _has_another_block(self, place: _Endpoint) -> bool:
        known = self._remembered(place.head)
        if known is None:
            return False
        number, hash_ = known
        try:
            block = self._answers(place.node, [_block(number)])[0].get("result")
        except NodeFailure:
            return False
        return block is not None and _hash(place.node, block) != hash_

    # Both

    def _check(self, place: _Endpoint) -> None:
        """Looks whether a node is on the chain. Raises NodeFailure."""
        node = place.node
        final = self._final if self.several else None
        answers = self._answers(
            node, [("eth_chainId", ()), _block(0), _HEAD, *([_block(final[0])] if final else [])]
        )
        chain_id, head = _number(node, answers[0]), _number(node, answers[2])
        genesis = _hash(node, answers[1].get("result"))
        with self._lock:
            self.chain_id = chain_id if self.chain_id is None else self.chain_id
            if self.chain_id != chain_id:
                raise WrongChain(node.url, self.chain_id, chain_id)
            self.genesis = genesis if self.genesis is None else self.genesis
            if self.genesis != genesis:
                raise WrongGenesis(node.url, self.genesis, genesis)
            if final:
                there = answers[3].get("result")
                if there is not None and _hash(node, there) != final[1]:
                    raise OnAnotherFork(node.url, final[0])
            place.usable, place.failures, place.opened = True, 0, node.opened
            self._heard_from(place, head)

    def _check_if_reopened(self, place: _Endpoint) -> None:
        if place.opened != place.node.opened:
            self._check(place)

    def _answers(self, node: Node, calls: Sequence[RpcCall]) -> list[Answer]:
        try:
            return node.ask(calls, SHORT if self.several else LONG)
        except TooMuchAtOnce:  # of a handful
            raise NotANode(node.url) from None

    def _give_up(self, place: _Endpoint) -> None:
        with self._lock:
            place.changes += place.usable is True
            place.usable = False
            first, longest = _BACK_OFF
            place.due = time.monotonic() + min(first * 2 ** min(place.failures, 10), longest)
            place.failures += 1

    def _remembered(self, up_to: int) -> tuple[int, BlockHash] | None:
        """The newest block up to a number of which the hash is known."""
        with self._lock:
            number = max((each for each in self._blocks if each <= up_to), default=None)
            return None if number is None else (number, self._blocks[number])


def _sends(calls: Sequence[RpcCall]) -> bool:
    return all(method == SEND for method, _ in calls)


def _reads(calls: Sequence[RpcCall]) -> bool:
    return _repeatable(calls) and not _sends(calls)


def _repeatable(calls: Sequence[RpcCall]) -> bool:
    """Whether asking twice does no more than asking once."""
    return all(
        method.startswith(_REPEATABLE) and method not in _NOT_REPEATABLE for method, _ in calls
    )


def _require_within_limits(node: Node, calls: Sequence[RpcCall], answers: Sequence[Answer]) -> None:
    """Raises NodeUnavailable where something that only reads was too much for now. What was sent
    may have been taken, each by itself.
    """
    if _reads(calls) and any(is_rate_limit(answer.get("error")) for answer in answers):
        raise NodeUnavailable(node.url, _TOO_OFTEN)


def _lacks_state(answer: Answer) -> bool:
    error = answer.get("error")
    if not isinstance(error, dict) or error.get("data") is not None:
        return False
    message = str(error.get("message", "")).lower()
    return "revert" not in message and any(each in message for each in _STATE_MISSING)


def _block(number: int) -> RpcCall:
    return ("eth_getBlockByNumber", (hex(number), False))


def _number(node: Node, answer: Answer) -> int:
    try:
        return int(answer["result"], 16)
    except (KeyError, TypeError, ValueError):
        raise NotANode(node.url) from None


def _hash(node: Node, block: Any) -> BlockHash:
    try:
        return BlockHash(bytes.fromhex(block["hash"].removeprefix("0x")))
    except (KeyError, TypeError, AttributeError, ValueError):
        raise NotANode(node.url) from None
