"""`jp20 reverse`: takes an earlier transfer back, as far as its units are still there (G10, S4)."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from jp20.cli.frame.declare import argument, command, option
from jp20.cli.frame.options import Token, Yes, address, hash_of, units
from jp20.cli.frame.output import Column, Record, Table, Value, say, show, table, warn
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.acting import run
from jp20.cli.shared.parties import Party, evidence_if_any, excluding
from jp20.cli.shared.results import steps_table
from jp20.domain.base.errors import BadArgument, JP20Error
from jp20.domain.base.ids import TxHash
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo
from jp20.domain.token.reasons import Reason

if TYPE_CHECKING:
    from jp20.domain.governance.evidence import Evidence
    from jp20.domain.token.state import WouldBeRefused
    from jp20.operations.session import Session
    from jp20.operations.token.enforce import Reversed, TransferInside
    from jp20.operations.token.follow import Followed, Onward

app = typer.Typer()

_LISTED: Final = 6
"""Transfers of one transaction that an error names; the others are in the register."""

_RULE: Final = Text("A holder's other units are deemed to leave first, the disputed ones last.")


class WhichTransfer(BadArgument):
    """The transaction has several transfers, and none is named; or one that it has not."""

    what = Text("--log: which of the {count} {count:transfer|transfers} in 0x{transaction}?")
    next_step = Text("Name it by its place among the transaction's logs: --log N")

    def __init__(self, transaction: TxHash, inside: "Sequence[TransferInside]") -> None:
        listed = "\n".join(
            f"--log {each.ordinal}: {each.from_} → {each.to}, {each.units:,}"
            for each in inside[:_LISTED]
        )
        more = len(inside) - _LISTED
        shown = [Text.verbatim(listed)]
        if more > 0:
            shown.append(Text("… and {more} more", more=more))
        super().__init__(why=Text.lines(shown), count=len(inside), transaction=transaction.hex())


class NothingToTake(JP20Error):
    """Of the transfer nothing can be taken back now; nothing was sent."""

    def __init__(self, followed: "Followed") -> None:
        found = followed.found
        if not found.remaining:
            super().__init__(
                Text(
                    "All {reversed_units:,} {reversed_units:unit|units} of it "
                    "{reversed_units:was|were} taken back already.",
                    reversed_units=found.reversed_units,
                ),
                next_step=Text("There is nothing to do."),
            )
            return
        to = found.original.to
        super().__init__(
            Text(
                "Nothing can be taken from {to} now: {shortfall:,} {shortfall:unit|units} "
                "{shortfall:is|are} not there.",
                to=to,
                shortfall=followed.shortfall,
            ),
            Text("They went on, or a pledge or attachment keeps them."),
            Text(
                "Without --case the same command shows where they are and what could be taken "
                "back first."
            ),
        )


class MoreThanLeft(BadArgument):
    """More is asked for than the transfer had, less what was taken back."""

    what = Text(
        "--units: {asked:,} {asked:is|are} more than the {remaining:,} that were not "
        "taken back yet."
    )
    next_step = Text("Leave --units out to take all.")

    def __init__(self, asked: int, remaining: int) -> None:
        super().__init__(asked=asked, remaining=remaining)


@command(
    app,
    "reverse",
    "Without --case it only looks: the transfer as this node has it, where its units "
    "went, what can be taken back now, what further reversals could bring. With --case "
    "and --document it shows the same, asks, and takes back what is there.",
    "jp20 reverse JP20-RE-0001 0x5f…",
    "jp20 reverse JP20-RE-0001 0x5f… --log 0 --case RV-1 --document decision.pdf "
    "--party みなと証券",
)
def reverse(
    token: Token,
    transaction: Annotated[str, argument("Its hash, from the register.", "TRANSACTION")],
    log: Annotated[
        int | None,
        option(
            "Its place among the transaction's logs, from 0, as jp20 register history "
            "TOKEN WALLET has it; needed where there are several.",
            metavar="N",
            min=0,
        ),
    ] = None,
    case: Annotated[
        str | None, option("Case number, public; without it nothing is sent.", metavar="CASE")
    ] = None,
    document: Annotated[Path | None, option("The document it rests on.", metavar="FILE")] = None,
    amount: Annotated[
        str | None, option("Only this many; otherwise all.", "--units", metavar="UNITS")
    ] = None,
    to: Annotated[
        str | None,
        option(
            "Another wallet of the original holder, where the old one was given up.",
            metavar="WALLET",
        ),
    ] = None,
    from_: Annotated[
        str | None,
        option(
            "Another wallet of who received the units, to take them from.",
            "--from",
            metavar="WALLET",
        ),
    ] = None,
    party: Party = None,
    yes: Yes = False,
) -> None:
    """History is added to, never erased."""
    from jp20.domain.token.state import WouldBeRefused
    from jp20.operations.token import enforce
    from jp20.operations.token.follow import follow

    hashed = hash_of(transaction, "TRANSACTION")
    asked = None if amount is None else units(amount, "--units")
    returned_to = None if to is None else address(to, "--to")
    taken_from = None if from_ is None else address(from_, "--from")
    rests_on = evidence_if_any(case, document)
    place = workspace()
    session = place.view() if rests_on is None else place.session()
    followed = follow(session, token, hashed, _chosen(session, token, hashed, log))
    original = followed.found.original
    if rests_on is None:
        show(_original(session, token, followed), _hops(token, followed))
        say(Text("Nothing was sent. To take it back: --case and --document."))
        return
    rests_on = excluding(session, rests_on, party)
    act = enforce.reverse(session, token, original, rests_on, asked, returned_to, taken_from)

    def before() -> None:
        if not followed.takable:
            raise NothingToTake(followed)
        say(_original(session, token, followed))
        say(_hops(token, followed))
        _warn_without_parties(rests_on)

    try:
        done = enforce.reversal_of(run(session, act, yes, before=before))
    except WouldBeRefused as refusal:
        raise _explained(refusal, followed, asked) from None
    after = follow(session, token, hashed, original.ordinal)
    show(_reversal(done), _hops(token, after), steps_table(session, done.decided.steps))
    if done.shortfall:
        warn(
            Text(
                "{shortfall:,} {shortfall:unit|units} {shortfall:was|were} not there: see the "
                "hops above.",
                shortfall=done.shortfall,
            )
        )


def _chosen(session: "Session", token: str, transaction: TxHash, log: int | None) -> int | None:
    """The log that is meant. Raises WhichTransfer, which lists what there is, or NoOriginal."""
    from jp20.operations.token.enforce import transfers_in

    inside = transfers_in(session, token, transaction)
    if len(inside) > 1 and log is None:
        raise WhichTransfer(transaction, inside)
    if inside and log is not None and log not in (each.ordinal for each in inside):
        raise WhichTransfer(transaction, inside)
    return log


def _explained(refusal: "WouldBeRefused", followed: "Followed", asked: int | None) -> JP20Error:
    """The token's refusal in the words of this command."""
    if asked is not None and refusal.reason is Reason.REVERSAL_EXCEEDED:
        return MoreThanLeft(asked, followed.found.remaining)
    return refusal if followed.found.remaining else NothingToTake(followed)


def _warn_without_parties(rests_on: "Evidence") -> None:
    if not rests_on.parties:
        warn(
            Text(
                "No organisation is named as a party (--party). Those that the chain knows are "
                "added; those of the two sides that it does not know must not sign either."
            )
        )


def _original(session: "Session", token: str, followed: "Followed") -> Record:
    from jp20.operations.token.enforce import return_to

    found, trace = followed.found, followed.trace
    of, first = found.original, trace.hops[0]
    kept = max(followed.recipient.pledged, followed.recipient.attached)

    def amount(key: str, name: Text, value: int) -> tuple[Column, Value]:
        return Column(key, name, number=True), value

    return Record(
        "original",
        Text("The transfer"),
        (
            (Column("transaction", Text("transaction")), of.transaction_hash),
            (Column("log", Text("log")), of.ordinal),
            (Column("time", Text("time")), in_tokyo(found.time)),
            (Column("why", Text("why")), first.movement.why),
            (Column("from", Text("from")), of.from_),
            (Column("to", Text("to")), of.to),
            amount("units_then", Text("units then"), of.amount),
            amount("units", Text("units of now"), first.units),
            amount("reversed", Text("taken back already"), found.reversed_units),
            amount("remaining", Text("not taken back yet"), found.remaining),
            amount("balance", Text("the recipient has"), followed.recipient.balance),
            amount("kept", Text("of them pledged or attached"), kept),
            amount("takable", Text("can be taken back now"), followed.takable),
            amount("shortfall", Text("shortfall"), followed.shortfall),
            amount("moved_on", Text("with others now"), trace.moved_on),
            amount("redeemed", Text("redeemed since"), trace.redeemed),
            amount("could_come", Text("further reversals could bring"), followed.could_come),
            (
                Column("returns_to", Text("units return to")),
                return_to(session, session.token(token), of),
            ),
            (Column("rule", Text("rule of tracing"), prose=True), _RULE),
        ),
    )


def _hops(token: str, followed: "Followed") -> Table:
    """Where the units went on, and how what is there could be brought back, the last hop first to
    be reversed.
    """
    return table(
        "hops",
        Text("Where its units went on"),
        followed.onward,
        (Column("hop", Text("hop"), number=True), lambda each: each.hop.depth),
        (Column("time", Text("time")), lambda each: in_tokyo(each.hop.movement.at.time)),
        (Column("why", Text("why")), lambda each: each.hop.movement.why),
        (Column("from", Text("from")), lambda each: each.hop.movement.from_),
        (
            Column("to", Text("to")),
            lambda each: None if each.hop.is_redemption else each.hop.movement.to,
        ),
        (Column("units", Text("units"), number=True), lambda each: each.hop.units),
        (Column("disputed", Text("of them disputed"), number=True), lambda each: each.hop.disputed),
        (Column("remaining", Text("still there"), number=True), lambda each: each.hop.remaining),
        (Column("could_bring", Text("could bring"), number=True), lambda each: each.could_bring),
        (Column("by", Text("by")), lambda each: _means(token, each)),
        (
            Column("transaction", Text("transaction"), detail=True),
            lambda each: each.hop.movement.at.transaction,
        ),
        (Column("log", Text("log"), detail=True), lambda each: each.ordinal),
    )


def _means(token: str, onward: "Onward") -> str | None:
    """The command by which a hop's units could come back; a reversal of the hop before takes them
    out of a new wallet of the same investor.
    """
    of = onward.hop.movement
    if not onward.could_bring or not onward.is_reversible:
        return None
    return (
        f"jp20 reverse {token} 0x{of.at.transaction.hex()} --log {onward.ordinal} "
        f"--units {onward.could_bring}"
    )


def _reversal(done: "Reversed") -> Record:
    return Record(
        "reversal",
        Text("Taken back"),
        (
            (Column("taken", Text("taken back"), number=True), done.taken),
            (Column("shortfall", Text("shortfall"), number=True), done.shortfall),
            (Column("reference", Text("reference")), done.reference),
            (Column("request", Text("request")), done.decided.request),
        ),
    )
