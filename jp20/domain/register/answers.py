"""What the register answers, each answer as of one block (G15, S1).

Units are those of the block that was asked about, at its split count, unless a field says "then".
Times are unix seconds. An investor is the opaque id of the chain; 0 where an account is nobody's
wallet. Names of persons are no part of an answer.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.at import At
from jp20.domain.base.ids import (
    BlockHash,
    CaseId,
    DocumentHash,
    InvestorId,
    OrganisationId,
    RequestId,
)
from jp20.domain.base.roles import Role
from jp20.domain.investors.investors import InvestorClass, Residency
from jp20.domain.register.books import RequestRecord, SuspensionRecord
from jp20.domain.register.events import RestraintKind
from jp20.domain.register.movements import Grounds, Why
from jp20.domain.register.terms_in_force import TermsInForce

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Stamp:
    """The block that an answer speaks of, all its events included. `final`: when it was asked,
    nothing could change the chain up to that block any more.
    """

    chain_id: int
    block: int
    hash: BlockHash
    time: int
    final: bool


@dataclass(frozen=True, slots=True)
class RestrainedUnits:
    """Units that restraints keep, by kind, as the token's `positionOf` gives them. Kinds overlap,
    and each may exceed what the wallet has. `locked` is without lock-ups that have run out.
    """

    committed: int = 0
    locked: int = 0
    frozen: int = 0
    pledged: int = 0
    attached: int = 0

    def free_of(self, balance: int) -> int:
        """`balance - committed - max(locked, frozen, pledged, attached)`, never below zero."""
        floor = max(self.locked, self.frozen, self.pledged, self.attached)
        return max(balance - self.committed - floor, 0)

    @property
    def is_any(self) -> bool:
        return any((self.committed, self.locked, self.frozen, self.pledged, self.attached))

    @classmethod
    def sum_of(cls, each: "Iterable[RestrainedUnits]") -> "RestrainedUnits":
        """Kind by kind."""
        found = tuple(each)
        return cls(
            sum(one.committed for one in found),
            sum(one.locked for one in found),
            sum(one.frozen for one in found),
            sum(one.pledged for one in found),
            sum(one.attached for one in found),
        )


@dataclass(frozen=True, slots=True)
class WalletHolding:
    """What one wallet has. `retired`: it was given up for another wallet of the investor."""

    wallet: ChecksumAddress
    units: int
    restrained: RestrainedUnits
    free: int
    retired: bool


@dataclass(frozen=True, slots=True)
class InvestorFacts:
    """What the platform knows of an investor, the same on all wallets."""

    investor_class: InvestorClass
    residency: Residency
    kyc_expiry: int
    class_expiry: int
    suspended: bool


@dataclass(frozen=True, slots=True)
class Holding:
    """What one investor has: the sums over `wallets`, which come by address.

    `investor` is 0, and `facts` None, for a wallet that the platform does not know: it is a holding
    of its own. `share` is that of the units in issue, in millionths, rounded down.
    """

    investor: InvestorId
    units: int
    share: int
    restrained: RestrainedUnits
    free: int
    facts: InvestorFacts | None
    wallets: tuple[WalletHolding, ...]


@dataclass(frozen=True, slots=True)
class RestraintAsOf:
    """A lock-up, pledge or attachment that holds. `units` are saturated as the contract's.
    `until` is 0 for what does not end by itself; `claimant` is the hash that the chain has of the
    pledgee or creditor.
    """

    id: int
    rank: int
    kind: RestraintKind
    wallet: ChecksumAddress
    units: int
    until: int
    claimant: bytes


@dataclass(frozen=True, slots=True)
class IssuedTranche:
    """One issue. `units_then` at the split count `splits` of then, `issued` the same in units of
    now. `redeemed` are deemed to be those issued first: of equal units the chain says no more.
    `number` is 0 for units that came over from the token which this one replaced.
    """

    number: int
    at: At
    units_then: int
    splits: int
    issued: int
    redeemed: int

    @property
    def outstanding(self) -> int:
        return self.issued - self.redeemed


@dataclass(frozen=True, slots=True)
class TokenAsOf:
    """A token as of a block. `supply` are the units in issue, `undistributed` those of the issuer's
    account, which holds nothing as an investor; `holders` are investors, `wallets` theirs that have
    units. `factors[n]` are the units of split count n for one unit at issue. `platform` is the one
    that it asks for facts. `issuer` and `registrar` are the organisations it was made for.
    """

    address: ChecksumAddress
    code: str
    name: str
    platform: ChecksumAddress
    created: At
    issuer: int
    registrar: int
    terms: TermsInForce
    supply: int
    undistributed: int
    redeemed: int
    holders: int
    wallets: int
    factors: tuple[int, ...]
    paused: bool
    record_dates: tuple[tuple[int, int], ...]
    """Index and second of each record date that was not withdrawn."""

    @property
    def splits(self) -> int:
        return len(self.factors) - 1


@dataclass(frozen=True, slots=True)
class Line:
    """A movement, or a split (`why` None, `ratio` units for one), in a history.

    `units` are those of then, at the split count `splits` of then; `units_now` those of the stamp.
    `from_investor` and `to_investor` are 0 for the issuer's account, an issue and a redemption;
    where a side is not for the viewer to see its investor is 0 and its account None (S5). In the
    history of an investor or a wallet `change` is by how many units it changed what they have, and
    `balance` what they had after it, both in units of then; else both are None. `reference` as in
    `Movement`, a settlement's being its trade.
    """

    at: At
    why: Why | None
    from_: ChecksumAddress | None
    to: ChecksumAddress | None
    from_investor: InvestorId
    to_investor: InvestorId
    units: int
    splits: int
    units_now: int
    ratio: int | None = None
    reference: bytes | int | None = None
    grounds: Grounds | None = None
    change: int | None = None
    balance: int | None = None

    @property
    def accounts(self) -> tuple[ChecksumAddress, ...]:
        """Those of the two sides that may be seen, the zero address left out."""
        return tuple(each for each in (self.from_, self.to) if each not in (None, ZERO_ADDRESS))

    def balance_at(self, factors: tuple[int, ...]) -> int:
        """The balance after it, in units of the last of `factors`."""
        return (self.balance or 0) * factors[-1] // factors[self.splits]


@dataclass(frozen=True, slots=True)
class OrganisationName:
    """An organisation by number and name."""

    number: OrganisationId
    name: str


@dataclass(frozen=True, slots=True)
class SignedBy:
    """A signature under a request: of which organisation, by which key, when."""

    slot: int
    organisation: OrganisationName
    key: ChecksumAddress
    at: At


@dataclass(frozen=True, slots=True)
class DecisionMade:
    """The decision that something rests on. `request` is None for an act of one signature, whose
    `signers` are empty: `executor` is then proposer and signer. `case` is the case number as text.
    """

    case: str
    case_id: CaseId
    document_hash: DocumentHash
    request: RequestId | None
    proposer: OrganisationName
    proposed: At | None
    signers: tuple[SignedBy, ...]
    executor: OrganisationName
    executor_key: ChecksumAddress


@dataclass(frozen=True, slots=True)
class MovementDetail:
    """One movement with all that is known of it.

    `reverses` is where the movement stands that it took back, `reversed_by` where those stand that
    took it back, in order. `shortfall` is what a reversal did not find. `forced`: without the
    holder's consent. `decision` is None for a holder's own act.
    """

    line: Line
    forced: bool
    decision: DecisionMade | None
    reverses: At | None = None
    reversed_by: tuple[At, ...] = ()
    shortfall: int = 0


@dataclass(frozen=True, slots=True)
class WalletAsOf:
    """A wallet of an investor, and when it came."""

    wallet: ChecksumAddress
    retired: bool
    since: At


@dataclass(frozen=True, slots=True)
class InvestorAsOf:
    """An investor and the facts that hold. `wallets` come in the order in which they were added.
    `enrolled` is the decision by which the first one came, None where the chain names none.
    """

    investor: InvestorId
    facts: InvestorFacts
    wallets: tuple[WalletAsOf, ...]
    suspension: SuspensionRecord | None
    enrolled: Grounds | None


@dataclass(frozen=True, slots=True)
class Lapse:
    """An investor whose KYC or class (`what`) lapses, or has lapsed, at `expiry`. `units` are those
    of the token that was asked about, 0 without one.
    """

    investor: InvestorId
    wallets: tuple[ChecksumAddress, ...]
    what: str
    """`kyc` or `class`."""
    expiry: int
    units: int


@dataclass(frozen=True, slots=True)
class HoldingDifference:
    """What an investor had as of two blocks, both in units of the later one."""

    investor: InvestorId
    wallets: tuple[ChecksumAddress, ...]
    before: int
    after: int

    @property
    def change(self) -> int:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Lot:
    """Units that an investor acquired together, of those that are left, first in, first out.

    `acquired` and `why` are those of the acquisition: an inheritance, a merger, a new wallet and a
    new token carry the dates of who had them before (`carried` then), a reversal and a
    redistribution bring back the lots that were lost.
    """

    acquired: At
    why: Why
    units: int
    carried: bool


@dataclass(frozen=True, slots=True)
class OrganisationAsOf:
    """An organisation. `roles` by scope; the zero address: at large. `keys` are the active ones."""

    number: OrganisationId
    name: str
    active: bool
    keys: tuple[ChecksumAddress, ...]
    roles: tuple[tuple[ChecksumAddress, frozenset[Role]], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class RequestAsOf:
    """A request as it was proposed last. `executed` counts the calls that were carried out under
    its case and root.
    """

    id: bytes
    record: RequestRecord
    executed: int

    @property
    def is_open(self) -> bool:
        """Neither cancelled nor wholly executed. It may have lapsed: see `record.lapses_at`."""
        return not self.record.cancelled and self.executed < self.record.request.calls
