"""The register's questions answered from a journal in memory: what an index is measured against,
and what works without one (G15).
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from operator import attrgetter
from time import time as clock
from typing import Final, Protocol

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.at import At
from jp20.domain.base.ids import NO_INVESTOR, BlockHash, InvestorId, OrganisationId, TxHash
from jp20.domain.investors.facts import Facts
from jp20.domain.register.answers import (
    MILLION,
    DecisionMade,
    Holding,
    HoldingDifference,
    InvestorAsOf,
    IssuedTranche,
    Lapse,
    Line,
    Lot,
    MovementDetail,
    OrganisationAsOf,
    OrganisationName,
    RequestAsOf,
    RestrainedUnits,
    RestraintAsOf,
    SignedBy,
    Stamp,
    TokenAsOf,
    WalletAsOf,
    WalletHolding,
)
from jp20.domain.register.books import (
    BALANCES,
    EXECUTED,
    FACTS,
    FROZEN,
    ORGANISATIONS,
    PAUSED,
    PROMISED,
    RECORD_DATES,
    REQUESTS,
    RESTRAINED,
    RESTRAINTS,
    ROLES,
    SUPPLY,
    SUSPENSIONS,
    TERMS,
    TOKENS,
    TRADES,
    TokenRecord,
)
from jp20.domain.register.events import (
    ControllerRedemption,
    TransferReversed,
    WalletAdded,
    WalletCarried,
    WalletRegistered,
)
from jp20.domain.register.journal import Journal
from jp20.domain.register.ledger import JournalEntry, Ledger, Place, apply, undo
from jp20.domain.register.lots import Lots, Owner, is_original
from jp20.domain.register.movements import Grounds, HistoryEntry, Movement, Split, Why
from jp20.domain.register.positions import (
    factors_of,
    investor_facts,
    platform_of,
    restrained_units,
)
from jp20.domain.register.tranches import tranches_of
from jp20.register.questions import NoSuchBlock, NoSuchTime, NotInRegister


@dataclass(frozen=True, slots=True)
class Header:
    """A block's number, hash and time (unix seconds)."""

    number: int
    hash: BlockHash
    time: int


class Headers(Protocol):
    """The blocks that a register can be asked about."""

    @property
    def chain_id(self) -> int: ...

    def header(self, number: int) -> Header:
        """Of a block up to the latest."""
        ...

    def latest(self) -> int:
        """The last block whose events are known."""
        ...

    def final(self) -> int:
        """Up to which block nothing can change the chain."""
        ...


def stamp_of(headers: Headers, block: int | None = None, time: int | None = None) -> Stamp:
    """A block by number, the last one up to a time, or the latest. Raises NoSuchBlock,
    NoSuchTime.
    """
    latest = headers.latest()
    if time is not None:
        block = _last_until(headers, time, latest)
    elif block is None:
        block = latest
    elif not 0 <= block <= latest:
        raise NoSuchBlock(block, latest)
    found = headers.header(block)
    return Stamp(headers.chain_id, block, found.hash, found.time, block <= headers.final())


def _last_until(headers: Headers, time: int, latest: int) -> int:
    newest = headers.header(latest).time
    if not headers.header(0).time <= time <= max(newest, int(clock())):
        raise NoSuchTime(time)
    first, last = 0, latest
    while first < last:
        middle = (first + last + 1) // 2
        first, last = (middle, last) if headers.header(middle).time <= time else (first, middle - 1)
    return first


@dataclass(frozen=True, slots=True)
class _Moved:
    """An entry that moved units or split them, and what it was."""

    entry: JournalEntry
    what: HistoryEntry


class ByLedger:
    """`Questions` of a journal, which is its own from now on: the ledger is taken to the block that
    is asked about, at the cost of what changed in between.

    The journal has the events of the Consortium, the platforms, the settlement contract and the
    tokens up to `headers.latest()`. `platform` is the one that is asked about investors.
    """

    def __init__(self, journal: Journal, headers: Headers, platform: ChecksumAddress) -> None:
        self._headers: Final = headers
        self._platform: Final = platform
        self._entries: Final = journal.entries
        self._ledger: Final = journal.ledger
        self._next = len(journal.entries)
        self._moved: Final[dict[ChecksumAddress, list[_Moved]]] = defaultdict(list)
        self._came: Final[dict[tuple[ChecksumAddress, ChecksumAddress], JournalEntry]] = {}
        # Of the last block that was asked about, as one question follows the other there.
        self._held: tuple[Stamp, ChecksumAddress, tuple[Holding, ...]] | None = None
        self._lots: tuple[int, ChecksumAddress, Lots] | None = None
        self._wallets: tuple[Place, ChecksumAddress, dict[int, list[ChecksumAddress]]] | None = None
        for entry in journal.entries:
            event = entry.logged.event
            if entry.movement is not None:
                self._moved[entry.logged.emitter].append(_Moved(entry, entry.movement))
            elif isinstance(event, WalletRegistered | WalletAdded | WalletCarried):
                self._came.setdefault((entry.logged.emitter, event.wallet), entry)

    def stamp(self, block: int | None = None, time: int | None = None) -> Stamp:
        return stamp_of(self._headers, block, time)

    # Tokens

    def tokens(self, at: Stamp) -> tuple[TokenAsOf, ...]:
        made = self._as_of(at.block).rows(TOKENS)
        in_order = sorted(made.items(), key=lambda each: (each[1].at.block, each[1].at.log))
        return tuple(self._token(at, address, record) for address, record in in_order)

    def token(self, at: Stamp, token: ChecksumAddress) -> TokenAsOf:
        return self._token(at, token, self._record(at, token))

    def _token(self, at: Stamp, token: ChecksumAddress, made: TokenRecord) -> TokenAsOf:
        books = self._as_of(at.block)
        factors = factors_of(books, token)
        terms = books.get(TERMS, token)
        if terms is None:
            raise NotInRegister(token, at.block)
        supply = books.get(SUPPLY, token) or 0
        holdings = self.holdings(at, token)
        issued = sum(each.issued for each in self.tranches(at, token))
        dates = (
            (n, second) for (one, n), second in books.rows(RECORD_DATES).items() if one == token
        )
        kept = books.get(BALANCES, (token, terms.terms.issuer_account))
        return TokenAsOf(
            token,
            made.code,
            terms.terms.name,
            platform_of(books, token) or made.platform,
            made.at,
            made.issuer,
            made.registrar,
            terms,
            supply,
            kept.at(factors) if kept else 0,
            issued - supply,
            len(holdings),
            sum(bool(wallet.units) for each in holdings for wallet in each.wallets),
            factors,
            books.get(PAUSED, token) or False,
            tuple(sorted(dates)),
        )

    def tranches(self, at: Stamp, token: ChecksumAddress) -> tuple[IssuedTranche, ...]:
        self._record(at, token)
        books = self._as_of(at.block)
        return tranches_of(
            (each.what for each in self._moves(at, token)),
            factors_of(books, token),
            books.get(SUPPLY, token) or 0,
        )

    # Holdings

    def holdings(self, at: Stamp, token: ChecksumAddress) -> tuple[Holding, ...]:
        self._record(at, token)
        if self._held is not None and self._held[:2] == (at, token):
            return self._held[2]
        books = self._as_of(at.block)
        factors = factors_of(books, token)
        issuer = self._issuer_account(books, token)
        held = (
            wallet
            for (each, wallet), quantity in books.rows(BALANCES).items()
            if each == token and wallet != issuer and quantity.at(factors)
        )
        found = [
            self._holding(at, token, investor, wallets)
            for investor, wallets in self._by_investor(books, token, held)
        ]
        self._held = (at, token, tuple(sorted(found, key=_largest_first)))
        return self._held[2]

    def holding(self, at: Stamp, token: ChecksumAddress, investor: InvestorId) -> Holding | None:
        self._record(at, token)
        books = self._as_of(at.block)
        own = self._wallets_of(books, platform_of(books, token), investor)
        if not own:
            return None
        concerned = [
            wallet
            for wallet in own
            if books.get(BALANCES, (token, wallet))
            or books.get(FROZEN, (token, wallet))
            or books.get(RESTRAINED, (token, wallet))
            or books.get(PROMISED, (token, wallet))
        ]
        found = self._holding(at, token, investor, concerned or own[:1])
        return replace(
            found,
            wallets=tuple(each for each in found.wallets if each.units or each.restrained.is_any),
        )

    def restraints(
        self, at: Stamp, token: ChecksumAddress, investor: InvestorId | None = None
    ) -> tuple[RestraintAsOf, ...]:
        self._record(at, token)
        books = self._as_of(at.block)
        factors = factors_of(books, token)
        platform = platform_of(books, token)
        found = (
            RestraintAsOf(
                id,
                record.rank,
                record.kind,
                record.holder,
                record.quantity.saturated_at(factors),
                record.until,
                record.claimant,
            )
            for (each, id), record in books.rows(RESTRAINTS).items()
            if each == token
            and record.holds(at.time)
            and investor in (None, self._investor(books, platform, record.holder))
        )
        return tuple(sorted(found, key=attrgetter("rank", "id")))

    def differences(
        self, earlier: Stamp, later: Stamp, token: ChecksumAddress
    ) -> tuple[HoldingDifference, ...]:
        before = self._held_before(earlier, later, token)
        after = {
            (each.investor, each.investor or each.wallets[0].wallet): each
            for each in self.holdings(later, token)
        }
        stayed = [
            HoldingDifference(
                each.investor,
                tuple(wallet.wallet for wallet in each.wallets),
                before.get(key, (0, ()))[0],
                each.units,
            )
            for key, each in after.items()
        ]
        left = [
            HoldingDifference(investor, wallets, units, 0)
            for (investor, who), (units, wallets) in sorted(
                before.items(), key=lambda each: (each[0][0], each[1][1])
            )
            if (investor, who) not in after
        ]
        return tuple(each for each in (*stayed, *left) if each.change)

    def lots(self, at: Stamp, token: ChecksumAddress, investor: InvestorId) -> tuple[Lot, ...]:
        self._record(at, token)
        books = self._as_of(at.block)
        factors = factors_of(books, token)
        if not factors[-1]:
            return ()
        if self._lots is None or self._lots[:2] != (at.block, token):
            lots = Lots(self._owner(books, token), factors)
            for moved in self._whole_past(at, token):
                lots.take(moved)
            self._lots = (at.block, token, lots)
        return self._lots[2].of(investor)

    # What happened

    def history(
        self,
        at: Stamp,
        token: ChecksumAddress,
        *,
        investor: InvestorId | None = None,
        wallet: ChecksumAddress | None = None,
        first: int = 0,
    ) -> Iterator[Line]:
        self._record(at, token)
        books = self._as_of(at.block)
        platform = platform_of(books, token)
        own: frozenset[ChecksumAddress] | None = None
        if wallet is not None:
            own = frozenset({wallet})
        elif investor is not None:
            own = frozenset(self._wallets_of(books, platform, investor))
        moved: Iterable[_Moved] = self._moves(at, token)
        if own is not None:
            moved = (each for each in moved if _concerns(each.what, own))
        lines: Iterator[Line] = (self._line(at, token, each) for each in moved)
        if own is not None:
            lines = _with_balances(lines, own)
        return (line for line in lines if line.at.block >= first)

    def movements(
        self, at: Stamp, token: ChecksumAddress, transaction: TxHash, log: int | None = None
    ) -> tuple[MovementDetail, ...]:
        self._record(at, token)
        return tuple(
            self._detail(at, token, each, each.what)
            for each in self._moves(at, token)
            if isinstance(each.what, Movement)
            and each.what.at.transaction == transaction
            and log in (None, each.what.at.log)
        )

    # Investors

    def investors(self, at: Stamp) -> tuple[InvestorAsOf, ...]:
        books = self._as_of(at.block)
        wallets: dict[InvestorId, list[ChecksumAddress]] = defaultdict(list)
        for (platform, wallet), word in books.rows(FACTS).items():
            facts = Facts.of(word)
            if platform == self._platform and facts.is_known:
                wallets[facts.investor].append(wallet)
        found = [self._investor_as_of(books, investor, own) for investor, own in wallets.items()]
        return tuple(
            sorted(found, key=lambda each: (each.wallets[0].since.block, each.wallets[0].since.log))
        )

    def investor(self, at: Stamp, investor: InvestorId) -> InvestorAsOf | None:
        books = self._as_of(at.block)
        own = self._wallets_of(books, self._platform, investor)
        return self._investor_as_of(books, investor, own) if own else None

    def investor_of(self, at: Stamp, wallet: ChecksumAddress) -> InvestorId:
        return self._investor(self._as_of(at.block), self._platform, wallet)

    def lapses(
        self, at: Stamp, before: int, token: ChecksumAddress | None = None
    ) -> tuple[Lapse, ...]:
        units: dict[InvestorId, int] | None = None
        if token is not None:
            units = {each.investor: each.units for each in self.holdings(at, token)}
        found = [
            Lapse(
                each.investor,
                tuple(wallet.wallet for wallet in each.wallets if not wallet.retired),
                what,
                expiry,
                units[each.investor] if units is not None else 0,
            )
            for each in self.investors(at)
            if units is None or each.investor in units
            for what, expiry in (
                ("kyc", each.facts.kyc_expiry),
                ("class", each.facts.class_expiry),
            )
            if expiry < before
        ]
        return tuple(
            sorted(found, key=lambda each: (each.expiry, each.investor, each.what != "kyc"))
        )

    # The Consortium

    def organisations(self, at: Stamp) -> tuple[OrganisationAsOf, ...]:
        books = self._as_of(at.block)
        roles = sorted(books.rows(ROLES).items(), key=lambda each: each[0])
        return tuple(
            OrganisationAsOf(
                number,
                known.name,
                known.active,
                known.keys,
                tuple((scope, held) for (one, scope), held in roles if one == number)
                if known.active
                else (),
            )
            for number, known in sorted(books.rows(ORGANISATIONS).items())
        )

    def requests(self, at: Stamp) -> tuple[RequestAsOf, ...]:
        books = self._as_of(at.block)
        found = [
            RequestAsOf(
                id,
                record,
                books.get(EXECUTED, (record.request.case_id, record.request.root)) or 0,
            )
            for id, record in books.rows(REQUESTS).items()
        ]
        return tuple(sorted(found, key=lambda each: (each.record.at.block, each.record.at.log)))

    # Inside

    def _as_of(self, block: int) -> Ledger:
        """The ledger after a block."""
        entries = self._entries
        while self._next and entries[self._next - 1].logged.at.block > block:
            self._next -= 1
            undo(self._ledger, entries[self._next])
        while self._next < len(entries) and entries[self._next].logged.at.block <= block:
            apply(self._ledger, entries[self._next])
            self._next += 1
        return self._ledger

    def _record(self, at: Stamp, token: ChecksumAddress) -> TokenRecord:
        found = self._as_of(at.block).get(TOKENS, token)
        if found is None:
            raise NotInRegister(token, at.block)
        return found

    def _moves(self, at: Stamp, token: ChecksumAddress) -> list[_Moved]:
        """What moved units of a token up to the block, and its splits."""
        moved = self._moved.get(token, [])
        return moved[: bisect_right(moved, at.block, key=lambda each: each.what.at.block)]

    def _holding(
        self,
        at: Stamp,
        token: ChecksumAddress,
        investor: InvestorId,
        wallets: Iterable[ChecksumAddress],
    ) -> Holding:
        books = self._as_of(at.block)
        factors, platform = factors_of(books, token), platform_of(books, token)
        found, facts = [], None
        for wallet in sorted(wallets):
            quantity = books.get(BALANCES, (token, wallet))
            units = quantity.at(factors) if quantity else 0
            restrained = restrained_units(books, token, wallet, at.time)
            known = self._facts(books, platform, wallet)
            facts = investor_facts(known) if known.is_known else None
            found.append(
                WalletHolding(wallet, units, restrained, restrained.free_of(units), known.retired)
            )
        units, supply = sum(each.units for each in found), books.get(SUPPLY, token) or 0
        return Holding(
            investor,
            units,
            units * MILLION // supply if supply else 0,
            RestrainedUnits.sum_of(each.restrained for each in found),
            sum(each.free for each in found),
            facts,
            tuple(found),
        )

    def _by_investor(
        self, books: Ledger, token: ChecksumAddress, wallets: Iterable[ChecksumAddress]
    ) -> Iterator[tuple[InvestorId, list[ChecksumAddress]]]:
        platform = platform_of(books, token)
        found: dict[InvestorId | ChecksumAddress, list[ChecksumAddress]] = defaultdict(list)
        for wallet in wallets:
            found[self._investor(books, platform, wallet) or wallet].append(wallet)
        for who, own in found.items():
            yield (NO_INVESTOR if isinstance(who, str) else who), own

    def _held_before(
        self, earlier: Stamp, later: Stamp, token: ChecksumAddress
    ) -> dict[
        tuple[InvestorId, InvestorId | ChecksumAddress], tuple[int, tuple[ChecksumAddress, ...]]
    ]:
        """Of each holder of the earlier block, by whose the wallets are as of the later one, units
        of the later block.
        """
        self._record(later, token)
        factors_later = factors_of(self._as_of(later.block), token)
        books = self._as_of(earlier.block)
        factors, issuer = factors_of(books, token), self._issuer_account(books, token)
        held = {
            wallet: quantity.at(factors_later) if factors[-1] else 0
            for (each, wallet), quantity in books.rows(BALANCES).items()
            if each == token and wallet != issuer
        }
        books = self._as_of(later.block)
        return {
            (investor, investor or own[0]): (sum(held[each] for each in own), tuple(sorted(own)))
            for investor, own in self._by_investor(books, token, held)
        }

    def _line(self, at: Stamp, token: ChecksumAddress, found: _Moved) -> Line:
        books = self._as_of(at.block)
        factors, moved = factors_of(books, token), found.what
        if isinstance(moved, Split):
            return Line(
                moved.at, None, ZERO_ADDRESS, ZERO_ADDRESS, NO_INVESTOR, NO_INVESTOR, 0,
                moved.count, 0, moved.ratio, grounds=found.entry.grounds,
            )  # fmt: skip
        platform = platform_of(books, token)
        reference = moved.reference
        if moved.why is Why.SETTLED and isinstance(reference, int):
            reference = books.get(TRADES, (token, reference)) or reference
        return Line(
            moved.at,
            moved.why,
            moved.from_,
            moved.to,
            self._investor(books, platform, moved.from_),
            self._investor(books, platform, moved.to),
            moved.units,
            moved.splits,
            moved.units * factors[-1] // factors[moved.splits],
            reference=reference,
            grounds=moved.grounds,
        )

    def _detail(
        self, at: Stamp, token: ChecksumAddress, found: _Moved, moved: Movement
    ) -> MovementDetail:
        following = self._rest_of_transaction(found.entry)
        reversal = next(
            (
                event
                for event in following
                if isinstance(event, TransferReversed)
                and (event.from_, event.to, event.amount) == (moved.from_, moved.to, moved.units)
            ),
            None,
        )
        is_taken = moved.why is Why.REDEEMED and any(
            isinstance(event, ControllerRedemption)
            and (event.token_holder, event.value) == (moved.from_, moved.units)
            for event in following
        )
        decision = self._decision(moved.grounds, moved.at) if moved.grounds else None
        is_reversal = moved.why is Why.REVERSED
        return MovementDetail(
            self._line(at, token, found),
            is_taken or moved.why in (Why.FORCED, Why.REVERSED),
            decision,
            next(self._originals(at, token, moved), None),
            tuple(self._reversals(at, token, moved)),
            reversal.shortfall if is_reversal and reversal else 0,
        )

    def _originals(self, at: Stamp, token: ChecksumAddress, moved: Movement) -> Iterator[At]:
        """What a movement took back, be it on a token that was replaced."""
        owner = self._owner(self._as_of(at.block), token)
        for other in self._whole_past(at, token):
            if (
                moved.why is Why.REVERSED
                and isinstance(other, Movement)
                and (owner(other.from_), owner(other.to)) == (owner(moved.to), owner(moved.from_))
                and is_original(moved.reference, other.at)
            ):
                yield other.at

    def _reversals(self, at: Stamp, token: ChecksumAddress, moved: Movement) -> Iterator[At]:
        owner = self._owner(self._as_of(at.block), token)
        for each in self._moves(at, token):
            other = each.what
            if (
                isinstance(other, Movement)
                and other.why is Why.REVERSED
                and (owner(other.from_), owner(other.to)) == (owner(moved.to), owner(moved.from_))
                and is_original(other.reference, moved.at)
            ):
                yield other.at

    def _whole_past(self, at: Stamp, token: ChecksumAddress) -> Iterator[HistoryEntry]:
        """What moved units of a token, and before that of the tokens that it replaced."""
        terms = self._as_of(at.block).get(TERMS, token)
        if terms is not None and terms.terms.predecessor is not None:
            yield from self._whole_past(at, terms.terms.predecessor)
        yield from (each.what for each in self._moves(at, token))

    def _owner(self, books: Ledger, token: ChecksumAddress) -> Callable[[ChecksumAddress], Owner]:
        platform = platform_of(books, token)
        return lambda account: self._investor(books, platform, account) or account

    def _rest_of_transaction(self, entry: JournalEntry) -> list[object]:
        """The events of its token that follow it in its transaction."""
        at, entries = entry.logged.at, self._entries
        place = bisect_left(entries, entry.place, key=attrgetter("place"))
        found: list[object] = []
        for each in entries[place + 1 :]:
            if each.logged.at.transaction != at.transaction:
                break
            if each.logged.emitter == entry.logged.emitter:
                found.append(each.logged.event)
        return found

    def _decision(self, grounds: Grounds, at: At) -> DecisionMade:
        """With names and signatures as they were then."""
        books = self._as_of(at.block)
        known = books.get(REQUESTS, grounds.request) if grounds.request else None
        return DecisionMade(
            grounds.case_id.rstrip(b"\0").decode("ascii", "replace"),
            grounds.case_id,
            grounds.document_hash,
            grounds.request,
            _named(books, grounds.proposer),
            known.at if known else None,
            tuple(
                SignedBy(each.slot, _named(books, each.organisation), each.key, each.at)
                for each in (known.signatures if known else ())
            ),
            _named(books, grounds.executor),
            grounds.key,
        )

    def _investor_as_of(
        self, books: Ledger, investor: InvestorId, own: Iterable[ChecksumAddress]
    ) -> InvestorAsOf:
        wallets = sorted(
            (
                WalletAsOf(
                    wallet, self._facts(books, self._platform, wallet).retired, came.logged.at
                )
                for wallet in own
                for came in (self._came[self._platform, wallet],)
            ),
            key=lambda each: (each.since.block, each.since.log),
        )
        first = wallets[0].wallet
        return InvestorAsOf(
            investor,
            investor_facts(self._facts(books, self._platform, first)),
            tuple(wallets),
            books.get(SUSPENSIONS, (self._platform, investor)),
            self._came[self._platform, first].grounds,
        )

    def _wallets_of(
        self, books: Ledger, platform: ChecksumAddress | None, investor: InvestorId
    ) -> list[ChecksumAddress]:
        if not investor or platform is None:
            return []
        if self._wallets is None or self._wallets[:2] != (books.place, platform):
            found: dict[int, list[ChecksumAddress]] = defaultdict(list)
            for (each, wallet), word in books.rows(FACTS).items():
                if each == platform:
                    found[Facts.of(word).investor].append(wallet)
            self._wallets = (books.place, platform, found)
        return sorted(self._wallets[2].get(investor, ()))

    def _investor(
        self, books: Ledger, platform: ChecksumAddress | None, wallet: ChecksumAddress
    ) -> InvestorId:
        return self._facts(books, platform, wallet).investor

    def _facts(
        self, books: Ledger, platform: ChecksumAddress | None, wallet: ChecksumAddress
    ) -> Facts:
        word = books.get(FACTS, (platform, wallet)) if platform is not None else None
        return Facts.of(word or 0)

    def _issuer_account(self, books: Ledger, token: ChecksumAddress) -> ChecksumAddress | None:
        terms = books.get(TERMS, token)
        return terms.terms.issuer_account if terms else None


def _concerns(entry: HistoryEntry, own: frozenset[ChecksumAddress]) -> bool:
    """Whether it may have changed what some wallets have."""
    return isinstance(entry, Split) or entry.from_ in own or entry.to in own


def _with_balances(lines: Iterable[Line], own: frozenset[ChecksumAddress]) -> Iterator[Line]:
    """With what some wallets had afterwards; without splits of nothing."""
    balance = 0
    for line in lines:
        if line.ratio is not None:
            change = balance * (line.ratio - 1)
        else:
            change = line.units * ((line.to in own) - (line.from_ in own))
        balance += change
        if line.from_ in own or line.to in own or (line.ratio is not None and change):
            yield replace(line, change=change, balance=balance)


def _named(books: Ledger, number: OrganisationId) -> OrganisationName:
    known = books.get(ORGANISATIONS, number)
    return OrganisationName(number, known.name if known else "")


def _largest_first(each: Holding) -> tuple[int, int, ChecksumAddress]:
    return (-each.units, each.investor, each.wallets[0].wallet)
