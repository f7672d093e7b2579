"""`jp20 distribute`: units go from the issuer's account to investors, by an allotment file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.declare import argument, command, option
from jp20.cli.frame.invocation import invocation
from jp20.cli.frame.options import Case, Document, Yes, evidence, units
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.document_check import DocumentToCompare
from jp20.cli.shared.ending_rows import Result
from jp20.cli.shared.listed import allotments_in, investors_in
from jp20.cli.shared.parties import Party, excluding
from jp20.cli.shared.plans import Out, OwnFile, PlanFile, apply, comparing, require_free, show_plan
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.domain.plans.allotments import AllotmentFile
    from jp20.domain.plans.plan import Plan, PlanKind
    from jp20.operations.session import Session

app = typer.Typer(no_args_is_help=True)


@command(
    app,
    "plan",
    "Compare an allotment file with the chain: what would be delivered, what is refused "
    "and why, gas, transactions, approvals. Nothing is sent. A result file of an earlier "
    "run is such a file too: rows that were delivered are left out.",
    "jp20 distribute plan allotments.csv --token JP20-RE-0001 --investors investors.csv "
    "--case D-1 --document decision.pdf --out plan.json",
)
def distribute_plan(
    file: Annotated[Path, argument("The allotments: CSV or XLSX.", "FILE")],
    token: Annotated[str, option("Security code, symbol or address.", metavar="TOKEN")],
    case: Case,
    document: Document,
    total: Annotated[
        str | None, option("What the file must come to, exactly.", metavar="UNITS")
    ] = None,
    party: Party = None,
    out: Out = None,
) -> None:
    """The case makes the rows one delivery: under it each is delivered once (G2)."""
    from jp20.operations.plans.plan import prepare_distribution

    sum_of_all = units(total, "--total") if total is not None else None
    rests_on = evidence(case, document)
    require_free(out)
    with comparing():
        listed = _allotments(file)
        session = workspace().view()
        plan = prepare_distribution(
            session, token, listed, excluding(session, rests_on, party), expected_total=sum_of_all
        )
    show_plan(session, plan, listed, out, "distribute")


@command(
    app,
    "apply",
    "Show a plan and, once you said yes, sign it and carry it out, as far as your "
    "organisation's keys reach. Each organisation applies the same plan; applied again it "
    "sends nothing.",
    "jp20 distribute apply plan.json",
    "jp20 distribute apply plan.json --document decision.pdf --file allotments.csv "
    "--investors investors.csv",
)
def distribute_apply(
    plan: PlanFile,
    document: DocumentToCompare = None,
    file: OwnFile = None,
    result: Result = None,
    yes: Yes = False,
) -> None:
    """A plan whose ground has moved is refused, with exit code 3 (G2, S3)."""
    if invocation().investors is not None and file is None:
        raise BadArgument(
            Text("--investors: --file is missing."),
            next_step=Text("Name your own copy of the allotments: --file FILE"),
        )

    def own_file(planned: "Plan") -> "AllotmentFile":
        return _allotments(file or Path(), planned.time)

    apply(plan, _kind, _question, document, own_file if file else None, result, yes)


def _allotments(file: Path, now: int | None = None) -> "AllotmentFile":
    """The file, its customers found in the investors' file as of a time. Raises BadArgument,
    NoFile, FaultyFile.
    """
    investors = invocation().investors
    listed = allotments_in(file, investors_in(investors, now) if investors else None)
    if investors is None:
        _require_wallets(listed)
    return listed


def _require_wallets(listed: "AllotmentFile") -> None:
    """Raises BadArgument where every row names a customer, whose wallet nobody knows."""
    if {fault.field for fault in listed.faults} != {"investor"} or listed.allotments:
        return
    raise BadArgument(
        Text("{file} names customers, not wallets.", file=listed.file),
        Text("Which wallets are theirs stands in the investors' file."),
        Text("Add: --investors investors.csv"),
    )


def _kind() -> "PlanKind":
    from jp20.domain.plans.plan import PlanKind

    return PlanKind.DISTRIBUTION


def _question(session: "Session", plan: "Plan") -> Text:
    from jp20.operations.token.state import code_of

    code = code_of(session, plan.token or "")
    rows = sum(len(each.rows) for each in plan.decisions)
    return Text(
        "Deliver {total:,} {total:unit|units} of {code} to {rows:,} "
        "{rows:holder|holders}, under case {case}? ({count:,} refused)",
        total=plan.total,
        code=code,
        rows=rows,
        case=plan.evidence.case,
        count=len(plan.refused),
    )
