"""`jp20 investors`: who is registered, whose registration lapses, who is suspended."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.declare import argument, command, option
from jp20.cli.frame.invocation import invocation
from jp20.cli.frame.options import until
from jp20.cli.frame.output import Coded, Column, Table, Value, show, table
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.confirmations import awaited
from jp20.cli.shared.investors import through
from jp20.cli.shared.listed import investors_in
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eth_typing import ChecksumAddress

    from jp20.domain.base.ids import OrganisationId
    from jp20.operations.investors.listing import Listed

app = typer.Typer(no_args_is_help=True)

_CUSTOMER = Column("customer", Text("customer"))
_WALLETS = Column("wallets", Text("wallets"))


@command(
    app,
    "list",
    "All investors of the platform; or those whose KYC or class lapses by a day.",
    "jp20 investors list --investors investors.csv",
    "jp20 investors list --lapses-by 2026-12-31",
)
def investors_list(
    lapses_by: Annotated[
        str | None, option("Whose KYC or class ends by this day.", metavar="TIME")
    ] = None,
) -> None:
    """No name: the chain has none (G7, S5)."""
    from jp20.operations.investors.listing import list_investors

    last = None if lapses_by is None else until(lapses_by, "--lapses-by")
    references = _references(invocation().investors)
    found = [
        each for each in list_investors(workspace().view()) if last is None or each.lapses <= last
    ]
    if last is not None:
        found.sort(key=lambda each: each.lapses)
    show(_table(Text("Investors"), found, references))


@command(
    app,
    "missing",
    "Investors of the platform of whom a file says nothing: by their wallets.",
    "jp20 investors missing investors.csv",
)
def investors_missing(
    file: Annotated[Path, argument("The investors: CSV or XLSX.", "FILE")],
) -> None:
    """What the file has and the chain has not is shown by jp20 whitelist plan (G7)."""
    from jp20.operations.investors.listing import list_investors, not_among

    references = _references(file)
    found = not_among(list_investors(workspace().view()), references)
    title = Text("On the chain, not in {file}", file=file.name)
    show(_table(title, found, references))


@command(
    app,
    "suspended",
    "Who is suspended, by whom, and until when it is to be confirmed.",
    "jp20 investors suspended",
)
def investors_suspended() -> None:
    """What is not confirmed stands all the same (G19)."""
    from jp20.operations.investors.listing import suspensions

    references = _references(invocation().investors)
    session = workspace().view()
    names = {member.number: member.name for member in session.members()}
    now = session.now()

    def confirmation(due: int | None, confirmed_by: "OrganisationId") -> Coded:
        if due is not None:
            return awaited(due, now)
        by = names.get(confirmed_by)
        if by is None:
            return Coded("decided", Text("decided"))
        return Coded("confirmed", Text("by {organisation}", organisation=by))

    show(
        table(
            "suspensions",
            Text("Suspended"),
            suspensions(session),
            (_WALLETS, lambda each: "\n".join(each.investor.wallets)),
            (_CUSTOMER, lambda each: _customer(each.investor, references)),
            (
                Column("organisation", Text("suspended by")),
                lambda each: names.get(each.organisation),
            ),
            (Column("since", Text("since")), lambda each: in_tokyo(each.since)),
            (
                Column("confirmation", Text("confirmation")),
                lambda each: confirmation(each.due, each.confirmed_by),
            ),
            (
                Column("confirmed_by", Text("confirmed by"), detail=True),
                lambda each: names.get(each.confirmed_by),
            ),
            (
                Column("confirm_by", Text("to be confirmed until"), detail=True),
                lambda each: None if each.due is None else in_tokyo(each.due),
            ),
        )
    )


# Inside


def _references(file: Path | None) -> "Mapping[ChecksumAddress, str]":
    """The customer of each wallet in a file."""
    if file is None:
        return {}
    listed = investors_in(file, 0)
    found = {wallet: each.reference for each in listed.investors for wallet in each.wallets}
    return {wallet: reference for reference, wallet in listed.wallets.items()} | found


def _customer(each: "Listed", references: "Mapping[ChecksumAddress, str]") -> str | None:
    return next((references[wallet] for wallet in each.wallets if wallet in references), None)


def _table(
    title: Text, found: "Sequence[Listed]", references: "Mapping[ChecksumAddress, str]"
) -> Table:
    return Table(
        "investors",
        title,
        (
            _CUSTOMER,
            _WALLETS,
            Column("investor", Text("investor's id"), detail=True),
            Column("class", Text("class")),
            Column("residency", Text("residency")),
            Column("kyc_expiry", Text("KYC valid through")),
            Column("class_expiry", Text("class valid through")),
            Column("suspended", Text("suspended")),
        ),
        [_row(each, references) for each in found],
    )


def _row(each: "Listed", references: "Mapping[ChecksumAddress, str]") -> tuple[Value, ...]:
    facts = each.facts
    return (
        _customer(each, references),
        "\n".join(each.wallets),
        f"0x{each.id:038x}",
        facts.investor_class,
        facts.residency,
        through(facts.kyc_expiry),
        through(facts.class_expiry),
        facts.suspended,
    )
