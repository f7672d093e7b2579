"""What several organisations decide about units without their holder (G3, G9–G11, G13, S4)."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass

from eth_typing import ChecksumAddress

from jp20.chain.contracts.contract import Contract
from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.ids import TxHash
from jp20.domain.base.text import Text
from jp20.domain.governance.evidence import Evidence
from jp20.domain.governance.requests import case_id
from jp20.domain.investors.facts import Facts
from jp20.domain.plans.outcomes import Decided, Outcomes
from jp20.domain.register.events import (
    Cause,
    LoggedEvent,
    LossRecorded,
    Transfer,
    TransferReversed,
    UnitsSplit,
)
from jp20.domain.token.movements import ForcedMove, Original, Waiver
from jp20.operations.governance.acts import Act, RowsAct, carry_out
from jp20.operations.governance.batches import SMALLEST_BATCH, BatchRow
from jp20.operations.governance.decide import AwaitingOthers
from jp20.operations.governance.earlier import executed_call
from jp20.operations.investors.whitelist import (
    NobodysWallet,
    add_wallets,
    facts_of,
    retire_wallets,
    wallets_of,
)
from jp20.operations.session import Session, TokenName
from jp20.operations.token.restraints import NO_POSITION, position


class NoOriginal(JP20Error):
    """The transaction has no such transfer of the token."""

    what = Text("Transaction 0x{transaction} has no such transfer.")
    next_step = Text(
        "Name transaction and log as they stand in: jp20 register history TOKEN WALLET --format csv"
    )

    def __init__(self, transaction: TxHash, why: Text) -> None:
        super().__init__(why=why, transaction=transaction.hex())


class OtherInvestor(JP20Error):
    """The new wallet belongs to another investor, or cannot be this one's."""

    what = Text("{wallet} is another investor's wallet, or was given up.")
    next_step = Text("Name a new wallet of the same investor.")

    def __init__(self, wallet: ChecksumAddress) -> None:
        super().__init__(wallet=wallet)


@dataclass(frozen=True, slots=True)
class FoundOriginal:
    """A transfer found on one's own node, and what of it was reversed (units of now)."""

    original: Original
    block: int
    time: int
    reference: bytes
    reversed_units: int
    remaining: int


@dataclass(frozen=True, slots=True)
class TransferInside:
    """A transfer of a transaction: its place among the transaction's logs, and units of then."""

    ordinal: int
    from_: ChecksumAddress
    to: ChecksumAddress
    units: int


@dataclass(frozen=True, slots=True)
class Reversed:
    """A reversal: what was taken back, and what was no longer there."""

    reference: bytes
    taken: int
    shortfall: int
    decided: Decided


@dataclass(frozen=True, slots=True)
class Moved:
    """A position that went to the new wallet."""

    token: ChecksumAddress
    units: int
    decided: Decided


@dataclass(frozen=True, slots=True)
class Recovery:
    """A wallet that was given up for another: None where that was done before."""

    retired: Outcomes | None
    added: Outcomes | None
    moved: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class Loss:
    """What a log took in an incident, as it was recorded; `units` it took and `outstanding`, what
    of them was not restored, are units of now.
    """

    original: Original
    units: int
    outstanding: int

    @property
    def holder(self) -> ChecksumAddress:
        """Whose units they were."""
        return self.original.from_


# Forced transfers


def force_transfer(
    session: Session,
    token: TokenName,
    from_: ChecksumAddress,
    to: ChecksumAddress,
    units: int,
    evidence: Evidence,
    waivers: Waiver = Waiver.NOTHING,
    executed: int = 0,
) -> Act:
    """Moves units without the holder's consent, past lock-up and freeze, never to somebody who may
    not hold.
    """
    contract = session.token(token)
    move = ForcedMove(from_, to, units, waivers, executed)
    return Act(
        (contract.call("forcedTransferWith", move),),
        evidence,
        lambda: Text(
            "Move {units:,} {units:unit|units} of {code} from {sender} to {to} WITHOUT "
            "the holder's consent, under case {case}?",
            units=units,
            code=contract.read(str, "code"),
            sender=from_,
            to=to,
            case=evidence.case,
        ),
        Text("The forced transfer of {units:,} {units:unit|units} would be refused.", units=units),
        Text("See: jp20 position {token} {sender}", token=token, sender=from_),
    )


def forced_before(session: Session, token: TokenName, evidence: Evidence) -> ForcedMove | None:
    """A forced transfer that was carried out under a case, None where there is none."""
    done = executed_call(session, session.token(token), "forcedTransferWith", evidence)
    if done is None:
        return None
    from_, to, units, waivers, executed = done["move"]
    return ForcedMove(from_, to, units, Waiver(waivers), executed)


def force_transfers(
    session: Session, token: TokenName, moves: Sequence[ForcedMove], evidence: Evidence
) -> RowsAct[ForcedMove]:
    """The same for many."""
    contract = session.token(token)
    return RowsAct(
        tuple(BatchRow(move, move.from_, move.amount) for move in moves),
        lambda part: contract.call("batchForcedTransfer", part),
        evidence,
        lambda: Text(
            "Move units of {count} {count:row|rows} WITHOUT the holders' consent, under "
            "case {case}?",
            count=len(moves),
            case=evidence.case,
        ),
    )


# Reversal


def find_original(
    session: Session, token: TokenName, transaction: TxHash, ordinal: int | None = None
) -> FoundOriginal:
    """Finds a transfer between accounts on this node, by its transaction and, where that has
    several, by the event's place among the transaction's logs (from 0). Raises NoOriginal.
    """
    contract = session.token(token)
    found = _transfers(session, contract, transaction)
    chosen = _chosen(transaction, sorted(found), ordinal)
    original = _original(session, contract, transaction, chosen, found[chosen])
    return _with_reversed(contract, original, found[chosen].at.block, found[chosen].at.time)


def transfers_in(
    session: Session, token: TokenName, transaction: TxHash
) -> tuple[TransferInside, ...]:
    """The transfers between accounts in a transaction, by their place among its logs. Raises
    NoOriginal where this node does not know the transaction.
    """
    found = _transfers(session, session.token(token), transaction)
    return tuple(
        TransferInside(place, entry.event.from_, entry.event.to, entry.event.value)
        for place, entry in sorted(found.items())
    )


def reverse(
    session: Session,
    token: TokenName,
    original: Original,
    evidence: Evidence,
    units: int | None = None,
    to: ChecksumAddress | None = None,
    from_: ChecksumAddress | None = None,
) -> Act:
    """Takes back what is still there of a transfer: all that was not reversed yet, or `units`. What
    was reversed under the case before is named as it was then.

    That it is a real transfer is looked up on this node first. The units are taken from who
    received them, and return to where they came from; where one of the wallets was given up,
    another one of the same investor stands for it, or `from_` and `to` name it. Its parties
    are the organisations of the two sides. Raises NoOriginal.
    """
    contract = session.token(token)
    found = find_original(session, contract, original.transaction_hash, original.ordinal)
    if found.original != original:
        raise NoOriginal(
            original.transaction_hash, Text("On this node parties, amount or splits are others.")
        )
    same: dict[str, object] = {"original": astuple(original)}
    if units is not None:
        same["amount"] = units
    before = executed_call(session, contract, "reverse", evidence, **same)
    if before is not None:
        source, target, wanted = before["from"], before["to"], before["amount"]
    else:
        source = from_ or take_from(session, original)
        target = to or return_to(session, contract, original)
        wanted = found.remaining if units is None else units

    def question() -> Text:
        there = position(session, contract, source)
        takable = min(wanted, there.balance - max(there.pledged, there.attached))
        return Text(
            "Take {takable:,} of {wanted:,} {wanted:unit|units} back from {source} "
            "(shortfall {shortfall:,})?",
            takable=takable,
            wanted=wanted,
            source=source,
            shortfall=wanted - takable,
        )

    return Act(
        (contract.call("reverse", original, source, target, wanted),),
        evidence,
        question,
        Text("The transfer cannot be reversed."),
        Text("Without --case the same command shows where the units are."),
    )


def reversal_of(decided: Decided) -> Reversed:
    """What a reversal that was carried out took back."""
    event = next(e.event for e in decided.events if isinstance(e.event, TransferReversed))
    return Reversed(event.original_id, event.amount, event.shortfall, decided)


def return_to(session: Session, token: Contract, original: Original) -> ChecksumAddress:
    """Where the units came from, or a wallet in use of the same investor."""
    if original.from_ == token.read(ChecksumAddress, "issuerAccount"):
        return original.from_
    return wallet_in_use(session, original.from_)


def take_from(session: Session, original: Original) -> ChecksumAddress:
    """Who received the units, or a wallet in use of the same investor."""
    return wallet_in_use(session, original.to)


# A new wallet


def recover(
    session: Session,
    lost: ChecksumAddress,
    new: ChecksumAddress,
    evidence: Evidence,
    tokens: Sequence[TokenName] | None = None,
) -> Recovery:
    """A key is lost: its wallet is given up, the investor gets the new one, and every position (or
    that of some tokens) moves there with what restrains it; restraints move without units too. Run
    again it does what is left.

    With the keys of a single organisation every position is carried as far as it goes before
    AwaitingOthers is raised. Raises NobodysWallet, OtherInvestor.
    """
    old, fresh = require_own_wallet(session, lost, new)
    retired = (
        None
        if old.retired
        else carry_out(session, retire_wallets(session, [lost], evidence.excluding()))
    )
    added = None
    if not fresh.is_known:
        addition = add_wallets(session, [(lost, new)], evidence)
        added = carry_out(session, addition)
    chosen = session.tokens() if tokens is None else [session.token(token) for token in tokens]
    moved: list[Moved] = []
    waiting: list[AwaitingOthers] = []
    for token in chosen:
        found = position(session, token, lost)
        if found != NO_POSITION:
            try:
                decided = carry_out(session, move_position(session, token, lost, new, evidence))
                moved.append(Moved(token.address, found.balance, decided))
            except AwaitingOthers as error:
                waiting.append(error)
    if waiting:
        steps = [step for each in waiting for step in each.steps]
        first = waiting[0]
        raise AwaitingOthers(first.request, steps, first.roles, first.decision, first.awaited)
    return Recovery(retired, added, tuple(moved))


def move_position(
    session: Session,
    token: TokenName,
    lost: ChecksumAddress,
    new: ChecksumAddress,
    evidence: Evidence,
) -> Act:
    """Moves what a wallet that was given up has, and what restrains it, to another of the same
    investor.
    """
    contract = session.token(token)
    return Act(
        (contract.call("movePosition", lost, new),),
        evidence,
        lambda: Text("Move the position of {old} to {new}?", old=lost, new=new),
        Text("The position cannot be moved."),
        Text("See: jp20 position {token} {holder}", token=contract.address, holder=lost),
    )


def require_own_wallet(
    session: Session, lost: ChecksumAddress, new: ChecksumAddress
) -> tuple[Facts, Facts]:
    """The facts of two wallets, of which the second is or can be the same investor's. Raises
    NobodysWallet, OtherInvestor.
    """
    old, fresh = facts_of(session, [lost, new])
    if not old.is_known:
        raise NobodysWallet(lost)
    if fresh.retired or fresh.reserved or (fresh.is_known and fresh.investor != old.investor):
        raise OtherInvestor(new)
    return old, fresh


# A system error


def find_loss(session: Session, token: TokenName, transaction: TxHash, ordinal: int) -> Original:
    """The log by which units left the register, as this node has it. Raises NoOriginal."""
    contract = session.token(token)
    found = _transfers(session, contract, transaction, extinguished=True)
    chosen = _chosen(transaction, sorted(found), ordinal)
    return _original(session, contract, transaction, chosen, found[chosen])


def record_incident(
    session: Session,
    token: TokenName,
    incident: str,
    losses: Sequence[Original],
    evidence: Evidence,
) -> RowsAct[Original]:
    """Records which logs took units from the register by a system error, as `find_loss` finds
    them. `incident` is its public number, 1 to 32 ASCII characters.
    """
    contract, number = session.token(token), case_id(incident)
    holders, total = len({loss.from_ for loss in losses}), sum(loss.amount for loss in losses)
    return RowsAct(
        tuple(BatchRow(loss, loss.from_, loss.amount) for loss in losses),
        lambda part: contract.call("recordIncident", number, part),
        evidence,
        lambda: Text(
            "Record under {incident} that {count} {count:log|logs} took {total:,} "
            "{total:unit|units} of {token} from {holders} {holders:holder|holders}?",
            incident=incident,
            count=len(losses),
            total=total,
            token=token,
            holders=holders,
        ),
    )


def redistribute(
    session: Session,
    token: TokenName,
    incident: str,
    rows: Sequence[tuple[Original, ChecksumAddress]],
    evidence: Evidence,
) -> RowsAct[tuple[Original, ChecksumAddress]]:
    """Restores to a wallet what a log took in an incident, once; the holder then and the wallet are
    one investor's.
    """
    contract = session.token(token)
    number = case_id(incident)
    losses = contract.read_many(int, "lossOf", [(number, loss) for loss, _ in rows])
    return RowsAct(
        tuple(BatchRow(row, row[1], loss) for row, loss in zip(rows, losses, strict=True)),
        lambda part: contract.call(
            "redistribute", number, [loss for loss, _ in part], [to for _, to in part]
        ),
        evidence,
        lambda: Text(
            "Restore {count} {count:loss|losses}, {sum:,} {sum:unit|units} of {token}?",
            count=len(rows),
            sum=sum(losses),
            token=token,
        ),
    )


def losses_of(session: Session, token: TokenName, incident: str) -> tuple[Loss, ...]:
    """What was recorded under an incident, in the order in which it was."""
    contract, number = session.token(token), case_id(incident)
    recorded = [
        entry.event.loss
        for entry in session.events(contract.address)
        if isinstance(entry.event, LossRecorded) and entry.event.incident == number
    ]
    left = contract.read_many(int, "lossOf", [(number, loss) for loss in recorded])
    factors = contract.read_many(int, "splitFactor", [(loss.splits,) for loss in recorded])
    return tuple(
        Loss(loss, loss.amount * factor, outstanding)
        for loss, factor, outstanding in zip(recorded, factors, left, strict=True)
    )


def wallet_in_use(session: Session, wallet: ChecksumAddress) -> ChecksumAddress:
    """A wallet, or where it was given up another one of the same investor that was not."""
    facts = facts_of(session, [wallet])[0]
    if not facts.is_known or not facts.retired:
        return wallet
    wallets = wallets_of(session, wallet)
    in_use = (
        each
        for each, known in zip(wallets, facts_of(session, wallets), strict=True)
        if not known.retired
    )
    return next(in_use, wallet)


# Transfers made elsewhere


def record_transfers(
    session: Session,
    token: TokenName,
    rows: Sequence[tuple[ChecksumAddress, ChecksumAddress, int]],
    cause: Cause,
    evidence: Evidence,
) -> RowsAct[tuple[ChecksumAddress, ChecksumAddress, int]]:
    """Records changes of owner made elsewhere (from, to, units): a sale or a gift on the holders'
    mandate, a succession by more signatures.
    """
    contract = session.token(token)
    total = sum(units for *_, units in rows)
    function = "recordSuccession" if cause.is_succession else "recordTransfer"
    return RowsAct(
        tuple(BatchRow(row, row[0], row[2]) for row in rows),
        lambda part: contract.call(
            function,
            [from_ for from_, _, _ in part],
            [to for _, to, _ in part],
            [units for _, _, units in part],
            cause,
        ),
        evidence,
        lambda: Text(
            "Record {count} {count:transfer|transfers} ({total:,} {total:unit|units} of "
            "{token}) as {lower}?",
            count=len(rows),
            total=total,
            token=token,
            lower=cause.name.lower(),
        ),
        SMALLEST_BATCH,
    )


# Inside


def _transfers(
    session: Session, token: Contract, transaction: TxHash, *, extinguished: bool = False
) -> dict[int, LoggedEvent[Transfer]]:
    """The transfers between accounts in a transaction, or those that took units from the register,
    by their place among its logs.
    """
    receipt = session.receipts([transaction]).get(transaction)
    if receipt is None or not receipt.succeeded:
        raise NoOriginal(transaction, Text("This node does not know it."))
    return {
        receipt.ordinal(entry.at.log): LoggedEvent(entry.event, entry.emitter, entry.at)
        for entry in session.events_of(receipt, token.address)
        if isinstance(entry.event, Transfer)
        and entry.event.from_ != ZERO_ADDRESS
        and (entry.event.to == ZERO_ADDRESS) == extinguished
    }


def _original(
    session: Session,
    token: Contract,
    transaction: TxHash,
    ordinal: int,
    entry: LoggedEvent[Transfer],
) -> Original:
    return Original(
        transaction,
        ordinal,
        entry.event.from_,
        entry.event.to,
        entry.event.value,
        _splits_before(session, token, entry.at.block, entry.at.log),
    )


def _chosen(transaction: TxHash, ordinals: Sequence[int], wanted: int | None) -> int:
    """The transfer that is meant; raises NoOriginal where none is, or which one is not said."""
    listed = ", ".join(str(each) for each in ordinals) or "–"
    if wanted is None and len(ordinals) == 1:
        return ordinals[0]
    if wanted is None or wanted not in ordinals:
        raise NoOriginal(
            transaction, Text("Logs with a transfer between accounts: {listed}.", listed=listed)
        )
    return wanted


def _splits_before(session: Session, token: Contract, block: int, log: int) -> int:
    return sum(
        isinstance(entry.event, UnitsSplit) and (entry.at.block, entry.at.log) < (block, log)
        for entry in session.events(token.address, block)
    )


def _with_reversed(token: Contract, original: Original, block: int, time: int) -> FoundOriginal:
    taken, reference = token.read(tuple[int, bytes], "reversed", original)
    amount = original.amount * token.read(int, "splitFactor", original.splits)
    return FoundOriginal(original, block, time, reference, taken, amount - taken)
