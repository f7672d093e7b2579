"""`jp20 pledge` and `jp20 attach`: what others have on a holder's units (G11, G24)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.language import both, example
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
from jp20.domain.base.errors import BadArgument, Text

if TYPE_CHECKING:
    from jp20.domain.register.events import RestraintKind

app = typer.Typer()
pledge = typer.Typer(no_args_is_help=True)
attach = typer.Typer(no_args_is_help=True)
app.add_typer(pledge, name="pledge")
app.add_typer(attach, name="attach")

Units = Annotated[str, typer.Argument(metavar="UNITS", help=both("How many.", "口数。"))]

UnitsOrAll = Annotated[
    str | None,
    typer.Argument(metavar="UNITS", help=both("How many; else all of it.", "口数(省略時は全部)。")),
]

Number = Annotated[
    int,
    typer.Argument(
        metavar="NUMBER",
        min=1,
        help=both("Its number, from the list.", "番号(一覧で確認)。"),
    ),
]


@pledge.command(
    "set",
    help=both(
        "Pledge units that the holder has. They stay with the holder and cannot be transferred, "
        "not even by force.",
        "保有数量に質権を設定する。所有者は変わらないが、移転も強制移転もできなくなる。",
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
            help=both(
                "The pledgee's reference, public: ASCII, no person's name.",
                "質権者の参照番号。公開されるため、個人名を含めない半角英数字とする。",
            ),
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
    help=both("Release a pledge, or units of it.", "質権の全部または一部を解除する。"),
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
    help=both("The pledges, each by its number.", "質権の一覧(番号付き)を表示する。"),
    epilog=example("jp20 pledge list JP20-RE-0001"),
)
def pledge_list(token: Token, wallet: OfHolder = None) -> None:
    """Of a holder, or of all (G24)."""
    from jp20.domain.register.events import RestraintKind

    _list(RestraintKind.PLEDGE, token, wallet)


@attach.command(
    "set",
    help=both(
        "Record an attachment of units that the holder has.",
        "保有数量に対する差押えを記録する。",
    ),
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
            help=both(
                "The creditor's reference, public: ASCII, no person's name.",
                "差押債権者の参照番号。公開されるため、個人名を含めない半角英数字とする。",
            ),
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
    help=both("Release an attachment, or units of it.", "差押えの全部または一部を解除する。"),
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
    help=both("The attachments, each by its number.", "差押えの一覧(番号付き)を表示する。"),
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
    look = Text(f"See: jp20 position {token} {holder}", f"確認: jp20 position {token} {holder}")
    done = run(session, act, yes, lambda _: look)
    show(
        Record(
            "restraint",
            Text("Set", "設定した内容"),
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
                    f"UNITS: {count:,} are more than the {restraint.units:,} of number {number}.",
                    f"UNITS: {count:,} 口は番号 {number} の {restraint.units:,} 口を超えています。",
                ),
                next_step=Text(
                    "Leave UNITS out to release all of it.",
                    "全部を解除する場合は UNITS を省略してください。",
                ),
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
