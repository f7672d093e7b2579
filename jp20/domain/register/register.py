"""The register of a token: who held what, when, and why it changed (G15, S1).

Invariant: the holdings, brought up to today's splits, add up to the supply.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.register.books import BALANCES, FACTORS, SUPPLY, TERMS, Quantity
from jp20.domain.register.events import Event, LoggedEvent
from jp20.domain.register.explain_token import UNSPLIT
from jp20.domain.register.journal import Journal
from jp20.domain.register.movements import HistoryEntry, Split


@dataclass(frozen=True, slots=True)
class Register:
    """A token's register as of `block`, all events of that block included.

    `factors[n]` are the units of split count n for one unit at issue. `supply` is in units of now.
    """

    block: int = -1
    issuer_account: ChecksumAddress = ZERO_ADDRESS
    supply: int = 0
    factors: tuple[int, ...] = (1,)
    holdings: Mapping[ChecksumAddress, Quantity] = field(
        default_factory=lambda: MappingProxyType({})
    )
    history: tuple[HistoryEntry, ...] = ()

    def balance_of(self, account: ChecksumAddress) -> int:
        """Units of now."""
        holding = self.holdings.get(account)
        return 0 if holding is None else holding.at(self.factors)

    @property
    def undistributed(self) -> int:
        """Units of the issuer's account: issued and not delivered."""
        return self.balance_of(self.issuer_account)

    def balances(self) -> dict[ChecksumAddress, int]:
        """Units of now of every account that has any, the issuer's too."""
        return {account: self.balance_of(account) for account in self.holdings}

    def holders(self) -> dict[ChecksumAddress, int]:
        """The same without the issuer's account, which holds nothing as an investor."""
        return {
            account: units
            for account, units in self.balances().items()
            if account != self.issuer_account
        }

    def history_of(self, account: ChecksumAddress) -> Iterator[HistoryEntry]:
        """What happened to the units of an account, in order: its movements, and the splits."""
        return (
            entry
            for entry in self.history
            if isinstance(entry, Split) or account in (entry.from_, entry.to)
        )


def register_of(journal: Journal, token: ChecksumAddress, block: int = -1) -> Register:
    """A token's register after what the journal has, as of `block` or its last event's block if
    that came later.
    """
    ledger = journal.ledger
    terms = ledger.get(TERMS, token)
    return Register(
        max(block, ledger.place[0]),
        terms.terms.issuer_account if terms else ZERO_ADDRESS,
        ledger.get(SUPPLY, token) or 0,
        ledger.get(FACTORS, token) or UNSPLIT,
        MappingProxyType(
            {
                account: quantity
                for (each, account), quantity in ledger.rows(BALANCES).items()
                if each == token
            }
        ),
        tuple(
            entry.movement
            for entry in journal.entries
            if entry.movement is not None and entry.logged.emitter == token
        ),
    )


def fold(entries: Iterable[LoggedEvent[Event]], *, block: int | None = None) -> Register:
    """The register of the token whose events these are, from its first one on, in the chain's
    order.

    `block`: as of this block; later events are passed over. Without it, as of the last event's
    block. Raises BrokenRegister where they do not add up.
    """
    events = [each for each in entries if block is None or each.at.block <= block]
    journal = Journal()
    journal.follow(events)
    token = events[0].emitter if events else ZERO_ADDRESS
    return register_of(journal, token, -1 if block is None else block)


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Where register and chain disagree: about an account's units, or about the supply (`account`
    None).
    """

    account: ChecksumAddress | None
    register: int
    chain: int


def reconcile(
    register: Register, balances: Mapping[ChecksumAddress, int], supply: int
) -> tuple[Discrepancy, ...]:
    """Compares the register with balances and supply read at its block; nothing where all agree.

    An account that one side does not have counts as zero there. The sum of the register's
    holdings is compared with the supply as well.
    """
    ours = register.balances()
    accounts = (
        Discrepancy(account, ours.get(account, 0), balances.get(account, 0))
        for account in sorted(ours.keys() | balances.keys())
    )
    sums = (
        Discrepancy(None, register.supply, supply),
        Discrepancy(None, sum(ours.values()), supply),
    )
    return tuple(
        dict.fromkeys(found for found in (*accounts, *sums) if found.register != found.chain)
    )
