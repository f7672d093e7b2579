"""The register by another path: calls at the block, not events (G13, G15).

Who ever held is known from events alone, as a chain lists no holders. Everything else is asked of
the contracts as of the block: each account's units and what keeps them, whose wallet it is, the
investor's facts, the supply. That nobody was left out is shown by the sum: nobody has less than
nothing, so where all that was asked adds up to the supply nobody else has a unit.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from eth_typing import ChecksumAddress

from jp20.chain.contracts.contract import Contract, platform_at, token_at
from jp20.chain.rpc.connection import Connection
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.ids import InvestorId, TxHash
from jp20.domain.base.text import Text
from jp20.domain.investors.facts import Facts
from jp20.domain.register.answers import (
    MILLION,
    Holding,
    HoldingDifference,
    InvestorAsOf,
    IssuedTranche,
    Lapse,
    Line,
    Lot,
    MovementDetail,
    OrganisationAsOf,
    RequestAsOf,
    RestrainedUnits,
    RestraintAsOf,
    Stamp,
    TokenAsOf,
    WalletHolding,
)
from jp20.domain.register.events import RestraintKind
from jp20.domain.register.positions import investor_facts
from jp20.register.questions import Questions

_Restraint = tuple[int, int, int, int, int, int, bytes]


class SomebodyIsMissing(JP20Error):
    """What the accounts have that were asked does not add up to the supply."""

    what = Text("The holders that are known have {found:,} units as of block {block}.")
    why = Text("{supply:,} are in issue: somebody has units whom no event names.")
    next_step = Text("Ask another node: this one leaves events out, or its state is damaged.")

    def __init__(self, block: int, found: int, supply: int) -> None:
        super().__init__(block=block, found=found, supply=supply)


class ByCalls:
    """`Questions` in which what a contract can be asked is asked of it. `known` answers the rest,
    and says which accounts ever held. Raises SomebodyIsMissing.
    """

    def __init__(self, connection: Connection, known: Questions) -> None:
        self._connection: Final = connection
        self._known: Final = known

    def stamp(self, block: int | None = None, time: int | None = None) -> Stamp:
        """With the hash and time that the node gives for the block now."""
        found = self._known.stamp(block, time)
        there = self._connection.block(found.block)
        return replace(found, hash=there.hash, time=there.time)

    # What the contracts are asked

    def token(self, at: Stamp, token: ChecksumAddress) -> TokenAsOf:
        known, contract = self._known.token(at, token), self._contract(token)
        holdings = self.holdings(at, token)
        issuer = contract.read(ChecksumAddress, "issuerAccount", block=at.block)
        supply = contract.read(int, "totalSupply", block=at.block)
        dates = contract.read(tuple[int, ...], "recordDates", block=at.block)
        return replace(
            known,
            code=contract.read(str, "code", block=at.block),
            name=contract.read(str, "name", block=at.block),
            platform=contract.read(ChecksumAddress, "platform", block=at.block),
            supply=supply,
            undistributed=contract.read(int, "balanceOf", issuer, block=at.block),
            redeemed=sum(each.issued for each in self.tranches(at, token)) - supply,
            holders=len(holdings),
            wallets=sum(bool(wallet.units) for each in holdings for wallet in each.wallets),
            paused=contract.read(bool, "paused", block=at.block),
            record_dates=tuple(enumerate(dates)),
        )

    def tokens(self, at: Stamp) -> tuple[TokenAsOf, ...]:
        return tuple(self.token(at, each.address) for each in self._known.tokens(at))

    def holdings(self, at: Stamp, token: ChecksumAddress) -> tuple[Holding, ...]:
        accounts = self._accounts(at, token)
        contract = self._contract(token)
        supply = contract.read(int, "totalSupply", block=at.block)
        balances = contract.read_many(
            int, "balanceOf", [(each,) for each in accounts], block=at.block
        )
        if sum(balances) != supply:
            raise SomebodyIsMissing(at.block, sum(balances), supply)
        issuer = contract.read(ChecksumAddress, "issuerAccount", block=at.block)
        held = [
            account
            for account, units in zip(accounts, balances, strict=True)
            if units and account != issuer
        ]
        found = self._by_investor(at, token, held, supply)
        return tuple(sorted(found, key=lambda h: (-h.units, h.investor, h.wallets[0].wallet)))

    def holding(self, at: Stamp, token: ChecksumAddress, investor: InvestorId) -> Holding | None:
        known = self._known.investor(at, investor)
        if known is None:
            return None
        supply = self._contract(token).read(int, "totalSupply", block=at.block)
        own = [each.wallet for each in known.wallets]
        (found,) = self._by_investor(at, token, own, supply)
        kept = tuple(each for each in found.wallets if each.units or each.restrained.is_any)
        return replace(found, wallets=kept)

    def restraints(
        self, at: Stamp, token: ChecksumAddress, investor: InvestorId | None = None
    ) -> tuple[RestraintAsOf, ...]:
        contract = self._contract(token)
        known = self._known.investor(at, investor) if investor is not None else None
        accounts = self._accounts(at, token)
        if investor is not None:
            accounts = [each.wallet for each in known.wallets] if known else []
        else:
            restrained = self._known.restraints(at, token)
            accounts = list(dict.fromkeys([*accounts, *(each.wallet for each in restrained)]))
        rows = contract.read_many(
            tuple[_Restraint, ...], "restraintsOf", [(each,) for each in accounts], block=at.block
        )
        found = [
            RestraintAsOf(id, rank, RestraintKind(kind), wallet, units, until, claimant)
            for wallet, theirs in zip(accounts, rows, strict=True)
            for id, rank, kind, units, _, until, claimant in theirs
        ]
        return tuple(sorted(found, key=lambda each: (each.rank, each.id)))

    def differences(
        self, earlier: Stamp, later: Stamp, token: ChecksumAddress
    ) -> tuple[HoldingDifference, ...]:
        """Units before are brought up by the token's own factors."""
        factors = self._known.token(later, token).factors
        then = self._known.token(earlier, token).factors
        before: dict[ChecksumAddress, int] = {}
        for holding in self.holdings(earlier, token):
            for each in holding.wallets:
                before[each.wallet] = each.units * factors[-1] // then[-1] if then[-1] else 0
        supply = self._contract(token).read(int, "totalSupply", block=later.block)
        after = {
            each.investor or each.wallets[0].wallet: each for each in self.holdings(later, token)
        }
        was = {
            each.investor or each.wallets[0].wallet: each
            for each in self._by_investor(later, token, list(before), supply)
        }
        found = [
            (
                each.investor,
                tuple(w.wallet for w in each.wallets),
                sum(before[w.wallet] for w in was[key].wallets) if key in was else 0,
                each.units,
            )
            for key, each in after.items()
        ]
        left = sorted(
            (
                each.investor,
                tuple(w.wallet for w in each.wallets),
                sum(before[w.wallet] for w in each.wallets),
                0,
            )
            for key, each in was.items()
            if key not in after
        )
        rows = (HoldingDifference(*each) for each in (*found, *left))
        return tuple(each for each in rows if each.change)

    # What events alone say

    def tranches(self, at: Stamp, token: ChecksumAddress) -> tuple[IssuedTranche, ...]:
        return self._known.tranches(at, token)

    def history(
        self,
        at: Stamp,
        token: ChecksumAddress,
        *,
        investor: InvestorId | None = None,
        wallet: ChecksumAddress | None = None,
        first: int = 0,
    ) -> Iterator[Line]:
        return self._known.history(at, token, investor=investor, wallet=wallet, first=first)

    def movements(
        self, at: Stamp, token: ChecksumAddress, transaction: TxHash, log: int | None = None
    ) -> tuple[MovementDetail, ...]:
        return self._known.movements(at, token, transaction, log)

    def investors(self, at: Stamp) -> tuple[InvestorAsOf, ...]:
        return self._known.investors(at)

    def investor(self, at: Stamp, investor: InvestorId) -> InvestorAsOf | None:
        return self._known.investor(at, investor)

    def investor_of(self, at: Stamp, wallet: ChecksumAddress) -> InvestorId:
        return self._known.investor_of(at, wallet)

    def lapses(
        self, at: Stamp, before: int, token: ChecksumAddress | None = None
    ) -> tuple[Lapse, ...]:
        return self._known.lapses(at, before, token)

    def lots(self, at: Stamp, token: ChecksumAddress, investor: InvestorId) -> tuple[Lot, ...]:
        return self._known.lots(at, token, investor)

    def organisations(self, at: Stamp) -> tuple[OrganisationAsOf, ...]:
        return self._known.organisations(at)

    def requests(self, at: Stamp) -> tuple[RequestAsOf, ...]:
        return self._known.requests(at)

    # Inside

    def _contract(self, token: ChecksumAddress) -> Contract:
        return token_at(self._connection, token)

    def _accounts(self, at: Stamp, token: ChecksumAddress) -> list[ChecksumAddress]:
        """Everybody who ever held."""
        seen: dict[ChecksumAddress, None] = {}
        for line in self._known.history(at, token):
            seen |= dict.fromkeys(line.accounts)
        return list(seen)

    def _by_investor(
        self, at: Stamp, token: ChecksumAddress, wallets: Iterable[ChecksumAddress], supply: int
    ) -> list[Holding]:
        accounts = sorted(wallets)
        rows = [(each,) for each in accounts]
        contract = self._contract(token)
        platform = platform_at(
            self._connection, contract.read(ChecksumAddress, "platform", block=at.block)
        )
        words = platform.read_many(int, "factsOf", rows, block=at.block)
        positions = contract.read_many(
            tuple[int, int, int, int, int, int, int], "positionOf", rows, block=at.block
        )
        found: dict[InvestorId | ChecksumAddress, list[WalletHolding]] = defaultdict(list)
        facts: dict[InvestorId | ChecksumAddress, Facts] = {}
        for wallet, word, position in zip(accounts, words, positions, strict=True):
            known = Facts.of(word)
            whose = known.investor or wallet
            facts[whose] = known
            units, *kinds, free = position
            found[whose].append(
                WalletHolding(wallet, units, RestrainedUnits(*kinds), free, known.retired)
            )
        return [
            Holding(
                facts[whose].investor,
                sum(each.units for each in own),
                sum(each.units for each in own) * MILLION // supply if supply else 0,
                RestrainedUnits.sum_of(each.restrained for each in own),
                sum(each.free for each in own),
                investor_facts(facts[whose]) if facts[whose].is_known else None,
                tuple(own),
            )
            for whose, own in found.items()
        ]
