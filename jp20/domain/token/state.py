"""A token as it stands at one block, and what it would refuse: said before anybody is asked to sign
(G1, G4, G5, G6).

The rules here are the contract's; it judges again when the act is carried out.
"""

from dataclasses import dataclass

from eth_typing import ChecksumAddress

from jp20.domain.base.at import At
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text, TextEnum
from jp20.domain.token.reasons import Reason
from jp20.domain.token.terms import Terms


class WouldBeRefused(JP20Error):
    """A contract would refuse it: for a `reason` of the token's, or another (None). Nothing was
    sent.
    """

    def __init__(self, what: Text, why: Reason | Text, next_step: Text | None = None) -> None:
        self.reason = why if isinstance(why, Reason) else None
        if isinstance(why, Reason):
            why = Text("{reason} ({code}): {text}", reason=why.name, code=why.value, text=why.text)
        said = Text("{why} Nothing was sent.", why=why)
        super().__init__(what, said, next_step)
        self.code = None if self.reason is None else self.reason.name


class Redemption(TextEnum):
    """The ways to redeem; a term sheet allows each by itself, that at maturity always."""

    MATURITY = Text("at maturity")
    EARLY = Text("early, of the whole issue")
    PART = Text("of a part, in proportion")
    HOLDER = Text("of one holder's units")


class Status(TextEnum):
    """How a token stands, the strongest that holds."""

    HALTED = Text("platform halted")
    PAUSED = Text("paused", context="state")
    REDEEMED = Text("redeemed", context="state")
    MATURED = Text("matured")
    NOT_ISSUED = Text("nothing issued")
    OPEN = Text("open", context="token")


@dataclass(frozen=True, slots=True)
class Tranche:
    """Units that were issued: as many as they were then, after so many splits."""

    number: int
    units: int
    splits: int
    at: At


@dataclass(frozen=True, slots=True)
class NamedDocument:
    """A document of the issue on the chain (ERC-1643): where it is, the SHA-256 of its bytes, and
    when it was named (unix seconds).
    """

    name: str
    uri: str
    sha256: bytes
    named_at: int


@dataclass(frozen=True, slots=True)
class RecordDate:
    """Whoever holds when the second `at` ends is a holder. `supply`: of that date; None before."""

    index: int
    at: int
    supply: int | None

    @property
    def has_come(self) -> bool:
        return self.supply is not None


@dataclass(frozen=True, slots=True)
class TokenState:
    """A token at a block. `terms` are those in force; `maturity` is earlier than theirs where an
    early redemption brought it forward. Amounts are units of now: `price_yen` is that of
    `price_units` units. Times are unix seconds. `issuer` and `registrar` are the organisations'
    names.
    """

    address: ChecksumAddress
    block: int
    time: int
    terms: Terms
    issuer: str
    registrar: str
    supply: int
    undistributed: int
    holders: int
    cap: int
    lot_size: int
    price_yen: int
    price_units: int
    splits: int
    locked_until: int
    maturity: int
    halted: bool
    paused: bool
    redeemed: bool
    tranches: tuple[Tranche, ...]
    documents: tuple[NamedDocument, ...]
    record_dates: tuple[RecordDate, ...]

    @property
    def is_matured(self) -> bool:
        return 0 < self.maturity <= self.time

    @property
    def status(self) -> Status:
        return status_of(
            halted=self.halted,
            paused=self.paused,
            redeemed=self.redeemed,
            matured=self.is_matured,
            issued=bool(self.tranches),
        )


def status_of(*, halted: bool, paused: bool, redeemed: bool, matured: bool, issued: bool) -> Status:
    """The strongest status that holds."""
    holds = {
        Status.HALTED: halted,
        Status.PAUSED: paused,
        Status.REDEEMED: redeemed,
        Status.MATURED: matured,
        Status.NOT_ISSUED: not issued,
    }
    return next((status for status, true in holds.items() if true), Status.OPEN)
