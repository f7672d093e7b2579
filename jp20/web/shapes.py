"""The answers as JSON.

Units are decimal strings: they have up to 104 bits, and a reader that takes numbers for floating
point would round them. Addresses are checksummed, bytes are hexadecimal with 0x, an investor's id
has 38 digits, and a time is given twice, as people and as programs want it. What a program is to
act on is a name in small letters.
"""

from collections.abc import Callable
from enum import Enum
from typing import Annotated, Any, Generic, Self, TypeVar

from eth_typing import ChecksumAddress
from pydantic import BaseModel, ConfigDict, Field

from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.at import At
from jp20.domain.base.times import in_tokyo
from jp20.domain.governance.policy import rule_of
from jp20.domain.investors.investors import NEVER
from jp20.domain.register import answers
from jp20.domain.register.movements import Why

Units = Annotated[str, Field(pattern=r"^-?[0-9]+$", examples=["1200"])]
Address = Annotated[
    str,
    Field(pattern=r"^0x[0-9A-Fa-f]{40}$", examples=["0x845986566FA249D19A35293e0b5E20A108224C37"]),
]
Bytes32 = Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$", examples=["0x" + "5c" * 32])]
InvestorId = Annotated[
    str,
    Field(pattern=r"^0x[0-9a-f]{38}$", examples=["0x845986566fa249d19a35293e0b5e20a108224c"]),
]


class JsonShape(BaseModel):
    """What all shapes have."""

    model_config = ConfigDict(frozen=True)


class Moment(JsonShape):
    """A time: in Japan's zone, and in unix seconds."""

    jst: str = Field(examples=["2026-12-01T09:00:00+09:00"])
    unix: int = Field(examples=[1_796_083_200])

    @classmethod
    def of(cls, seconds: int) -> Self:
        return cls(jst=in_tokyo(seconds), unix=seconds)

    @classmethod
    def or_none(cls, seconds: int) -> Self | None:
        """None for 0, which stands for no time."""
        return cls.of(seconds) if seconds else None


class StampShape(JsonShape):
    """The block that the answer speaks of, all its events included. `final`: nothing can change the
    chain up to it any more.
    """

    chain_id: int = Field(examples=[31337])
    block: int = Field(examples=[1042])
    hash: Bytes32
    time: Moment
    final: bool

    @classmethod
    def of(cls, stamp: answers.Stamp) -> Self:
        return cls(
            chain_id=stamp.chain_id,
            block=stamp.block,
            hash=in_hex(stamp.hash),
            time=Moment.of(stamp.time),
            final=stamp.final,
        )


T = TypeVar("T", bound=JsonShape)
V = TypeVar("V")
R = TypeVar("R")


class Answer(JsonShape, Generic[T]):
    """One thing, as of a block."""

    as_of: StampShape
    item: T


class Page(JsonShape, Generic[T]):
    """Some of many things, as of a block. `next` is the `cursor` of the rest; null at the end."""

    as_of: StampShape
    items: list[T]
    next: str | None = Field(default=None, examples=["1042-5c5c5c5c5c5c5c5c-100"])


class AtShape(JsonShape):
    """Where on the chain something stands: block, transaction, index of the log in its block."""

    block: int
    transaction: Bytes32
    log: int
    time: Moment

    @classmethod
    def of(cls, at: At) -> Self:
        return cls(
            block=at.block, transaction=in_hex(at.transaction), log=at.log, time=Moment.of(at.time)
        )


class TokenShape(JsonShape):
    """A token. `undistributed` are the units of the issuer's account; `holders` are investors,
    `wallets` theirs that have units. `issuer` and `registrar` are numbers of organisations.
    """

    code: str = Field(examples=["JP20-RE-0001"])
    name: str
    symbol: str
    address: Address
    created: AtShape
    issuer: int
    registrar: int
    supply: Units
    undistributed: Units
    redeemed: Units
    cap: Units
    holders: int
    wallets: int
    splits: int
    paused: bool
    maturity: Moment | None
    record_dates: list[Moment]

    @classmethod
    def of(cls, token: answers.TokenAsOf) -> Self:
        return cls(
            code=token.code,
            name=token.name,
            symbol=token.terms.terms.symbol,
            address=token.address,
            created=AtShape.of(token.created),
            issuer=token.issuer,
            registrar=token.registrar,
            supply=str(token.supply),
            undistributed=str(token.undistributed),
            redeemed=str(token.redeemed),
            cap=str(token.terms.cap),
            holders=token.holders,
            wallets=token.wallets,
            splits=token.splits,
            paused=token.paused,
            maturity=Moment.or_none(token.terms.maturity),
            record_dates=[Moment.of(at) for _, at in token.record_dates],
        )


class RestrainedShape(JsonShape):
    """Units that are kept from moving, by kind. The kinds overlap."""

    committed: Units
    locked: Units
    frozen: Units
    pledged: Units
    attached: Units

    @classmethod
    def of(cls, found: answers.RestrainedUnits) -> Self:
        return cls(
            committed=str(found.committed),
            locked=str(found.locked),
            frozen=str(found.frozen),
            pledged=str(found.pledged),
            attached=str(found.attached),
        )


class WalletHoldingShape(JsonShape):
    """What one wallet has. `retired`: it was given up for another wallet of the investor."""

    wallet: Address
    units: Units
    restrained: RestrainedShape
    free: Units
    retired: bool


class FactsShape(JsonShape):
    """What the platform knows of an investor."""

    investor_class: str = Field(examples=["general"])
    residency: str = Field(examples=["resident"])
    kyc_expiry: Moment
    class_expiry: Moment | None
    suspended: bool

    @classmethod
    def of(cls, facts: answers.InvestorFacts) -> Self:
        return cls(
            investor_class=name_in_json(facts.investor_class),
            residency=name_in_json(facts.residency),
            kyc_expiry=Moment.of(facts.kyc_expiry),
            class_expiry=None if facts.class_expiry == NEVER else Moment.of(facts.class_expiry),
            suspended=facts.suspended,
        )


class HoldingShape(JsonShape):
    """What one investor has. `investor` is null for a wallet that the platform does not know.
    `share_ppm` is that of the units in issue in millionths, rounded down.
    """

    investor: InvestorId | None
    units: Units
    share_ppm: int = Field(examples=[120_000])
    restrained: RestrainedShape
    free: Units
    facts: FactsShape | None
    wallets: list[WalletHoldingShape]

    @classmethod
    def of(cls, holding: answers.Holding) -> Self:
        return cls(
            investor=id_of_investor(holding.investor),
            units=str(holding.units),
            share_ppm=holding.share,
            restrained=RestrainedShape.of(holding.restrained),
            free=str(holding.free),
            facts=given(holding.facts, FactsShape.of),
            wallets=[
                WalletHoldingShape(
                    wallet=each.wallet,
                    units=str(each.units),
                    restrained=RestrainedShape.of(each.restrained),
                    free=str(each.free),
                    retired=each.retired,
                )
                for each in holding.wallets
            ],
        )


class HoldingOfTokenShape(HoldingShape):
    """A holding with the token it is of."""

    token: str = Field(examples=["JP20-RE-0001"])

    @classmethod
    def in_token(cls, code: str, holding: answers.Holding) -> Self:
        return cls(token=code, **HoldingShape.of(holding).model_dump())


class RestraintShape(JsonShape):
    """A lock-up, pledge or attachment. `until` is null for what does not end by itself;
    `claimant` is the hash that the chain has of the pledgee or creditor.
    """

    id: int
    rank: int
    kind: str = Field(examples=["pledge"])
    wallet: Address
    units: Units
    until: Moment | None
    claimant: Bytes32

    @classmethod
    def of(cls, found: answers.RestraintAsOf) -> Self:
        return cls(
            id=found.id,
            rank=found.rank,
            kind=name_in_json(found.kind),
            wallet=found.wallet,
            units=str(found.units),
            until=Moment.or_none(found.until),
            claimant=in_hex(found.claimant),
        )


class TrancheShape(JsonShape):
    """One issue. `units_then` at the split count `splits`, the others in units of the block asked
    about.
    """

    number: int
    at: AtShape
    units_then: Units
    splits: int
    issued: Units
    redeemed: Units
    outstanding: Units

    @classmethod
    def of(cls, tranche: answers.IssuedTranche) -> Self:
        return cls(
            number=tranche.number,
            at=AtShape.of(tranche.at),
            units_then=str(tranche.units_then),
            splits=tranche.splits,
            issued=str(tranche.issued),
            redeemed=str(tranche.redeemed),
            outstanding=str(tranche.outstanding),
        )


class GroundsShape(JsonShape):
    """The decision that a movement rests on, organisations by number. `request` is null where one
    signature was enough.
    """

    case: str = Field(examples=["AL-2026-001"])
    document_sha256: Bytes32
    request: Bytes32 | None
    proposer: int
    signers: list[int]
    executor: int


class LineShape(JsonShape):
    """A movement of units, or a split: `why` is `split` then, with `ratio` units for one. `units`
    are those of then, at the split count `splits`. A wallet is null where units come into being or
    end, and, with its investor, where that side is not for who asks to see. `reference` says
    more, by `why`: tranche, transfer request, trade, the original's id, the incident.
    """

    at: AtShape
    why: str = Field(examples=["delivered"])
    from_wallet: Address | None
    to_wallet: Address | None
    from_investor: InvestorId | None
    to_investor: InvestorId | None
    units: Units
    splits: int
    ratio: int | None
    reference: str | None
    grounds: GroundsShape | None

    @classmethod
    def of(cls, line: answers.Line) -> Self:
        return cls(**_fields_of(line))


class MovementShape(LineShape):
    """`units_now` are the units in those of the block asked about. `change` and `balance`, in units
    of then, are those of the investor or wallet asked about.
    """

    units_now: Units
    change: Units | None
    balance: Units | None

    @classmethod
    def of(cls, line: answers.Line) -> Self:
        return cls(
            **_fields_of(line),
            units_now=str(line.units_now),
            change=or_none(line.change),
            balance=or_none(line.balance),
        )


def _fields_of(line: answers.Line) -> dict[str, Any]:
    split = line.why is None
    reference, grounds = line.reference, line.grounds
    return {
        "at": AtShape.of(line.at),
        "why": "split" if line.why is None else name_in_json(line.why),
        "from_wallet": None if split else or_nobody(line.from_),
        "to_wallet": None if split else or_nobody(line.to),
        "from_investor": id_of_investor(line.from_investor),
        "to_investor": id_of_investor(line.to_investor),
        "units": str(line.units),
        "splits": line.splits,
        "ratio": line.ratio,
        "reference": in_hex(reference) if isinstance(reference, bytes) else or_none(reference),
        "grounds": None
        if grounds is None
        else GroundsShape(
            case=case_of(grounds.case_id),
            document_sha256=in_hex(grounds.document_hash),
            request=given(grounds.request, in_hex),
            proposer=grounds.proposer,
            signers=list(grounds.signers),
            executor=grounds.executor,
        ),
    }


class OrganisationNameShape(JsonShape):
    number: int
    name: str

    @classmethod
    def of(cls, found: answers.OrganisationName) -> Self:
        return cls(number=found.number, name=found.name)


class SignatureShape(JsonShape):
    """A signature under a request."""

    slot: int
    organisation: OrganisationNameShape
    key: Address
    at: AtShape


class DecisionShape(JsonShape):
    """Who decided, on which document. `request` is null, and `signers` are none, where one
    signature was enough: the executor's.
    """

    case: str
    document_sha256: Bytes32
    request: Bytes32 | None
    proposer: OrganisationNameShape
    proposed: AtShape | None
    signers: list[SignatureShape]
    executor: OrganisationNameShape
    executor_key: Address

    @classmethod
    def of(cls, made: answers.DecisionMade) -> Self:
        return cls(
            case=made.case,
            document_sha256=in_hex(made.document_hash),
            request=given(made.request, in_hex),
            proposer=OrganisationNameShape.of(made.proposer),
            proposed=given(made.proposed, AtShape.of),
            signers=[
                SignatureShape(
                    slot=each.slot,
                    organisation=OrganisationNameShape.of(each.organisation),
                    key=each.key,
                    at=AtShape.of(each.at),
                )
                for each in made.signers
            ],
            executor=OrganisationNameShape.of(made.executor),
            executor_key=made.executor_key,
        )


class MovementDetailShape(JsonShape):
    """A movement with all that is known of it. `forced`: without the holder's consent."""

    movement: MovementShape
    forced: bool
    decision: DecisionShape | None
    reverses: AtShape | None
    reversed_by: list[AtShape]
    shortfall: Units

    @classmethod
    def of(cls, detail: answers.MovementDetail) -> Self:
        return cls(
            movement=MovementShape.of(detail.line),
            forced=detail.forced,
            decision=given(detail.decision, DecisionShape.of),
            reverses=given(detail.reverses, AtShape.of),
            reversed_by=[AtShape.of(each) for each in detail.reversed_by],
            shortfall=str(detail.shortfall),
        )


class DifferenceShape(JsonShape):
    """What an investor had as of two blocks, in units of the later one."""

    investor: InvestorId | None
    wallets: list[Address]
    before: Units
    after: Units
    change: Units

    @classmethod
    def of(cls, found: answers.HoldingDifference) -> Self:
        return cls(
            investor=id_of_investor(found.investor),
            wallets=list(found.wallets),
            before=str(found.before),
            after=str(found.after),
            change=str(found.change),
        )


class WalletShape(JsonShape):
    wallet: Address
    retired: bool
    since: AtShape


class InvestorShape(JsonShape):
    """An investor by the opaque id, and the facts that hold."""

    investor: InvestorId | None
    facts: FactsShape
    wallets: list[WalletShape]
    suspended_since: Moment | None

    @classmethod
    def of(cls, found: answers.InvestorAsOf) -> Self:
        return cls(
            investor=id_of_investor(found.investor),
            facts=FactsShape.of(found.facts),
            wallets=[
                WalletShape(wallet=each.wallet, retired=each.retired, since=AtShape.of(each.since))
                for each in found.wallets
            ],
            suspended_since=given(found.suspension, lambda each: Moment.of(each.since)),
        )


class LapseShape(JsonShape):
    """An investor whose KYC or class (`what`) lapses, or has."""

    investor: InvestorId | None
    wallets: list[Address]
    what: str = Field(examples=["kyc"])
    expiry: Moment
    units: Units

    @classmethod
    def of(cls, found: answers.Lapse) -> Self:
        return cls(
            investor=id_of_investor(found.investor),
            wallets=list(found.wallets),
            what=found.what,
            expiry=Moment.of(found.expiry),
            units=str(found.units),
        )


class LotShape(JsonShape):
    """Units acquired together, of those that are left. `carried`: an inheritance, a merger or a new
    wallet brought them with the date of who had them before.
    """

    acquired: AtShape
    why: str
    units: Units
    carried: bool

    @classmethod
    def of(cls, lot: answers.Lot) -> Self:
        return cls(
            acquired=AtShape.of(lot.acquired),
            why=name_in_json(lot.why),
            units=str(lot.units),
            carried=lot.carried,
        )


class RolesShape(JsonShape):
    """Roles at large, or for one token by its address."""

    scope: Address | None
    roles: list[str]


class OrganisationShape(JsonShape):
    number: int
    name: str
    active: bool
    keys: list[Address]
    roles: list[RolesShape]

    @classmethod
    def of(cls, found: answers.OrganisationAsOf) -> Self:
        return cls(
            number=found.number,
            name=found.name,
            active=found.active,
            keys=list(found.keys),
            roles=[
                RolesShape(
                    scope=or_nobody(scope),
                    roles=[name_in_json(each) for each in sorted(roles)],
                )
                for scope, roles in found.roles
            ],
        )


class RequestSignatureShape(JsonShape):
    slot: int
    organisation: int
    key: Address
    at: AtShape


class RequestShape(JsonShape):
    """A request as it was proposed last; organisations by number. `open`: neither cancelled, nor
    wholly executed, nor lapsed as of the block. What it would do is shown by jp20 requests show.
    """

    id: Bytes32
    case: str
    document_sha256: Bytes32
    target: Address
    selector: str = Field(examples=["0xa9059cbb"])
    calls: int
    executed: int
    parties: list[int]
    proposer: int
    proposed: AtShape
    lapses: Moment
    slots: int
    signatures: list[RequestSignatureShape]
    cancelled: bool
    open: bool

    @classmethod
    def of(cls, found: answers.RequestAsOf, at: answers.Stamp) -> Self:
        record = found.record
        request = record.request
        rule = rule_of(request.rule)
        return cls(
            id=in_hex(found.id),
            case=case_of(request.case_id),
            document_sha256=in_hex(request.document_hash),
            target=request.target,
            selector=in_hex(request.selector),
            calls=request.calls,
            executed=found.executed,
            parties=list(request.parties),
            proposer=record.proposer,
            proposed=AtShape.of(record.at),
            lapses=Moment.of(record.lapses_at),
            slots=len(rule.slots) if rule else 0,
            signatures=[
                RequestSignatureShape(
                    slot=each.slot,
                    organisation=each.organisation,
                    key=each.key,
                    at=AtShape.of(each.at),
                )
                for each in record.signatures
            ],
            cancelled=record.cancelled,
            open=found.is_open and at.time < record.lapses_at,
        )


def in_hex(data: bytes) -> str:
    return f"0x{data.hex()}"


def id_of_investor(number: int) -> str | None:
    """The opaque id as it is written; None for 0, which stands for nobody."""
    return f"0x{number:038x}" if number else None


def or_nobody(account: ChecksumAddress | None) -> str | None:
    """None for the zero address: units that come into being, or end; and for an account that is not
    for who asks to see.
    """
    return None if account == ZERO_ADDRESS else account


def name_in_json(value: Enum | Why) -> str:
    return value.name.lower()


def case_of(case_id: bytes) -> str:
    return case_id.rstrip(b"\0").decode("ascii", "replace")


def given(value: V | None, made: Callable[[V], R]) -> R | None:
    """What is made of a value, where there is one."""
    return None if value is None else made(value)


def or_none(number: int | None) -> str | None:
    return None if number is None else str(number)
