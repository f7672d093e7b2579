"""`jp20 acts`: what organisations did, each with its case, its document and its transaction."""

from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.language import both, example
from jp20.cli.frame.options import time, until
from jp20.cli.frame.output import Coded, Column, Table, Value, show
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.request_view import name_of_target
from jp20.cli.shared.results import BLOCK
from jp20.domain.base.errors import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jp20.operations.governance.journal import ActDone

app = typer.Typer()


@app.command(
    "acts",
    help=both(
        "Every act that was executed under a request, and every one that a key made directly: what "
        "it was, who proposed, signed and executed it, case, document and transaction. Requests "
        "that wait are shown by: jp20 requests list",
        "申請により実行された手続と、鍵一つで直接行われた手続の一覧(内容、提案・署名・実行した"
        "組織、案件番号、根拠文書、トランザクション)。承認待ちの申請は jp20 requests list で"
        "表示する。",
    ),
    epilog=example(
        "jp20 acts --token JP20-RE-0001 --since 2026-04-01 --until 2026-09-30 --format csv",
        "jp20 acts --case AM-1",
    ),
)
def acts(
    token: Annotated[
        str | None,
        typer.Option(metavar="TOKEN", help=both("Only on this token.", "このトークンのもの。")),
    ] = None,
    platform: Annotated[
        bool,
        typer.Option(
            "--platform",
            help=both("Only on the platform: investors, halts.", "基盤(投資家・停止)のもの。"),
        ),
    ] = False,
    case: Annotated[
        str | None,
        typer.Option(metavar="CASE", help=both("Only under this case.", "この案件番号のもの。")),
    ] = None,
    organisation: Annotated[
        str | None,
        typer.Option(
            metavar="ORGANISATION",
            help=both(
                "Only those in which this one (name or number) had a part.",
                "この組織(名称または番号)が関与したもの。",
            ),
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help=both("From this day or time.", "この日時以降。")),
    ] = None,
    until_: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="TIME",
            help=both("Up to this day, included, or time.", "この日(当日を含む)または日時まで。"),
        ),
    ] = None,
) -> None:
    """Read from this node, in the order of the chain (G15, G17)."""
    from jp20.cli.shared.acts import known_case
    from jp20.cli.shared.parties import parties
    from jp20.domain.governance.requests import case_id
    from jp20.operations.governance.journal import acts_done

    asked = known_case(case)
    first = None if since is None else time(since, "--since")
    last = None if until_ is None else until(until_, "--until")
    if token is not None and platform:
        raise _both()
    session = workspace().view()
    target = session.platform.address if platform else None
    if token is not None:
        target = session.token(token).address
    found = acts_done(
        session,
        target=target,
        case_id=None if asked is None else case_id(asked),
        organisation=None if organisation is None else parties(session, [organisation])[0],
        since=first,
        until=last,
    )
    names = {member.number: member.name for member in session.members()}
    targets = {each.target: name_of_target(session, each.target, each.kind) for each in found}
    show(
        Table(
            "acts",
            Text("Acts", "手続の記録"),
            (
                Column("time", Text("time", "日時")),
                Column("act", Text("act", "手続")),
                Column("function", Text("function", "関数"), detail=True),
                Column("target", Text("on", "対象")),
                Column("address", Text("address", "アドレス"), detail=True),
                Column("case", Text("case", "案件")),
                Column("document_sha256", Text("document", "根拠文書"), detail=True),
                Column("how", Text("how", "方法")),
                Column("proposed_by", Text("proposed by", "提案")),
                Column("signed_by", Text("signed by", "署名")),
                Column("executed_by", Text("executed by", "実行")),
                Column("key", Text("key", "鍵"), detail=True),
                Column("request", Text("request", "申請"), detail=True),
                Column("call", Text("call", "呼出し"), detail=True),
                Column("calls", Text("calls", "件数"), detail=True),
                BLOCK,
                Column("transaction", Text("transaction", "トランザクション")),
            ),
            [_row(each, names, targets[each.target]) for each in found],
        )
    )


def _row(each: "ActDone", names: "Mapping[int, str]", target: str) -> tuple[Value, ...]:
    from jp20.domain.base.times import in_tokyo

    def name(number: int) -> str:
        return names.get(number, str(number))

    return (
        in_tokyo(each.at.time),
        Coded(each.act.code, each.act.text),
        each.function,
        target,
        each.target,
        each.case,
        each.document_hash,
        Coded("direct", Text("direct", "直接"))
        if each.request is None
        else Coded("request", Text("request", "申請")),
        name(each.proposer) if each.proposer else None,
        ", ".join(name(signer) for signer in each.signers) or None,
        name(each.organisation),
        each.key,
        each.request,
        each.index + 1,
        each.calls,
        each.at.block,
        each.at.transaction,
    )


def _both() -> Exception:
    from jp20.domain.base.errors import BadArgument

    return BadArgument(
        Text("--token or --platform, one of them.", "--token と --platform は併用できません。"),
        next_step=Text("Leave one out.", "一方を省略してください。"),
    )
