"""`jp20 pledge` and `jp20 attach`: what others have on a holder's units (G11, G24)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.declare import argument, command, option
from jp20.cli.frame.options import Case, Document, Token, Yes, address, evidence, units
from jp20.cli.frame.output import Record, show
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.acting import run
from jp20.cli.shared.parties import Party, excluding
from jp20.cli.shared.positions import CLAIMANT, NUMBER, position_table
from jp20.cli.shared.references import reference_word
from jp20.cli.shared.restrained import (
    OfHolder,
    Wallet,
    restraint_of,
    restraints_of_kind,
    restraints_shown,
)
from jp20.cli.shared.results import UNITS, WALLET, steps_table
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.domain.register.events import RestraintKind

app = typer.Typer()
pledge = typer.Typer(no_args_is_help=True)
attach = typer.Typer(no_args_is_help=True)
app.add_typer(pledge, name="pledge")
app.add_typer(attach, name="attach")

Units = Annotated[str, argument("How many.", "UNITS")]

UnitsOrAll = Annotated[str | None, argument("How many; else all of it.", "UNITS")]

Number = Annotated[int, argument("Its number, from the list.", "NUMBER", min=1)]


@command(
    pledge,
    "set",
    "Pledge units that the holder has. They stay with the holder and cannot be "
    "transferred, not even by force.",
    "jp20 pledge set JP20-RE-0001 0xAb… 20 --pledgee BANK-7 --case PL-1 --document pledge.pdf",
)
def pledge_set(
    token: Token,
    wallet: Wallet,
    amount: Units,
    pledgee: Annotated[
        str,
        option("The pledgee's reference, public: ASCII, no person's name.", metavar="REFERENCE"),
    ],
    case: Case,
    document: Document,
    party: Party = None,
    yes: Yes = False,
) -> None:
    """Shown with the number under which it is released (G24)."""
    from jp20.domain.register.events import RestraintKind

    reference = reference_word(pledgee, "--pledgee")
    _set(RestraintKind.PLEDGE, token, wallet, amount, reference, (case, document), party, yes)


@command(
    pledge,
    "release",
    "Release a pledge, or units of it.",
    "jp20 pledge release JP20-RE-0001 0xAb… 4 --case PL-2 --document release.pdf",
    "jp20 pledge release JP20-RE-0001 0xAb… 4 10 --case PL-3 --document release.pdf",
)
def pledge_release(
    token: Token,
    wallet: Wallet,
    number: Number,
    case: Case,
    document: Document,
    amount: UnitsOrAll = None,
    party: Party = None,
    yes: Yes = False,
) -> None:
    """All of it where no units are named (G24)."""
    from jp20.domain.register.events import RestraintKind

    _release(RestraintKind.PLEDGE, token, wallet, number, amount, (case, document), party, yes)


@command(pledge, "list", "The pledges, each by its number.", "jp20 pledge list JP20-RE-0001")
def pledge_list(token: Token, wallet: OfHolder = None) -> None:
    """Of a holder, or of all (G24)."""
    from jp20.domain.register.events import RestraintKind

    _list(RestraintKind.PLEDGE, token, wallet)


@command(
    attach,
    "set",
    "Record an attachment of units that the holder has.",
    "jp20 attach set JP20-RE-0001 0xAb… 20 --creditor COURT-2026-9 --case AT-1 "
    "--document order.pdf",
)
def attach_set(
    token: Token,
    wallet: Wallet,
    amount: Units,
    creditor: Annotated[
        str,
        option("The creditor's reference, public: ASCII, no person's name.", metavar="REFERENCE"),
    ],
    case: Case,
    document: Document,
    party: Party = None,
    yes: Yes = False,
) -> None:
    """Shown with the number under which it is released or executed (G11)."""
    from jp20.domain.register.events import RestraintKind

    reference = reference_word(creditor, "--creditor")
    _set(RestraintKind.ATTACHMENT, token, wallet, amount, reference, (case, document), party, yes)


@command(
    attach,
    "release",
    "Release an attachment, or units of it.",
    "jp20 attach release JP20-RE-0001 0xAb… 5 --case AT-2 --document release.pdf",
)
def attach_release(
    token: Token,
    wallet: Wallet,
    number: Number,
    case: Case,
    document: Document,
    amount: UnitsOrAll = None,
    party: Party = None,
    yes: Yes = False,
) -> None:
    """All of it where no units are named (G11)."""
    from jp20.domain.register.events import RestraintKind

    _release(RestraintKind.ATTACHMENT, token, wallet, number, amount, (case, document), party, yes)


@command(attach, "list", "The attachments, each by its number.", "jp20 attach list JP20-RE-0001")
def attach_list(token: Token, wallet: OfHolder = None) -> None:
    """Of a holder, or of all (G11)."""
    from jp20.domain.register.events import RestraintKind

    _list(RestraintKind.ATTACHMENT, token, wallet)


def _set(
    kind: "RestraintKind",
    token: str,
    wallet: str,
    amount: str,
    reference: str,
    case: tuple[str, Path],
    party: list[str] | None,
    yes: bool,
) -> None:
    from jp20.domain.register.events import RestraintKind
    from jp20.operations.token import restraints

    holder, count, rests_on = address(wallet, "WALLET"), units(amount, "UNITS"), evidence(*case)
    session = workspace().session()
    rests_on = excluding(session, rests_on, party)
    is_pledge = kind is RestraintKind.PLEDGE
    restraint = restraints.pledge if is_pledge else restraints.attach
    act = restraint(session, token, holder, count, reference, rests_on)
    look = Text("See: jp20 position {token} {holder}", token=token, holder=holder)
    done = run(session, act, yes, lambda _: look)
    show(
        Record(
            "restraint",
            Text("Set"),
            (
                (NUMBER, restraints.restraint_id(done)),
                (WALLET, holder),
                (UNITS, count),
                (CLAIMANT, reference),
            ),
        ),
        position_table(session, token, [holder]),
        steps_table(session, done.steps),
    )


def _release(
    kind: "RestraintKind",
    token: str,
    wallet: str,
    number: int,
    amount: str | None,
    case: tuple[str, Path],
    party: list[str] | None,
    yes: bool,
) -> None:
    from jp20.operations.token import restraints

    holder, rests_on = address(wallet, "WALLET"), evidence(*case)
    asked = None if amount is None else units(amount, "UNITS")
    session = workspace().session()
    rests_on = excluding(session, rests_on, party)
    count = restraints.released_before(session, token, kind, holder, number, asked, rests_on)
    if count is None:
        restraint = restraint_of(session, token, holder, number, kind)
        count = restraint.units if asked is None else asked
        if count > restraint.units:
            raise BadArgument(
                Text(
                    "UNITS: {count:,} {count:is|are} more than the {units:,} of number {number}.",
                    count=count,
                    units=restraint.units,
                    number=number,
                ),
                next_step=Text("Leave UNITS out to release all of it."),
            )
    act = restraints.release(session, token, kind, holder, number, count, rests_on)
    done = run(session, act, yes)
    show(
        position_table(session, token, [holder]),
        restraints_shown(session, token, [holder]),
        steps_table(session, done.steps),
    )


def _list(kind: "RestraintKind", token: str, wallet: str | None) -> None:
    holder = None if wallet is None else address(wallet, "WALLET")
    show(restraints_of_kind(workspace().view(), token, holder, kind))
