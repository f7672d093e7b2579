"""`jp20 whitelist`: investors come, are renewed, reclassified, suspended, change wallets."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from jp20.cli.commands import wallets
from jp20.cli.frame.declare import argument, command, option
from jp20.cli.frame.language import help_text
from jp20.cli.frame.options import Case, Document, Yes, evidence
from jp20.cli.frame.options import until as until_when
from jp20.cli.frame.output import say, show
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.document_check import DocumentToCompare
from jp20.cli.shared.ending_rows import Result
from jp20.cli.shared.investors import facts_table, wallets_given
from jp20.cli.shared.listed import investors_in
from jp20.cli.shared.parties import Party, excluding
from jp20.cli.shared.people import PeopleFile, Wallets, people, to_act_on
from jp20.cli.shared.people import end as end_with
from jp20.cli.shared.plans import Out, OwnFile, PlanFile, apply, comparing, require_free, show_plan
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.domain.investors.investors import InvestorClass, InvestorFile, Residency
    from jp20.domain.plans.outcomes import Outcomes
    from jp20.domain.plans.plan import Plan, PlanKind
    from jp20.operations.session import Session

_C = TypeVar("_C", bound="InvestorClass | Residency")

app = typer.Typer(no_args_is_help=True)


@command(
    app,
    "plan",
    "Compare a file of investors with the chain: who would be registered, renewed, "
    "reclassified, who is refused and why, gas, transactions, approvals. Nothing is sent.",
    "jp20 whitelist plan investors.csv --case WL-1 --document decision.pdf --out plan.json",
)
def whitelist_plan(
    file: Annotated[Path, argument("The investors: CSV or XLSX.", "FILE")],
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
        plan = prepare_whitelist(session, listed, excluding(session, rests_on, party))
    show_plan(session, plan, listed, out, "whitelist")


@command(
    app,
    "apply",
    "Show a plan and, once you said yes, sign it and carry it out, as far as your "
    "organisation's keys reach. Each organisation applies the same plan; applied again it "
    "sends nothing.",
    "jp20 whitelist apply plan.json",
    "jp20 whitelist apply plan.json --document decision.pdf --file investors.csv",
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


@command(
    app,
    "show",
    "What the platform knows of a wallet's investor, and all wallets of that investor. No "
    "name: the chain has none.",
    "jp20 whitelist show 0x845986566FA249D19A35293e0b5E20A108224C37",
)
def whitelist_show(wallet: Annotated[str, argument("Any wallet of theirs.", "WALLET")]) -> None:
    """Facts of one investor (G7)."""
    from jp20.operations.investors.whitelist import wallets_of

    (given,) = wallets_given([wallet])
    session = workspace().view()
    show(facts_table(session, wallets_of(session, given)))


@command(
    app,
    "renew",
    "Set until when the KYC of investors is valid. A date holds to its end, in Japan.",
    "jp20 whitelist renew 0x845986566FA249D19A35293e0b5E20A108224C37 --until 2036-03-31 "
    "--case KY-1 --document review.pdf",
)
def whitelist_renew(
    until: Annotated[str, option("Date or time; Japan's.", metavar="TIME")],
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
        Text("Renewed, case {case}", case=case),
        lambda wallets: renew(session, [(each, end) for each in wallets], rests_on),
        yes,
    )


@command(
    app,
    "reclassify",
    "Set class and residency of investors.",
    "jp20 whitelist reclassify 0x845986566FA249D19A35293e0b5E20A108224C37 "
    "--class professional --residency resident --class-until 2027-03-31 "
    "--case KY-2 --document review.pdf",
)
def whitelist_reclassify(
    investor_class: Annotated[
        str, option("general, professional or qualified_institution.", "--class", metavar="CLASS")
    ],
    residency: Annotated[str, option("resident, non_resident or us_person.", metavar="RESIDENCY")],
    case: Case,
    document: Document,
    class_until: Annotated[
        str | None, option("Until when the class holds; without it, for good.", metavar="TIME")
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
        Text("Reclassified, case {case}", case=case),
        lambda wallets: reclassify(
            session, [(each, kind, end, home) for each in wallets], rests_on
        ),
        yes,
    )


@command(
    app,
    "suspend",
    "Suspend investors, with all their wallets, by decision; with --at-once by AML alone, "
    "to be confirmed within 72 hours by another organisation.",
    "jp20 whitelist suspend 0x845986566FA249D19A35293e0b5E20A108224C37 --at-once "
    "--case AM-1 --document report.pdf",
    "jp20 whitelist suspend 0x845986566FA249D19A35293e0b5E20A108224C37 "
    "--case AM-1 --document report.pdf",
    "jp20 whitelist suspend --file hits.csv --investors investors.csv --at-once --case AM-1 "
    "--document report.pdf",
)
def whitelist_suspend(
    case: Case,
    document: Document,
    investors: Wallets = None,
    file: PeopleFile = None,
    at_once: Annotated[bool, option("At once, by AML alone.", "--at-once")] = False,
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
    title = Text("Suspended, case {case}", case=case)
    if not at_once:
        rests_on = excluding(session, rests_on, party)
        end_with(
            session,
            given,
            title,
            lambda wallets: whitelist.suspend(session, wallets, rests_on),
            yes,
        )
        return
    named = f"--file {file}" if file is not None else " ".join(given.wallets)

    def say_who_confirms(done: "Outcomes") -> None:
        if done.done:
            command = f"jp20 whitelist confirm {named} --case … --document …"
            say(
                Text(
                    "To be confirmed within 72 hours by AUDITOR or REGISTRAR: {command}",
                    command=command,
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


@command(
    app,
    "confirm",
    "Confirm a suspension that another organisation made at once.",
    "jp20 whitelist confirm 0x845986566FA249D19A35293e0b5E20A108224C37 "
    "--case AM-1 --document review.pdf",
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
        Text("Suspensions confirmed, case {case}", case=case),
        lambda wallets: confirm_suspension(session, wallets, rests_on),
        yes,
    )


@command(
    app,
    "reinstate",
    "Lift the suspension of investors.",
    "jp20 whitelist reinstate 0x845986566FA249D19A35293e0b5E20A108224C37 "
    "--case AM-2 --document report.pdf",
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
    rests_on = excluding(session, rests_on, party)
    end_with(
        session,
        given,
        Text("Suspensions lifted, case {case}", case=case),
        lambda wallets: reinstate(session, wallets, rests_on),
        yes,
    )


app.add_typer(
    wallets.app, name="wallet", help=help_text("Further wallets of investors, and lost ones.")
)


# Inside


def _kind() -> "PlanKind":
    from jp20.domain.plans.plan import PlanKind

    return PlanKind.WHITELIST


def _question(session: "Session", plan: "Plan") -> Text:
    acts = Text.listing(
        Text("{act}: {count:,}", act=each.act.text, count=len(each.rows)) for each in plan.decisions
    )
    if not plan.decisions:
        acts = Text("nothing")
    return Text(
        "Apply case {case} ({acts}; {count:,} refused)?",
        case=plan.evidence.case,
        acts=acts,
        count=len(plan.refused),
    )


def _choice(word: str, option: str, choices: "list[_C]") -> "_C":
    for each in choices:
        if word in (each.text.en, each.text.ja):
            return each
    allowed = ", ".join(each.text.en for each in choices)
    raise BadArgument(
        Text('{option}: "{word}" is none of them.', option=option, word=word),
        next_step=Text("Use: {allowed}.", allowed=allowed),
    )
