"""`jp20 distribute`: units go from the issuer's account to investors, by an allotment file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.invocation import invocation
from jp20.cli.frame.language import both, example
from jp20.cli.frame.options import Case, Document, Yes, evidence, units
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.document_check import DocumentToCompare
from jp20.cli.shared.ending_rows import Result
from jp20.cli.shared.listed import allotments_in, investors_in
from jp20.cli.shared.parties import Party, parties
from jp20.cli.shared.plans import Out, OwnFile, PlanFile, apply, comparing, require_free, show_plan
from jp20.domain.base.errors import BadArgument, Text

if TYPE_CHECKING:
    from jp20.domain.plans.allotments import AllotmentFile
    from jp20.domain.plans.plan import Plan, PlanKind
    from jp20.operations.session import Session

app = typer.Typer(no_args_is_help=True)


@app.command(
    "plan",
    help=both(
        "Compare an allotment file with the chain: what would be delivered, what is refused and "
        "why, gas, transactions, approvals. Nothing is sent. A result file of an earlier run is "
        "such a file too: rows that were delivered are left out.",
        "割当ファイルとチェーンを照合し、配布内容・拒否される行と理由・ガス・取引数・承認を表示する"
        "(送信しない)。以前の結果ファイルも指定でき、配布済みの行は除かれる。",
    ),
    epilog=example(
        "jp20 distribute plan allotments.csv --token JP20-RE-0001 --investors investors.csv "
        "--case D-1 --document decision.pdf --out plan.json"
    ),
)
def distribute_plan(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help=both("The allotments: CSV or XLSX.", "割当ファイル(CSV または XLSX)。"),
        ),
    ],
    token: Annotated[
        str,
        typer.Option(
            metavar="TOKEN",
            help=both("Security code, symbol or address.", "銘柄コード、シンボルまたはアドレス。"),
        ),
    ],
    case: Case,
    document: Document,
    total: Annotated[
        str | None,
        typer.Option(
            metavar="UNITS",
            help=both("What the file must come to, exactly.", "ファイルの合計口数(一致を検証)。"),
        ),
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
            session,
            token,
            listed,
            rests_on,
            expected_total=sum_of_all,
            parties=parties(session, party),
        )
    show_plan(session, plan, listed, out, "distribute")


@app.command(
    "apply",
    help=both(
        "Show a plan and, once you said yes, sign it and carry it out, as far as your "
        "organisation's keys reach. Each organisation applies the same plan; applied again it "
        "sends nothing.",
        "計画を表示し、確認のうえ、自組織として署名し権限の範囲で実行する。各組織が同じ計画を"
        "適用する。再度適用しても二重に送信しない。",
    ),
    epilog=example(
        "jp20 distribute apply plan.json",
        "jp20 distribute apply plan.json --document decision.pdf --file allotments.csv "
        "--investors investors.csv",
    ),
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
            Text("--investors: --file is missing.", "--investors: --file がありません。"),
            next_step=Text(
                "Name your own copy of the allotments: --file FILE",
                "手元の割当ファイルを --file で指定してください。",
            ),
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
        Text(
            f"{listed.file} names customers, not wallets.",
            f"{listed.file} には顧客番号のみが記載されています。",
        ),
        Text(
            "Which wallets are theirs stands in the investors' file.",
            "顧客番号に対応するウォレットは投資家ファイルで特定します。",
        ),
        Text("Add: --investors investors.csv", "--investors 投資家ファイル を指定してください。"),
    )


def _kind() -> "PlanKind":
    from jp20.domain.plans.plan import PlanKind

    return PlanKind.DISTRIBUTION


def _question(session: "Session", plan: "Plan") -> Text:
    from jp20.operations.token.state import code_of

    code = code_of(session, plan.token or "")
    rows = sum(len(each.rows) for each in plan.decisions)
    return Text(
        f"Deliver {plan.total:,} units of {code} to {rows:,} holders, under case "
        f"{plan.evidence.case}? ({len(plan.refused):,} refused)",
        f"案件 {plan.evidence.case}: {code} {plan.total:,} 口を {rows:,} 名に配布しますか?"
        f"(拒否 {len(plan.refused):,} 件)",
    )
