"""`jp20 token`: from a term sheet to units, and what becomes of a token afterwards."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.commands import documents, record_date, redeem, terms, token_migrate
from jp20.cli.frame.declare import argument, command, option
from jp20.cli.frame.endings import Ending
from jp20.cli.frame.language import help_text
from jp20.cli.frame.options import Case, Document, Token, Yes, evidence, units
from jp20.cli.frame.output import Column, Record, Table, confirm, say, show, table
from jp20.cli.frame.parts import with_rows
from jp20.cli.frame.turns import part_of
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.acting import run
from jp20.cli.shared.again import say_if_nothing_sent
from jp20.cli.shared.results import UNITS, steps_table
from jp20.cli.shared.token_tables import (
    ACCOUNT,
    CODE,
    SHEET_HASH,
    STATUS,
    SUPPLY,
    UNDISTRIBUTED,
    differences_table,
    price,
    state_record,
    status_record,
    tranches_table,
)
from jp20.domain.base.errors import BadArgument, ExitCode
from jp20.domain.base.roles import Role
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.domain.base.roles import Role
    from jp20.domain.token.terms import Terms
    from jp20.operations.session import Member, Session

app = typer.Typer(no_args_is_help=True)

Units = Annotated[str, argument("How many units, the token's smallest.", "UNITS")]


@command(
    app,
    "issue",
    "Make a token from a term sheet and issue its units to the issuer's account. Run it "
    "again under the same case to continue; nothing is issued twice.",
    "jp20 token issue term-sheet.toml 30000 --case IS-1 --document resolution.pdf",
)
def issue(
    sheet_file: Annotated[Path, argument("The term sheet.", "TERM_SHEET")],
    amount: Units,
    case: Case,
    document: Document,
    issuer: Annotated[
        str | None, option("The issuer, where several organisations are.", metavar="ORGANISATION")
    ] = None,
    registrar: Annotated[
        str | None,
        option("The registrar, where several organisations are.", metavar="ORGANISATION"),
    ] = None,
    yes: Yes = False,
) -> None:
    """Up to three decisions under one case: the token, its units, its documents (G1)."""
    from jp20.operations.files.inputs import load_term_sheet
    from jp20.operations.governance.acts import carry_out
    from jp20.operations.token.foresight import require_creation, require_first_issue
    from jp20.operations.token.issue import (
        create_token,
        existing_token,
        issue,
        issue_units,
        set_documents,
    )

    sheet, count = load_term_sheet(sheet_file), units(amount, "UNITS")
    rests_on = evidence(case, document)
    session = workspace().session()
    named = [
        _holder(session, Role.ISSUER, issuer, "--issuer"),
        _holder(session, Role.REGISTRAR, registrar, "--registrar"),
    ]
    there = existing_token(session, sheet.terms)
    if there is None:
        require_creation(session, sheet, named[0].number, named[1].number, count, rests_on)
    else:
        require_first_issue(session, issue(session, there, count, rests_on))
    _say_what_is_issued(sheet.terms, count, named)
    confirm(
        Text("Issue {units:,} {units:unit|units} of {code}?", units=count, code=sheet.terms.code),
        yes,
    )
    parts = 3 if sheet.documents else 2
    with part_of(1, parts, Text("the token")):
        created = create_token(session, sheet, named[0].number, named[1].number, rests_on)
    say(Text("1 of {parts}: the token stands at {token}.", parts=parts, token=created.token))
    with part_of(2, parts, Text("the issue of the units")):
        issued = issue_units(session, created.token, count, rests_on)
    steps = [*created.decided.steps, *issued.decided.steps]
    if sheet.documents:
        with part_of(3, parts, Text("the documents")):
            named_there = set_documents(session, created.token, sheet.documents, rests_on)
            steps += carry_out(session, named_there).steps
    say_if_nothing_sent(steps)
    show(
        *with_rows(
            Record(
                "issued",
                Text("Issued"),
                (
                    (CODE, sheet.terms.code),
                    (Column("token", Text("token")), created.token),
                    (Column("tranche", Text("tranche")), issued.tranche),
                    (UNITS, issued.units),
                    (
                        Column("yen", Text("yen"), number=True),
                        issued.units * sheet.terms.unit_price,
                    ),
                    (ACCOUNT, sheet.terms.issuer_account),
                    (SHEET_HASH, sheet.terms.term_sheet_hash),
                ),
            ),
            steps_table(session, steps),
        )
    )


@command(
    app,
    "more",
    "Issue more units of a token, as the next tranche. A tranche is a case of its own.",
    "jp20 token more JP20-RE-0001 5000 --case IS-2 --document resolution.pdf",
)
def more(token: Token, amount: Units, case: Case, document: Document, yes: Yes = False) -> None:
    """Under one case the same number is issued once (G5)."""
    from jp20.operations.token.issue import issue, issued
    from jp20.operations.token.state import token_state

    count, rests_on = units(amount, "UNITS"), evidence(case, document)
    session = workspace().session()
    done = issued(run(session, issue(session, token, count, rests_on), yes))
    after = token_state(session, token)
    show(
        *with_rows(
            Record(
                "issued",
                Text("Issued", context="further tranche"),
                (
                    (CODE, after.terms.code),
                    (Column("tranche", Text("tranche")), done.tranche),
                    (UNITS, done.units),
                    (SUPPLY, after.supply),
                    (UNDISTRIBUTED, after.undistributed),
                ),
            ),
            steps_table(session, done.decided.steps),
        )
    )


@command(
    app, "list", "All tokens of the platform.", "jp20 token list", "jp20 token list --format csv"
)
def token_list() -> None:
    """In the order in which they were made (G1)."""
    from jp20.operations.token.state import list_tokens

    show(
        table(
            "tokens",
            Text("Tokens"),
            list_tokens(workspace().view()),
            (CODE, lambda each: each.code),
            (Column("symbol", Text("symbol")), lambda each: each.symbol),
            (Column("name", Text("name")), lambda each: each.name),
            (SUPPLY, lambda each: each.supply),
            (UNDISTRIBUTED, lambda each: each.undistributed),
            (STATUS, lambda each: each.status),
            (Column("token", Text("address")), lambda each: each.address),
        )
    )


@command(
    app,
    "show",
    "A token's terms, rules and state, its tranches, documents and record dates. With "
    "--term-sheet it is compared with the file; exit code 1 where they differ.",
    "jp20 token show JP20-RE-0001",
    "jp20 token show JP20-RE-0001 --term-sheet term-sheet.toml",
)
def token_show(
    token: Token,
    term_sheet: Annotated[Path | None, option("Compare with this file.", metavar="FILE")] = None,
) -> None:
    """The token at its latest block (G1, G15)."""
    from jp20.operations.files.inputs import load_term_sheet
    from jp20.operations.token.issue import term_sheet_differences
    from jp20.operations.token.state import token_state

    sheet = load_term_sheet(term_sheet) if term_sheet else None
    session = workspace().view()
    state = token_state(session, token)
    parts: list[Record | Table] = [
        state_record(state),
        tranches_table(state),
        documents.documents_table(state),
        record_date.record_dates_table(state),
    ]
    differences = term_sheet_differences(session, token, sheet) if sheet else ()
    if sheet is not None:
        parts.append(differences_table(differences))
    show(*with_rows(*parts))
    if differences:
        raise Ending(ExitCode.REFUSED)


@command(
    app,
    "pause",
    "Stop one token at once. Reading stays possible; unpausing takes a decision.",
    "jp20 token pause JP20-RE-0001 --case PA-1 --document notice.pdf",
)
def token_pause(token: Token, case: Case, document: Document, yes: Yes = False) -> None:
    """One key of ISSUER, REGISTRAR, AUDITOR or EMERGENCY (G12)."""
    from jp20.operations.token.lifecycle import pause
    from jp20.operations.token.state import token_state

    session = workspace().session()
    done = run(session, pause(session, token, evidence(case, document)), yes)
    state = token_state(session, token)
    code = state.terms.code
    show(*with_rows(status_record(state), steps_table(session, done.steps)))
    say(Text("To resume: jp20 token unpause {code} --case CASE --document FILE", code=code))


@command(
    app,
    "unpause",
    "Unpause a token.",
    "jp20 token unpause JP20-RE-0001 --case PA-1 --document all-clear.pdf",
)
def token_unpause(token: Token, case: Case, document: Document, yes: Yes = False) -> None:
    """By decision (G12)."""
    from jp20.operations.token.lifecycle import unpause
    from jp20.operations.token.state import token_state

    session = workspace().session()
    done = run(session, unpause(session, token, evidence(case, document)), yes)
    show(*with_rows(status_record(token_state(session, token)), steps_table(session, done.steps)))


@command(
    app,
    "split",
    "One unit becomes RATIO, for every holder at once.",
    "jp20 token split JP20-RE-0001 2 --case SP-1 --document resolution.pdf",
)
def split(
    token: Token,
    ratio: Annotated[str, argument("A whole number from 2.", "RATIO")],
    case: Case,
    document: Document,
    yes: Yes = False,
) -> None:
    """Restraints, cap, lots and the price's units scale too (G6)."""
    from jp20.operations.token import lifecycle
    from jp20.operations.token.state import token_state

    times, rests_on = units(ratio, "RATIO"), evidence(case, document)
    session = workspace().session()
    done = run(session, lifecycle.split(session, token, times, rests_on), yes)
    after = token_state(session, token)
    show(
        *with_rows(
            Record(
                "split",
                Text("Split"),
                (
                    (CODE, after.terms.code),
                    (Column("ratio", Text("ratio")), times),
                    (Column("splits", Text("splits so far")), after.splits),
                    (SUPPLY, after.supply),
                    (Column("cap", Text("cap"), number=True), after.cap),
                    (Column("price", Text("price", context="token")), price(after)),
                ),
            ),
            steps_table(session, done.steps),
        )
    )


app.add_typer(
    documents.app, name="document", help=help_text("The documents of an issue, by their hash.")
)
app.add_typer(record_date.app, name="record-date", help=help_text("Who holds when a day ends."))
app.add_typer(
    terms.app, name="terms", help=help_text("The terms as of any time, and their changes.")
)
app.add_typer(token_migrate.app, name="migrate", help=help_text("Replace a token by another."))
app.add_typer(redeem.app, name="redeem", help=help_text("Redeem units, as the terms allow it."))


# Inside


def _holder(session: "Session", role: "Role", named: str | None, option: str) -> "Member":
    """The organisation that was named, else the only one that holds the role for all tokens."""
    holders = [member for member in session.members() if member.active and role in member.roles]
    if named is not None:
        holders = [member for member in holders if named == member.name]
    if len(holders) == 1:
        return holders[0]
    choices = ", ".join(
        member.name for member in session.members() if member.active and role in member.roles
    )
    raise BadArgument(
        Text(
            "{option}: no organisation {named} is {role}.",
            option=option,
            named=named,
            role=role.text,
        )
        if named
        else Text("{option}: which organisation is to be {role}.", option=option, role=role.text),
        next_step=Text("Name one of: {choices}", choices=choices),
    )


def _say_what_is_issued(terms: "Terms", count: int, named: "list[Member]") -> None:
    money = f"{count:,} × ¥{terms.unit_price:,} = ¥{count * terms.unit_price:,}"
    say(
        Text(
            "{name} ({code}): {money}; cap {cap:,}; issuer {issuer}, registrar {registrar}",
            name=terms.name,
            code=terms.code,
            money=money,
            cap=terms.cap,
            issuer=named[0].name,
            registrar=named[1].name,
        )
    )
