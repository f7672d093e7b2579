"""`jp20 token redeem`: units are extinguished, each way only as the term sheet allows it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from jp20.cli.frame.declare import argument, command
from jp20.cli.frame.options import Case, Document, Token, Yes, address, evidence, units
from jp20.cli.frame.output import Column, Record, Table, confirm, progress, say, show, table
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.acting import ask, run
from jp20.cli.shared.again import say_if_sent_before
from jp20.cli.shared.ending_rows import Result, ResultFile, finish
from jp20.cli.shared.holders import From, holder
from jp20.cli.shared.parties import Party, excluding
from jp20.cli.shared.results import BLOCK, REASON, TRANSACTION, UNITS, WALLET, steps_table
from jp20.domain.base.text import Text
from jp20.domain.token.reasons import Reason

if TYPE_CHECKING:
    from jp20.domain.governance.evidence import Evidence
    from jp20.domain.plans.outcomes import Outcomes
    from jp20.operations.governance.acts import RowsAct
    from jp20.operations.session import Session
    from jp20.operations.token.redemption_preview import RedemptionRow

app = typer.Typer(no_args_is_help=True)

_REDEEMING: Final = Text("Redeeming")

Units = Annotated[str, argument("How many units.", "UNITS", context="redemption")]


@command(
    app,
    "preview",
    "What a redemption would take of whom, which rows would be refused, and who would be left "
    "with an odd lot. With UNITS a part in proportion, else the whole issue. Nothing is sent.",
    "jp20 token redeem preview JP20-RE-0001 3000",
    "jp20 token redeem preview JP20-RE-0001",
)
def redeem_preview(
    token: Token,
    amount: Annotated[str | None, argument("How many units in all, for a part.", "UNITS")] = None,
) -> None:
    """As the chain stands now (G4)."""
    from jp20.operations.token.redemption_preview import part_redemption, whole_redemption

    count = units(amount, "UNITS") if amount is not None else None
    session = workspace().view()
    found = (
        whole_redemption(session, token)
        if count is None
        else part_redemption(session, token, count)
    )
    show(
        table(
            "rows",
            Text("What would be redeemed"),
            found,
            (WALLET, lambda each: each.account),
            (
                Column("held", Text("held", context="redemption"), number=True),
                lambda each: each.held,
            ),
            (Column("redeemed", Text("redeemed"), number=True), lambda each: each.redeemed),
            (Column("odd", Text("left beyond whole lots"), number=True), lambda each: each.odd),
            (
                Column("code", Text("code", context="reason"), detail=True),
                lambda each: None if each.reason is Reason.NONE else each.reason.name,
            ),
            (REASON, lambda each: None if each.reason is Reason.NONE else each.reason.text),
        ),
        _sums(found),
    )


@command(
    app,
    "maturity",
    "Redeem every position whole, at or after maturity. Run it again to redeem what is left.",
    "jp20 token redeem maturity JP20-RE-0001 --case RD-1 --document notice.pdf",
)
def redeem_maturity(
    token: Token, case: Case, document: Document, result: Result = None, yes: Yes = False
) -> None:
    """Whatever restrains the units; claims continue on the money (G4)."""
    from jp20.operations.token.lifecycle import redeem_at_maturity
    from jp20.operations.token.redemption_preview import whole_redemption

    rests_on = evidence(case, document)
    rows = _result(result, rests_on)
    session = workspace().session()
    if not whole_redemption(session, token):
        _nothing_left()
        return
    act = redeem_at_maturity(session, token, rests_on)
    ask(session, act, yes)
    with progress(_REDEEMING):
        done = carried_out(session, act)
    _finish(session, token, done, rows)


@command(
    app,
    "early",
    "Redeem the whole issue before maturity, where the terms allow it.",
    "jp20 token redeem early JP20-RE-0001 --case RD-1 --document notice.pdf",
)
def redeem_early(
    token: Token, case: Case, document: Document, result: Result = None, yes: Yes = False
) -> None:
    """Whatever restrains the units; claims continue on the money (G4)."""
    from jp20.operations.token import lifecycle
    from jp20.operations.token.redemption_preview import whole_redemption

    rests_on = evidence(case, document)
    rows = _result(result, rests_on)
    session = workspace().session()
    if not whole_redemption(session, token):
        _nothing_left()
        return
    ask(session, lifecycle.bring_forward(session, token, rests_on), yes)
    with progress(_REDEEMING):
        done = lifecycle.redeem_early(session, token, rests_on)
    _finish(session, token, done, rows)


@command(
    app,
    "part",
    "Redeem a number of units in total, from each holder in proportion (largest "
    "remainder). Pledged, attached and frozen units are refused row by row.",
    "jp20 token redeem part JP20-RE-0001 3000 --case RD-1 --document notice.pdf",
)
def redeem_part(
    token: Token,
    amount: Units,
    case: Case,
    document: Document,
    result: Result = None,
    yes: Yes = False,
) -> None:
    """Under one case the shares are decided on once (G4)."""
    from jp20.operations.token.lifecycle import redeem_part

    count, rests_on = units(amount, "UNITS"), evidence(case, document)
    rows = _result(result, rests_on)
    session = workspace().session()
    act = redeem_part(session, token, count, rests_on)
    ask(session, act, yes)
    with progress(_REDEEMING):
        done = carried_out(session, act)
    _finish(session, token, done, rows)


@command(
    app,
    "allow",
    "The holder's own: let the organisations redeem this number of units; jp20 token "
    "redeem holder takes no more.",
    "jp20 token redeem allow JP20-RE-0001 20 --from 0xCd…",
)
def redeem_allow(token: Token, amount: Units, from_: From = None, yes: Yes = False) -> None:
    """With the holder's key; a later one replaces it (G4)."""
    from jp20.operations.token.lifecycle import allow_redemption

    count = units(amount, "UNITS")
    place = workspace()
    signer = holder(place, from_)
    confirm(
        Text(
            "Let {units:,} {units:unit|units} of {token} of {signer} be redeemed?",
            units=count,
            token=token,
            signer=signer.address,
        ),
        yes,
    )
    done = allow_redemption(place.session(), token, signer, count)
    say_if_sent_before(done)
    show(
        Record(
            "allowed",
            Text("Allowed"),
            (
                (WALLET, signer.address),
                (UNITS, count),
                (BLOCK, done.block),
                (TRANSACTION, done.transaction),
            ),
        )
    )


@command(
    app,
    "holder",
    "Redeem units of one holder, where the terms and the holder (jp20 token redeem allow) "
    "allow it.",
    "jp20 token redeem holder JP20-RE-0001 0x845986566FA249D19A35293e0b5E20A108224C37 20 "
    "--case RD-1 --document notice.pdf",
)
def redeem_holder(
    token: Token,
    wallet: Annotated[str, argument("The holder's.", "WALLET")],
    amount: Units,
    case: Case,
    document: Document,
    party: Party = None,
    yes: Yes = False,
) -> None:
    """A pledge, an attachment and a freeze stand in the way (G4)."""
    from jp20.operations.token import lifecycle
    from jp20.operations.token.restraints import position

    owner, count = address(wallet, "WALLET"), units(amount, "UNITS")
    session = workspace().session()
    rests_on = excluding(session, evidence(case, document), party)
    act = lifecycle.redeem_holder(session, token, owner, count, rests_on)
    done = run(session, act, yes)
    show(
        Table(
            "redeemed",
            Text("Redeemed"),
            (WALLET, UNITS, Column("left", Text("left"), number=True)),
            [(owner, count, position(session, token, owner).balance)],
        ),
        steps_table(session, done.steps),
    )


# Inside


def carried_out(session: "Session", act: "RowsAct[Any]") -> "Outcomes":
    from jp20.operations.governance.acts import carry_out

    return carry_out(session, act)


def _nothing_left() -> None:
    say(Text("No units are left: nothing was sent."))
    show(_sums(()))


def _result(named: Path | None, rests_on: "Evidence") -> ResultFile:
    return ResultFile(named, f"redemption-{rests_on.case}")


def _finish(session: "Session", token: str, done: "Outcomes", rows: ResultFile) -> None:
    finish(session, Text("Redemption: {token}", token=token), done, rows)


def _sums(found: "tuple[RedemptionRow, ...]") -> Record:
    refused = [each for each in found if each.reason is not Reason.NONE]
    return Record(
        "sums",
        Text("Sums"),
        (
            (Column("accounts", Text("accounts"), number=True), len(found)),
            (
                Column("redeemed", Text("units redeemed"), number=True),
                sum(each.redeemed for each in found) - sum(each.redeemed for each in refused),
            ),
            (
                Column("refused", Text("units refused"), number=True),
                sum(each.redeemed for each in refused),
            ),
            (
                Column("odd", Text("accounts left with an odd lot"), number=True),
                sum(each.odd != 0 for each in found),
            ),
        ),
    )
