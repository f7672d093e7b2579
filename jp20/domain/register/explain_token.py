"""What a token's events change: balances, splits, restraints, promises, terms; and which event says
why units moved (G1, G3, G6, G8, G15).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.at import At
from jp20.domain.base.text import Text
from jp20.domain.register.books import (
    ARRIVING,
    BALANCES,
    CONSENTS,
    FACTORS,
    FOLLOWED,
    FROZEN,
    PAUSED,
    PROMISED,
    RECORD_DATES,
    RESTRAINED,
    RESTRAINTS,
    SUPPLY,
    TERMS,
    ConsentRecord,
    Quantity,
    RestraintRecord,
)
from jp20.domain.register.events import (
    CommitmentApproved,
    CommitmentReleased,
    CommitmentSettled,
    ControllerRedemption,
    Delivered,
    Event,
    ForcedTransfer,
    Frozen,
    LoggedEvent,
    Paused,
    PlatformReplaced,
    PositionCarried,
    PositionMoved,
    RecordDateSet,
    RecordDateWithdrawn,
    Redeemed,
    Redistributed,
    RestraintCarried,
    RestraintChanged,
    RestraintKind,
    RestraintSet,
    TermsSet,
    TokenLockUpSet,
    TookOver,
    TrancheIssued,
    Transfer,
    TransferApproved,
    TransferCancelled,
    TransferCommitted,
    TransferRecorded,
    TransferRejected,
    TransferRequested,
    TransferReversed,
    UnitsSplit,
    Unpaused,
)
from jp20.domain.register.ledger import Draft
from jp20.domain.register.movements import (
    RECORDED,
    BrokenRegister,
    Movement,
    Split,
    Why,
)
from jp20.domain.register.plain_transfers import gives_too_much
from jp20.domain.register.terms_in_force import (
    TermChange,
    TermsInForce,
    begun,
    terms_after,
)
from jp20.domain.token.consent_status import ConsentStatus

UNSPLIT: Final = (1,)
"""The factors of a token that was never split."""


class TokenTransaction:
    """The events of one token in one transaction, by their number in it."""

    def __init__(self, draft: Draft, token: ChecksumAddress) -> None:
        self._draft: Final = draft
        self._token: Final = token
        self._moved: Final[dict[int, Movement]] = {}
        self._splits: Final[dict[int, Split]] = {}
        self._given_up: Final[set[int]] = set()
        self._factors = self._read_factors()

    def movements(self) -> Iterator[tuple[int, Movement | Split]]:
        """What moved units, and why, by the number of its event, once all events are taken."""
        yield from self._moved.items()
        yield from self._splits.items()

    def is_holders_own(self, number: int) -> bool:
        """Whether a movement was the holder's own act: no decision led to it."""
        return self._moved[number].why is Why.TRANSFERRED or number in self._given_up

    def take(self, number: int, transaction: Sequence[LoggedEvent[Event]]) -> None:
        """The event of that number. Raises BrokenRegister."""
        event, at = transaction[number].event, transaction[number].at
        match event:
            case Transfer(_, _, 0):
                # ERC-20 has such transfers, and anybody can make one in anybody's name: nothing
                # changes hands, and so nothing is written.
                pass
            case Transfer(from_, to, value):
                self._moved[number] = self._move(at, from_, to, value)
            case UnitsSplit(count, ratio):
                self._splits[number] = self._split(at, count, ratio)
            case _:
                self._explain(event, at)
                self._restrain(event, at)
                self._promise(event, at)
                self._set_terms(event, at)
        if isinstance(event, Redeemed) and not self._is_forced(transaction[number + 1 :]):
            self._end_uncovered_promises(event.from_)

    # Balances

    def _move(self, at: At, from_: ChecksumAddress, to: ChecksumAddress, units: int) -> Movement:
        arriving = self._draft.get(ARRIVING, self._token)
        if from_ == ZERO_ADDRESS and arriving is not None:
            self._draft.put(ARRIVING, self._token, arriving + units)
        elif from_ == ZERO_ADDRESS:
            self._draft.put(SUPPLY, self._token, self._supply() + units)
        else:
            self._hold(at, from_, -units)
        if to == ZERO_ADDRESS:
            self._draft.put(SUPPLY, self._token, self._supply() - units or None)
        else:
            self._hold(at, to, units)
        return Movement(at, from_, to, units, len(self._factors) - 1, Why.TRANSFERRED)

    def _hold(self, at: At, account: ChecksumAddress, change: int) -> None:
        factors = self._factors
        held = self._draft.get(BALANCES, (self._token, account))
        units = change + (held.at(factors) if held is not None else 0)
        if units < 0:
            raise gives_too_much(at, account)
        balance = self._quantity(units) if units else None
        self._draft.put(BALANCES, (self._token, account), balance)

    def _split(self, at: At, count: int, ratio: int) -> Split:
        factors = self._factors
        if count != len(factors):
            raise BrokenRegister(
                at,
                Text(
                    "split {count} does not follow split {last}", count=count, last=len(factors) - 1
                ),
            )
        self._write_factors((*factors, factors[-1] * ratio))
        self._draft.put(SUPPLY, self._token, self._supply() * ratio or None)
        terms = self._draft.get(TERMS, self._token)
        if terms is not None:
            self._draft.put(TERMS, self._token, terms_after(terms, UnitsSplit(count, ratio)))
        return Split(at, count, ratio)

    # Why

    def _explain(self, event: Event, at: At) -> None:
        """An event that says why units moved follows their Transfer. A more special reason
        follows a general one.
        """
        match event:
            case TrancheIssued(number, amount):
                self._say(at, Why.ISSUED, number, units=amount)
            case Delivered(amount):
                self._say_delivered(at, amount)
            case TransferApproved(id, amount):
                self._say(at, Why.APPROVED, id, units=amount)
            case CommitmentSettled(id, _, amount):
                self._say(at, Why.SETTLED, id, units=amount)
            case TransferRecorded(from_, to, amount, cause):
                self._say(at, RECORDED[cause], None, from_=from_, to=to, units=amount)
            case ForcedTransfer(from_, to, amount):
                self._say(at, Why.FORCED, None, from_=from_, to=to, units=amount)
            case TransferReversed(original, from_, to, amount, _):
                self._say(at, Why.REVERSED, original, from_=from_, to=to, units=amount)
            case Redistributed(incident, _, _, to, amount):
                self._say(at, Why.REDISTRIBUTED, incident, to=to, units=amount)
            case PositionCarried(holder, amount):
                self._say(at, Why.CARRIED, None, to=holder, units=amount)
            case PositionMoved(from_, to, amount):
                self._say(at, Why.POSITION_MOVED, None, from_=from_, to=to, units=amount)
            case Redeemed(operator, from_, amount, _):
                place = self._say(
                    at, Why.REDEEMED, None, from_=from_, to=ZERO_ADDRESS, units=amount
                )
                if operator == from_ and place is not None:
                    self._given_up.add(place)

    def _say(
        self,
        at: At,
        why: Why,
        reference: bytes | int | None,
        *,
        units: int,
        from_: ChecksumAddress | None = None,
        to: ChecksumAddress | None = None,
    ) -> int | None:
        """Writes why to the last movement that fits and has no reason yet but a general one; says
        which, None where nothing was to move.
        """
        for place, movement in reversed(self._moved.items()):
            if (
                movement.why in (Why.TRANSFERRED, Why.FORCED)
                and movement.units == units
                and from_ in (None, movement.from_)
                and to in (None, movement.to)
            ):
                self._moved[place] = replace(movement, why=why, reference=reference)
                return place
        if units == 0:  # a reversal that found nothing, a position of nothing
            return None
        raise _without_transfer(at, why)

    def _say_delivered(self, at: At, units: int) -> None:
        """One event for all rows of a call: the movements out of the issuer's account, whose sum
        it names.
        """
        terms = self._draft.get(TERMS, self._token)
        rows = {
            place: movement
            for place, movement in self._moved.items()
            if movement.why is Why.TRANSFERRED
            and terms is not None
            and movement.from_ == terms.terms.issuer_account
            and movement.to != ZERO_ADDRESS
        }
        if sum(movement.units for movement in rows.values()) != units:
            raise _without_transfer(at, Why.DELIVERED)
        for place, movement in rows.items():
            self._moved[place] = replace(movement, why=Why.DELIVERED)

    # Restraints

    def _restrain(self, event: Event, at: At) -> None:
        match event:
            case RestraintSet(holder, id, kind, amount, until, claimant):
                # One that goes to another wallet as a whole keeps its id, and so its rank.
                known = self._draft.get(RESTRAINTS, (self._token, id))
                rank = known.rank if known else id
                record = RestraintRecord(
                    holder, kind, self._quantity(amount), until, claimant, rank
                )
                self._draft.put(RESTRAINTS, (self._token, id), record)
                self._list(holder, id)
            case RestraintChanged(holder, id, amount, until):
                changed = replace(
                    self._restraint(id, at), quantity=self._quantity(amount), until=until
                )
                self._draft.put(RESTRAINTS, (self._token, id), changed)
                if amount == 0:
                    self._unlist(holder, id)
            case RestraintCarried(id, carried_as, _, _, _):
                rank = self._restraint(id, at).rank
                part = replace(self._restraint(carried_as, at), rank=rank)
                self._draft.put(RESTRAINTS, (self._token, carried_as), part)
            case Frozen(account, amount):
                frozen = self._quantity(amount) if amount else None
                self._draft.put(FROZEN, (self._token, account), frozen)

    def _restraint(self, id: int, at: At) -> RestraintRecord:
        known = self._draft.get(RESTRAINTS, (self._token, id))
        if known is None:
            raise BrokenRegister(at, Text("restraint {id} was never set", id=id))
        return known

    def _list(self, holder: ChecksumAddress, id: int) -> None:
        ids = self._draft.get(RESTRAINED, (self._token, holder)) or ()
        self._draft.put(RESTRAINED, (self._token, holder), (*ids, id))

    def _unlist(self, holder: ChecksumAddress, id: int) -> None:
        ids = self._draft.get(RESTRAINED, (self._token, holder)) or ()
        left = tuple(each for each in ids if each != id)
        self._draft.put(RESTRAINED, (self._token, holder), left or None)

    # Promises

    def _promise(self, event: Event, at: At) -> None:
        match event:
            case TransferRequested(id, from_, to, amount, deadline):
                self._begin(id, from_, to, ZERO_ADDRESS, amount, deadline)
            case TransferCommitted(id, from_, agent, to, amount, deadline):
                self._begin(id, from_, to, agent, amount, deadline)
            case CommitmentApproved(id):
                self._answer(id, ConsentStatus.CONSENTED, at)
            case TransferApproved(id, _):
                self._answer(id, ConsentStatus.APPROVED, at)
            case TransferRejected(id, _):
                self._answer(id, ConsentStatus.REJECTED, at)
            case TransferCancelled(id) | CommitmentReleased(id):
                self._answer(id, ConsentStatus.CANCELLED, at)
            case CommitmentSettled(id, _, _):
                self._answer(id, ConsentStatus.SETTLED, at)
            case PositionMoved(from_, _, _):
                self._end_promises(from_)
            case PositionCarried(holder, _):
                self._carry_promises(holder, at)

    def _begin(
        self,
        id: int,
        from_: ChecksumAddress,
        to: ChecksumAddress,
        agent: ChecksumAddress,
        amount: int,
        deadline: int,
    ) -> None:
        record = ConsentRecord(
            from_, to, agent, self._quantity(amount), deadline, ConsentStatus.OPEN
        )
        self._draft.put(CONSENTS, (self._token, id), record)
        ids = self._draft.get(PROMISED, (self._token, from_)) or ()
        self._draft.put(PROMISED, (self._token, from_), (*ids, id))

    def _answer(self, id: int, status: ConsentStatus, at: At) -> None:
        known = self._draft.get(CONSENTS, (self._token, id))
        if known is None and self._terms(at).terms.extra:
            return  # asked for at the token that was replaced, whose events were not read
        if known is None:
            raise BrokenRegister(at, Text("transfer {id} was never asked for", id=id))
        self._draft.put(CONSENTS, (self._token, id), replace(known, status=status))
        if status is not ConsentStatus.CONSENTED:
            ids = self._draft.get(PROMISED, (self._token, known.from_)) or ()
            left = tuple(each for each in ids if each != id)
            self._draft.put(PROMISED, (self._token, known.from_), left or None)

    def _end_promises(self, holder: ChecksumAddress) -> None:
        """With the position that they would be served from. The contract says it by no event."""
        for id in self._draft.get(PROMISED, (self._token, holder)) or ():
            known = self._draft.get(CONSENTS, (self._token, id))
            if known is not None:
                ended = replace(known, status=ConsentStatus.CANCELLED)
                self._draft.put(CONSENTS, (self._token, id), ended)
        self._draft.put(PROMISED, (self._token, holder), None)

    def _carry_promises(self, holder: ChecksumAddress, at: At) -> None:
        """What a holder promised at the token that is replaced holds here under the same numbers.
        The contract says it by no event.
        """
        old = self._terms(at).terms.predecessor
        if old is None:
            return
        promised = self._draft.get(PROMISED, (old, holder))
        for id in promised or ():
            known = self._draft.get(CONSENTS, (old, id))
            self._draft.put(CONSENTS, (self._token, id), known)
        self._draft.put(PROMISED, (self._token, holder), promised)

    def _end_uncovered_promises(self, holder: ChecksumAddress) -> None:
        """After a redemption: where they fit no longer into what is left beside the restraints,
        all end (`contracts/token/Redemption.sol`). The contract says it by no event.
        """
        promised = self._draft.get(PROMISED, (self._token, holder))
        if not promised:
            return
        factors = self._factors
        records = [self._draft.get(CONSENTS, (self._token, id)) for id in promised]
        committed = sum(each.quantity.at(factors) for each in records if each is not None)
        balance = self._draft.get(BALANCES, (self._token, holder))
        left = balance.at(factors) if balance else 0
        if committed > left - self._floor(holder, factors):
            self._end_promises(holder)

    def _floor(self, holder: ChecksumAddress, factors: tuple[int, ...]) -> int:
        """What freeze, pledges and attachments keep. A redemption passes lock-ups."""
        frozen = self._draft.get(FROZEN, (self._token, holder))
        sums = {RestraintKind.PLEDGE: 0, RestraintKind.ATTACHMENT: 0}
        for id in self._draft.get(RESTRAINED, (self._token, holder)) or ():
            known = self._draft.get(RESTRAINTS, (self._token, id))
            if known is not None and known.kind in sums:
                sums[known.kind] += known.quantity.saturated_at(factors)
        return max(frozen.saturated_at(factors) if frozen else 0, *sums.values())

    def _is_forced(self, following: Sequence[LoggedEvent[Event]]) -> bool:
        """Whether the redemption was forced: that leaves promises as they are."""
        own = (each.event for each in following if each.emitter == self._token)
        return isinstance(next(own, None), ControllerRedemption)

    # Terms

    def _set_terms(self, event: Event, at: At) -> None:
        match event:
            case TermsSet(terms):
                self._draft.put(TERMS, self._token, begun(terms))
                if terms.extra:
                    self._draft.put(ARRIVING, self._token, 0)
                    self._write_factors(UNSPLIT)
            case TookOver():
                factors, arrived = self._factors, self._draft.get(ARRIVING, self._token)
                self._draft.put(ARRIVING, self._token, None)
                self._draft.put(SUPPLY, self._token, arrived or None)
                self._write_factors(factors)
            case TokenLockUpSet():
                self._draft.put(TERMS, self._token, terms_after(self._terms(at), event))
            case RecordDateSet(index, time):
                self._draft.put(RECORD_DATES, (self._token, index), time)
            case RecordDateWithdrawn(index, _):
                self._draft.put(RECORD_DATES, (self._token, index), None)
            case Paused():
                self._draft.put(PAUSED, self._token, True)
            case Unpaused():
                self._draft.put(PAUSED, self._token, None)
            case PlatformReplaced(_, platform):
                self._draft.put(FOLLOWED, self._token, platform)
        if isinstance(event, TermChange):
            self._draft.put(TERMS, self._token, terms_after(self._terms(at), event))

    def _terms(self, at: At) -> TermsInForce:
        known = self._draft.get(TERMS, self._token)
        if known is None:
            raise BrokenRegister(at, Text("the token has no terms"))
        return known

    # Inside

    def _supply(self) -> int:
        return self._draft.get(SUPPLY, self._token) or 0

    def _read_factors(self) -> tuple[int, ...]:
        """Those that amounts in events speak of."""
        factors = self._draft.get(FACTORS, self._token) or UNSPLIT
        return factors[:-1] if self._is_waiting() else factors

    def _write_factors(self, factors: tuple[int, ...]) -> None:
        self._factors = factors
        if self._is_waiting():
            factors = (*factors, 0)
        self._draft.put(FACTORS, self._token, None if factors == UNSPLIT else factors)

    def _is_waiting(self) -> bool:
        return self._draft.get(ARRIVING, self._token) is not None

    def _quantity(self, units: int) -> Quantity:
        return Quantity(units, len(self._factors) - 1)


def _without_transfer(at: At, why: Why) -> BrokenRegister:
    return BrokenRegister(
        at,
        Text("a {why} without its Transfer", why=why.value),
    )
