"""`jp20 force-transfer` and `jp20 recover`: units move without their holder's key (G11, G13)."""

from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.declare import argument, command, option
from jp20.cli.frame.options import Case, Document, Token, Yes, address, evidence, units
from jp20.cli.frame.output import Column, Table, confirm, say, show, warn
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.acting import run
from jp20.cli.shared.again import say_if_nothing_sent
from jp20.cli.shared.holders import To, Units
from jp20.cli.shared.parties import Party, excluding
from jp20.cli.shared.positions import position_table
from jp20.cli.shared.remedies import remedy
from jp20.cli.shared.results import UNITS, steps_table
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jp20.domain.governance.evidence import Evidence
    from jp20.operations.session import Session

app = typer.Typer()


class Waived(Enum):
    """A rule that the approved case sets aside."""

    CLASS = "class"
    RESIDENCY = "residency"
    HOLDER_CAP = "holder-cap"
    LOTS = "lots"


@command(
    app,
    "force-transfer",
    "It passes lock-ups and freezes of the holder; never the recipient's identity and "
    "status, never what a senior pledge or attachment keeps.",
    "jp20 force-transfer JP20-RE-0001 0xCd… 0xAb… 15 --case FT-1 --document order.pdf",
    "jp20 force-transfer JP20-RE-0001 0xCd… 0xAb… 15 --case FT-2 --document order.pdf "
    "--executes 4 --party みなと証券",
)
def force_transfer(
    token: Token,
    from_: Annotated[str, argument("The holder.", "FROM")],
    to: To,
    amount: Units,
    case: Case,
    document: Document,
    waive: Annotated[
        list[Waived] | None, option("A rule for holders that the case sets aside. Repeatable.")
    ] = None,
    executes: Annotated[
        int | None,
        option("The pledge or attachment that is executed by it.", metavar="NUMBER", min=1),
    ] = None,
    party: Party = None,
    yes: Yes = False,
) -> None:
    """A court's order, a creditor's execution (G11, S4)."""
    from jp20.domain.token.movements import Waiver
    from jp20.operations.token import enforce

    holder, recipient, count = address(from_, "FROM"), address(to, "TO"), units(amount, "UNITS")
    rests_on = evidence(case, document)
    waivers = Waiver.NOTHING
    for each in waive or ():
        waivers |= {"LOTS": Waiver.LOTS_AND_WHOLE_POSITION}.get(each.name) or Waiver[each.name]
    session = workspace().session()
    act = enforce.force_transfer(
        session,
        token,
        holder,
        recipient,
        count,
        excluding(session, rests_on, party),
        waivers,
        executes or 0,
    )

    def before() -> None:
        _warn_of_another(session, token, rests_on)
        say(position_table(session, token, [holder, recipient]))

    done = run(session, act, yes, lambda reason: remedy(reason, token, holder, recipient), before)
    show(position_table(session, token, [holder, recipient]), steps_table(session, done.steps))


@command(
    app,
    "recover",
    "The lost wallet is given up FOR EVER; the investor gets the new one, and every "
    "position moves there with what restrains it. Run it again to do what is left.",
    "jp20 recover 0xOld… 0xNew… --case RC-1 --document identification.pdf",
)
def recover(
    lost: Annotated[str, argument("Whose key is lost.", "LOST")],
    new: Annotated[str, argument("The new one.", "NEW")],
    case: Case,
    document: Document,
    token: Annotated[
        list[str] | None,
        option(
            "Only this token's position. Repeatable; else every token's.",
            "--token",
            metavar="TOKEN",
        ),
    ] = None,
    party: Party = None,
    yes: Yes = False,
) -> None:
    """KYC gives the wallet up and adds the new one with AML; custodian or broker, KYC and registrar
    move each position (G13).
    """
    from jp20.operations.token import enforce
    from jp20.operations.token.state import held_in

    old, fresh, rests_on = address(lost, "LOST"), address(new, "NEW"), evidence(case, document)
    session = workspace().session()
    rests_on = excluding(session, rests_on, party)
    chosen = [session.token(each) for each in token] if token else list(session.tokens())
    facts, _ = enforce.require_own_wallet(session, old, fresh)
    held = held_in(session, chosen, old)
    say(_held_table(held))
    if not facts.retired:
        warn(Text("{old} will be given up for ever, in all tokens.", old=old))
    count = len(held)
    confirm(
        Text(
            "Move {count} {count:position|positions} from {old} to {new}?",
            count=count,
            old=old,
            new=fresh,
        ),
        yes,
    )
    done = enforce.recover(session, old, fresh, rests_on, chosen)
    parts = [each for each in (done.retired, done.added) if each is not None]
    steps = [step for part in parts for step in part.steps]
    steps += [step for each in done.moved for step in each.decided.steps]
    say_if_nothing_sent(steps)
    show(_moved_table(held_in(session, chosen, fresh)), steps_table(session, steps))


def _warn_of_another(session: "Session", token: str, rests_on: "Evidence") -> None:
    """Where the case was used for another forced transfer of the token."""
    from jp20.operations.token.enforce import forced_before

    move = forced_before(session, token, rests_on)
    if move is not None:
        warn(
            Text(
                "Under case {case} {units:,} {units:unit|units} went from {sender} to {to} "
                "already; this would be a further forced transfer.",
                case=rests_on.case,
                units=move.amount,
                sender=move.from_,
                to=move.to,
            )
        )


def _held_table(held: "Sequence[tuple[str, int]]") -> Table:
    return Table(
        "held", Text("Held by the lost wallet"), (Column("token", Text("token")), UNITS), held
    )


def _moved_table(moved: "Sequence[tuple[str, int]]") -> Table:
    return Table(
        "positions", Text("Held by the new wallet"), (Column("token", Text("token")), UNITS), moved
    )
