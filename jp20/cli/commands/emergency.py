"""`jp20 halt` and `jp20 resume`: everything stops with one key, and goes on with four (G12)."""

from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.language import both, example
from jp20.cli.frame.options import Case, Document, Yes, evidence
from jp20.cli.frame.output import Coded, Column, Record, Table, confirm, say, show
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.parties import CaseIfAny, DocumentIfAny, Party, evidence_if_any, parties
from jp20.cli.shared.results import BLOCK, steps_table
from jp20.domain.base.errors import BadArgument, Text

if TYPE_CHECKING:
    from jp20.operations.governance.emergency import PlatformStatus

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
    before = emergency.platform_status(session)
    if before.halted:
        say(
            Text(
                "It is halted already; nothing was sent.",
                "既に停止中のため、送信していません。",
            )
        )
        show(*_parts(before))
        return
    confirm(
        Text(
            f"HALT EVERYTHING: all {len(before.tokens)} tokens, and those made later? "
            "Resuming takes the operator and three more organisations.",
            f"全停止しますか?(全 {len(before.tokens)} トークンと以後に作成されるトークン。"
            "再開には運営者と他の3組織の署名が必要です)",
        ),
        yes,
    )
    rests_on = rests_on or emergency.halt_evidence(session, reason or emergency.STANDING_REASON)
    done = emergency.halt(session, rests_on)
    say(
        Text(
            f"Halted under case {rests_on.case}. To resume: jp20 resume --case … --document …",
            f"案件 {rests_on.case} として停止しました。再開: jp20 resume --case … --document …",
        )
    )
    show(*_parts(emergency.platform_status(session)), steps_table(session, done.steps))


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
    from jp20.domain.base.times import in_tokyo
    from jp20.operations.governance import emergency

    rests_on = evidence(case, document)
    session = workspace().session()
    excluded = parties(session, party)
    before = emergency.platform_status(session)
    if not before.halted:
        if not emergency.was_resumed(session, rests_on):
            raise emergency.NotHalted
        say(
            Text(
                "It was resumed under this case; nothing was sent.",
                "この案件により再開済みのため、送信していません。",
            )
        )
        show(*_parts(before))
        return
    confirm(
        Text(
            f"End the stop that began at {in_tokyo(before.since)}, for "
            f"{len(before.tokens)} tokens?",
            f"{in_tokyo(before.since)} からの停止({len(before.tokens)} トークン)を解除しますか?",
        ),
        yes,
    )
    done = emergency.resume(session, rests_on, parties=excluded)
    show(*_parts(emergency.platform_status(session)), steps_table(session, done.steps))


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
