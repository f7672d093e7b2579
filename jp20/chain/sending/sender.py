"""Sending: preflight, intend, sign, hand over, wait. Each step is a function of its own.

The outbox has each step's result before the next one begins, so that a run that ends anywhere is
gone on with by the next.
"""

import secrets
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import repeat
from typing import Final

from eth_typing import ChecksumAddress

from jp20.chain.contracts.abi import Interface
from jp20.chain.contracts.contract import Artifact, decode_revert
from jp20.chain.contracts.errors import Reverted, explain, revert_data
from jp20.chain.rpc.blocks import Blocks
from jp20.chain.rpc.connection import Connection, NodeRefused, quantity
from jp20.chain.rpc.node_errors import NodeFailure
from jp20.chain.rpc.pruned import TransactionsPruned, logs_of
from jp20.chain.rpc.receipts import Receipt, receipts_now
from jp20.chain.rpc.verdicts import is_definitive, nonce_is_spent
from jp20.chain.sending.broadcaster import BATCH_SIZE, Broadcaster, Ended
from jp20.chain.sending.broadcaster import SendingRefused as SendingRefused
from jp20.chain.sending.location import locate, reconcile_outbox
from jp20.chain.sending.outbox import Entry, Intent, Outbox, State, outbox_in_memory
from jp20.chain.sending.preflight import Preflight, transaction
from jp20.chain.sending.preflight import TooMuchGas as TooMuchGas
from jp20.chain.sending.waiting import OutcomeUnknown
from jp20.chain.signing.signers import AwaitingSignature, OfflineSigner, Signed, Signer, Unsigned
from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.ids import TxHash
from jp20.domain.base.text import Text
from jp20.domain.governance.requests import Call

PATIENCE: Final = 120.0
"""Seconds in which something has to come to an end; then the outcome is unknown."""

GAS_OF_NOTHING: Final = 21_000
"""What a transaction without a call costs."""

WIDEST_GAP: Final = 1_000
"""Missing nonces that are filled."""

OTHERS: Final = 16
"""Transactions of the key that wait at a node and that its outbox does not know, at most."""

RuleOf = Callable[[Call], int]
"""The word of the Consortium's rule for a call, zero where there is none."""

Progress = Callable[[int, int], None]
"""Is told how many calls came to an end, and of how many."""


class NonceTaken(JP20Error):
    """Other transactions of the key used the nonces of some of ours, which can never come now."""

    what = Text(
        "{count} {count:transaction|transactions} of {signer} {count:was|were} not "
        "carried out: others have their nonces."
    )
    why = Text("Another program sends with this key.")
    next_step = Text(
        "Let only one use it; then run the same again: what was done is not done twice."
    )

    def __init__(self, signer: ChecksumAddress, entries: Sequence[Entry]) -> None:
        super().__init__(count=len(entries), signer=signer)
        self.entries = tuple(entries)


class NonceUnexplained(JP20Error):
    """The node's count of a key's transactions is far beyond what is in blocks and what is known
    here. Nothing was signed.
    """

    what = Text("The node says that the next nonce of {signer} is {pending}; {known} is expected.")
    why = Text(
        "Transactions of the key that this outbox does not know wait at the node, or the "
        "node is wrong. With such a nonce nothing would ever come. Nothing was signed."
    )
    next_step = Text(
        "Let only one program use the key, or ask another node; then run the same again."
    )

    def __init__(self, signer: ChecksumAddress, known: int, pending: int) -> None:
        super().__init__(signer=signer, pending=pending, known=known)


class GapTooWide(JP20Error):
    """More nonces are missing than transactions without effect are to be made for."""

    what = Text(
        "{count:,} {count:nonce|nonces} of {signer} {count:is|are} missing, from {first} on."
    )
    why = Text("What waits for them was signed with a count that a node got wrong.")
    next_step = Text(
        "It cannot come for as long as this key has sent so few. Use another key of the "
        "organisation, and have this one revoked: jp20 organisation."
    )

    def __init__(self, signer: ChecksumAddress, missing: range) -> None:
        super().__init__(count=len(missing), signer=signer, first=missing.start)


class Sender:
    """Sends one signer's transactions over one connection.

    `interfaces` are the known contracts by address, for naming functions in errors; `rule_of` says
    which role an unauthorised key lacks; `patience` is the time in seconds in which something has
    to come to an end. `outbox` None: one that ends with this process. `blocks` are shared by
    senders that work at the same time.
    """

    def __init__(
        self,
        connection: Connection,
        signer: Signer,
        interfaces: Mapping[ChecksumAddress, Interface],
        rule_of: RuleOf | None = None,
        patience: float = PATIENCE,
        *,
        outbox: Outbox | None = None,
        blocks: Blocks | None = None,
    ) -> None:
        self.connection: Final = connection
        self.signer: Final = signer
        self.interfaces: Final = interfaces
        self.rule_of: Final = rule_of
        self.patience: Final = patience
        self.blocks: Final = blocks or Blocks(connection)
        self.outbox: Final = outbox or outbox_in_memory(
            connection.chain_id, connection.genesis, signer.address
        )
        self._preflight = Preflight(connection, signer.address)
        self._broadcaster: Broadcaster | None = None

    def deploy(self, artifact: Artifact, *arguments: object) -> Receipt:
        """Deploys a contract; the receipt has its address. Raises what `send` raises."""
        creation = Call(ZERO_ADDRESS, artifact.creation(*arguments))
        return self.send(creation, label=f"deploy {artifact.name}")

    def send(
        self,
        call: Call,
        *,
        key: bytes | None = None,
        label: str = "",
        again: bool = False,
        reported: bool = False,
    ) -> Receipt:
        """Makes a call and waits for its receipt. Raises Reverted where it is refused, now or
        then, and what `send_all` raises.
        """
        keys = None if key is None else [key]
        (outcome,) = self.send_all(
            [call], keys=keys, labels=[label], again=again, reported=reported
        )
        if isinstance(outcome, Reverted):
            raise outcome
        return outcome

    def send_all(
        self,
        calls: Sequence[Call],
        *,
        keys: Sequence[bytes] | None = None,
        labels: Iterable[str] | None = None,
        again: bool = False,
        reported: bool = False,
        gas: int | None = None,
        progress: Progress | None = None,
        patience: float | None = None,
    ) -> list[Receipt | Reverted]:
        """Makes calls that do not build on one another, in order, a sliding window of them at once.

        A call that is refused is a Reverted in its place, and the others are made. Under one of
        the `keys` a call is carried out once, whatever run began it; with `again` once more, since
        the chain was asked and it is needed. Without keys, a call that the run before this one
        began and did not come to tell of is taken to be the same where target and data are: its
        outcome is given, and it is not made a second time. Receipts of such say so: `earlier`. With
        `reported` each of the keys is that of an act that a person asked for, and the caller says
        when the person was told (`report`): until then even `again` makes no other.

        `patience` in seconds is another than the sender's. With `gas`, which is given to each,
        nothing is tried before: a call that is refused then costs its gas.

        Raises TooMuchGas and SendingRefused; AwaitingSignature where the signer signs elsewhere;
        NonceTaken; NonceUnexplained; TransactionsPruned; OutcomeUnknown where something is in no
        block in time: run again, and it is gone on with.
        """
        self.recover()
        named = list(labels or repeat("", len(calls)))
        batch = _Batch(self, calls, keys, named, again, reported, gas, patience)
        return batch.run(progress or (lambda done, total: None))

    def recover(self) -> None:
        """Brings what is unfinished to its end: looks for it on the chain, and hands the same bytes
        over where no node has them. What was not signed is dropped, except for a signer that signs
        elsewhere: nothing has left this process, and whoever intended it will intend it again.

        What waits for a nonce that nobody has used is not waited for: the next call fills the gap.

        Raises OutcomeUnknown, SendingRefused, NodesBehind, TransactionsPruned.
        """
        self.reconcile()
        self.drain()

    def reconcile(self) -> None:
        """The first part of `recover`: outbox and chain agree on what is in blocks. Raises
        NodesBehind.
        """
        reconcile_outbox(self.connection, self.outbox, self.blocks, self.patience)

    def follow(self) -> None:
        """Hands over again what was in blocks that the chain replaced; waits for nothing."""
        self.reconcile()
        lost = [entry for entry in self.outbox.unfinished() if entry.state is State.SENT]
        if lost:
            raws = [entry.signed.raw for entry in lost]
            self.connection.send_raw(raws, self.signer.address, everywhere=True)

    def drain(self, patience: float | None = None) -> None:
        """The second part: what is unfinished comes to its end, within the sender's patience or
        another one in seconds. Raises OutcomeUnknown, SendingRefused.
        """
        unfinished = self.outbox.unfinished()
        intended = [entry for entry in unfinished if entry.state is State.INTENDED]
        if intended and not isinstance(self.signer, OfflineSigner):
            self.outbox.drop(intended)
            unfinished, intended = self.outbox.unfinished(), []
        # What was withdrawn for what waits to be signed is not waited for.
        unsigned = {entry.nonce for entry in intended}
        signed = [entry for entry in unfinished if entry.nonce not in unsigned]
        if not signed:
            return
        broadcaster = self.broadcaster(patience)
        broadcaster.add(signed, doubtful=True)
        waited = {entry.id for entry in signed}
        while waited:
            ended = broadcaster.poll()
            waited -= {each.entry.id for each in ended}
            waited |= {each.id for each in broadcaster.reopened()}
            if waited and self._is_gap(min(e.nonce for e in signed if e.id in waited)):
                return
            if waited and not ended:
                broadcaster.wait()

    @property
    def unfinished_since(self) -> float:
        """When the first of what is unfinished was intended; infinity where nothing is."""
        entries = self.outbox.unfinished()
        return min((entry.intended_at for entry in entries), default=float("inf"))

    def report(self, key: bytes, call: Call) -> None:
        """That a person was told what became of the act of a key: a call, which an earlier run may
        have made without a key.
        """
        entries = self.outbox.last_of([key]).values() or self.adopt([call]).values()
        self.outbox.acknowledge(entry.id for entry in entries)

    def name_of(self, call: Call) -> str:
        """What a call does, for whoever looks into the outbox."""
        interface = self.interfaces.get(call.target)
        decoded = interface.decode_call(call.data) if interface else None
        return decoded.name if decoded else f"0x{call.selector.hex()}"

    def next_nonce(self) -> int:
        """The nonce after those that are in blocks or wait at the node. A few may be another
        program's; what is far beyond that is not believed, where an outbox says what the key has
        sent. Raises NonceUnexplained.
        """
        asked = self.connection.batch(
            ("eth_getTransactionCount", (self.signer.address, tag)) for tag in ("latest", "pending")
        )
        for answer in asked:
            if isinstance(answer, NodeRefused):
                raise answer
        latest, pending = map(quantity, asked)
        known = max(latest, self.outbox.next_nonce)
        if self.outbox.is_kept and pending > known + OTHERS:
            raise NonceUnexplained(self.signer.address, known, pending)
        return max(latest, pending)

    # The steps

    def preflight(self, calls: Sequence[Call]) -> list[int | Reverted]:
        """The gas to give to each call, or what it would be refused for now. Raises TooMuchGas."""
        return [
            self._refusal(call, result) if isinstance(result, NodeRefused) else result
            for call, result in zip(calls, self._preflight.gas(calls), strict=True)
        ]

    def sign(self, call: Call, nonce: int, gas: int, gas_price: int) -> Signed:
        """The signed transaction of a call."""
        to = None if call.is_creation else call.target
        return self.signer.sign_transaction(
            Unsigned(self.connection.chain_id, nonce, gas_price, gas, to, call.data)
        )

    def submit(self, signed: Sequence[Signed]) -> None:
        """Hands transactions to a node. One that it knows already is as good as taken, and one of
        which it is not known whether it was taken may come.

        Raises SendingRefused for the first that it will not have; the others are handed over.
        """
        sender = self.signer.address
        for answer in self.connection.send_raw([each.raw for each in signed], sender):
            if answer is not None and (is_definitive(answer) or nonce_is_spent(answer)):
                raise SendingRefused(answer)

    def outcome(self, call: Call, receipt: Receipt) -> Receipt | Reverted:
        """The receipt, or why the transaction failed: found by making the call again at its
        block.
        """
        if receipt.succeeded:
            return receipt
        for block in (receipt.block, receipt.block - 1):
            try:
                self.connection.rpc("eth_call", transaction(call, self.signer.address), hex(block))
            except NodeRefused as refusal:
                data = revert_data(refusal.error)
                if data is not None:
                    return self._explained(call, data)
        return self._explained(call, b"")

    def replace(self, entry: Entry, call: Call, gas: int, label: str) -> list[Entry]:
        """Withdraws what is on its way, and makes a call with its nonce in its stead, at a price
        that nodes take for that. Whichever of the two comes, the other never can; both are
        returned, as they are once one of them is in a block.

        Raises AwaitingSignature where the signer signs elsewhere, OutcomeUnknown, and
        SendingRefused: then nothing is withdrawn.
        """
        price = max(self.connection.gas_price(), self.connection.asked_gas_price())
        if locate(self.connection, self.signer.address, [entry]).known:
            price = max(price, entry.gas_price * 9 // 8 + 1)  # a pool wants a tenth more
        instead = self.outbox.withdraw(
            entry, Intent(call, gas, label=label), price, self.blocks.newest()
        )
        try:
            signed = self.signer.sign_transaction(instead.unsigned(self.connection.chain_id))
        except AwaitingSignature:
            raise
        except BaseException:
            self.outbox.drop([instead])
            raise
        new = self.outbox.sign([(instead, signed)])
        self._broadcaster = None
        broadcaster = self.broadcaster()
        broadcaster.add(self.outbox.latest([entry]), doubtful=True)
        broadcaster.add(new)
        self._broadcaster = None  # what it has of them is over where the new one is refused
        while not any(each.state.is_in_block for each in self.outbox.latest([entry, instead])):
            if not broadcaster.poll():
                broadcaster.wait()
        both = self.outbox.latest([entry, instead])
        live = [each for each in both if each.state.is_live]
        self.outbox.replace(locate(self.connection, self.signer.address, live).replaced)
        return self.outbox.latest(both)

    @property
    def missing_nonces(self) -> range:
        """The next nonces, which nobody used and which all that is unfinished waits for."""
        signed = [e.nonce for e in self.outbox.unfinished() if e.state is not State.INTENDED]
        next_one = self.connection.next_nonce(self.signer.address)
        return range(next_one, min(signed, default=next_one))

    def fill(self) -> list[Receipt | Reverted]:
        """Uses the missing nonces with transactions that do nothing, so that what waits for them
        comes; none where none is missing. Raises GapTooWide, and what `send_all` raises.
        """
        self.recover()
        made: list[Receipt | Reverted] = []
        while missing := self.missing_nonces:
            if len(missing) > WIDEST_GAP:
                raise GapTooWide(self.signer.address, missing)
            made += self.send_all(
                [Call(self.signer.address, b"")] * len(missing),
                keys=[secrets.token_bytes(32) for _ in missing],
                labels=["fill: nothing, with a missing nonce" for _ in missing],
                gas=GAS_OF_NOTHING,
            )
        return made

    def receipts(self, entries: Sequence[Entry]) -> dict[TxHash, Receipt]:
        """Of entries in blocks. What the node has forgotten the outbox knows, and the block's logs
        say. Raises TransactionsPruned.
        """
        connection = self.connection
        receipts = receipts_now(connection, [entry.signed.hash for entry in entries])
        missing = [entry for entry in entries if entry.signed.hash not in receipts]
        logs = logs_of(connection, [e.block for e in missing if e.block is not None])
        for entry in missing:
            if entry.block is None or entry.block_hash is None:
                continue
            if entry.call.is_creation:
                raise TransactionsPruned(entry.block)
            hash, succeeded = entry.signed.hash, entry.state is State.SUCCEEDED
            receipts[hash] = Receipt(
                hash, entry.block, entry.block_hash, succeeded, None, tuple(logs.get(hash, ()))
            )
        return receipts

    def broadcaster(self, patience: float | None = None) -> Broadcaster:
        """What is on its way; time begins to run anew."""
        if patience is not None:
            self._broadcaster = None  # what it has is another's from here on
            return Broadcaster(self.connection, self.outbox, self.blocks, patience)
        if self._broadcaster is None:
            self._broadcaster = Broadcaster(
                self.connection, self.outbox, self.blocks, self.patience
            )
        else:
            self._broadcaster.begin()
        return self._broadcaster

    def adopt(self, calls: Iterable[Call]) -> dict[int, Entry]:
        """Of calls without a key those, by place, that an earlier run began and did not come to
        tell of; each such entry is found once. What failed is made again.
        """
        entries = [
            each
            for each in self.outbox.unacknowledged()
            if each.state is not State.FAILED and not each.is_named
        ]
        adopted: dict[int, Entry] = {}
        for place, call in enumerate(calls):
            same = next((entry for entry in entries if entry.call == call), None)
            if same is not None:
                adopted[place] = same
                entries.remove(same)
        return adopted

    # Inside

    def _is_gap(self, nonce: int) -> bool:
        return nonce > self.connection.next_nonce(self.signer.address)

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


class _Batch:
    """Calls that were asked for together, and what became of each."""

    def __init__(
        self,
        sender: Sender,
        calls: Sequence[Call],
        keys: Sequence[bytes] | None,
        labels: Sequence[str],
        again: bool,
        reported: bool,
        gas: int | None,
        patience: float | None,
    ) -> None:
        self._sender = sender
        self._outbox = sender.outbox
        self._calls = calls
        self._keys = keys
        self._labels = labels
        self._again = again
        self._reported = reported
        self._patience = patience
        self._gas = gas
        self._outcomes: dict[int, Receipt | Reverted] = {}
        self._places: dict[int, list[int]] = {}  # of what is under way, by the entry's id
        self._under_way: set[int] = set()
        self._earlier: dict[int, float] = {}  # places that an earlier run intended, and when
        self._replaced: list[Entry] = []
        self._unsigned = 0
        self._told: list[int] = []
        self._highest = 0

    def run(self, progress: Progress) -> list[Receipt | Reverted]:
        try:
            self._run(progress)
        except OutcomeUnknown as unknown:
            unknown.outcomes = self._known_by_key
            raise
        except NodeFailure as failure:
            if not self._places:
                raise
            entries = [e for e in self._outbox.unfinished() if e.id in self._under_way and e.hash]
            broken = OutcomeUnknown(
                [entry.signed.hash for entry in entries], self._sender.patience, entries, failure
            )
            broken.outcomes = self._known_by_key
            raise broken from failure
        if self._unsigned:
            raise AwaitingSignature(self._sender.signer.address, self._unsigned)
        if self._replaced:
            raise NonceTaken(self._sender.signer.address, self._replaced)
        if self._keys is None:
            self._outbox.acknowledge(self._told)
        return [self._outcomes[place] for place in range(len(self._calls))]

    @property
    def _known_by_key(self) -> dict[bytes, Receipt | Reverted]:
        if self._keys is None:
            return {}
        return {self._keys[place]: outcome for place, outcome in self._outcomes.items()}

    def _run(self, progress: Progress) -> None:
        todo = deque(self._not_yet())
        broadcaster = self._sender.broadcaster(self._patience) if todo or self._under_way else None
        while broadcaster and (todo or self._under_way):
            while todo and broadcaster.has_room:
                part = [todo.popleft() for _ in range(min(BATCH_SIZE, len(todo)))]
                try:
                    self._feed(broadcaster, part)
                except NodeFailure as failure:
                    if not self._places:
                        raise
                    todo.extendleft(reversed(part))
                    broadcaster.wait(failure)
            if todo or self._under_way:
                ended = broadcaster.poll()
                self._end(ended)
                self._take_back(broadcaster.reopened())
                if ended:
                    progress(len(self._outcomes), len(self._calls))
                elif not (todo and broadcaster.has_room):
                    broadcaster.wait()
        if self._highest and not self._sender.blocks.is_development:
            self._sender.connection.require_block(self._highest, self._sender.patience)

    def _not_yet(self) -> list[int]:
        """The places of the calls for which there is no entry to go on with; the others are looked
        at.
        """
        if self._keys is None:
            known = self._sender.adopt(self._calls)
        else:
            last = self._outbox.last_of(self._keys)
            known = {
                place: last[key]
                for place, key in enumerate(self._keys)
                if key in last and last[key].stands(again=self._again)
            }
            if self._reported and not last:
                known = self._sender.adopt(self._calls)
        receipts = self._sender.receipts([e for e in known.values() if e.state.is_in_block])
        self._earlier = {place: entry.intended_at for place, entry in known.items()}
        for place, entry in known.items():
            if entry.state.is_in_block:
                self._told.append(entry.id)
                self._found(place, receipts[entry.signed.hash])
            elif entry.state is State.INTENDED:
                self._unsigned += 1
            else:
                self._places.setdefault(entry.id, []).append(place)
                self._under_way.add(entry.id)
        return [place for place in range(len(self._calls)) if place not in known]

    def _feed(self, broadcaster: Broadcaster, places: Sequence[int]) -> None:
        """Intends and signs some calls, those that would not be refused."""
        sender = self._sender
        given = self._given(places)
        wanted = [place for place in places if place in given]
        price = sender.connection.gas_price()
        count = sender.next_nonce()
        intents = [
            Intent(
                self._calls[place],
                given[place],
                None if self._keys is None else self._keys[place],
                self._labels[place],
                self._again,
                self._reported,
            )
            for place in wanted
        ]
        entries = self._outbox.intend(intents, price, count, sender.blocks.newest())
        for place, entry in zip(wanted, entries, strict=True):
            self._places.setdefault(entry.id, []).append(place)
        new = {entry.id: entry for entry in entries if entry.state is State.INTENDED}
        self._under_way.update(entry.id for entry in entries)
        try:
            signed = [
                (each, sender.signer.sign_transaction(each.unsigned(sender.connection.chain_id)))
                for each in new.values()
            ]
        except AwaitingSignature:
            self._unsigned += len(new)
            self._under_way -= new.keys()
        except BaseException:
            self._outbox.drop(list(new.values()))
            raise
        else:
            broadcaster.add(self._outbox.sign(signed))

    def _given(self, places: Sequence[int]) -> dict[int, int]:
        """The gas for each call; one that is refused has its outcome."""
        if self._gas is not None:
            return dict.fromkeys(places, self._gas)
        found: dict[int, int] = {}
        tried = self._sender.preflight([self._calls[place] for place in places])
        for place, result in zip(places, tried, strict=True):
            if isinstance(result, Reverted):
                self._outcomes[place] = result
            else:
                found[place] = result
        return found

    def _end(self, ended: Iterable[Ended]) -> None:
        for each in ended:
            self._under_way.discard(each.entry.id)
            self._told.append(each.entry.id)
            places = self._places.get(each.entry.id, ())
            if each.receipt is None and places:
                self._replaced.append(each.entry)
            for place in places:
                if each.receipt is not None:
                    self._found(place, each.receipt)

    def _found(self, place: int, receipt: Receipt) -> None:
        receipt = replace(receipt, earlier=self._earlier.get(place))
        self._outcomes[place] = self._sender.outcome(self._calls[place], receipt)
        self._highest = max(self._highest, receipt.block)

    def _take_back(self, reopened: Iterable[Entry]) -> None:
        for entry in reopened:
            for place in self._places.get(entry.id, ()):
                self._outcomes.pop(place, None)
                self._under_way.add(entry.id)
