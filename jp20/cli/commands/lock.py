"""`jp20 lock`: units that may not be transferred until a time (G8)."""

from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.declare import argument, command, option
from jp20.cli.frame.options import Case, Document, Token, Yes, address, evidence
from jp20.cli.frame.options import until as until_when
from jp20.cli.frame.output import Column, Record, Until, show
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared import some_refused
from jp20.cli.shared.acting import run, run_rows
from jp20.cli.shared.parties import Party, excluding
from jp20.cli.shared.positions import UNTIL, position_table
from jp20.cli.shared.restrained import (
    OfHolder,
    RowsFile,
    UnitsIfAny,
    WalletIfAny,
    amounts,
    restraints_of_kind,
    restraints_shown,
)
from jp20.cli.shared.results import steps_table
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.domain.governance.evidence import Evidence
    from jp20.operations.session import Session

app = typer.Typer(no_args_is_help=True)

WholeToken = Annotated[
    bool, option("The token's own lock-up: every unit of every holder.", "--whole-token")
]


@command(
    app,
    "set",
    "Lock up units of a holder, of those in a file, or the whole token. More than a "
    "holder has counts for what comes in.",
    "jp20 lock set JP20-RE-0001 0xAb… 20 --until 2027-03-31 --case LU-1 --document order.pdf",
    "jp20 lock set JP20-RE-0001 --file locks.csv --until 2027-03-31 --case LU-2 "
    "--document order.pdf",
)
def lock_set(
    token: Token,
    until: Annotated[
        str, option("Until when: a date is included, to its end in Japan.", metavar="TIME")
    ],
    case: Case,
    document: Document,
    wallet: WalletIfAny = None,
    amount: UnitsIfAny = None,
    file: RowsFile = None,
    whole_token: WholeToken = False,
    party: Party = None,
    yes: Yes = False,
) -> None:
    """Each row adds a lock-up to those that there are (G8)."""
    from jp20.operations.token.restraints import lock_up

    end, rests_on = until_when(until, "--until"), evidence(case, document)
    if whole_token:
        _require_nobody(wallet or file)
        _set_for_token(token, end, rests_on, party, yes)
        return
    rows = amounts(wallet, amount, file)
    session = workspace().session()
    rests_on = excluding(session, rests_on, party)
    act = lock_up(session, token, rows, end, rests_on)
    done = run_rows(session, act, yes)
    holders = [holder for holder, _ in rows]
    some_refused.end(
        session,
        done,
        position_table(session, token, holders),
        restraints_shown(session, token, holders),
    )


@command(
    app,
    "shorten",
    "Bring the end of a lock-up forward, which takes one signature more than setting it. "
    "A time that has passed ends it.",
    "jp20 lock shorten JP20-RE-0001 0xAb… 3 --until 2026-12-31 --case LU-3 --document consent.pdf",
)
def lock_shorten(
    token: Token,
    until: Annotated[str, option("The new, earlier end; a date is included.", metavar="TIME")],
    case: Case,
    document: Document,
    wallet: WalletIfAny = None,
    number: Annotated[
        int | None, argument("Its number, from jp20 lock list.", "NUMBER", min=1)
    ] = None,
    whole_token: WholeToken = False,
    party: Party = None,
    yes: Yes = False,
) -> None:
    """One lock-up by its number, or the token's own (G8)."""
    from jp20.operations.token.restraints import shorten_lock_up

    end, rests_on = until_when(until, "--until"), evidence(case, document)
    if whole_token:
        _require_nobody(wallet)
        _shorten_for_token(token, end, rests_on, party, yes)
        return
    if wallet is None or number is None:
        raise BadArgument(
            Text("WALLET NUMBER or --whole-token, one of them."),
            next_step=Text("See: jp20 lock list {token}", token=token),
        )
    holder = address(wallet, "WALLET")
    session = workspace().session()
    rests_on = excluding(session, rests_on, party)
    act = shorten_lock_up(session, token, holder, number, end, rests_on)
    done = run(session, act, yes)
    show(
        position_table(session, token, [holder]),
        restraints_shown(session, token, [holder]),
        steps_table(session, done.steps),
    )


@command(
    app,
    "list",
    "Lock-ups that still run, each by its number, and the token's own.",
    "jp20 lock list JP20-RE-0001",
    "jp20 lock list JP20-RE-0001 0xAb…",
)
def lock_list(token: Token, wallet: OfHolder = None) -> None:
    """Of a holder, or of all (G8)."""
    from jp20.domain.register.events import RestraintKind

    holder = None if wallet is None else address(wallet, "WALLET")
    session = workspace().view()
    show(
        restraints_of_kind(session, token, holder, RestraintKind.LOCK_UP),
        _token_lock(session, token),
    )


def _set_for_token(
    token: str, end: int, rests_on: "Evidence", party: list[str] | None, yes: bool
) -> None:
    from jp20.operations.token.restraints import set_token_lock_up

    session = workspace().session()
    act = set_token_lock_up(session, token, end, excluding(session, rests_on, party))
    done = run(session, act, yes)
    show(_token_lock(session, token), steps_table(session, done.steps))


def _shorten_for_token(
    token: str, end: int, rests_on: "Evidence", party: list[str] | None, yes: bool
) -> None:
    from jp20.operations.token.restraints import shorten_token_lock_up

    session = workspace().session()
    act = shorten_token_lock_up(session, token, end, excluding(session, rests_on, party))
    done = run(session, act, yes)
    show(_token_lock(session, token), steps_table(session, done.steps))


def _token_lock(session: "Session", token: str) -> Record:
    from jp20.operations.token.restraints import locked_until

    until = locked_until(session, token)
    return Record(
        "token",
        Text("The token's own lock-up"),
        (
            (UNTIL, Until(until) if until else None),
            (Column("locked", Text("runs")), until > session.now()),
        ),
    )


def _require_nobody(named: object) -> None:
    if named is not None:
        raise BadArgument(
            Text("--whole-token goes without WALLET and --file."),
            Text("It locks up every holder."),
            Text("Leave it out where some holders are meant."),
        )
