"""`jp20 halt` and `jp20 resume`: everything stops with one key, and goes on with four (G12)."""

from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.language import both, example
from jp20.cli.frame.options import Case, Document, Yes, evidence
from jp20.cli.frame.output import Coded, Column, Record, Table, say, show
from jp20.cli.frame.parts import with_rows
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.acting import run
from jp20.cli.shared.parties import CaseIfAny, DocumentIfAny, Party, evidence_if_any, parties
from jp20.cli.shared.results import BLOCK, steps_table
from jp20.domain.base.errors import BadArgument, Text

if TYPE_CHECKING:
    from jp20.domain.plans.outcomes import Decided
    from jp20.operations.governance.emergency import PlatformStatus
    from jp20.operations.session import Session

app = typer.Typer()


@app.command(
    "halt",
    help=both(
        "Stops issue, delivery, transfer, redemption and every other movement, in every token and "
        "in those made later, with any one key of the emergency operator. Nothing else is needed: "
        "without --case and --document it rests on a case of the day and on the reason. "
        "Looking, freezing, suspending and revoking powers stay possible.",
        "緊急停止担当の鍵一つで、発行・配布・移転・償還その他すべての移動を、以後に作成されるトークンも"
        "含めて停止する。--case と --document の省略時は、当日の案件番号と停止理由を記録する。"
        "閲覧・凍結・取引停止・権限の剥奪は継続できる。",
    ),
    epilog=example(
        "jp20 halt",
        'jp20 halt --yes --reason "key of the distributor stolen"',
        "jp20 halt --case EM-1 --document notice.pdf",
    ),
)
def halt(
    reason: Annotated[
        str | None,
        typer.Option(
            metavar="SENTENCE",
            help=both(
                "The reason, in a sentence: its SHA-256 goes to the chain for a document's.",
                "停止の理由。根拠文書に代えて、その SHA-256 をチェーンに記録する。",
            ),
        ),
    ] = None,
    case: CaseIfAny = None,
    document: DocumentIfAny = None,
    yes: Yes = False,
) -> None:
    """Where it is halted already nothing is sent, and that is no mistake."""
    from jp20.operations.governance import emergency

    rests_on = evidence_if_any(case, document)
    if reason is not None and rests_on is not None:
        raise BadArgument(
            Text(
                "Say either --reason, or --case and --document.",
                "--reason、または --case と --document のいずれかを指定してください。",
            )
        )
    session = workspace().session()
    rests_on = rests_on or emergency.halt_evidence(session, reason or emergency.STANDING_REASON)
    done = run(session, emergency.halt(session, rests_on), yes)
    if done.steps:
        say(
            Text(
                f"Halted under case {rests_on.case}. To resume: jp20 resume --case … --document …",
                f"案件 {rests_on.case} として停止しました。再開: jp20 resume --case … --document …",
            )
        )
    _show(session, done)


@app.command(
    "resume",
    help=both(
        "Ends the stop that is on now, by the operator and three more organisations; one that "
        "comes later is not ended by the same decision.",
        "現在の停止を、運営者と他の3組織の署名により解除する。以後の別の停止には及ばない。",
    ),
    epilog=example("jp20 resume --case EM-1 --document all-clear.pdf"),
)
def resume(case: Case, document: Document, party: Party = None, yes: Yes = False) -> None:
    """Each of the four runs the same, or approves the request."""
    from jp20.operations.governance.emergency import resume as resumption

    session = workspace().session()
    excluded = parties(session, party)
    act = resumption(session, evidence(case, document), parties=excluded)
    _show(session, run(session, act, yes))


def _show(session: "Session", done: "Decided") -> None:
    from jp20.operations.governance.emergency import platform_status

    parts = _parts(platform_status(session))
    show(*with_rows(*parts, steps_table(session, done.steps)))


def _parts(status: "PlatformStatus") -> tuple[Record, Table]:
    from jp20.domain.base.times import in_tokyo

    state = (
        Coded("halted", Text("HALTED", "緊急停止中"))
        if status.halted
        else Coded("running", Text("running", "稼働中"))
    )
    return (
        Record(
            "status",
            Text("The platform", "基盤の状態"),
            (
                (Column("state", Text("state", "状態")), state),
                (Column("halted", Text("halted", "停止")), status.halted),
                (
                    Column("since", Text("since", "停止日時")),
                    in_tokyo(status.since) if status.halted else None,
                ),
                (BLOCK, status.block),
            ),
        ),
        Table(
            "tokens",
            Text("Tokens", "トークン"),
            (
                Column("code", Text("code", "銘柄コード")),
                Column("stopped", Text("stopped", "停止")),
                Column("paused", Text("paused by itself", "個別停止")),
                Column("supply", Text("units in issue", "発行数量"), number=True),
                Column("token", Text("address", "アドレス")),
            ),
            [
                (each.code, status.halted or each.paused, each.paused, each.supply, each.token)
                for each in status.tokens
            ],
        ),
    )
