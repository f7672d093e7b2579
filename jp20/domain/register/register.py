"""The register of a token: what its events add up to (G15, S1). Who held what, when, and why it
changed.

Invariant: the holdings, brought up to today's splits, add up to the supply.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import groupby
from types import MappingProxyType
from typing import Final, TypeAlias

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.at import At
from jp20.domain.base.errors import JP20Error, Text
from jp20.domain.register.events import (
    Cause,
    CommitmentSettled,
    Delivered,
    Event,
    ForcedTransfer,
    LoggedEvent,
    PositionMoved,
    Redeemed,
    Redistributed,
    TermsSet,
    TrancheIssued,
    Transfer,
    TransferApproved,
    TransferRecorded,
    TransferReversed,
    UnitsSplit,
)


class Why(Enum):
    """Why units moved."""

    TRANSFERRED = Text("transfer", "移転")
    ISSUED = Text("issue", "発行")
    DELIVERED = Text("delivery", "配布")
    APPROVED = Text("transfer with consent", "承諾による移転")
    SETTLED = Text("delivery versus payment", "DVP決済")
    SALE = Text("recorded: sale", "原簿記録(売買)")
    GIFT = Text("recorded: gift", "原簿記録(贈与)")
    INHERITANCE = Text("recorded: inheritance", "原簿記録(相続)")
    MERGER = Text("recorded: merger", "原簿記録(合併)")
    FORCED = Text("forced transfer", "強制移転")
    REVERSED = Text("reversal", "取消し")
    REDISTRIBUTED = Text("redistribution", "再配布")
    POSITION_MOVED = Text("position moved to a new wallet", "新ウォレットへの移管")
    REDEEMED = Text("redemption", "償還")


_RECORDED: Final = {
    Cause.SALE: Why.SALE,
    Cause.GIFT: Why.GIFT,
    Cause.INHERITANCE: Why.INHERITANCE,
    Cause.MERGER: Why.MERGER,
}


@dataclass(frozen=True, slots=True)
class Movement:
    """Units that changed hands: as many as they were then, at the split count of then.

    `reference` says more, by `why`: tranche number, transfer request, commitment, the original's
    id, the incident.
    """

    at: At
    from_: ChecksumAddress
    to: ChecksumAddress
    units: int
    splits: int
    why: Why
    reference: bytes | int | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """1 unit became `ratio`, for everybody: split number `count`."""

    at: At
    count: int
    ratio: int


@dataclass(frozen=True, slots=True)
class Holding:
    """Units at a split count; `Register.balance_of` brings them up to today's."""

    units: int
    splits: int


HistoryEntry: TypeAlias = Movement | Split


@dataclass(frozen=True, slots=True)
class Register:
    """A token's register as of `block`, all events of that block included.

    `factors[n]` are the units of split count n for one unit at issue. `supply` is in units of now.
    """

    block: int = -1
    issuer_account: ChecksumAddress = ZERO_ADDRESS
    supply: int = 0
    factors: tuple[int, ...] = (1,)
    holdings: Mapping[ChecksumAddress, Holding] = field(
        default_factory=lambda: MappingProxyType({})
    )
    history: tuple[HistoryEntry, ...] = ()

    def balance_of(self, account: ChecksumAddress) -> int:
        """Units of now."""
        holding = self.holdings.get(account)
        if holding is None:
            return 0
        return holding.units * self.factors[-1] // self.factors[holding.splits]

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


class BrokenRegister(JP20Error):
    """The events do not add up: some are missing, or stand in the wrong order."""

    def __init__(self, at: At, en: str, ja: str) -> None:
        super().__init__(
            Text(
                f"The events up to block {at.block} do not add up: {en}.",
                f"ブロック {at.block} までのイベントが整合しません: {ja}。",
            ),
            next_step=Text(
                "Read the events again from the block in which the token was made.",
                "トークン作成時のブロックからイベントを読み直してください。",
            ),
        )


def fold(
    entries: Iterable[LoggedEvent[Event]],
    start: Register | None = None,
    *,
    block: int | None = None,
) -> Register:
    """The register after `start` and the token's events, which come in the chain's order.

    `block`: as of this block; later events are passed over. Without it, as of the last event's
    block. The events of a block come all in one call. Raises BrokenRegister where they do not add
    up.
    """
    state = _State(start or Register())
    in_time = (entry for entry in entries if block is None or entry.at.block <= block)
    for _, group in groupby(in_time, key=lambda entry: entry.at.transaction):
        state.take(list(group))
    return state.register(block)


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


class _State:
    """A register being written. Nothing of it is shared with the one it started from."""

    def __init__(self, start: Register) -> None:
        self._start = start
        self._block = start.block
        self._last = (start.block, 2**64)
        self._issuer_account = start.issuer_account
        self._supply = start.supply
        self._factors = list(start.factors)
        self._holdings = dict(start.holdings)
        self._history: list[HistoryEntry] = []

    def register(self, block: int | None) -> Register:
        return Register(
            self._block if block is None else max(block, self._block),
            self._issuer_account,
            self._supply,
            tuple(self._factors),
            MappingProxyType(self._holdings),
            (*self._start.history, *self._history),
        )

    def take(self, transaction: list[LoggedEvent[Event]]) -> None:
        """All the token's events of one transaction."""
        moved: list[int] = []  # of this transaction: places in the history
        for entry in transaction:
            event, at = entry.event, entry.at
            if (at.block, at.log) <= self._last:
                raise BrokenRegister(at, "they are out of order", "順序が正しくありません")
            self._last = (at.block, at.log)
            self._block = at.block
            match event:
                case Transfer(_, _, 0):
                    # ERC-20 has such transfers, and anybody can make one in anybody's name: nothing
                    # changes hands, and so nothing is written.
                    pass
                case Transfer(from_, to, value):
                    moved.append(len(self._history))
                    self._move(at, from_, to, value)
                case UnitsSplit(count, ratio):
                    self._split(at, count, ratio)
                case TermsSet(terms):
                    self._issuer_account = terms.issuer_account
                case _:
                    self._explain(event, moved)

    def _move(self, at: At, from_: ChecksumAddress, to: ChecksumAddress, units: int) -> None:
        if from_ == ZERO_ADDRESS:
            self._supply += units
        else:
            self._hold(at, from_, -units)
        if to == ZERO_ADDRESS:
            self._supply -= units
        else:
            self._hold(at, to, units)
        splits = len(self._factors) - 1
        self._history.append(Movement(at, from_, to, units, splits, Why.TRANSFERRED))

    def _hold(self, at: At, account: ChecksumAddress, change: int) -> None:
        held = self._holdings.get(account)
        units = change
        if held is not None:
            units += held.units * self._factors[-1] // self._factors[held.splits]
        if units < 0:
            raise BrokenRegister(
                at,
                f"{account} gives units that it does not have",
                f"{account} が保有数量を超えて移転しています",
            )
        if units:
            self._holdings[account] = Holding(units, len(self._factors) - 1)
        else:
            self._holdings.pop(account, None)

    def _split(self, at: At, count: int, ratio: int) -> None:
        if count != len(self._factors):
            raise BrokenRegister(
                at,
                f"split {count} comes out of turn",
                f"{count} 回目の分割の順序が正しくありません",
            )
        self._factors.append(self._factors[-1] * ratio)
        self._supply *= ratio
        self._history.append(Split(at, count, ratio))

    def _explain(self, event: Event, moved: list[int]) -> None:
        """An event that says why units moved follows their Transfer. A more special reason
        follows a general one.
        """
        match event:
            case TrancheIssued(number, amount):
                self._say(moved, Why.ISSUED, number, units=amount)
            case Delivered(amount):
                self._say_delivered(moved, amount)
            case TransferApproved(id, amount):
                self._say(moved, Why.APPROVED, id, units=amount)
            case CommitmentSettled(id, _, amount):
                self._say(moved, Why.SETTLED, id, units=amount)
            case TransferRecorded(from_, to, amount, cause):
                self._say(moved, _RECORDED[cause], None, from_=from_, to=to, units=amount)
            case ForcedTransfer(from_, to, amount):
                self._say(moved, Why.FORCED, None, from_=from_, to=to, units=amount)
            case TransferReversed(original, from_, to, amount, _):
                self._say(moved, Why.REVERSED, original, from_=from_, to=to, units=amount)
            case Redistributed(incident, _, _, to, amount):
                self._say(moved, Why.REDISTRIBUTED, incident, to=to, units=amount)
            case PositionMoved(from_, to, amount):
                self._say(moved, Why.POSITION_MOVED, None, from_=from_, to=to, units=amount)
            case Redeemed(_, from_, amount, _):
                self._say(moved, Why.REDEEMED, None, from_=from_, to=ZERO_ADDRESS, units=amount)

    def _say(
        self,
        moved: list[int],
        why: Why,
        reference: bytes | int | None,
        *,
        units: int,
        from_: ChecksumAddress | None = None,
        to: ChecksumAddress | None = None,
    ) -> None:
        """Writes why to the last movement of the transaction that fits and has no reason yet but
        a general one.
        """
        for place in reversed(moved):
            movement = self._history[place]
            if (
                isinstance(movement, Movement)
                and movement.why in (Why.TRANSFERRED, Why.FORCED)
                and movement.units == units
                and from_ in (None, movement.from_)
                and to in (None, movement.to)
            ):
                self._history[place] = replace(movement, why=why, reference=reference)
                return
        if units == 0:  # a reversal that found nothing, a position of nothing
            return
        raise self._without_transfer(why)

    def _say_delivered(self, moved: list[int], units: int) -> None:
        """One event for all rows of a call: the movements out of the issuer's account, whose sum
        it names.
        """
        rows = {}
        for place in moved:
            movement = self._history[place]
            if (
                isinstance(movement, Movement)
                and movement.why is Why.TRANSFERRED
                and movement.from_ == self._issuer_account
                and movement.to != ZERO_ADDRESS
            ):
                rows[place] = replace(movement, why=Why.DELIVERED)
        if sum(movement.units for movement in rows.values()) != units:
            raise self._without_transfer(Why.DELIVERED)
        for place, movement in rows.items():
            self._history[place] = movement

    def _without_transfer(self, why: Why) -> BrokenRegister:
        return BrokenRegister(
            self._history[-1].at if self._history else At(self._block, b"", 0, 0),
            f"a {why.value.en} without its Transfer",
            f"{why.value.ja}に対応する移転がありません",
        )
