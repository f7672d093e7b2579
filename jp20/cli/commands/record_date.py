"""`jp20 token record-date`: setting a record date, and who held then."""

from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.declare import argument, command, option
from jp20.cli.frame.options import Case, Document, Token, Yes, evidence, time
from jp20.cli.frame.output import Column, Table, show, table
from jp20.cli.frame.parts import with_rows
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.acting import run
from jp20.cli.shared.positions import restraints_table, units_shown
from jp20.cli.shared.results import UNITS, WALLET, steps_table
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jp20.domain.token.state import TokenState
    from jp20.operations.token.record_dates import RestrainedHolder

app = typer.Typer(no_args_is_help=True)


@command(
    app,
    "set",
    "Set a record date: whoever holds when that day ends (in Japan) is a holder. With a "
    "time: when that second ends.",
    "jp20 token record-date set JP20-RE-0001 2027-03-31 --case RD-1 --document resolution.pdf",
)
def record_date_set(
    token: Token,
    at: Annotated[str, argument("Date or time; Japan's.", "TIME")],
    case: Case,
    document: Document,
    yes: Yes = False,
) -> None:
    """A date is its last second, so that what moves that day counts (G5, G21)."""
    from jp20.operations.token.lifecycle import set_record_date
    from jp20.operations.token.state import token_state

    is_day = time(at, "TIME", end_of_day=True) != time(at, "TIME")
    second = time(at, "TIME", end_of_day=True) - is_day
    rests_on = evidence(case, document)
    session = workspace().session()
    done = run(session, set_record_date(session, token, second, rests_on), yes)
    show(
        *with_rows(
            record_dates_table(token_state(session, token)), steps_table(session, done.steps)
        )
    )


@command(
    app,
    "withdraw",
    "Withdraw the last record date, before it comes.",
    "jp20 token record-date withdraw JP20-RE-0001 2 --case RD-2 --document resolution.pdf",
)
def record_date_withdraw(
    token: Token,
    number: Annotated[int, argument("Its number.", "NUMBER", min=0)],
    case: Case,
    document: Document,
    yes: Yes = False,
) -> None:
    """One that has come is history (G5)."""
    from jp20.operations.token.lifecycle import withdraw_record_date
    from jp20.operations.token.state import token_state

    session = workspace().session()
    act = withdraw_record_date(session, token, number, evidence(case, document))
    done = run(session, act, yes)
    show(
        *with_rows(
            record_dates_table(token_state(session, token)), steps_table(session, done.steps)
        )
    )


@command(
    app,
    "show",
    "The record dates of a token; with --number the holders at one that has come.",
    "jp20 token record-date show JP20-RE-0001",
    "jp20 token record-date show JP20-RE-0001 --number 0 --format csv",
)
def record_date_show(
    token: Token,
    number: Annotated[
        int | None, option("The record date's number.", metavar="NUMBER", min=0)
    ] = None,
) -> None:
    """Holders at a record date, read from the chain, and what kept their units then, from its
    events; in the units of that date (G5, G21, G23).
    """
    from jp20.operations.token.record_dates import holders_at, restrained_at
    from jp20.operations.token.state import token_state

    session = workspace().view()
    state = token_state(session, token)
    if number is None:
        show(record_dates_table(state))
        return
    if not any(each.index == number and each.has_come for each in state.record_dates):
        raise _not_come(number, state)
    held = sorted(holders_at(session, token, number).items(), key=lambda each: (-each[1], each[0]))
    restrained = restrained_at(session, token, number)
    show(
        Table(
            "holders", Text("Holders at record date {number}", number=number), (WALLET, UNITS), held
        ),
        restraints_table([(each.holder, each.restraints) for each in restrained]),
        _frozen_table(restrained),
        record_dates_table(state),
    )


def record_dates_table(state: "TokenState") -> Table:
    """All record dates of a token."""
    return table(
        "record_dates",
        Text("Record dates"),
        state.record_dates,
        (Column("number", Text("no.")), lambda each: each.index),
        (Column("time", Text("at the end of")), lambda each: in_tokyo(each.at)),
        (Column("has_come", Text("has come")), lambda each: each.has_come),
        (Column("supply", Text("units in issue then"), number=True), lambda each: each.supply),
    )


def _frozen_table(restrained: "Sequence[RestrainedHolder]") -> Table:
    return table(
        "frozen",
        Text("Frozen then"),
        (each for each in restrained if each.frozen),
        (WALLET, lambda each: each.holder),
        (UNITS, lambda each: units_shown(each.frozen)),
    )


def _not_come(number: int, state: "TokenState") -> BadArgument:
    there = ", ".join(str(each.index) for each in state.record_dates if each.has_come) or "–"
    return BadArgument(
        Text("--number: record date {number} has not come, or there is none.", number=number),
        next_step=Text("Those that have come: {there}", there=there),
    )
