"""The session: a platform on its chain, and the keys of those who work there.

An organisation has its own keys in its session. In a demo, in tests, or in a small consortium one
session has the keys of several; what they decide is the same on the chain.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from eth_hash.auto import keccak
from eth_typing import ChecksumAddress

from jp20.chain.contracts.abi import Interface as Interface
from jp20.chain.contracts.contract import (
    Contract as Contract,
)
from jp20.chain.contracts.contract import (
    consortium_at,
    platform_at,
    settlement_at,
    token_at,
    token_interface,
)
from jp20.chain.contracts.events import (
    EventDecoder,
    consortium_events,
    entries,
    platform_events,
    settlement_events,
    token_events,
)
from jp20.chain.history import ChainHistory, KeptPast
from jp20.chain.rpc.blocks import Blocks
from jp20.chain.rpc.connection import Connection, WrongChain
from jp20.chain.rpc.pruned import TransactionsPruned, logs_of
from jp20.chain.rpc.receipts import Receipt, receipts_now
from jp20.chain.sending.finality import Waiting, wait_until_final
from jp20.chain.sending.outbox import Entry as Sent
from jp20.chain.sending.outbox import (
    OtherKindOfNode,
    OutboxUnfit,
    SignerBusy,
    executed,
    open_outbox,
    outbox_file,
    outbox_files,
    view_outbox,
)
from jp20.chain.sending.sender import PATIENCE, Sender
from jp20.chain.signing.signers import Signer as Signer
from jp20.domain.base.addresses import ZERO_ADDRESS, NotAnAddress, WrongChecksum, parse_address
from jp20.domain.base.at import At
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.ids import OrganisationId, TxHash
from jp20.domain.base.roles import Role, roles_in
from jp20.domain.base.text import Text
from jp20.domain.governance.deployment import CONTRACTS, Deployed, Deployment, Incomplete
from jp20.domain.governance.policy import Kind, Organisation, roles_for_a_token
from jp20.domain.governance.requests import Call
from jp20.domain.plans.outcomes import Done
from jp20.domain.register.events import Event, LoggedEvent
from jp20.register.history import History


class NotOnThisChain(JP20Error):
    """The chain has the number of the deployment's, and not its contracts."""

    what = Text("{contract} is not at {address} on this chain.")
    why = Text(
        "The deployment was made on another chain of the same number: a development chain "
        "that was started again, or a node that is not of the network."
    )
    next_step = Text(
        "On a development chain: jp20 platform deploy --fresh, or the script "
        "deploy_platform again. Elsewhere check the node: jp20 network check"
    )

    def __init__(self, deployed: Deployed) -> None:
        super().__init__(contract=deployed.name, address=deployed.address)


TokenName = str | Contract
"""A token by its security code, symbol or address, or as a contract."""


class UnknownToken(JP20Error):
    """No token of this platform has that code, symbol or address."""

    what = Text("There is no token {name}.")
    next_step = Text("Name its security code, its symbol or its address: jp20 token list")

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class UnknownOrganisation(JP20Error):
    """No organisation of the consortium has that name or number."""

    what = Text("There is no organisation {name}.")
    next_step = Text("Name it as the consortium has it: jp20 organisation list")

    def __init__(self, name: str | int) -> None:
        super().__init__(name=name)


class NoOrganisationKey(JP20Error):
    """The key at hand is no organisation's."""

    what = Text("{key} is not an organisation's key.")
    why = Text("It was never added, or is revoked.")
    next_step = Text("Use a key of your organisation.")

    def __init__(self, key: ChecksumAddress) -> None:
        super().__init__(key=key)


@dataclass(frozen=True, slots=True)
class Member:
    """An organisation as the chain has it. `roles` are those at large and, where a contract was
    asked about, those for it, which are `own_roles`. `keys` are the active ones.
    """

    number: OrganisationId
    name: str
    active: bool
    roles: frozenset[Role]
    own_roles: frozenset[Role]
    keys: tuple[ChecksumAddress, ...]

    @property
    def organisation(self) -> Organisation:
        return Organisation(self.number, self.roles)


class Session:
    """The platform's contracts and the keys at hand.

    `wait` is called with the unix time until which a delay of the policy runs, and returns when it
    is over; None: whoever would have to wait is told so by an error. `single_organisation`: the
    keys are one organisation's, and others have sessions of their own; a decision is carried as far
    as these keys reach, and whoever runs the same after the last signature executes it.
    """

    def __init__(
        self,
        connection: Connection,
        deployment: Deployment,
        signers: Iterable[Signer],
        wait: Callable[[int], None] | None = None,
        *,
        single_organisation: bool = False,
        outbox: Path | None = None,
        kept: KeptPast | None = None,
    ) -> None:
        self.connection: Final = connection
        self.deployment: Final = deployment
        self.signers: Final = {signer.address: signer for signer in signers}
        self.wait: Final = wait
        self.single_organisation: Final = single_organisation
        self.outbox: Final = outbox
        self.consortium: Final = consortium_at(connection, deployment.consortium.address)
        self.platform: Final = platform_at(connection, deployment.platform.address)
        first = deployment.consortium.block
        self.history: Final[History] = ChainHistory(connection, first, self._decoder, kept)
        self._senders: dict[ChecksumAddress, Sender] = {}
        self._blocks = Blocks(connection)
        self._kinds: dict[ChecksumAddress, Kind] = {}
        self._has_looked = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the outboxes: other processes may use the keys."""
        for sender in self._senders.values():
            sender.outbox.close()
        self._senders.clear()

    # What is there

    @property
    def settlement(self) -> Contract:
        """Raises Incomplete where the platform was made before there was one."""
        return settlement_at(self.connection, self.deployment.settlement.address)

    def token(self, name: TokenName) -> Contract:
        """A token of this platform. Raises UnknownToken."""
        if isinstance(name, Contract):
            return name
        for address in self._candidates(name):
            if address != ZERO_ADDRESS and self.platform.read(bool, "isToken", address):
                return token_at(self.connection, address)
        raise UnknownToken(name)

    def tokens(self, block: int | None = None) -> tuple[Contract, ...]:
        """All tokens, in the order in which they were made."""
        found = self.platform.read(tuple[ChecksumAddress, ...], "tokens", block=block)
        return tuple(token_at(self.connection, address) for address in found)

    def members(self, target: ChecksumAddress = ZERO_ADDRESS) -> tuple[Member, ...]:
        """The organisations by number, those that were removed included, with the roles that count
        for the contract that they are to act on; without one, their roles at large.
        """
        count = self.consortium.read(int, "organisationCount")
        numbers = [OrganisationId(number) for number in range(1, count + 1)]
        rows = [(number,) for number in numbers]
        infos = self.consortium.read_many(tuple[str, bool, int, int], "organisationInfo", rows)
        at_large = self._roles(numbers, ZERO_ADDRESS)
        own, counting = at_large, at_large
        if self.consortium.read(int, "kindOf", target) > Kind.PLATFORM:
            scope = self.consortium.read(ChecksumAddress, "scopeOf", target)
            own = (
                self._roles(numbers, scope)
                if scope != ZERO_ADDRESS
                else [frozenset[Role]()] * len(numbers)
            )
            counting = roles_for_a_token(at_large, own)
        keys = self._keys()
        return tuple(
            Member(
                number,
                info[0],
                info[1],
                roles if info[1] else frozenset(),
                here if info[1] else frozenset(),
                tuple(keys.get(number, ())),
            )
            for number, info, roles, here in zip(numbers, infos, counting, own, strict=True)
        )

    def organisation(self, name: str | int) -> Member:
        """An organisation by number or name. Raises UnknownOrganisation."""
        for member in self.members():
            if member.active and name in (member.number, member.name):
                return member
        raise UnknownOrganisation(name)

    def organisation_of(self, key: ChecksumAddress) -> OrganisationId:
        """The number of a key's organisation. Raises NoOrganisationKey."""
        number = self.consortium.read(OrganisationId, "organisationOf", key)
        if number == 0:
            raise NoOrganisationKey(key)
        return number

    def rule(self, call: Call) -> int:
        """The word of the Consortium's rule for a call, zero where there is none."""
        kind = self.consortium.read(int, "kindOf", call.target)
        return self.consortium.read(int, "rule", kind, call.selector) if kind else 0

    def kind(self, target: ChecksumAddress) -> Kind | None:
        """What a governed contract is; None where it is none."""
        number = self.consortium.read(int, "kindOf", target)
        return Kind(number) if number else None

    # What is done

    def sender(self, signer: Signer) -> Sender:
        """Sends a key's transactions, and can name what they call. Raises SignerBusy where another
        process does, OutboxUnfit.
        """
        if signer.address not in self._senders:
            chain = self.connection
            box = None
            if self.outbox is not None:
                box = open_outbox(
                    self.outbox,
                    chain.chain_id,
                    chain.genesis,
                    signer.address,
                    development=self._blocks.has_development_node,
                )
            self._senders[signer.address] = Sender(
                chain, signer, _Interfaces(self), self.rule, outbox=box, blocks=self._blocks
            )
        return self._senders[signer.address]

    def sender_without_outbox(self, signer: Signer) -> Sender:
        """The same for what can be made twice without harm, where the outbox cannot be had: what
        it sends is remembered by nobody.
        """
        return Sender(self.connection, signer, _Interfaces(self), self.rule, blocks=self._blocks)

    def is_held_up(self, address: ChecksumAddress) -> bool:
        """Whether something of a key is unfinished, or its outbox cannot be read."""
        file = self._outbox_files([address]).get(address)
        try:
            return file is not None and bool(view_outbox(file).unfinished)
        except OutboxUnfit:
            return True

    def settle(self, signer: Signer | None = None) -> None:
        """Before the chain is read for a decision: brings to its end what earlier runs left on its
        way with these keys, or with one of them, and sees to it that the node has all that they saw
        on the chain.

        What another process is sending is left to it. Raises what `Sender.recover` raises.
        """
        if signer is not None:
            self.sender(signer).recover()
            return
        if not self._has_looked:
            self._look_into_outboxes()
        senders = list(self._senders.values())
        for sender in senders:
            sender.reconcile()
        # What was intended first comes first: a signature needs its proposal.
        for sender in sorted(senders, key=lambda sender: sender.unfinished_since):
            sender.drain()

    def follow(self) -> None:
        """Looks whether the chain still has the blocks, not final yet, of what was sent with these
        keys; where it has others, the same bytes are handed over again, and not waited for. What
        keeps one from looking keeps nobody from anything else.
        """
        if not self.connection.network.finality.depth:
            return
        for address, file in self._outbox_files(self.signers).items():
            with suppress(JP20Error):
                if view_outbox(file).not_final:
                    self.sender(self.signers[address]).follow()

    def wait_until_final(self, waiting: Waiting | None = None) -> None:
        """Until all that was sent with these keys is in blocks that are final by the network's
        rule. `waiting` is told what is waited for. Raises NotFinal, Overturned, OutcomeUnknown.
        """
        if self.connection.network.finality.depth:
            wait_until_final(list(self._senders.values()), waiting)

    @property
    def final_from(self) -> int | None:
        """The block from which on all that was sent with these keys is final; None where it is."""
        depth = self.connection.network.finality.depth
        blocks = [
            number
            for sender in self._senders.values()
            for number, _ in sender.outbox.not_final()
            if depth and number > self.connection.final_block()
        ]
        return max(blocks) + depth if blocks else None

    def send(
        self,
        signer: Signer,
        call: Call,
        *,
        key: bytes | None = None,
        label: str = "",
        again: bool = False,
        reported: bool = False,
    ) -> Done:
        """Makes a call with a key of an organisation or a holder; see `Sender.send_all`. Raises
        Reverted where it is refused.
        """
        name = label or self.function_of(call)
        receipt = self.sender(signer).send(
            call, key=key, label=name, again=again, reported=reported
        )
        return self._done(call, receipt)

    def done_before(
        self, signer: Signer, call: Call, key: bytes, *, again: bool = False
    ) -> Done | None:
        """What an earlier run carried out under a key; with `again` only if nobody was told of it.
        What is under way comes to its end first: raises what `Sender.recover` raises.
        """
        sender = self.sender(signer)
        sender.recover()
        last = sender.outbox.last_of([key]).get(key) or sender.adopt([call]).get(0)
        if last is None or not (last.state.is_in_block and last.stands(again=again)):
            return None
        (receipt,) = sender.receipts([last]).values()
        return self._done(call, replace(receipt, earlier=last.intended_at))

    def _done(self, call: Call, receipt: Receipt) -> Done:
        events = self.events_of(receipt, call.target)
        return Done(receipt.transaction, receipt.block, events, receipt.earlier)

    # What was said

    def events_of(
        self, receipt: Receipt, address: ChecksumAddress
    ) -> tuple[LoggedEvent[Event], ...]:
        """The events of one contract in a transaction."""
        logs = [log for log in receipt.logs if log.address == address]
        return tuple(entries(self.connection, logs, self._decoder(address)))

    def events(
        self, address: ChecksumAddress, last: int | None = None
    ) -> tuple[LoggedEvent[Event], ...]:
        """All events of a contract, from the platform's first block to `last` or the latest; a
        session reads each once.
        """
        return self.history.events(address, last)

    def receipts(self, transactions: Collection[TxHash]) -> dict[TxHash, Receipt]:
        """The receipts of transactions that are in a block."""
        return receipts_now(self.connection, transactions)

    def receipts_at(self, places: Iterable[At]) -> dict[TxHash, Receipt]:
        """The receipts of transactions that left events at some places. Of one that the node has
        forgotten it is what its block's logs say. Raises TransactionsPruned where there is none.
        """
        return self._receipts_in({at.transaction: at.block for at in places})

    def executed(self, beginning: bytes) -> dict[bytes, tuple[Call, Receipt]]:
        """What was carried out under keys of the outbox that begin so, by transaction: by the
        outboxes of the session's folder, whoever's they are.
        """
        outboxes = [sender.outbox for sender in self._senders.values()]
        opened = {outbox.file for outbox in outboxes}
        chain = self.connection
        files = outbox_files(self.outbox, chain.chain_id, chain.genesis) if self.outbox else []
        entries = [entry for each in outboxes for entry in each.executed(beginning)]
        entries += [
            entry for file in files if file not in opened for entry in executed(file, beginning)
        ]
        calls = {each.signed.hash: each.call for each in entries}
        blocks = {each.signed.hash: each.block for each in entries if each.block is not None}
        receipts = self._receipts_in(blocks)
        return {hash: (calls[hash], receipt) for hash, receipt in receipts.items()}

    def noted(self, keys: Collection[bytes]) -> dict[bytes, Sent]:
        """What the outboxes that are open here have under some keys, as they noted it last: no node
        is asked.
        """
        return {
            key: entry
            for sender in self._senders.values()
            for key, entry in sender.outbox.last_of(keys).items()
        }

    def _receipts_in(self, blocks: Mapping[TxHash, int]) -> dict[TxHash, Receipt]:
        receipts = receipts_now(self.connection, blocks)
        missing = blocks.keys() - receipts.keys()
        logs = logs_of(self.connection, [blocks[hash] for hash in missing])
        for hash in missing:
            if hash not in logs:
                raise TransactionsPruned(blocks[hash])
            receipts[hash] = Receipt.of_logs(hash, logs[hash])
        return receipts

    def interface(self, address: ChecksumAddress) -> Interface:
        """The interface of a governed contract; that of a token where it is neither the Consortium,
        nor a settlement, nor a platform, this one or one that it replaces.
        """
        if address == self.consortium.address:
            return self.consortium.interface
        if self._is_settlement(address):
            return self.settlement.interface
        return self.platform.interface if self._is_platform(address) else token_interface()

    def function_of(self, call: Call) -> str:
        """The name of the function that a call calls."""
        decoded = self.interface(call.target).decode_call(call.data)
        return decoded.name if decoded else f"0x{call.selector.hex()}"

    def now(self) -> int:
        """The time of the latest block, unix seconds."""
        return self.connection.block().time

    # Inside

    def _look_into_outboxes(self) -> None:
        """Opens the outboxes in which something is unfinished."""
        chain = self.connection
        for address, file in self._outbox_files(self.signers).items():
            found = view_outbox(file)
            if found.development != self._blocks.has_development_node:
                raise OtherKindOfNode(file, rehearsed=found.development)
            if found.unfinished or found.not_final:
                with suppress(SignerBusy):
                    self.sender(self.signers[address])
            elif found.newest_block is not None and not self._blocks.is_development:
                chain.require_block(found.newest_block[0], PATIENCE)
        self._has_looked = True

    def _outbox_files(self, addresses: Iterable[ChecksumAddress]) -> dict[ChecksumAddress, Path]:
        """The outboxes that there are of some keys."""
        if self.outbox is None:
            return {}
        chain = self.connection
        files = {
            address: outbox_file(self.outbox, chain.chain_id, chain.genesis, address)
            for address in addresses
        }
        return {address: file for address, file in files.items() if file.exists()}

    def _candidates(self, name: str) -> Iterable[ChecksumAddress]:
        try:
            yield parse_address(name)
        except (NotAnAddress, WrongChecksum):
            yield self.platform.read(ChecksumAddress, "tokenByCode", name)
            yield self.platform.read(ChecksumAddress, "tokenBySymbol", name)

    def _roles(
        self, numbers: Sequence[OrganisationId], scope: ChecksumAddress
    ) -> list[frozenset[Role]]:
        rows = [(number, scope) for number in numbers]
        return [
            frozenset(roles_in(bits)) for bits in self.consortium.read_many(int, "rolesOf", rows)
        ]

    def _keys(self) -> dict[int, list[ChecksumAddress]]:
        count = self.consortium.read(int, "keyCount")
        rows = [(number,) for number in range(1, count + 1)]
        keys: dict[int, list[ChecksumAddress]] = {}
        for key, organisation, active in self.consortium.read_many(
            tuple[ChecksumAddress, int, bool], "keyInfo", rows
        ):
            if active:
                keys.setdefault(organisation, []).append(key)
        return keys

    def _is_settlement(self, address: ChecksumAddress) -> bool:
        found = self.deployment.contracts.get("Settlement")
        return found is not None and address == found.address

    def _decoder(self, address: ChecksumAddress) -> EventDecoder:
        if address == self.consortium.address:
            return consortium_events()
        if self._is_settlement(address):
            return settlement_events()
        return platform_events() if self._is_platform(address) else token_events()

    def _is_platform(self, address: ChecksumAddress) -> bool:
        """This one, or another one that the Consortium knows."""
        if address == self.platform.address:
            return True
        kind = self._kinds.get(address) or self.kind(address)
        if kind is not None:  # a contract never becomes one of another kind
            self._kinds[address] = kind
        return kind is Kind.PLATFORM


class _Interfaces(Mapping[ChecksumAddress, Interface]):
    """The interfaces of a platform's contracts by address."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getitem__(self, address: ChecksumAddress) -> Interface:
        return self._session.interface(address)

    def __iter__(self) -> Iterator[ChecksumAddress]:
        return iter((self._session.consortium.address, self._session.platform.address))

    def __len__(self) -> int:
        return 2


def open_session(
    connection: Connection,
    deployment: Deployment,
    signers: Iterable[Signer],
    wait: Callable[[int], None] | None = None,
    *,
    single_organisation: bool = False,
    outbox: Path | None = None,
    kept: KeptPast | None = None,
) -> Session:
    """The session at a deployment that is complete, on its chain. `kept` is a past that was read
    before.

    Raises WrongChain, Incomplete, or NotOnThisChain where the chain is another one of its number.
    """
    if connection.chain_id != deployment.chain_id:
        raise WrongChain(connection.network.url, deployment.chain_id, connection.chain_id)
    if not deployment.is_complete:
        raise Incomplete("seal")
    require_present(connection, deployment, ("Consortium",))
    return Session(
        connection,
        deployment,
        signers,
        wait,
        single_organisation=single_organisation,
        outbox=outbox,
        kept=kept,
    )


def require_present(
    connection: Connection, deployment: Deployment, names: Iterable[str] = CONTRACTS
) -> None:
    """Raises NotOnThisChain where a contract that was deployed is not on the chain."""
    for name in names:
        deployed = deployment.contracts.get(name)
        if deployed and keccak(connection.code_at(deployed.address)) != deployed.code_hash:
            raise NotOnThisChain(deployed)
