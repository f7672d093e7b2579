"""`jp20 settle`: delivery versus payment (DVP決済)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from jp20.cli.frame.declare import argument, command, option
from jp20.cli.frame.options import Case, Document, Yes, evidence
from jp20.cli.frame.output import Coded, Column, Table, Until, confirm, say, show, table
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.results import UNITS
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.domain.base.ids import OrganisationId
    from jp20.domain.settlement.trades import Trade
    from jp20.operations.session import Session, Signer
    from jp20.operations.settlement.trades import TradeState

_BANK: Final = Coded("bank", Text("bank"))

app = typer.Typer(no_args_is_help=True)

File = Annotated[Path, argument("The trades: CSV or XLSX.", "FILE")]

_FILE: Final = "examples/settlement/trades.csv"


@command(
    app,
    "plan",
    "Where the trades of a file stand, and what is next. Nothing is sent.",
    f"jp20 settle plan {_FILE}",
)
def settle_plan(file: File) -> None:
    """What each of the other commands would find (G14)."""
    from jp20.operations.settlement.trades import states

    session = workspace().view()
    show(_table(session, states(session, _trades(session, file))))


@command(
    app,
    "list",
    "The trades on the chain that are not settled or ended.",
    "jp20 settle list",
    "jp20 settle list --all",
)
def settle_list(every: Annotated[bool, option("All of them.", "--all")] = False) -> None:
    """By what the settlement contract says (G14)."""
    from jp20.domain.settlement.trades import TradeStatus
    from jp20.operations.settlement.trades import all_trades

    session = workspace().view()
    ended = (TradeStatus.SETTLED, TradeStatus.CANCELLED)
    show(
        _table(session, [each for each in all_trades(session) if every or each.status not in ended])
    )


@command(
    app, "propose", "As the seller: commit the units and agree.", f"jp20 settle propose {_FILE}"
)
def settle_propose(file: File, yes: Yes = False) -> None:
    """With the sellers' keys that are here (G14)."""
    from jp20.domain.settlement.trades import TradeStatus
    from jp20.operations.settlement.trades import offer, states

    session = workspace().session()
    trades = _trades(session, file)
    open_ = (TradeStatus.NONE, TradeStatus.PROPOSED)
    chosen = [
        each
        for each in states(session, trades)
        if each.trade.seller in session.signers
        and each.status in open_
        and not each.progress.seller_agreed
    ]
    _ask(session, chosen, Text("Commit the units of {n} {n:trade|trades}?"), yes)
    for each in chosen:
        offer(session, each.trade)
    show(_table(session, states(session, trades)))


@command(
    app, "pay", "As the buyer: allow or commit the payment and agree.", f"jp20 settle pay {_FILE}"
)
def settle_pay(file: File, yes: Yes = False) -> None:
    """With the buyers' keys that are here (G14)."""
    from jp20.domain.settlement.trades import TradeStatus
    from jp20.operations.settlement.trades import accept, owed_of, states

    session = workspace().session()
    trades = _trades(session, file)
    found = states(session, trades)
    chosen = [
        each
        for each in found
        if each.trade.buyer in session.signers
        and each.status in (TradeStatus.NONE, TradeStatus.PROPOSED)
        and not each.progress.buyer_agreed
    ]
    question = Text("Agree to {n} {n:trade|trades}, and prepare their payment?")
    _ask(session, chosen, question, yes)
    owed = owed_of(found)
    for each in chosen:
        accept(session, each.trade, owed[each.trade.buyer, each.trade.payment])
    show(_table(session, states(session, trades)))


@command(
    app,
    "confirm",
    "As the broker or the paying agent that a trade through a bank names: the buyer has "
    "paid; the seller's money is held.",
    f"jp20 settle confirm {_FILE} --case PAY-2026-11 --document statement.csv",
)
def settle_confirm(file: File, case: Case, document: Document, yes: Yes = False) -> None:
    """With the organisations' keys that are here (G14, G17)."""
    from jp20.domain.settlement.trades import TradeStatus
    from jp20.operations.settlement.trades import confirm as confirm_trades
    from jp20.operations.settlement.trades import states

    rests_on = evidence(case, document)
    session = workspace().session()
    trades = _trades(session, file)
    own = _own_organisations(session)
    chosen = [
        each
        for each in states(session, trades)
        if each.status is TradeStatus.MATCHED
        and (
            (each.trade.broker in own and not each.progress.paid)
            or (each.trade.paying_agent in own and not each.progress.received)
        )
    ]
    question = Text("Confirm the payment of {n} {n:trade|trades}?")
    _ask(session, chosen, question, yes)
    for organisation in sorted(own):
        confirm_trades(session, [each.trade for each in chosen], organisation, rests_on)
    show(_table(session, states(session, trades)))


@command(
    app,
    "settle",
    "Settle what is matched and confirmed: both legs of a trade, or neither.",
    f"jp20 settle settle {_FILE}",
    f"jp20 settle settle {_FILE} --net",
)
def settle_settle(
    file: File,
    net: Annotated[
        bool, option("All in one transaction, money net: all are settled, or none.", "--net")
    ] = False,
    yes: Yes = False,
) -> None:
    """With any key: both sides agreed before (G14)."""
    from jp20.operations.settlement import trades as operations

    place = workspace()
    session = place.session()
    trades = _trades(session, file)
    now = session.now()
    ready = [each for each in operations.states(session, trades) if each.can_settle(now)]
    _ask(session, ready, Text("Settle {n} {n:trade|trades}?"), yes)
    signer = place.signers[0]
    if net:
        operations.settle_net(session, [each.trade for each in ready], signer)
    else:
        for each in ready:
            operations.settle(session, each.trade, signer)
    show(_table(session, operations.states(session, trades)))


@command(
    app,
    "cancel",
    "End a trade: alone while it is only proposed or past its deadline, else both sides.",
    f"jp20 settle cancel {_FILE} T-0001",
)
def settle_cancel(
    file: File,
    names: Annotated[list[str], argument("Their numbers in the file.", "TRADE...")],
    yes: Yes = False,
) -> None:
    """With a side's key, or any from the deadline on (G14)."""
    from jp20.domain.settlement.trades import TradeStatus
    from jp20.operations.settlement import trades as operations

    place = workspace()
    session = place.session()
    chosen = [_named(session, file, name) for name in dict.fromkeys(names)]
    found = operations.states(session, chosen)
    ended = (TradeStatus.NONE, TradeStatus.SETTLED, TradeStatus.CANCELLED)
    standing = [each for each in found if each.status not in ended]
    _ask(session, standing, Text("Cancel {n} {n:trade|trades}?"), yes)
    for each in standing:
        for signer in _cancelling(place.signers, each.trade):
            operations.cancel(session, each.trade, signer)
            (after,) = operations.states(session, [each.trade])
            if after.status is TradeStatus.CANCELLED:
                break
    show(_table(session, operations.states(session, chosen)))


def _trades(session: "Session", file: Path) -> "list[Trade]":
    from jp20.domain.settlement.trade_file import parse_trades
    from jp20.operations.files.inputs import read_file
    from jp20.operations.settlement.trades import trade_of

    return [trade_of(session, row) for row in parse_trades(read_file(file), file.name)]


def _named(session: "Session", file: Path, name: str) -> "Trade":
    """Raises BadArgument where the file has no such trade."""
    from jp20.domain.settlement.trade_file import parse_trades
    from jp20.operations.files.inputs import read_file
    from jp20.operations.settlement.trades import trade_of

    for row in parse_trades(read_file(file), file.name):
        if row.name == name:
            return trade_of(session, row)
    raise BadArgument(
        Text("{file} has no trade {name}.", file=file.name, name=name),
        next_step=Text("See: jp20 settle plan {file}", file=file),
    )


def _own_organisations(session: "Session") -> "set[OrganisationId]":
    keys = set(session.signers)
    return {m.number for m in session.members() if m.active and keys.intersection(m.keys)}


def _cancelling(signers: "list[Signer]", trade: "Trade") -> "list[Signer]":
    """The sides' keys that are here; from the deadline on any will do."""
    sides = [each for each in signers if each.address in (trade.seller, trade.buyer)]
    return sides or signers[:1]


def _ask(session: "Session", chosen: "list[TradeState]", question: Text, yes: bool) -> None:
    """Shows what is about to be done. Raises BadArgument where that is nothing."""
    if not chosen:
        raise BadArgument(
            Text("There is nothing to do here."),
            Text("No trade of the file waits for a key that is here."),
            Text("See what is next: jp20 settle plan"),
        )
    say(_table(session, chosen))
    confirm(question.filled(n=len(chosen)), yes)


def _table(session: "Session", found: "tuple[TradeState, ...] | list[TradeState]") -> Table:
    now = session.now()
    return table(
        "trades",
        Text("Trades"),
        found,
        (
            Column("trade", Text("trade")),
            lambda each: each.trade.external_id.rstrip(b"\0").decode("ascii", "replace"),
        ),
        (
            Column("token", Text("token", context="trade"), detail=True),
            lambda each: each.trade.token,
        ),
        (Column("seller", Text("seller")), lambda each: each.trade.seller),
        (Column("buyer", Text("buyer")), lambda each: each.trade.buyer),
        (UNITS, lambda each: each.trade.units),
        (
            Column("payment", Text("paid in"), detail=True),
            lambda each: (
                Coded("bank", Text("bank")) if each.trade.is_through_a_bank else each.trade.payment
            ),
        ),
        (Column("price", Text("price"), number=True), lambda each: each.trade.price),
        (Column("deadline", Text("until")), lambda each: Until(each.trade.deadline)),
        (Column("status", Text("status")), lambda each: each.status),
        (Column("next", Text("next"), prose=True), lambda each: each.next_step(now)),
        (Column("id", Text("id"), detail=True), lambda each: each.trade.id),
    )
