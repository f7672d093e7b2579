"""`jp20 token migrate`: a token is replaced by another that takes its register over (G32)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.endings import Ending
from jp20.cli.frame.language import both, example
from jp20.cli.frame.options import Case, Document, Token, Yes, evidence
from jp20.cli.frame.output import Column, Record, Table, confirm, say, show, warn
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.results import BLOCK, WALLET, steps_table
from jp20.domain.base.errors import ExitCode, Text

if TYPE_CHECKING:
    from jp20.domain.plans.outcomes import Step
    from jp20.domain.token.replacement import Replacement
    from jp20.operations.session import Session

app = typer.Typer(no_args_is_help=True)

PlanFile = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help=both("The replacement's plan file.", "差替え計画ファイル。"),
    ),
]


@app.command(
    "plan",
    help=both(
        "Write what it takes to replace a token by one of the latest version. Nothing is sent.",
        "トークンを最新版のトークンに差し替えるために必要な内容を計画ファイルに書き出す。"
        "送信は行わない。",
    ),
    epilog=example(
        "jp20 token migrate plan JP20-RE-0001 replacement.json --case TM-1 --document minutes.pdf"
    ),
)
def migrate_plan(token: Token, file: PlanFile, case: Case, document: Document) -> None:
    """One case and one document for all decisions."""
    from jp20.operations.token.replacement import plan_replacement, save_replacement

    rests_on = evidence(case, document)
    session = workspace().view()
    replacement = plan_replacement(session, token, rests_on)
    save_replacement(file, replacement)
    say(
        Text(
            f"Written to {file}. The issuer carries it out first: jp20 token migrate apply",
            f"{file} に書き出しました。"
            "最初に発行者が jp20 token migrate apply を実行してください。",
        )
    )
    show(_stages(session, replacement))


@app.command(
    "apply",
    help=both(
        "Carry a plan out as far as the keys here and the delay of the policy let it: create the "
        "new token, close the old one, carry the register over, compare, put the new one in "
        "force. Run again it goes on, and does nothing twice.",
        "計画を、手元の鍵とポリシーの待機期間の範囲で実施する(新トークンの作成・旧トークンの閉鎖・"
        "原簿の引継ぎ・照合・新トークンの効力発生)。再実行すると続きから行い、"
        "二重には実行しない。",
    ),
    epilog=example("jp20 token migrate apply replacement.json"),
)
def migrate_apply(file: PlanFile, yes: Yes = False) -> None:
    """Whoever signs runs the same, with the same file."""
    from jp20.operations.token.replacement import load_replacement, replace_token

    replacement = load_replacement(file)
    session = workspace().session()
    confirm(
        Text(
            f"Replace the token {replacement.old}? From its closing on nothing moves until the new "
            "one is in force.",
            f"トークン {replacement.old} を差し替えますか?"
            "旧トークンの閉鎖から新トークンの効力発生まで、移転等は一切できません。",
        ),
        yes,
    )
    steps: list[Step] = []
    new = replace_token(
        session,
        replacement,
        lambda stage, step: None if step is None else steps.append(step),
    )
    say(
        Text(
            f"{new.address} is in force, and found by the token's code and symbol.",
            f"{new.address} が効力を生じました。銘柄コードとシンボルはこのトークンを指します。",
        )
    )
    show(_stages(session, replacement), steps_table(session, steps))


@app.command(
    "show",
    help=both(
        "Show how far a replacement has come, by the chain.",
        "差替えの進捗をチェーンの状態から表示する。",
    ),
    epilog=example("jp20 token migrate show replacement.json"),
)
def migrate_show(file: PlanFile) -> None:
    """Also while it waits for the delay, or for another organisation."""
    from jp20.operations.token.replacement import load_replacement

    show(_stages(workspace().view(), load_replacement(file)))


@app.command(
    "prove",
    help=both(
        "Compare the new token with the old one, word by word: positions, restraints, record "
        "dates, requests, reversals, losses, documents, allowances. Ends with 1 where something "
        "differs.",
        "新旧のトークンを照合する(保有残高・権利制限・基準日・移転請求・取消し・障害による喪失・"
        "書類・許可数量)。差異があれば終了コード1で終わる。",
    ),
    epilog=example("jp20 token migrate prove replacement.json --format json"),
)
def migrate_prove(file: PlanFile) -> None:
    """It reads, and needs no key."""
    from jp20.operations.token.replacement import load_replacement, prove_replacement

    proof = prove_replacement(workspace().view(), load_replacement(file))
    if proof is None:
        warn(Text("There is no new token yet.", "新トークンはまだ作成されていません。"))
        raise Ending(ExitCode.REFUSED)
    show(
        Record(
            "proof",
            Text("Old and new token", "新旧トークンの照合"),
            [
                (BLOCK, proof.block),
                (Column("in_force", Text("new token in force", "効力発生")), proof.in_force),
                (_number("holders", "positions", "保有者"), proof.holders),
                (_number("words", "words compared", "照合したデータ"), proof.words),
                (_number("differing", "differences", "差異"), len(proof.differences)),
            ],
        ),
        Table(
            "differences",
            Text("Differences", "差異"),
            (
                Column("what", Text("what", "項目")),
                WALLET,
                Column("old", Text("old token", "旧トークン")),
                Column("new", Text("new token", "新トークン")),
            ),
            [(each.what, each.account, each.old, each.new) for each in proof.differences],
        ),
    )
    if proof.differences:
        warn(Text("The two tokens differ.", "新旧のトークンに差異があります。"))
        raise Ending(ExitCode.REFUSED)


def _stages(session: "Session", replacement: "Replacement") -> Table:
    from jp20.operations.token.replacement import reached

    return Table(
        "stages",
        Text("How far it has come", "進捗"),
        (
            Column("stage", Text("stage", "段階")),
            _number("done", "done", "済"),
            _number("all", "of", "全体"),
        ),
        [(each.stage, each.done, each.all) for each in reached(session, replacement)],
    )


def _number(key: str, english: str, japanese: str) -> Column:
    return Column(key, Text(english, japanese), number=True)
