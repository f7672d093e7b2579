"""The chain's events as values: a class for each event that the software acts on, its fields in
the event's order.

A class bears the event's name, a field the argument's (in Python's spelling):
`jp20.chain.contracts.events` fills them in by that, and a test compares them with the contracts.
Amounts are units as they were, times unix seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Generic, TypeAlias, TypeVar

from eth_typing import ChecksumAddress

from jp20.domain.base.at import At
from jp20.domain.base.ids import CaseId, DocumentHash, InvestorId, OrganisationId, RequestId
from jp20.domain.base.roles import Role
from jp20.domain.governance.requests import Request
from jp20.domain.settlement.trades import Trade
from jp20.domain.token.movements import Original
from jp20.domain.token.reasons import Reason, RegistryReason
from jp20.domain.token.terms import Modules, Terms


class Cause(IntEnum):
    """Why a transfer that happened elsewhere is recorded (G3)."""

    SALE = 0
    GIFT = 1
    INHERITANCE = 2
    MERGER = 3

    @property
    def is_succession(self) -> bool:
        """Somebody took the holder's place: more signatures, and the restraints go along."""
        return self in (Cause.INHERITANCE, Cause.MERGER)


class RestraintKind(IntEnum):
    """Restraints of which a holder can have several."""

    LOCK_UP = 0
    PLEDGE = 1
    ATTACHMENT = 2


# Movements, and what says why


@dataclass(frozen=True, slots=True)
class Transfer:
    from_: ChecksumAddress
    to: ChecksumAddress
    value: int


@dataclass(frozen=True, slots=True)
class TrancheIssued:
    number: int
    amount: int


@dataclass(frozen=True, slots=True)
class Delivered:
    amount: int


@dataclass(frozen=True, slots=True)
class TransferApproved:
    id: int
    amount: int


@dataclass(frozen=True, slots=True)
class TransferRecorded:
    from_: ChecksumAddress
    to: ChecksumAddress
    amount: int
    cause: Cause


@dataclass(frozen=True, slots=True)
class ForcedTransfer:
    from_: ChecksumAddress
    to: ChecksumAddress
    amount: int


@dataclass(frozen=True, slots=True)
class TransferReversed:
    original_id: bytes
    from_: ChecksumAddress
    to: ChecksumAddress
    amount: int
    shortfall: int


@dataclass(frozen=True, slots=True)
class Redistributed:
    incident: bytes
    loss_id: bytes
    holder: ChecksumAddress
    to: ChecksumAddress
    amount: int


@dataclass(frozen=True, slots=True)
class LossRecorded:
    """A log that took units in an incident, by its number."""

    incident: bytes
    loss_id: bytes
    loss: Original


@dataclass(frozen=True, slots=True)
class PositionMoved:
    from_: ChecksumAddress
    to: ChecksumAddress
    amount: int


@dataclass(frozen=True, slots=True)
class Redeemed:
    operator: ChecksumAddress
    from_: ChecksumAddress
    value: int
    data: bytes


# The token besides


@dataclass(frozen=True, slots=True)
class TermsSet:
    terms: Terms


@dataclass(frozen=True, slots=True)
class UnitsSplit:
    count: int
    ratio: int


@dataclass(frozen=True, slots=True)
class RecordDateSet:
    index: int
    at: int


@dataclass(frozen=True, slots=True)
class RowRefused:
    """Row `index` of a batch on a token was skipped."""

    index: int
    account: ChecksumAddress
    reason: Reason


@dataclass(frozen=True, slots=True)
class TransferRequested:
    id: int
    from_: ChecksumAddress
    to: ChecksumAddress
    amount: int
    deadline: int


@dataclass(frozen=True, slots=True)
class TransferRejected:
    id: int
    why: bytes


@dataclass(frozen=True, slots=True)
class TransferCancelled:
    id: int


@dataclass(frozen=True, slots=True)
class TransferCommitted:
    id: int
    from_: ChecksumAddress
    agent: ChecksumAddress
    to: ChecksumAddress
    amount: int
    deadline: int


@dataclass(frozen=True, slots=True)
class CommitmentApproved:
    id: int


@dataclass(frozen=True, slots=True)
class CommitmentSettled:
    id: int
    agent: ChecksumAddress
    amount: int


@dataclass(frozen=True, slots=True)
class CommitmentReleased:
    id: int


@dataclass(frozen=True, slots=True)
class RestraintSet:
    holder: ChecksumAddress
    id: int
    kind: RestraintKind
    amount: int
    until: int
    claimant: bytes


@dataclass(frozen=True, slots=True)
class RestraintChanged:
    holder: ChecksumAddress
    id: int
    amount: int
    until: int


@dataclass(frozen=True, slots=True)
class RestraintCarried:
    id: int
    carried_as: int
    from_: ChecksumAddress
    to: ChecksumAddress
    amount: int


@dataclass(frozen=True, slots=True)
class TokenLockUpSet:
    until: int


@dataclass(frozen=True, slots=True)
class ControllerRedemption:
    """Follows the Redeemed of units that were taken without the holder's consent."""

    controller: ChecksumAddress
    token_holder: ChecksumAddress
    value: int
    data: bytes
    operator_data: bytes


@dataclass(frozen=True, slots=True)
class Paused:
    account: ChecksumAddress


@dataclass(frozen=True, slots=True)
class Unpaused:
    account: ChecksumAddress


@dataclass(frozen=True, slots=True)
class ClassesChanged:
    from_: int
    to: int


@dataclass(frozen=True, slots=True)
class ResidenciesChanged:
    from_: int
    to: int


@dataclass(frozen=True, slots=True)
class HolderCapChanged:
    from_: int
    to: int


@dataclass(frozen=True, slots=True)
class LotSizeChanged:
    from_: int
    to: int


@dataclass(frozen=True, slots=True)
class ConsentRequiredChanged:
    from_: bool
    to: bool


@dataclass(frozen=True, slots=True)
class CapChanged:
    from_: int
    to: int


@dataclass(frozen=True, slots=True)
class MaturityChanged:
    from_: int
    to: int


@dataclass(frozen=True, slots=True)
class RecordDateWithdrawn:
    index: int
    at: int


@dataclass(frozen=True, slots=True)
class Frozen:
    account: ChecksumAddress
    amount: int


@dataclass(frozen=True, slots=True)
class FrozenAtOnce:
    account: ChecksumAddress
    organisation: OrganisationId
    amount: int


@dataclass(frozen=True, slots=True)
class FreezeConfirmed:
    account: ChecksumAddress
    organisation: OrganisationId
    confirmed_by: int


@dataclass(frozen=True, slots=True)
class PlatformReplaced:
    from_: ChecksumAddress
    to: ChecksumAddress


# The platform


@dataclass(frozen=True, slots=True)
class Halted:
    by: ChecksumAddress
    time: int


@dataclass(frozen=True, slots=True)
class Resumed:
    halted_since: int
    time: int


@dataclass(frozen=True, slots=True)
class WalletRegistered:
    wallet: ChecksumAddress
    facts: int


@dataclass(frozen=True, slots=True)
class WalletAdded:
    wallet: ChecksumAddress
    existing: ChecksumAddress
    facts: int


@dataclass(frozen=True, slots=True)
class FactsChanged:
    wallet: ChecksumAddress
    facts: int


@dataclass(frozen=True, slots=True)
class AccountReserved:
    account: ChecksumAddress
    facts: int


@dataclass(frozen=True, slots=True)
class InvestorSuspended:
    investor: InvestorId
    organisation: OrganisationId


@dataclass(frozen=True, slots=True)
class SuspensionConfirmed:
    investor: InvestorId
    organisation: OrganisationId


@dataclass(frozen=True, slots=True)
class InvestorReinstated:
    investor: InvestorId


@dataclass(frozen=True, slots=True)
class RegistrationRefused:
    """Row `index` of a batch on the investor registry was left out; the event is `RowRefused`
    there.
    """

    index: int
    account: ChecksumAddress
    reason: RegistryReason


@dataclass(frozen=True, slots=True)
class VersionApproved:
    version: int
    creation_code: ChecksumAddress
    modules: Modules
    code_hash: bytes


@dataclass(frozen=True, slots=True)
class TokenCreated:
    token: ChecksumAddress
    version: int
    code: str
    issuer: int
    registrar: int
    terms_hash: bytes


@dataclass(frozen=True, slots=True)
class PlatformSucceeded:
    predecessor: ChecksumAddress
    wallets: int
    tokens: int


@dataclass(frozen=True, slots=True)
class SuccessorWithdrawn:
    successor: ChecksumAddress


@dataclass(frozen=True, slots=True)
class PositionCarried:
    holder: ChecksumAddress
    amount: int


@dataclass(frozen=True, slots=True)
class TookOver:
    predecessor: ChecksumAddress


@dataclass(frozen=True, slots=True)
class Retired:
    successor: ChecksumAddress


@dataclass(frozen=True, slots=True)
class SuccessorAppointed:
    successor: ChecksumAddress


@dataclass(frozen=True, slots=True)
class WalletCarried:
    wallet: ChecksumAddress
    next: ChecksumAddress
    facts: int


@dataclass(frozen=True, slots=True)
class SuspensionCarried:
    investor: InvestorId
    organisation: OrganisationId
    since: int
    confirmed_by: int
    confirmed_at: int


@dataclass(frozen=True, slots=True)
class TokenAdopted:
    token: ChecksumAddress
    code: str


# The Consortium


@dataclass(frozen=True, slots=True)
class OrganisationAdded:
    organisation: OrganisationId
    name: str


@dataclass(frozen=True, slots=True)
class OrganisationRemoved:
    """Its keys and roles ended with it."""

    organisation: OrganisationId


@dataclass(frozen=True, slots=True)
class KeyAdded:
    organisation: OrganisationId
    key: ChecksumAddress
    number: int


@dataclass(frozen=True, slots=True)
class KeyRevoked:
    organisation: OrganisationId
    key: ChecksumAddress
    number: int


@dataclass(frozen=True, slots=True)
class RoleGranted:
    organisation: OrganisationId
    role: Role
    scope: ChecksumAddress


@dataclass(frozen=True, slots=True)
class RoleRevoked:
    organisation: OrganisationId
    role: Role
    scope: ChecksumAddress


@dataclass(frozen=True, slots=True)
class TargetRegistered:
    """A contract is under the rules of a kind; `scope` is the token whose roles count there."""

    target: ChecksumAddress
    kind: int
    scope: ChecksumAddress


@dataclass(frozen=True, slots=True)
class TargetUnregistered:
    target: ChecksumAddress
    kind: int


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rule of an act of a kind of contracts, for all its functions. `rule` is the word."""

    kind: int
    act: int
    selectors: tuple[bytes, ...]
    rule: int


@dataclass(frozen=True, slots=True)
class RuleRemoved:
    kind: int
    act: int
    selectors: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class RequestProposed:
    """`data` is the call's where the proposer published it, else empty."""

    id: RequestId
    case_id: CaseId
    organisation: OrganisationId
    key: ChecksumAddress
    request: Request
    data: bytes


@dataclass(frozen=True, slots=True)
class RequestSigned:
    id: RequestId
    organisation: OrganisationId
    slot: int
    key: ChecksumAddress


@dataclass(frozen=True, slots=True)
class SignatureWithdrawn:
    id: RequestId
    organisation: OrganisationId
    slot: int
    key: ChecksumAddress


@dataclass(frozen=True, slots=True)
class RequestCancelled:
    id: RequestId
    organisation: OrganisationId
    key: ChecksumAddress


@dataclass(frozen=True, slots=True)
class CallExecuted:
    id: RequestId
    organisation: OrganisationId
    index: int
    key: ChecksumAddress


@dataclass(frozen=True, slots=True)
class ActedDirectly:
    """An act of one signature, with the case and the document that it rests on. What the target
    emits follows.
    """

    case_id: CaseId
    target: ChecksumAddress
    organisation: OrganisationId
    selector: bytes
    document_hash: DocumentHash
    data_hash: bytes
    key: ChecksumAddress


# The settlement contract


@dataclass(frozen=True, slots=True)
class TradeProposed:
    id: bytes
    seller: ChecksumAddress
    buyer: ChecksumAddress
    by: ChecksumAddress
    trade: Trade


@dataclass(frozen=True, slots=True)
class TradeMatched:
    id: bytes
    by: ChecksumAddress


@dataclass(frozen=True, slots=True)
class PaymentConfirmed:
    id: bytes
    organisation: OrganisationId


@dataclass(frozen=True, slots=True)
class ReceiptConfirmed:
    id: bytes
    organisation: OrganisationId


@dataclass(frozen=True, slots=True)
class TradeSettled:
    id: bytes
    token: ChecksumAddress
    seller_commitment: int
    units: int
    payment: ChecksumAddress
    buyer_commitment: int
    paid: int


@dataclass(frozen=True, slots=True)
class NetPaid:
    payment: ChecksumAddress
    from_: ChecksumAddress
    to: ChecksumAddress
    amount: int


@dataclass(frozen=True, slots=True)
class CancellationAsked:
    id: bytes
    by: ChecksumAddress


@dataclass(frozen=True, slots=True)
class TradeCancelled:
    id: bytes
    by: ChecksumAddress


@dataclass(frozen=True, slots=True)
class Other:
    """An event for which there is no class: its name and arguments as the contract's ABI names
    them.
    """

    name: str
    arguments: Mapping[str, object]


TokenEvent: TypeAlias = (
    Transfer
    | TrancheIssued
    | Delivered
    | TransferApproved
    | TransferRecorded
    | ForcedTransfer
    | TransferReversed
    | Redistributed
    | LossRecorded
    | PositionMoved
    | Redeemed
    | TermsSet
    | UnitsSplit
    | RecordDateSet
    | RowRefused
    | TransferRequested
    | TransferRejected
    | TransferCancelled
    | TransferCommitted
    | CommitmentApproved
    | CommitmentSettled
    | CommitmentReleased
    | RestraintSet
    | RestraintChanged
    | RestraintCarried
    | TokenLockUpSet
    | ControllerRedemption
    | Paused
    | Unpaused
    | ClassesChanged
    | ResidenciesChanged
    | HolderCapChanged
    | LotSizeChanged
    | ConsentRequiredChanged
    | CapChanged
    | MaturityChanged
    | RecordDateWithdrawn
    | Frozen
    | FrozenAtOnce
    | FreezeConfirmed
    | PlatformReplaced
    | SuccessorAppointed
    | SuccessorWithdrawn
    | PositionCarried
    | TookOver
    | Retired
)
PlatformEvent: TypeAlias = (
    Halted
    | Resumed
    | WalletRegistered
    | WalletAdded
    | FactsChanged
    | AccountReserved
    | InvestorSuspended
    | SuspensionConfirmed
    | InvestorReinstated
    | RegistrationRefused
    | VersionApproved
    | TokenCreated
    | PlatformSucceeded
    | SuccessorAppointed
    | WalletCarried
    | SuspensionCarried
    | TokenAdopted
)
ConsortiumEvent: TypeAlias = (
    OrganisationAdded
    | OrganisationRemoved
    | KeyAdded
    | KeyRevoked
    | RoleGranted
    | RoleRevoked
    | TargetRegistered
    | TargetUnregistered
    | RuleSet
    | RuleRemoved
    | RequestProposed
    | RequestSigned
    | SignatureWithdrawn
    | RequestCancelled
    | CallExecuted
    | ActedDirectly
)
SettlementEvent: TypeAlias = (
    TradeProposed
    | TradeMatched
    | PaymentConfirmed
    | ReceiptConfirmed
    | TradeSettled
    | NetPaid
    | CancellationAsked
    | TradeCancelled
)
Event: TypeAlias = TokenEvent | PlatformEvent | ConsortiumEvent | SettlementEvent | Other

NAMES: Final[Mapping[type, str]] = {RegistrationRefused: "RowRefused"}
"""The event's name where the class has another."""

_E = TypeVar("_E", bound=Event, covariant=True)


@dataclass(frozen=True, slots=True)
class LoggedEvent(Generic[_E]):
    """An event, who emitted it, and where it stands."""

    event: _E
    emitter: ChecksumAddress
    at: At
