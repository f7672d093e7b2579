"""The books that a ledger has: what a court, an auditor or an issuer may ask for as of any block.

Values are the contracts' own, so that each can be compared with what the contract answers at that
block: units at the split count at which they were last written, times in unix seconds, facts and
rules as words.
"""

from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from jp20.domain.base.at import At
from jp20.domain.base.ids import CaseId, InvestorId, OrganisationId, RequestId, Root
from jp20.domain.base.roles import Role
from jp20.domain.governance.policy import rule_of
from jp20.domain.governance.requests import Request
from jp20.domain.register.events import RestraintKind
from jp20.domain.register.ledger import Book
from jp20.domain.register.terms_in_force import TermsInForce
from jp20.domain.token.consent_status import ConsentStatus
from jp20.domain.token.terms import MAX_UNITS

_Wallet = ChecksumAddress
_Token = ChecksumAddress
_Platform = ChecksumAddress


@dataclass(frozen=True, slots=True)
class Quantity:
    """Units at a split count."""

    units: int
    splits: int

    def at(self, factors: tuple[int, ...]) -> int:
        """In units of the last of `factors`."""
        return self.units * factors[-1] // factors[self.splits]

    def saturated_at(self, factors: tuple[int, ...]) -> int:
        """The same for what keeps units from moving: what outgrows the contract's field means
        everything, and stays so.
        """
        return min(self.at(factors), MAX_UNITS)


@dataclass(frozen=True, slots=True)
class RestraintRecord:
    """A lock-up, pledge or attachment, and who has it. Of one that has ended nothing is left of
    `quantity`; a lock-up also ends with the second `until`.
    """

    holder: ChecksumAddress
    kind: RestraintKind
    quantity: Quantity
    until: int
    claimant: bytes
    rank: int

    def holds(self, now: int) -> bool:
        """Whether it keeps units from moving at a time."""
        has_run_out = self.kind is RestraintKind.LOCK_UP and now >= self.until
        return self.quantity.units > 0 and not has_run_out


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """A transfer that waits for consent or, where it has an agent, for a settlement."""

    from_: ChecksumAddress
    to: ChecksumAddress
    agent: ChecksumAddress
    quantity: Quantity
    deadline: int
    status: ConsentStatus


@dataclass(frozen=True, slots=True)
class SuspensionRecord:
    """An investor's suspension, as the contract's struct. 0: a request decided; not confirmed."""

    organisation: OrganisationId
    since: int
    confirmed_by: int
    confirmed_at: int


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A token as a platform's directory made it, and for which organisations."""

    platform: ChecksumAddress
    code: str
    version: int
    issuer: int
    registrar: int
    at: At


@dataclass(frozen=True, slots=True)
class OrganisationRecord:
    """An organisation. `keys` are the active ones; a removed organisation has none."""

    name: str
    active: bool
    keys: tuple[ChecksumAddress, ...]


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A key that was ever added, by the number under which signatures name it."""

    organisation: OrganisationId
    number: int
    active: bool


@dataclass(frozen=True, slots=True)
class TargetRecord:
    """A contract under the policy. `scope` is the token whose roles count for it, if any."""

    kind: int
    scope: ChecksumAddress


@dataclass(frozen=True, slots=True)
class SignatureRecord:
    """Who signed a slot, and when."""

    slot: int
    organisation: OrganisationId
    key: ChecksumAddress
    at: At


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """A request as it was proposed last, with the signatures that stand, by slot. The rule's delay
    runs from `signed_at`, the time of the last signature, 0 if there was none.
    """

    request: Request
    proposer: OrganisationId
    key: ChecksumAddress
    at: At
    signatures: tuple[SignatureRecord, ...] = ()
    signed_at: int = 0
    cancelled: bool = False

    @property
    def lapses_at(self) -> int:
        """The second from which it can neither be signed nor executed."""
        rule = rule_of(self.request.rule)
        return self.at.time + (rule.lifetime if rule else 0)


@dataclass(frozen=True, slots=True)
class ExecutionRecord:
    """A call that was made: under which request, by whom."""

    request: RequestId
    organisation: OrganisationId
    key: ChecksumAddress
    at: At


# Tokens

BALANCES: Final[Book[tuple[_Token, _Wallet], Quantity]] = Book("balances")
"""Nothing where an account has no units."""

SUPPLY: Final[Book[_Token, int]] = Book("supply")
ARRIVING: Final[Book[_Token, int]] = Book("arriving")
"""Of a token that is to replace another, and is not in force yet: the units that came over. It
answers for none of them, and so the last of its factors is 0 meanwhile.
"""

FACTORS: Final[Book[_Token, tuple[int, ...]]] = Book("factors")
"""Units of each split count for one unit at issue; nothing before the first split."""

TERMS: Final[Book[_Token, TermsInForce]] = Book("terms")
PAUSED: Final[Book[_Token, bool]] = Book("paused")
FOLLOWED: Final[Book[_Token, _Platform]] = Book("followed")
"""The platform that took the place of the one that a token was made for."""

RECORD_DATES: Final[Book[tuple[_Token, int], int]] = Book("record_dates")
RESTRAINTS: Final[Book[tuple[_Token, int], RestraintRecord]] = Book("restraints")
RESTRAINED: Final[Book[tuple[_Token, _Wallet], tuple[int, ...]]] = Book("restrained")
"""The restraints of a holder that have not been ended by an event."""

FROZEN: Final[Book[tuple[_Token, _Wallet], Quantity]] = Book("frozen")
CONSENTS: Final[Book[tuple[_Token, int], ConsentRecord]] = Book("consents")
PROMISED: Final[Book[tuple[_Token, _Wallet], tuple[int, ...]]] = Book("promised")
"""The transfers of a holder to which units are promised."""

TRADES: Final[Book[tuple[_Token, int], bytes]] = Book("trades")
"""The trade under which a commitment was settled."""

# Platforms

TOKENS: Final[Book[_Token, TokenRecord]] = Book("tokens")
"""By the platform that made it; which one a token follows now says `FOLLOWED`."""

FACTS: Final[Book[tuple[_Platform, _Wallet], int]] = Book("facts")
SUSPENSIONS: Final[Book[tuple[_Platform, InvestorId], SuspensionRecord]] = Book("suspensions")
HALTED: Final[Book[_Platform, int]] = Book("halted")
"""Since when; nothing where it is not."""

# The Consortium

ORGANISATIONS: Final[Book[OrganisationId, OrganisationRecord]] = Book("organisations")
KEYS: Final[Book[ChecksumAddress, KeyRecord]] = Book("keys")
ROLES: Final[Book[tuple[OrganisationId, ChecksumAddress], frozenset[Role]]] = Book("roles")
"""By organisation and scope; the zero address: at large."""

RULES: Final[Book[tuple[int, bytes], int]] = Book("rules")
TARGETS: Final[Book[ChecksumAddress, TargetRecord]] = Book("targets")
REQUESTS: Final[Book[RequestId, RequestRecord]] = Book("requests")
EXECUTIONS: Final[Book[tuple[CaseId, Root, int], ExecutionRecord]] = Book("executions")
"""By case, root and index, as the contract counts them."""

EXECUTED: Final[Book[tuple[CaseId, Root], int]] = Book("executed")
"""How many calls of a root were executed under a case."""
