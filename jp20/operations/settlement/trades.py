"""Trades: agreed to by their sides, confirmed by bank and broker, settled, ended (G14, G22).

Each step asks the chain first whether it is done already, so that a run that was interrupted is run
again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from eth_typing import ChecksumAddress

from jp20.chain.contracts.contract import Contract, token_at
from jp20.chain.signing.signers import Signer
from jp20.domain.base.addresses import ZERO_ADDRESS, NotAnAddress, WrongChecksum, parse_address
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.ids import OrganisationId
from jp20.domain.base.text import Text
from jp20.domain.governance.evidence import Evidence
from jp20.domain.plans.outcomes import Decided, Done
from jp20.domain.register.events import TradeProposed, TransferCommitted
from jp20.domain.settlement.trade_file import TradeRow
from jp20.domain.settlement.trades import Progress, Trade, TradeStatus
from jp20.operations.governance.decide import decide
from jp20.operations.session import Session, UnknownToken


class NoPaymentToken(JP20Error):
    """What a trade is to be paid in is no token."""

    what = Text("There is no payment token {name}.")
    next_step = Text("Name a token of this platform, the address of an ERC-20, or: bank.")

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


@dataclass(frozen=True, slots=True)
class TradeState:
    """A trade and where it stands."""

    trade: Trade
    progress: Progress

    @property
    def status(self) -> TradeStatus:
        return self.progress.status

    def next_step(self, now: int) -> Text:
        """What is missing until it is settled, and whose part that is."""
        progress = self.progress
        if progress.status in (TradeStatus.SETTLED, TradeStatus.CANCELLED):
            return Text.verbatim("–")
        if now >= self.trade.deadline:
            return Text("past its deadline: cancel")
        if not progress.seller_agreed:
            return Text("seller: propose")
        if not progress.buyer_agreed:
            return Text("buyer: pay")
        if self.trade.is_through_a_bank and not progress.paid:
            return Text("broker: confirm")
        if self.trade.is_through_a_bank and not progress.received:
            return Text("paying agent: confirm")
        return Text("settle")

    def can_settle(self, now: int) -> bool:
        """As far as the settlement contract is concerned; the token judges when it is called."""
        confirmed = self.progress.paid and self.progress.received
        return (
            self.status is TradeStatus.MATCHED
            and now < self.trade.deadline
            and (confirmed or not self.trade.is_through_a_bank)
        )


def trade_of(session: Session, row: TradeRow) -> Trade:
    """The trade that a row of a file means. Raises UnknownToken, NoPaymentToken,
    UnknownOrganisation.
    """
    at_bank = row.payment is None
    return Trade(
        row.external_id,
        session.token(row.token).address,
        row.seller,
        row.buyer,
        row.units,
        ZERO_ADDRESS if row.payment is None else _payment(session, row.payment),
        row.price,
        row.deadline,
        session.organisation(row.paying_agent).number if at_bank else 0,
        session.organisation(row.broker).number if at_bank else 0,
    )


def states(session: Session, trades: Sequence[Trade]) -> tuple[TradeState, ...]:
    """Where trades stand now."""
    rows = [(trade.id,) for trade in trades]
    found = session.settlement.read_many(Progress, "progressOf", rows)
    return tuple(TradeState(*each) for each in zip(trades, found, strict=True))


def all_trades(session: Session) -> tuple[TradeState, ...]:
    """All trades that were ever proposed, in the order in which they were."""
    events = session.events(session.settlement.address)
    return states(session, [e.event.trade for e in events if isinstance(e.event, TradeProposed)])


# The two sides


def offer(session: Session, trade: Trade) -> Done | None:
    """The seller, whose key is at hand, commits the units and agrees; None where that is done."""
    (state,) = states(session, [trade])
    if state.progress.seller_agreed:
        return None
    signer = session.signers[trade.seller]
    token = token_at(session.connection, trade.token)
    commitment = _committed(session, token, signer, trade.buyer, trade.units, trade.deadline)
    return _agree(session, signer, trade, commitment)


def accept(session: Session, trade: Trade, owed: int) -> Done | None:
    """The buyer, whose key is at hand, agrees: having committed the price where it is paid in units
    of a JP20 token, or allowed at least `owed` of an ERC-20, which is the price of all trades that
    are still to be paid from there. None where the buyer agreed before.
    """
    (state,) = states(session, [trade])
    signer = session.signers[trade.buyer]
    commitment = 0
    if not trade.is_through_a_bank:
        payment = token_at(session.connection, trade.payment)
        if not session.platform.read(bool, "isToken", trade.payment):
            _allow(session, payment, signer, owed)
        elif not state.progress.buyer_agreed:
            to, units = trade.seller, trade.price
            commitment = _committed(session, payment, signer, to, units, trade.deadline)
    if state.progress.buyer_agreed:
        return None
    return _agree(session, signer, trade, commitment)


def owed_of(states: Iterable[TradeState]) -> Mapping[tuple[ChecksumAddress, ChecksumAddress], int]:
    """By buyer and payment token, the price of all trades that are not settled or ended."""
    owed: dict[tuple[ChecksumAddress, ChecksumAddress], int] = {}
    for each in states:
        if each.status in (TradeStatus.SETTLED, TradeStatus.CANCELLED):
            continue
        key = each.trade.buyer, each.trade.payment
        owed[key] = owed.get(key, 0) + each.trade.price
    return owed


def cancel(session: Session, trade: Trade, signer: Signer) -> Done:
    """A side ends a trade that is only proposed, or says that it wants to end a matched one; from
    the deadline on anybody ends it.
    """
    return session.send(signer, session.settlement.call("cancel", trade.fields))


# Bank and broker


def confirm(
    session: Session, trades: Sequence[Trade], organisation: OrganisationId, evidence: Evidence
) -> tuple[Decided, ...]:
    """An organisation confirms what the trades through a bank name it for: as the buyer's broker
    that the buyer has paid, as the paying agent that it holds the money for the seller.
    """
    others = [member.number for member in session.members() if member.number != organisation]
    matched = [each for each in states(session, trades) if each.status is TradeStatus.MATCHED]
    waiting = {
        "confirmPayment": [
            each.trade.fields
            for each in matched
            if each.trade.broker == organisation and not each.progress.paid
        ],
        "confirmReceipt": [
            each.trade.fields
            for each in matched
            if each.trade.paying_agent == organisation and not each.progress.received
        ],
    }
    return tuple(
        decide(session, [session.settlement.call(function, fields)], evidence.excluding(*others))
        for function, fields in waiting.items()
        if fields
    )


# Settling


def settle(session: Session, trade: Trade, signer: Signer) -> Done:
    """Both legs, in one transaction. Raises what a contract says against it."""
    return session.send(signer, session.settlement.call("settle", trade.fields))


def settle_net(session: Session, trades: Sequence[Trade], signer: Signer) -> Done:
    """All of them, in one transaction, or none."""
    fields = [trade.fields for trade in trades]
    return session.send(signer, session.settlement.call("settleNet", fields))


# Inside


def _payment(session: Session, name: str) -> ChecksumAddress:
    try:
        return session.token(name).address
    except UnknownToken:
        pass
    try:
        address = parse_address(name)
    except (NotAnAddress, WrongChecksum):
        raise NoPaymentToken(name) from None
    if not session.connection.code_at(address):
        raise NoPaymentToken(name)
    return address


def _committed(
    session: Session,
    token: Contract,
    signer: Signer,
    to: ChecksumAddress,
    units: int,
    deadline: int,
) -> int:
    """A commitment that no trade has yet: one that an earlier run made, or a new one."""
    agent = session.settlement.address
    for entry in session.events(token.address):
        event = entry.event
        if (
            isinstance(event, TransferCommitted)
            and (event.from_, event.agent, event.to) == (signer.address, agent, to)
            and (event.amount, event.deadline) == (units, deadline)
            and _is_unused(session, token, event.id)
        ):
            return event.id
    done = session.send(signer, token.call("commitTransfer", agent, to, units, deadline))
    return next(e.event.id for e in done.events if isinstance(e.event, TransferCommitted))


def _is_unused(session: Session, token: Contract, commitment: int) -> bool:
    if any(session.settlement.read(bytes, "tradeOf", token.address, commitment)):
        return False
    *_, is_open = token.read(
        tuple[ChecksumAddress, ChecksumAddress, ChecksumAddress, int, int, bool],
        "commitment",
        commitment,
    )
    return is_open


def _agree(session: Session, signer: Signer, trade: Trade, commitment: int) -> Done:
    return session.send(signer, session.settlement.call("agree", trade.fields, commitment))


def _allow(session: Session, payment: Contract, signer: Signer, owed: int) -> None:
    agent = session.settlement.address
    if payment.read(int, "allowance", signer.address, agent) < owed:
        session.send(signer, payment.call("approve", agent, owed))
