"""`jp20 whitelist`: investors come, are renewed, reclassified, suspended, change wallets."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from jp20.cli.commands import wallets
from jp20.cli.frame.language import both, example
from jp20.cli.frame.options import Case, Document, Yes, evidence
from jp20.cli.frame.options import until as until_when
from jp20.cli.frame.output import say, show
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.document_check import DocumentToCompare
from jp20.cli.shared.ending_rows import Result
from jp20.cli.shared.investors import facts_table, wallets_given
from jp20.cli.shared.listed import investors_in
from jp20.cli.shared.parties import Party, parties
from jp20.cli.shared.people import PeopleFile, Wallets, people, to_act_on
from jp20.cli.shared.people import end as end_with
from jp20.cli.shared.plans import Out, OwnFile, PlanFile, apply, comparing, require_free, show_plan
from jp20.domain.base.errors import BadArgument, Text

if TYPE_CHECKING:
    from jp20.domain.investors.investors import InvestorClass, InvestorFile, Residency
    from jp20.domain.plans.outcomes import Outcomes
    from jp20.domain.plans.plan import Plan, PlanKind
    from jp20.operations.session import Session

_C = TypeVar("_C", bound="InvestorClass | Residency")

app = typer.Typer(no_args_is_help=True)


@app.command(
    "plan",
    help=both(
        "Compare a file of investors with the chain: who would be registered, renewed, "
        "reclassified, who is refused and why, gas, transactions, approvals. Nothing is sent.",
        "投資家ファイルとチェーンを照合し、登録・更新・区分変更・拒否される行と理由・ガス・取引数・"
        "承認を表示する(送信しない)。",
    ),
    epilog=example(
        "jp20 whitelist plan investors.csv --case WL-1 --document decision.pdf --out plan.json"
    ),
)
def whitelist_plan(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help=both("The investors: CSV or XLSX.", "投資家ファイル(CSV または XLSX)。"),
        ),
    ],
    case: Case,
    document: Document,
    party: Party = None,
    out: Out = None,
) -> None:
    """Of a file only wallets, class, residency and dates go to the chain (G7, G18)."""
    from jp20.operations.plans.plan import prepare_whitelist

    rests_on = evidence(case, document)
    require_free(out)
    with comparing():
        listed = investors_in(file)
        session = workspace().view()
        plan = prepare_whitelist(session, listed, rests_on, parties=parties(session, party))
    show_plan(session, plan, listed, out, "whitelist")


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
        "jp20 whitelist apply plan.json",
        "jp20 whitelist apply plan.json --document decision.pdf --file investors.csv",
    ),
)
def whitelist_apply(
    plan: PlanFile,
    document: DocumentToCompare = None,
    file: OwnFile = None,
    result: Result = None,
    yes: Yes = False,
) -> None:
    """A plan whose ground has moved is refused, with exit code 3 (G7, S3)."""

    def own_file(planned: "Plan") -> "InvestorFile":
        return investors_in(file or Path(), planned.time)

    apply(plan, _kind, _question, document, own_file if file else None, result, yes)


@app.command(
    "show",
    help=both(
        "What the platform knows of a wallet's investor, and all wallets of that investor. "
        "No name: the chain has none.",
        "ウォレットの投資家について、基盤の登録内容と全ウォレットを表示する(氏名は記録されない)。",
    ),
    epilog=example("jp20 whitelist show 0x845986566FA249D19A35293e0b5E20A108224C37"),
)
def whitelist_show(
    wallet: Annotated[
        str,
        typer.Argument(metavar="WALLET", help=both("Any wallet of theirs.", "ウォレット。")),
    ],
) -> None:
    """Facts of one investor (G7)."""
    from jp20.operations.investors.whitelist import wallets_of

    (given,) = wallets_given([wallet])
    session = workspace().view()
    show(facts_table(session, wallets_of(session, given)))


@app.command(
    "renew",
    help=both(
        "Set until when the KYC of investors is valid. A date holds to its end, in Japan.",
        "本人確認(KYC)の有効期限を更新する。日付はその日の終わり(日本時間)まで有効。",
    ),
    epilog=example(
        "jp20 whitelist renew 0x845986566FA249D19A35293e0b5E20A108224C37 --until 2036-03-31 "
        "--case KY-1 --document review.pdf"
    ),
)
def whitelist_renew(
    until: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help=both("Date or time; Japan's.", "日付または日時(日本時間)。"),
        ),
    ],
    case: Case,
    document: Document,
    investors: Wallets = None,
    file: PeopleFile = None,
    result: Result = None,
    yes: Yes = False,
) -> None:
    """KYC alone in the shipped policy (G7)."""
    from jp20.operations.investors.whitelist import renew

    given, end = people(investors, file, result, f"renew-{case}"), until_when(until, "--until")
    rests_on = evidence(case, document)
    session = workspace().session()
    given = to_act_on(session, given, lambda facts: facts.kyc_expiry == end)
    end_with(
        session,
        given,
        Text(f"Renewed, case {case}", f"本人確認の更新、案件 {case}"),
        lambda wallets: renew(session, [(each, end) for each in wallets], rests_on),
        yes,
    )


@app.command(
    "reclassify",
    help=both(
        "Set class and residency of investors.",
        "投資家区分と居住区分を変更する。",
    ),
    epilog=example(
        "jp20 whitelist reclassify 0x845986566FA249D19A35293e0b5E20A108224C37 "
        "--class professional --residency resident --class-until 2027-03-31 "
        "--case KY-2 --document review.pdf"
    ),
)
def whitelist_reclassify(
    investor_class: Annotated[
        str,
        typer.Option(
            "--class",
            metavar="CLASS",
            help=both(
                "general, professional or qualified_institution.",
                "一般投資家、特定投資家、適格機関投資家(general / professional / "
                "qualified_institution)。",
            ),
        ),
    ],
    residency: Annotated[
        str,
        typer.Option(
            metavar="RESIDENCY",
            help=both(
                "resident, non_resident or us_person.",
                "居住者、非居住者、米国人(resident / non_resident / us_person)。",
            ),
        ),
    ],
    case: Case,
    document: Document,
    class_until: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help=both(
                "Until when the class holds; without it, for good.",
                "投資家区分の有効期限。省略時は無期限。",
            ),
        ),
    ] = None,
    investors: Wallets = None,
    file: PeopleFile = None,
    result: Result = None,
    yes: Yes = False,
) -> None:
    """KYC alone in the shipped policy (G7)."""
    from jp20.domain.investors.investors import NEVER, InvestorClass, Residency
    from jp20.operations.investors.whitelist import reclassify

    given = people(investors, file, result, f"reclassify-{case}")
    kind = _choice(investor_class, "--class", [each for each in InvestorClass if each])
    home = _choice(residency, "--residency", [each for each in Residency if each])
    end = until_when(class_until, "--class-until") if class_until else NEVER
    rests_on = evidence(case, document)
    session = workspace().session()
    given = to_act_on(
        session,
        given,
        lambda facts: (
            (facts.investor_class, facts.class_expiry, facts.residency) == (kind, end, home)
        ),
    )
    end_with(
        session,
        given,
        Text(f"Reclassified, case {case}", f"区分の変更、案件 {case}"),
        lambda wallets: reclassify(
            session, [(each, kind, end, home) for each in wallets], rests_on
        ),
        yes,
    )


@app.command(
    "suspend",
    help=both(
        "Suspend investors, with all their wallets, by decision; with --at-once by AML alone, "
        "to be confirmed within 72 hours by another organisation.",
        "決定により投資家を停止する(全ウォレット)。--at-once は AML 単独で即時(72時間以内に他組織の"
        "追認が必要)。",
    ),
    epilog=example(
        "jp20 whitelist suspend 0x845986566FA249D19A35293e0b5E20A108224C37 --at-once "
        "--case AM-1 --document report.pdf",
        "jp20 whitelist suspend 0x845986566FA249D19A35293e0b5E20A108224C37 "
        "--case AM-1 --document report.pdf",
        "jp20 whitelist suspend --file hits.csv --investors investors.csv --at-once --case AM-1 "
        "--document report.pdf",
    ),
)
def whitelist_suspend(
    case: Case,
    document: Document,
    investors: Wallets = None,
    file: PeopleFile = None,
    at_once: Annotated[
        bool,
        typer.Option("--at-once", help=both("At once, by AML alone.", "AML 単独で即時に停止。")),
    ] = False,
    party: Party = None,
    result: Result = None,
    yes: Yes = False,
) -> None:
    """Works while the platform is halted (G19)."""
    from jp20.operations.investors import whitelist

    given = people(investors, file, result, f"suspend-{case}")
    rests_on = evidence(case, document)
    session = workspace().session()
    given = to_act_on(session, given, (lambda facts: facts.suspended) if at_once else None)
    title = Text(f"Suspended, case {case}", f"停止、案件 {case}")
    if not at_once:
        others = parties(session, party)
        end_with(
            session,
            given,
            title,
            lambda wallets: whitelist.suspend(session, wallets, rests_on, parties=others),
            yes,
        )
        return
    named = f"--file {file}" if file is not None else " ".join(given.wallets)

    def say_who_confirms(done: "Outcomes") -> None:
        if done.done:
            command = f"jp20 whitelist confirm {named} --case … --document …"
            say(
                Text(
                    f"To be confirmed within 72 hours by AUDITOR or REGISTRAR: {command}",
                    f"72時間以内に AUDITOR または REGISTRAR の追認が必要です: {command}",
                )
            )

    end_with(
        session,
        given,
        title,
        lambda wallets: whitelist.suspend_at_once(session, wallets, rests_on),
        yes,
        say_who_confirms,
    )


@app.command(
    "confirm",
    help=both(
        "Confirm a suspension that another organisation made at once.",
        "他組織が即時に行った停止を追認する。",
    ),
    epilog=example(
        "jp20 whitelist confirm 0x845986566FA249D19A35293e0b5E20A108224C37 "
        "--case AM-1 --document review.pdf"
    ),
)
def whitelist_confirm(
    case: Case,
    document: Document,
    investors: Wallets = None,
    file: PeopleFile = None,
    result: Result = None,
    yes: Yes = False,
) -> None:
    """By another organisation than the one that suspended (G19)."""
    from jp20.operations.investors.whitelist import confirm_suspension

    given = people(investors, file, result, f"confirm-{case}")
    rests_on = evidence(case, document)
    session = workspace().session()
    given = to_act_on(session, given)
    end_with(
        session,
        given,
        Text(f"Suspensions confirmed, case {case}", f"停止の追認、案件 {case}"),
        lambda wallets: confirm_suspension(session, wallets, rests_on),
        yes,
    )


@app.command(
    "reinstate",
    help=both("Lift the suspension of investors.", "投資家の停止を解除する。"),
    epilog=example(
        "jp20 whitelist reinstate 0x845986566FA249D19A35293e0b5E20A108224C37 "
        "--case AM-2 --document report.pdf"
    ),
)
def whitelist_reinstate(
    case: Case,
    document: Document,
    investors: Wallets = None,
    file: PeopleFile = None,
    party: Party = None,
    result: Result = None,
    yes: Yes = False,
) -> None:
    """The suspension that stands now; a later one is not lifted by this decision (G19)."""
    from jp20.operations.investors.whitelist import reinstate

    given = people(investors, file, result, f"reinstate-{case}")
    rests_on = evidence(case, document)
    session = workspace().session()
    given = to_act_on(session, given)
    others = parties(session, party)
    end_with(
        session,
        given,
        Text(f"Suspensions lifted, case {case}", f"停止の解除、案件 {case}"),
        lambda wallets: reinstate(session, wallets, rests_on, parties=others),
        yes,
    )


app.add_typer(
    wallets.app,
    name="wallet",
    help=both("Further wallets of investors, and lost ones.", "ウォレットの追加と廃止。"),
)


# Inside


def _kind() -> "PlanKind":
    from jp20.domain.plans.plan import PlanKind

    return PlanKind.WHITELIST


def _question(session: "Session", plan: "Plan") -> Text:
    en = ", ".join(f"{each.act.text.en}: {len(each.rows):,}" for each in plan.decisions)
    ja = "、".join(f"{each.act.text.ja} {len(each.rows):,} 件" for each in plan.decisions)
    return Text(
        f"Apply case {plan.evidence.case} ({en or 'nothing'}; {len(plan.refused):,} refused)?",
        f"案件 {plan.evidence.case}({ja or '変更なし'}、拒否 {len(plan.refused):,} 件)を"
        "適用しますか?",
    )


def _choice(word: str, option: str, choices: "list[_C]") -> "_C":
    for each in choices:
        if word in (each.text.en, each.text.ja):
            return each
    allowed = ", ".join(each.text.en for each in choices)
    raise BadArgument(
        Text(f'{option}: "{word}" is none of them.', f"{option}: 「{word}」は指定できません。"),
        next_step=Text(f"Use: {allowed}.", f"次から指定してください: {allowed}。"),
    )
