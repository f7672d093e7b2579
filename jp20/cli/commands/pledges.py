"""`jp20 pledge` and `jp20 attach`: what others have on a holder's units (G11, G24)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.language import example, help_text
from jp20.cli.frame.options import Case, Document, Token, Yes, address, evidence, units
from jp20.cli.frame.output import Record, show
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.acting import run
from jp20.cli.shared.parties import Party, parties
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

Units = Annotated[str, typer.Argument(metavar="UNITS", help=help_text("How many."))]

UnitsOrAll = Annotated[
    str | None,
    typer.Argument(metavar="UNITS", help=help_text("How many; else all of it.")),
]

Number = Annotated[
    int,
    typer.Argument(
        metavar="NUMBER",
        min=1,
        help=help_text("Its number, from the list."),
    ),
]


@pledge.command(
    "set",
    help=help_text(
        "Pledge units that the holder has. They stay with the holder and cannot be "
        "transferred, not even by force."
    ),
    epilog=example(
        "jp20 pledge set JP20-RE-0001 0xAb… 20 --pledgee BANK-7 --case PL-1 --document pledge.pdf"
    ),
)
def pledge_set(
    token: Token,
    wallet: Wallet,
    amount: Units,
    pledgee: Annotated[
        str,
        typer.Option(
            metavar="REFERENCE",
            help=help_text("The pledgee's reference, public: ASCII, no person's name."),
        ),
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


@pledge.command(
    "release",
    help=help_text("Release a pledge, or units of it."),
    epilog=example(
        "jp20 pledge release JP20-RE-0001 0xAb… 4 --case PL-2 --document release.pdf",
        "jp20 pledge release JP20-RE-0001 0xAb… 4 10 --case PL-3 --document release.pdf",
    ),
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


@pledge.command(
    "list",
    help=help_text("The pledges, each by its number."),
    epilog=example("jp20 pledge list JP20-RE-0001"),
)
def pledge_list(token: Token, wallet: OfHolder = None) -> None:
    """Of a holder, or of all (G24)."""
    from jp20.domain.register.events import RestraintKind

    _list(RestraintKind.PLEDGE, token, wallet)


@attach.command(
    "set",
    help=help_text("Record an attachment of units that the holder has."),
    epilog=example(
        "jp20 attach set JP20-RE-0001 0xAb… 20 --creditor COURT-2026-9 --case AT-1 "
        "--document order.pdf"
    ),
)
def attach_set(
    token: Token,
    wallet: Wallet,
    amount: Units,
    creditor: Annotated[
        str,
        typer.Option(
            metavar="REFERENCE",
            help=help_text("The creditor's reference, public: ASCII, no person's name."),
        ),
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


@attach.command(
    "release",
    help=help_text("Release an attachment, or units of it."),
    epilog=example("jp20 attach release JP20-RE-0001 0xAb… 5 --case AT-2 --document release.pdf"),
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


@attach.command(
    "list",
    help=help_text("The attachments, each by its number."),
    epilog=example("jp20 attach list JP20-RE-0001"),
)
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
    excluded = parties(session, party)
    is_pledge = kind is RestraintKind.PLEDGE
    restraint = restraints.pledge if is_pledge else restraints.attach
    act = restraint(session, token, holder, count, reference, rests_on, parties=excluded)
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
    excluded = parties(session, party)
    count = restraints.released_before(session, token, kind, holder, number, asked, rests_on)
    if count is None:
        restraint = restraint_of(session, token, holder, number, kind)
        count = restraint.units if asked is None else asked
        if count > restraint.units:
            raise BadArgument(
                Text(
                    "UNITS: {count:,} are more than the {units:,} of number {number}.",
                    count=count,
                    units=restraint.units,
                    number=number,
                ),
                next_step=Text("Leave UNITS out to release all of it."),
            )
    act = restraints.release(
        session, token, kind, holder, number, count, rests_on, parties=excluded
    )
    done = run(session, act, yes)
    show(
        position_table(session, token, [holder]),
        restraints_shown(session, token, [holder]),
        steps_table(session, done.steps),
    )


def _list(kind: "RestraintKind", token: str, wallet: str | None) -> None:
    holder = None if wallet is None else address(wallet, "WALLET")
    show(restraints_of_kind(workspace().view(), token, holder, kind))
