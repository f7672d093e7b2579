"""Replacing the platform contract: planned, carried out step by step, proved (G12, G32).

Each step is looked for on the chain before it is made. A run that broke off anywhere is run again
with the same file: what is done is not done twice. Between two steps everything works, for as long
as one likes; see `contracts/interfaces/ISuccession.sol`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from eth_hash.auto import keccak
from eth_typing import ChecksumAddress

from jp20.chain.contracts.contract import Contract, platform_at, token_at
from jp20.chain.rpc.receipts import Receipt
from jp20.domain.base.addresses import ZERO_ADDRESS, address_of
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.ids import InvestorId
from jp20.domain.base.text import Text
from jp20.domain.governance.deployment import CONTRACTS, MODULES, Deployed, Deployment
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.migration import (
    Migration,
    Stage,
    migration_from_json,
    migration_to_json,
)
from jp20.domain.governance.policy import Kind
from jp20.domain.governance.requests import Call
from jp20.domain.investors.facts import RING, Facts
from jp20.domain.plans.outcomes import Step
from jp20.domain.register.events import (
    FactsChanged,
    TokenAdopted,
    WalletAdded,
    WalletCarried,
    WalletRegistered,
)
from jp20.operations.files.inputs import read_file
from jp20.operations.governance.moving import Difference, Mover, Reached, any_signer, write_whole
from jp20.operations.governance.platform import (
    contract_address,
    creation_of,
    deployment_arguments,
    replace_deployment,
    stored_creation_code,
    version_of,
)
from jp20.operations.session import Session

WALLETS_AT_ONCE: Final = 250
"""Wallets carried in one call: 50,000 gas each. An investor comes with all wallets, 256 at most."""

TOKENS_AT_ONCE: Final = 25
"""Tokens adopted in one call: 250,000 gas each."""

_NEW: Final = ("Platform", *MODULES)
"""Deployed again. What stands on the Consortium, or asks each token for its platform, stays."""

Progress = Callable[[Stage, Step | None], None]
"""Told of each step that was made, and of each stage that is done (None)."""


class AlreadyReplaced(JP20Error):
    """The platform has a successor, which this folder does not know."""

    what = Text("This platform was replaced by {successor}.")
    next_step = Text("Copy the new deployment file from who carried it out.")

    def __init__(self, successor: ChecksumAddress) -> None:
        super().__init__(successor=successor)


class OtherPlan(JP20Error):
    """The plan is about another platform than this folder's, or its successor is another one."""

    what = Text("The plan replaces {old}, and that is not this folder's platform.")
    next_step = Text("Plan it again: jp20 platform migrate plan")

    def __init__(self, old: ChecksumAddress) -> None:
        super().__init__(old=old)


@dataclass(frozen=True, slots=True)
class Proof:
    """What was compared at a block. `changed` are wallets that the new platform has changed since
    the last token came, which the old one no longer hears of.
    """

    block: int
    wallets: int
    changed: int
    tokens: int
    holders: int
    differences: tuple[Difference, ...]


def plan_migration(session: Session, evidence: Evidence) -> Migration:
    """What it takes to replace the session's platform. Raises AlreadyReplaced."""
    old = session.platform
    successor = old.read(ChecksumAddress, "successor")
    if successor != ZERO_ADDRESS:
        raise AlreadyReplaced(successor)
    contracts = session.deployment.contracts
    staying = {name: each for name, each in contracts.items() if name not in _NEW}
    if staying["JP20Token"].code_hash != keccak(stored_creation_code()):
        del staying["JP20Token"]
    return Migration(
        old.address,
        old.read(tuple[ChecksumAddress, ...], "tokens"),
        old.read(int, "walletCount"),
        evidence,
        replace(session.deployment, contracts=MappingProxyType(staying), is_complete=False),
    )


def load_migration(file: Path) -> Migration:
    """Raises NoFile, NotAMigration."""
    return migration_from_json(read_file(file), file.name)


def save_migration(file: Path, migration: Migration) -> None:
    """Writes the file so that it is whole or as it was before."""
    write_whole(file, migration_to_json(migration))


def progress_of(session: Session, migration: Migration) -> tuple[Reached, ...]:
    """How far it has come, by the chain."""
    contracts = migration.deployment.contracts
    deployed = sum(name in contracts for name in CONTRACTS)
    stages = [Reached(Stage.DEPLOY, deployed, len(CONTRACTS))]
    wallets, tokens = migration.wallets, len(migration.tokens)
    registered = approved = appointed = carried = adopted = 0
    if "Platform" in contracts:
        new = platform_at(session.connection, migration.deployment.platform.address)
        registered = int(session.kind(new.address) is Kind.PLATFORM)
        approved = int(new.read(int, "versionCount") != 0)
        appointed = int(new.read(ChecksumAddress, "predecessor") == migration.old)
    if appointed:
        old = platform_at(session.connection, migration.old)
        wallets, tokens = old.read(int, "walletCount"), old.read(int, "tokenCount")
        left = new.read(tuple[int, int], "left")
        carried, adopted = wallets - left[0], tokens - left[1]
    return (
        *stages,
        Reached(Stage.REGISTER, registered, 1),
        Reached(Stage.VERSION, approved, 1),
        Reached(Stage.APPOINT, appointed, 1),
        Reached(Stage.CARRY, carried, wallets),
        Reached(Stage.ADOPT, adopted, tokens),
    )


def apply_migration(
    session: Session, file: Path, deployment_file: Path, progress: Progress | None = None
) -> Deployment:
    """Carries a plan out as far as the session's keys and the policy's delays let it. Records the
    new platform in `deployment_file`, with the present record kept beside it. Run again, it
    continues.

    Raises OtherPlan, and what `decide` raises: NotBefore while a delay runs, AwaitingOthers where
    another organisation's part is next.
    """
    return _Migrating(session, file, progress).run(deployment_file)


def prove_migration(session: Session, migration: Migration) -> Proof:
    """Compares the old platform with the new one: facts word by word, rings, suspensions, tokens
    with code and issuer's account, holders with their units, the stop. Raises Incomplete where no
    new platform was deployed.
    """
    return _Proving(session, migration).proof()


# Inside


class _Migrating:
    def __init__(self, session: Session, file: Path, progress: Progress | None) -> None:
        self._session = session
        self._file = file
        self._mover = Mover(session, progress)
        self._migration = load_migration(file)

    def run(self, deployment_file: Path) -> Deployment:
        session = self._session
        if session.platform.address not in (self._migration.old, self._new_address()):
            raise OtherPlan(self._migration.old)
        session.settle()
        self._deploy()
        new = platform_at(session.connection, self._migration.deployment.platform.address)
        old = platform_at(session.connection, self._migration.old)
        for stage, make in (
            (Stage.REGISTER, self._register),
            (Stage.VERSION, self._approve_version),
            (Stage.APPOINT, self._appoint),
            (Stage.CARRY, self._carry),
            (Stage.ADOPT, self._adopt),
        ):
            make(old, new)
            self._mover.tell(stage)
        return self._record(deployment_file)

    def _deploy(self) -> None:
        for name in CONTRACTS:
            if name in self._migration.deployment.contracts:
                continue
            creation = creation_of(self._migration.deployment, name)
            key = keccak(f"platform migrate {self._migration.old}".encode() + creation)
            signer = any_signer(self._session)
            receipt = self._session.sender(signer).send(
                Call(ZERO_ADDRESS, creation), key=key, label=f"deploy {name}"
            )
            self._save(name, receipt)
            self._mover.sent(Stage.DEPLOY, f"deploy {name}", signer, receipt)
        self._mover.tell(Stage.DEPLOY)

    def _register(self, old: Contract, new: Contract) -> None:
        if self._session.kind(new.address) is None:
            self._decide(
                Stage.REGISTER,
                [
                    self._session.consortium.call(
                        "registerTarget", new.address, int(Kind.PLATFORM), ZERO_ADDRESS
                    )
                ],
            )

    def _approve_version(self, old: Contract, new: Contract) -> None:
        if new.read(int, "versionCount") == 0:
            arguments = version_of(self._migration.deployment)
            self._decide(Stage.VERSION, [new.call("approveVersion", *arguments)])

    def _appoint(self, old: Contract, new: Contract) -> None:
        successor = old.read(ChecksumAddress, "successor")
        if successor == ZERO_ADDRESS:
            self._decide(Stage.APPOINT, [old.call("appointSuccessor", new.address)])
        elif successor != new.address:
            raise AlreadyReplaced(successor)

    def _carry(self, old: Contract, new: Contract) -> None:
        if new.read(tuple[int, int], "left")[0] == 0:
            return
        known = wallets_of_platform(self._session, old)
        words = new.read_many(int, "factsOf", [(wallet,) for wallet in known])
        left = [wallet for wallet, word in zip(known, words, strict=True) if word == 0]
        self._mover.carry(
            Stage.CARRY, [new.call("carry", each) for each in _by_investor(old, left)]
        )

    def _adopt(self, old: Contract, new: Contract) -> None:
        if new.read(tuple[int, int], "left")[1] == 0:
            return
        tokens = old.read(tuple[ChecksumAddress, ...], "tokens")
        parts = range(0, len(tokens), TOKENS_AT_ONCE)
        calls = [new.call("adopt", list(tokens[at : at + TOKENS_AT_ONCE])) for at in parts]
        self._decide(Stage.ADOPT, calls)

    def _record(self, deployment_file: Path) -> Deployment:
        deployment = replace(self._migration.deployment, is_complete=True)
        if self._session.deployment != deployment:
            replace_deployment(deployment_file, deployment)
        return deployment

    def _decide(self, stage: Stage, calls: Sequence[Call]) -> None:
        self._mover.decide(stage, calls, self._migration.evidence)

    def _save(self, name: str, receipt: Receipt) -> None:
        connection, deployment = self._session.connection, self._migration.deployment
        sent = connection.rpc("eth_getTransactionByHash", f"0x{receipt.transaction.hex()}")
        nonce = int(sent["nonce"], 16)
        address = contract_address(address_of(bytes.fromhex(sent["from"][2:])), nonce)
        deployed = Deployed(
            name,
            address,
            receipt.transaction,
            receipt.block,
            nonce,
            tuple(str(each) for each in deployment_arguments(deployment, name)),
            keccak(connection.code_at(address)),
        )
        contracts = MappingProxyType({**deployment.contracts, name: deployed})
        self._migration = replace(
            self._migration, deployment=replace(deployment, contracts=contracts)
        )
        save_migration(self._file, self._migration)

    def _new_address(self) -> ChecksumAddress | None:
        deployed = self._migration.deployment.contracts.get("Platform")
        return deployed.address if deployed else None


class _Proving:
    def __init__(self, session: Session, migration: Migration) -> None:
        self._session = session
        self._old = platform_at(session.connection, migration.old)
        self._new = platform_at(session.connection, migration.deployment.platform.address)
        self._block = session.connection.block_number()
        self._differences: list[Difference] = []

    def proof(self) -> Proof:
        wallets = wallets_of_platform(self._session, self._old)
        changed = self._changed_since()
        compared = [wallet for wallet in wallets if wallet not in changed]
        self._compare_facts(compared)
        tokens = self._old.read(tuple[ChecksumAddress, ...], "tokens", block=self._block)
        known = wallets_of_platform(self._session, self._new) or wallets
        holders = sum(self._compare_token(token, known) for token in tokens)
        self._compare_one(_STOP, self._new.address, *self._both(int, "haltedSince", [()])[0])
        return Proof(
            self._block,
            len(compared),
            len(wallets) - len(compared),
            len(tokens),
            holders,
            tuple(self._differences),
        )

    def _changed_since(self) -> frozenset[ChecksumAddress]:
        """Wallets that the new platform changed without telling the old one."""
        entries = self._session.events(self._new.address, self._block)
        if self._new.read(tuple[int, int], "left", block=self._block) != (0, 0):
            return frozenset()
        came = [
            place
            for place, entry in enumerate(entries)
            if isinstance(entry.event, TokenAdopted | WalletCarried)
        ]
        return frozenset(
            entry.event.wallet
            for entry in entries[max(came, default=0) :]
            if isinstance(entry.event, FactsChanged)
        )

    def _compare_facts(self, wallets: Sequence[ChecksumAddress]) -> None:
        """A wallet that came to its ring after the appointment stands alone at the old platform."""
        rows = [(wallet,) for wallet in wallets]
        for wallet, (old, new) in zip(wallets, self._both(int, "factsOf", rows), strict=True):
            if old & ~RING != new & ~RING:
                self._note(_FACTS, wallet, f"0x{old:064x}", f"0x{new:064x}")
        rings = self._both(tuple[ChecksumAddress, ...], "walletsOf", rows)
        for wallet, (before, after) in zip(wallets, rings, strict=True):
            if not set(before) <= set(after):
                self._note(_RING, wallet, ", ".join(before), ", ".join(after))
        carried = self._carried_suspensions(wallets)
        for wallet, (was, now) in carried.items():
            self._compare_one(_SUSPENSION, wallet, was, now)

    def _carried_suspensions(
        self, wallets: Sequence[ChecksumAddress]
    ) -> Mapping[ChecksumAddress, tuple[object, object]]:
        """Of those that neither platform lifted or began since: the old one's records stay as they
        were at the appointment.
        """
        rows = [(wallet,) for wallet in wallets]
        records = self._both(tuple[int, int, int, int], "suspension", rows)
        return {
            wallet: (old[:2], new[:2])
            for wallet, (old, new) in zip(wallets, records, strict=True)
            if old[1] and new[1] and old[1] == new[1]
        }

    def _compare_token(self, address: ChecksumAddress, wallets: Sequence[ChecksumAddress]) -> int:
        """Returns how many wallets hold it."""
        token, block = token_at(self._session.connection, address), self._block
        code = token.read(str, "code", block=block)
        issuer = token.read(ChecksumAddress, "issuerAccount", block=block)
        listed = self._new.read(ChecksumAddress, "tokenByCode", code, block=block)
        self._compare_one(_LISTED, address, address, listed)
        self._compare_one(
            _ASKS, address, self._new.address, token.read(ChecksumAddress, "platform", block=block)
        )
        for account in (address, issuer):
            reserved = Facts.of(self._new.read(int, "factsOf", account, block=block)).reserved
            self._compare_one(_RESERVED, account, True, reserved)
        rows = [(wallet,) for wallet in wallets]
        units = token.read_many(int, "balanceOf", rows, block=block)
        whole = sum(units) + token.read(int, "undistributed", block=block)
        self._compare_one(_UNITS, address, token.read(int, "totalSupply", block=block), whole)
        return sum(amount != 0 for amount in units)

    def _both(
        self, kind: Any, function: str, rows: Sequence[tuple[object, ...]]
    ) -> list[tuple[Any, Any]]:
        block = self._block
        old = self._old.read_many(kind, function, rows, block=block)
        new = self._new.read_many(kind, function, rows, block=block)
        return list(zip(old, new, strict=True))

    def _compare_one(self, what: Text, account: ChecksumAddress, old: object, new: object) -> None:
        if old != new:
            self._note(what, account, str(old), str(new))

    def _note(self, what: Text, account: ChecksumAddress, old: str, new: str) -> None:
        self._differences.append(Difference(what, account, old, new))


_FACTS: Final = Text("facts")
_RING: Final = Text("wallets of the investor")
_SUSPENSION: Final = Text("suspension")
_STOP: Final = Text("halted since")
_LISTED: Final = Text("token under its code")
_ASKS: Final = Text("platform that the token asks")
_RESERVED: Final = Text("reserved account")
_UNITS: Final = Text("units of all holders and undistributed")


def wallets_of_platform(session: Session, platform: Contract) -> tuple[ChecksumAddress, ...]:
    """All wallets that investors have on a platform, in the order in which they came there."""
    found = dict.fromkeys(
        entry.event.wallet
        for entry in session.events(platform.address)
        if isinstance(entry.event, WalletRegistered | WalletAdded | WalletCarried)
    )
    return tuple(found)


def _by_investor(
    old: Contract, wallets: Sequence[ChecksumAddress]
) -> Iterator[list[ChecksumAddress]]:
    """One wallet of each investor, in parts that have `WALLETS_AT_ONCE` wallets or one investor."""
    words = old.read_many(int, "factsOf", [(wallet,) for wallet in wallets])
    sizes: dict[InvestorId, int] = {}
    named: dict[InvestorId, ChecksumAddress] = {}
    for wallet, word in zip(wallets, words, strict=True):
        investor = Facts.of(word).investor
        sizes[investor] = sizes.get(investor, 0) + 1
        named.setdefault(investor, wallet)
    part: list[ChecksumAddress] = []
    size = 0
    for investor, wallet in named.items():
        if part and size + sizes[investor] > WALLETS_AT_ONCE:
            yield part
            part, size = [], 0
        part.append(wallet)
        size += sizes[investor]
    if part:
        yield part
