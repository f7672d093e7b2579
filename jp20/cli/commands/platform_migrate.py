"""`jp20 platform migrate`: the platform contract is replaced, every token follows (G12, G32)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.endings import Ending
from jp20.cli.frame.language import both, example
from jp20.cli.frame.options import Case, Document, Yes, evidence
from jp20.cli.frame.output import Column, Record, Table, confirm, say, show, warn
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.results import BLOCK, WALLET, steps_table
from jp20.domain.base.errors import ExitCode, Text

if TYPE_CHECKING:
    from jp20.domain.governance.migration import Migration
    from jp20.domain.plans.outcomes import Step
    from jp20.operations.session import Session

app = typer.Typer(no_args_is_help=True)

PlanFile = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help=both("The migration's plan file.", "移行計画ファイル。"),
    ),
]


@app.command(
    "plan",
    help=both(
        "Write what it takes to replace the platform contract. Nothing is sent.",
        "基盤コントラクトの差替えに必要な内容を計画ファイルに書き出す。送信は行わない。",
    ),
    epilog=example("jp20 platform migrate plan migration.json --case MG-1 --document minutes.pdf"),
)
def migrate_plan(file: PlanFile, case: Case, document: Document) -> None:
    """One case and one document for all decisions."""
    from jp20.operations.governance.migration import plan_migration, save_migration

    rests_on = evidence(case, document)
    session = workspace().view()
    migration = plan_migration(session, rests_on)
    save_migration(file, migration)
    say(
        Text(
            f"Written to {file}. The operator carries it out first: jp20 platform migrate apply",
            f"{file} に書き出しました。"
            "最初に運営者が jp20 platform migrate apply を実行してください。",
        )
    )
    show(_stages(session, migration))


@app.command(
    "apply",
    help=both(
        "Carry a plan out as far as the keys here and the delays of the policy let it: deploy, "
        "register, approve the version, appoint, carry investors, take tokens over. Run again it "
        "goes on, and does nothing twice. Between two steps everything works.",
        "計画を、手元の鍵とポリシーの待機期間の範囲で実施する(デプロイ・登録・版の承認・切替え・"
        "投資家情報の引継ぎ・トークンの引継ぎ)。再実行すると続きから行い、二重には実行しない。"
        "途中の段階でも業務は継続できる。",
    ),
    epilog=example("jp20 platform migrate apply migration.json"),
)
def migrate_apply(file: PlanFile, yes: Yes = False) -> None:
    """Whoever signs runs the same, with the file as the operator's run left it."""
    from jp20.operations.governance.migration import apply_migration, load_migration

    migration = load_migration(file)
    place = workspace()
    session = place.session()
    confirm(
        Text(
            f"Replace the platform {migration.old}: {len(migration.tokens)} tokens, "
            f"{migration.wallets} wallets?",
            f"基盤 {migration.old} を差し替えますか?(トークン {len(migration.tokens)} 件、"
            f"ウォレット {migration.wallets} 件)",
        ),
        yes,
    )
    steps: list[Step] = []
    apply_migration(
        session,
        file,
        place.deployment_file,
        lambda stage, step: None if step is None else steps.append(step),
    )
    say(
        Text(
            f"Every token follows the new platform, which {place.deployment_file.name} names. "
            "Give that file to the other organisations.",
            "すべてのトークンが新しい基盤を参照しています。"
            f"{place.deployment_file.name} を更新しました。他の組織にも配布してください。",
        )
    )
    show(_stages(session, load_migration(file)), steps_table(session, steps))


@app.command(
    "show",
    help=both(
        "Show how far a migration has come, by the chain.",
        "移行の進捗をチェーンの状態から表示する。",
    ),
    epilog=example("jp20 platform migrate show migration.json"),
)
def migrate_show(file: PlanFile) -> None:
    """Also while it waits for a delay, or for another organisation."""
    from jp20.operations.governance.migration import load_migration

    migration = load_migration(file)
    show(_stages(workspace().view(), migration))


@app.command(
    "prove",
    help=both(
        "Compare the new platform with the old one: facts word by word, wallets, suspensions, "
        "tokens, holders and their units, the stop. Ends with 1 where something differs.",
        "新旧の基盤を照合する(投資家情報・ウォレット・取引停止・トークン・保有者と口数・全停止)。"
        "差異があれば終了コード1で終わる。",
    ),
    epilog=example("jp20 platform migrate prove migration.json --format json"),
)
def migrate_prove(file: PlanFile) -> None:
    """It reads, and needs no key."""
    from jp20.operations.governance.migration import load_migration, prove_migration

    migration = load_migration(file)
    proof = prove_migration(workspace().view(), migration)
    show(
        Record(
            "proof",
            Text("Old and new platform", "新旧基盤の照合"),
            [
                (BLOCK, proof.block),
                (_number("wallets", "wallets compared", "照合したウォレット"), proof.wallets),
                (_number("changed", "changed since", "移行後に変更"), proof.changed),
                (_number("tokens", "tokens", "トークン"), proof.tokens),
                (_number("holders", "holdings", "保有"), proof.holders),
                (_number("differing", "differences", "差異"), len(proof.differences)),
            ],
        ),
        Table(
            "differences",
            Text("Differences", "差異"),
            (
                Column("what", Text("what", "項目")),
                WALLET,
                Column("old", Text("old platform", "旧基盤")),
                Column("new", Text("new platform", "新基盤")),
            ),
            [(each.what, each.account, each.old, each.new) for each in proof.differences],
        ),
    )
    if proof.differences:
        warn(Text("The two platforms differ.", "新旧の基盤に差異があります。"))
        raise Ending(ExitCode.REFUSED)


def _stages(session: "Session", migration: "Migration") -> Table:
    from jp20.operations.governance.migration import progress_of

    return Table(
        "stages",
        Text("How far it has come", "進捗"),
        (
            Column("stage", Text("stage", "段階")),
            _number("done", "done", "済"),
            _number("all", "of", "全体"),
        ),
        [(each.stage, each.done, each.all) for each in progress_of(session, migration)],
    )


def _number(key: str, english: str, japanese: str) -> Column:
    return Column(key, Text(english, japanese), number=True)
