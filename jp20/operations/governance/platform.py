"""Setting up a platform: the contracts, the policy, the organisations, and the seal (G17, S2).

Each step is recorded in the deployment file before the next one begins. Run again after an
interruption it asks the chain what is there and goes on; nothing is deployed twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Final

from eth_hash.auto import keccak
from eth_typing import ChecksumAddress

from jp20.chain.contracts.abi import Interface
from jp20.chain.contracts.contract import Contract, artifact, consortium_at, platform_at
from jp20.chain.contracts.errors import Reverted
from jp20.chain.contracts.events import consortium_events
from jp20.chain.history import ChainHistory
from jp20.chain.rpc.blocks import Blocks
from jp20.chain.rpc.connection import Connection, WrongChain, octets
from jp20.chain.rpc.receipts import Receipt
from jp20.chain.sending.outbox import Outbox, open_outbox
from jp20.chain.sending.sender import Sender
from jp20.chain.sending.waiting import wait_for_receipts
from jp20.chain.signing.signers import Signer
from jp20.domain.base.addresses import ZERO_ADDRESS, address_of
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.ids import NOBODY, OrganisationId, TxHash
from jp20.domain.base.roles import bitmap
from jp20.domain.base.text import Text
from jp20.domain.governance.consortium_file import OrganisationEntry
from jp20.domain.governance.deployment import (
    CONTRACTS,
    MODULES,
    Deployed,
    Deployment,
    DeploymentIntent,
    deployment_from_json,
    deployment_to_json,
)
from jp20.domain.governance.policy import Kind, Organisation, Policy, compare, selector_of
from jp20.domain.governance.requests import Call
from jp20.domain.plans.outcomes import Step
from jp20.domain.register.events import TargetRegistered
from jp20.operations.files.inputs import governed_functions, read_file
from jp20.operations.governance.policy import ACTS_AT_ONCE, require_decidable
from jp20.operations.session import NotOnThisChain, require_present

PATIENCE: Final = 120.0

_COPY_REST: Final = bytes.fromhex("600b5981380380925939f3")
"""Creation code that leaves what follows it as the contract's code."""

OnStep = Callable[[Step], None]


class AnotherFounder(JP20Error):
    """The deployment file was begun with another key."""


class NotAsPlanned(JP20Error):
    """What stands on the chain is not what the files say; the Consortium is not sealed."""


class DeploymentFailed(JP20Error):
    """The transaction that deploys a contract was included and failed."""

    what = Text("{name} was not deployed.")
    why = Text("Transaction 0x{transaction} failed.")
    next_step = Text("Run it again: it continues from here.")

    def __init__(self, name: str, transaction: TxHash) -> None:
        super().__init__(name=name, transaction=transaction.hex())


def deploy_platform(
    connection: Connection,
    founder: Signer,
    policy: Policy,
    organisations: Sequence[OrganisationEntry],
    file: Path,
    progress: OnStep | None = None,
    *,
    outbox: Path | None = None,
) -> Deployment:
    """Sets up a platform to the end, or goes on where an earlier run stopped, and records it in
    `file`. With a file that is complete it does nothing. `outbox` is the folder of the founder's
    outbox; None: it ends with this process.

    Raises CannotDecide before anything is signed where an act of the policy could never be done,
    WrongChain, AnotherFounder, NotOnThisChain, NotAsPlanned where the chain has other organisations
    or rules, SignerBusy, OutboxUnfit.
    """
    require_decidable(
        policy,
        [
            Organisation(OrganisationId(number), frozenset(entry.roles))
            for number, entry in enumerate(organisations, start=1)
        ],
    )
    box = None
    if outbox is not None:
        box = open_outbox(
            outbox,
            connection.chain_id,
            connection.genesis,
            founder.address,
            development=Blocks(connection).has_development_node,
        )
    try:
        founding = _Founding(connection, founder, file, progress or (lambda step: None), box)
        if not founding.deployment.is_complete:
            founding.settle()
            founding.deploy_all()
            founding.set_up(policy, organisations)
        return founding.deployment
    finally:
        if box is not None:
            box.close()


def deployment_path(folder: Path, chain_id: int) -> Path:
    """Where the deployment on a chain is recorded."""
    return folder / f"{chain_id}.json"


def load_deployment(file: Path) -> Deployment:
    """Raises NoFile, NotADeployment."""
    return deployment_from_json(read_file(file).decode("utf-8", "replace"), str(file))


def set_aside(connection: Connection, file: Path) -> Path | None:
    """Puts the record of a development chain that was started again under another name, so that a
    platform can be deployed to the new one. Returns the new name; None where the chain has what the
    record says, or there is no record.

    Raises NotOnThisChain where the node is not a development program: a real chain does not begin
    again, and what is not there may be there for another node. Also NotADeployment.
    """
    if not file.exists():
        return None
    try:
        require_present(connection, load_deployment(file))
    except NotOnThisChain:
        if not Blocks(connection).has_development_node:
            raise
        return file.rename(_name_beside(file))
    return None


def replace_deployment(file: Path, deployment: Deployment) -> None:
    """Records another deployment, with the present record kept beside it."""
    if file.exists():
        _name_beside(file).write_bytes(read_file(file))
    save_deployment(file, deployment)


def _name_beside(file: Path) -> Path:
    """One that no file has, for what a deployment file said before."""
    return next(
        each
        for number in count(1)
        if not (each := file.with_name(f"{file.stem}-before-{number}{file.suffix}")).exists()
    )


def save_deployment(file: Path, deployment: Deployment) -> None:
    """Writes the file so that it is whole or as it was before."""
    file.parent.mkdir(parents=True, exist_ok=True)
    written = file.with_suffix(".tmp")
    written.write_text(deployment_to_json(deployment), encoding="utf-8")
    written.replace(file)


@dataclass(frozen=True, slots=True)
class CodeCheck:
    """The code at an address, and that which this package's contract would have there."""

    name: str
    address: ChecksumAddress
    expected: bytes
    found: bytes

    @property
    def matches(self) -> bool:
        return self.expected == self.found


def verify(connection: Connection, deployment: Deployment) -> tuple[CodeCheck, ...]:
    """Compares each deployed contract's code with this package's, values fixed at deployment
    included. Raises WrongChain, Incomplete.
    """
    if connection.chain_id != deployment.chain_id:
        raise WrongChain(connection.network.url, deployment.chain_id, connection.chain_id)
    return tuple(
        CodeCheck(
            name,
            deployment.contract(name).address,
            keccak(_expected_code(connection, deployment, name)),
            keccak(connection.code_at(deployment.contract(name).address)),
        )
        for name in CONTRACTS
    )


class _Founding:
    """The founder at work, with the record of what is done."""

    def __init__(
        self,
        connection: Connection,
        founder: Signer,
        file: Path,
        progress: OnStep,
        outbox: Outbox | None,
    ) -> None:
        self._connection = connection
        self._founder = founder
        self._known: dict[ChecksumAddress, Interface] = {}
        self._sender = Sender(connection, founder, self._known, patience=PATIENCE, outbox=outbox)
        self._file = file
        self._progress = progress
        self.deployment = self._begun()

    def settle(self) -> None:
        """Waits for what an earlier run sent, and records a deployment."""
        self._sender.recover()
        intent = self.deployment.intent
        if intent is None:
            return
        known = self._connection.rpc("eth_getTransactionByHash", f"0x{intent.transaction.hex()}")
        if known is None:
            self._record(replace(self.deployment, intent=None))
        else:
            receipt = wait_for_receipts(self._connection, [intent.transaction], PATIENCE)
            self._deployed(intent, receipt[intent.transaction])

    def deploy_all(self) -> None:
        for name in CONTRACTS:
            if name not in self.deployment.contracts:
                self._deploy(name)

    def set_up(self, policy: Policy, organisations: Sequence[OrganisationEntry]) -> None:
        consortium = consortium_at(self._connection, self.deployment.consortium.address)
        if not consortium.read(bool, "isSealed"):
            self._add_organisations(consortium, organisations)
            self._set_rules(consortium, policy)
            self._register_targets(consortium)
            self._approve_version()
        _require_as_planned(self._connection, self.deployment, policy, organisations)
        if not consortium.read(bool, "isSealed"):
            self._send(consortium, "seal")
        self._record(replace(self.deployment, is_complete=True))

    # The steps

    def _deploy(self, name: str) -> None:
        sender = self._sender
        call = Call(ZERO_ADDRESS, creation_of(self.deployment, name))
        gas = sender.preflight([call])[0]
        if isinstance(gas, Reverted):
            raise gas
        nonce = self._connection.next_nonce(self._founder.address)
        signed = sender.sign(call, nonce, gas, self._connection.gas_price())
        address = contract_address(self._founder.address, nonce)
        intent = DeploymentIntent(name, address, signed.hash, nonce)
        self._record(replace(self.deployment, intent=intent))
        sender.submit([signed])
        receipt = wait_for_receipts(self._connection, [signed.hash], PATIENCE)[signed.hash]
        self._deployed(intent, receipt)
        if not receipt.succeeded:
            raise DeploymentFailed(name, signed.hash)

    def _deployed(self, intent: DeploymentIntent, receipt: Receipt) -> None:
        if not receipt.succeeded:
            self._record(replace(self.deployment, intent=None))
            return
        deployed = Deployed(
            intent.name,
            intent.address,
            intent.transaction,
            receipt.block,
            intent.nonce,
            tuple(str(each) for each in deployment_arguments(self.deployment, intent.name)),
            keccak(self._connection.code_at(intent.address)),
        )
        contracts = MappingProxyType({**self.deployment.contracts, intent.name: deployed})
        self._record(replace(self.deployment, contracts=contracts, intent=None))
        self._progress(
            Step(f"deploy {intent.name}", NOBODY, self._founder.address, *_place(receipt))
        )

    def _add_organisations(
        self, consortium: Contract, organisations: Sequence[OrganisationEntry]
    ) -> None:
        there = consortium.read(int, "organisationCount")
        for entry in organisations[there:]:
            self._send(
                consortium, "addOrganisation", entry.name, bitmap(entry.roles), list(entry.keys)
            )

    def _set_rules(self, consortium: Contract, policy: Policy) -> None:
        words = _words(consortium)
        differing = {(each.kind, each.function) for each in compare(policy, words)}
        acts = [
            act
            for act in policy.acts
            if any((act.kind, function) in differing for function in act.functions)
        ]
        for start in range(0, len(acts), ACTS_AT_ONCE):
            part = acts[start : start + ACTS_AT_ONCE]
            self._send(consortium, "setRules", [act.fields for act in part])

    def _register_targets(self, consortium: Contract) -> None:
        for target, kind in _targets(self.deployment):
            if consortium.read(int, "kindOf", target) != kind:
                self._send(consortium, "registerTarget", target, int(kind), ZERO_ADDRESS)

    def _approve_version(self) -> None:
        platform = platform_at(self._connection, self.deployment.platform.address)
        if platform.read(int, "versionCount") == 0:
            self._send(platform, "approveVersion", *version_of(self.deployment))

    # Inside

    def _begun(self) -> Deployment:
        if not self._file.exists():
            return Deployment(self._connection.chain_id, self._founder.address)
        found = load_deployment(self._file)
        if found.chain_id != self._connection.chain_id:
            raise WrongChain(
                self._connection.network.url, found.chain_id, self._connection.chain_id
            )
        if found.founder != self._founder.address:
            raise AnotherFounder(
                Text("{file} was begun by {founder}.", file=self._file, founder=found.founder),
                next_step=Text("Continue with that key, or name another file."),
            )
        require_present(self._connection, found)
        return found

    def _record(self, deployment: Deployment) -> None:
        self.deployment = deployment
        save_deployment(self._file, deployment)

    def _send(self, contract: Contract, function: str, *arguments: object) -> None:
        self._known[contract.address] = contract.interface
        receipt = self._sender.send(contract.call(function, *arguments), label=function)
        self._progress(Step(function, NOBODY, self._founder.address, *_place(receipt)))


def contract_address(deployer: ChecksumAddress, nonce: int) -> ChecksumAddress:
    """Where a contract will stand that an account deploys."""
    number = nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")
    if len(number) != 1 or number[0] >= 0x80:
        number = bytes([0x80 + len(number)]) + number
    listed = b"\x94" + bytes.fromhex(deployer[2:]) + number  # RLP: a list of the two
    return address_of(keccak(bytes([0xC0 + len(listed)]) + listed)[-20:])


def deployment_arguments(deployment: Deployment, name: str) -> tuple[ChecksumAddress, ...]:
    """What a contract is constructed with."""
    if name in ("Platform", "Settlement"):
        return (deployment.consortium.address,)
    if name in MODULES:
        return (deployment.platform.address,)
    return ()


def creation_of(deployment: Deployment, name: str) -> bytes:
    """The data of the transaction that deploys a contract."""
    if name == "JP20Token":
        return _COPY_REST + stored_creation_code()
    return artifact(name).creation(*deployment_arguments(deployment, name))


def stored_creation_code() -> bytes:
    """STOP, so that it cannot run, and then the token's creation code."""
    return b"\0" + artifact("JP20Token").bytecode


def _expected_code(connection: Connection, deployment: Deployment, name: str) -> bytes:
    """What the constructor leaves: the node runs it without a transaction."""
    transaction = {"from": deployment.founder, "data": f"0x{creation_of(deployment, name).hex()}"}
    return octets(connection.rpc("eth_call", transaction, "latest"))


def version_of(deployment: Deployment) -> tuple[object, ...]:
    """The arguments of approveVersion."""
    creation, modules = deployment.creation_code, deployment.modules
    code_hash = keccak(b"".join(part.code_hash for part in (creation, *modules)))
    return creation.address, tuple(module.address for module in modules), code_hash


def _targets(deployment: Deployment) -> tuple[tuple[ChecksumAddress, Kind], ...]:
    """What is under the policy from the beginning; tokens come as they are created."""
    return (
        (deployment.platform.address, Kind.PLATFORM),
        (deployment.settlement.address, Kind.SETTLEMENT),
    )


def _place(receipt: Receipt) -> tuple[TxHash, int]:
    return receipt.transaction, receipt.block


def _words(consortium: Contract) -> dict[tuple[Kind, str], int]:
    """The rules' words of every function of every kind."""
    functions = [(kind, name) for kind, names in governed_functions().items() for name in names]
    rows = [(int(kind), selector_of(name)) for kind, name in functions]
    return dict(zip(functions, consortium.read_many(int, "rule", rows), strict=True))


def _require_as_planned(
    connection: Connection,
    deployment: Deployment,
    policy: Policy,
    organisations: Sequence[OrganisationEntry],
) -> None:
    """Before the seal: organisations, keys, rules, targets and version are those of the files."""
    consortium = consortium_at(connection, deployment.consortium.address)
    platform = platform_at(connection, deployment.platform.address)
    faults = [
        Text("{contract}: {function}", contract=each.kind.text, function=each.function)
        for each in compare(policy, _words(consortium))
    ]
    count = consortium.read(int, "organisationCount")
    if count != len(organisations):
        faults.append(Text("{count} {count:organisation|organisations}", count=count))
    for number, entry in enumerate(organisations, start=1):
        if not _is_there(consortium, number, entry):
            faults.append(Text("organisation {number}", number=number))
    if platform.read(int, "versionCount") != 1 or not all(
        check.matches for check in verify(connection, deployment)
    ):
        faults.append(Text("the contracts' code"))
    faults += [
        Text("{each} is under the policy", each=each)
        for each in _unplanned_targets(connection, deployment)
    ]
    if faults:
        raise NotAsPlanned(
            Text("The chain is not as the files say."),
            Text.lines(fault for fault in faults),
            Text(
                "Were the files changed since the deployment began? Start again with another file."
            ),
        )


def _unplanned_targets(
    connection: Connection, deployment: Deployment
) -> frozenset[ChecksumAddress]:
    """Contracts that were put under the policy before the seal, beside those of the deployment."""
    deployed = deployment.consortium
    history = ChainHistory(connection, deployed.block, lambda _: consortium_events())
    registered = {
        entry.event.target
        for entry in history.events(deployed.address)
        if isinstance(entry.event, TargetRegistered)
    }
    planned = {target for target, _ in _targets(deployment)}
    return frozenset(registered - planned - {deployed.address})


def _is_there(consortium: Contract, number: int, entry: OrganisationEntry) -> bool:
    if number > consortium.read(int, "organisationCount"):
        return False
    name, active, _, _ = consortium.read(tuple[str, bool, int, int], "organisationInfo", number)
    roles = consortium.read(int, "rolesOf", number, ZERO_ADDRESS)
    owners = consortium.read_many(OrganisationId, "organisationOf", [(key,) for key in entry.keys])
    return active and name == entry.name and roles == bitmap(entry.roles) and {number} == {*owners}
