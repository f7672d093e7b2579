"""`jp20 freeze`: units that an officer keeps from moving (G19)."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from jp20.cli.frame.declare import argument, command, option
from jp20.cli.frame.options import Case, Document, Token, Yes, address, evidence, units
from jp20.cli.frame.output import Coded, Column, Table, say, show
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.acting import run
from jp20.cli.shared.confirmations import awaited
from jp20.cli.shared.investors import known
from jp20.cli.shared.parties import Party, excluding, parties
from jp20.cli.shared.positions import position_table, units_shown
from jp20.cli.shared.restrained import OfHolder, RowsFile, Wallet, WalletIfAny, amounts
from jp20.cli.shared.results import WALLET, steps_table
from jp20.domain.base.errors import BadArgument, JP20Error
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo

if TYPE_CHECKING:
    from pathlib import Path

    from eth_typing import ChecksumAddress

    from jp20.domain.base.ids import OrganisationId
    from jp20.operations.session import Session
    from jp20.operations.token.restraints import Freeze, FreezeAtOnce

app = typer.Typer(no_args_is_help=True)

_ALL: Final = "all"

_BY_REQUEST: Final = "–"
"""Who froze at once where the policy asks for several: no organisation of its own."""

FrozenBy = Annotated[
    str | None,
    option("Which organisation froze, where several did.", "--frozen-by", metavar="ORGANISATION"),
]


@command(
    app,
    "now",
    "At once, by the AML officer alone, halted or not. UNITS is the whole frozen amount: "
    "with 10 frozen, 15 freezes 5 more. `all` also catches what comes in. Another "
    "organisation confirms it within 72 hours: jp20 freeze confirm.",
    "jp20 freeze now JP20-RE-0001 0xAb… 20 --case AM-1 --document report.pdf",
    "jp20 freeze now JP20-RE-0001 0xAb… all --case AM-1 --document report.pdf",
    "jp20 freeze now JP20-RE-0001 --file accounts.csv --case AM-1 --document report.pdf",
)
def freeze_now(
    token: Token,
    case: Case,
    document: Document,
    wallet: WalletIfAny = None,
    amount: Annotated[str | None, argument("How many in all, or `all`.", "UNITS")] = None,
    file: RowsFile = None,
    yes: Yes = False,
) -> None:
    """All or nothing (G19)."""
    from jp20.operations.token.restraints import freeze_at_once

    rows, rests_on = _rows(wallet, amount, file), evidence(case, document)
    session = workspace().session()
    accounts = [account for account, _ in rows]
    known(session, accounts)

    def positions() -> Table:
        return position_table(session, token, accounts)

    act = freeze_at_once(session, token, rows, rests_on)
    done = run(session, act, yes, before=lambda: say(positions()))
    say(
        Text(
            "Another organisation confirms it within 72 hours: jp20 freeze confirm {token} "
            "{accounts} --case … --document …",
            token=token,
            accounts=accounts[0],
        )
    )
    show(positions(), steps_table(session, done.steps))


@command(
    app,
    "confirm",
    "Confirm what another organisation froze at once, within 72 hours. After that it "
    "stands all the same and is reported overdue.",
    "jp20 freeze confirm JP20-RE-0001 0xAb… --case AM-1 --document review.pdf",
)
def freeze_confirm(
    token: Token,
    wallet: Wallet,
    case: Case,
    document: Document,
    frozen_by: FrozenBy = None,
    yes: Yes = False,
) -> None:
    """By the auditor or the registrar (G17, G19)."""
    from jp20.operations.token.restraints import confirm_freeze

    account, rests_on = address(wallet, "WALLET"), evidence(case, document)
    session = workspace().session()
    act = confirm_freeze(
        session, token, account, _to_confirm(session, token, account, frozen_by), rests_on
    )
    done = run(session, act, yes, before=lambda: say(position_table(session, token, [account])))
    show(_table(session, _freezes(session, token, account)), steps_table(session, done.steps))


@command(
    app,
    "set",
    "By decision of two organisations: set what is frozen of an account, up or down. 0 unfreezes.",
    "jp20 freeze set JP20-RE-0001 0xAb… 0 --case UF-1 --document clearance.pdf",
)
def freeze_set(
    token: Token,
    wallet: Wallet,
    amount: Annotated[str, argument("How many in all; 0: none, or `all`.", "UNITS")],
    case: Case,
    document: Document,
    party: Party = None,
    yes: Yes = False,
) -> None:
    """Unfreezing takes as many signatures as freezing by decision (G19)."""
    from jp20.operations.token.restraints import set_frozen

    account, rests_on = address(wallet, "WALLET"), evidence(case, document)
    count = 0 if amount == "0" else _units(amount)
    session = workspace().session()

    def positions() -> Table:
        return position_table(session, token, [account])

    rests_on = excluding(session, rests_on, party)
    act = set_frozen(session, token, account, count, rests_on)
    done = run(session, act, yes, before=lambda: say(positions()))
    show(positions(), steps_table(session, done.steps))


@command(
    app,
    "list",
    "What is frozen, and which freezes at once are to be confirmed, or overdue.",
    "jp20 freeze list JP20-RE-0001",
)
def freeze_list(token: Token, wallet: OfHolder = None) -> None:
    """Of an account, or of all (G17, G19)."""
    account = None if wallet is None else address(wallet, "WALLET")
    session = workspace().view()
    show(_table(session, _freezes(session, token, account)))


def _rows(
    wallet: str | None, amount: str | None, file: "Path | None"
) -> "list[tuple[ChecksumAddress, int]]":
    if wallet is not None and amount == _ALL and file is None:
        return [(address(wallet, "WALLET"), _units(amount))]
    return amounts(wallet, amount, file)


def _units(amount: str) -> int:
    from jp20.domain.token.terms import MAX_UNITS

    return MAX_UNITS if amount == _ALL else units(amount, "UNITS")


def _to_confirm(
    session: "Session", token: str, account: "ChecksumAddress", frozen_by: str | None
) -> "OrganisationId":
    """The organisation whose freeze is meant: one that waits, else the one that was confirmed last.
    Raises JP20Error where nobody froze, BadArgument where several wait.
    """
    found = [each for f in _freezes(session, token, account) for each in f.at_once]
    if frozen_by is not None:
        (number,) = parties(session, [frozen_by])
        found = [each for each in found if each.organisation == number]
    waiting = [each for each in found if not each.confirmed]
    if len(waiting) > 1:
        numbers = ", ".join(str(each.organisation) for each in waiting)
        raise BadArgument(
            Text(
                "--frozen-by is missing: organisations {numbers} froze {account}.",
                numbers=numbers,
                account=account,
            ),
            next_step=Text("Confirm each of them."),
        )
    if not found:
        raise JP20Error(
            Text("Nothing of {account} waits to be confirmed.", account=account),
            next_step=Text("See: jp20 freeze list {token}", token=token),
        )
    return (waiting or sorted(found, key=lambda each: each.at))[-1].organisation


def _freezes(
    session: "Session", token: str, account: "ChecksumAddress | None"
) -> "tuple[Freeze, ...]":
    from jp20.operations.token.restraints import freezes

    return tuple(each for each in freezes(session, token) if account in (None, each.account))


def _table(session: "Session", found: "tuple[Freeze, ...]") -> Table:
    now = session.now()
    names = {member.number: member.name for member in session.members()}

    def status(each: "FreezeAtOnce") -> Coded:
        if each.confirmed:
            return Coded("confirmed", Text("confirmed"))
        return awaited(each.due, now)

    return Table(
        "freezes",
        Text("Freezes"),
        (
            WALLET,
            Column("balance", Text("units", context="position"), number=True),
            Column("frozen", Text("frozen"), number=True),
            Column("frozen_by", Text("frozen at once by")),
            Column("frozen_at", Text("at", context="freeze")),
            Column("confirmation", Text("confirmation")),
            Column("confirm_by", Text("to be confirmed until"), detail=True),
        ),
        [
            (
                freeze.account,
                freeze.position.balance,
                units_shown(freeze.position.frozen),
                names.get(each.organisation, _BY_REQUEST) if each else None,
                in_tokyo(each.at) if each else None,
                status(each) if each else None,
                in_tokyo(each.due) if each and not each.confirmed else None,
            )
            for freeze in found
            for each in (freeze.at_once or (None,))
        ],
    )
