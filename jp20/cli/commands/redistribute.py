"""`jp20 redistribute`: units that investors lost by a system error, restored once (G9)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from jp20.cli.frame.language import both, example
from jp20.cli.frame.options import Case, Document, Token, Yes, evidence, units
from jp20.cli.frame.output import Column, Table, confirm, say, show
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared import some_refused
from jp20.cli.shared.listed import allotments_in
from jp20.cli.shared.parties import Party, parties
from jp20.cli.shared.references import reference_word
from jp20.cli.shared.results import WALLET
from jp20.domain.base.errors import BadArgument, JP20Error, Text

if TYPE_CHECKING:
    from jp20.operations.session import Session

app = typer.Typer(no_args_is_help=True)

_LOST: Final = Column("lost", Text("lost, as recorded", "損失(記録時)"), number=True)
_LEFT: Final = Column("outstanding", Text("to be restored", "未回復"), number=True)

Incident = Annotated[
    str,
    typer.Argument(
        metavar="INCIDENT",
        help=both(
            "The incident's number, public: ASCII, no person's name.",
            "障害番号。公開されるため、個人名を含めない半角英数字とする。",
        ),
    ),
]


class MoreThanLost(JP20Error):
    """The losses would bring the supply above what it was before the incident."""

    def __init__(self, losses: int, supply: int, before: int) -> None:
        super().__init__(
            Text(
                f"{supply:,} units in issue and {losses:,} lost are more than the {before:,} "
                "before the incident.",
                f"現在の発行数量 {supply:,} 口と損失 {losses:,} 口の合計が、"
                f"障害前の発行数量 {before:,} 口を超えています。",
            ),
            Text("So they could not all be restored.", "全部を回復することはできません。"),
            Text(
                "Check --supply-before and the file against the register.",
                "--supply-before と損失ファイルを原簿と照合してください。",
            ),
        )


@app.command(
    "record",
    help=both(
        "First: record the incident and what each holder lost. A loss is recorded once.",
        "最初に、障害と各保有者の損失を記録する。損失の記録は保有者ごとに一度のみ。",
    ),
    epilog=example(
        "jp20 redistribute record JP20-RE-0001 INC-1 --file losses.csv --supply-before 30000 "
        "--case RS-1 --document report.pdf"
    ),
)
def redistribute_record(
    token: Token,
    incident: Incident,
    file: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            help=both(
                "What each lost: CSV or XLSX with wallet, units.",
                "損失の一覧(CSV・XLSX。ウォレットアドレス、数量)。",
            ),
        ),
    ],
    supply_before: Annotated[
        str,
        typer.Option(
            metavar="UNITS",
            help=both(
                "Units in issue before the incident, in today's units.",
                "障害前の発行数量(現在の口数に換算)。",
            ),
        ),
    ],
    case: Case,
    document: Document,
    party: Party = None,
    yes: Yes = False,
) -> None:
    """Nothing is restored by it (G9)."""
    from jp20.operations.token.enforce import record_incident
    from jp20.operations.token.state import supply_of

    number, before = reference_word(incident, "INCIDENT"), units(supply_before, "--supply-before")
    losses = [(row.wallet, row.units) for row in allotments_in(file).sound()]
    rests_on = evidence(case, document)
    session = workspace().session()
    excluded = parties(session, party)
    supply, total = supply_of(session, token), sum(count for _, count in losses)
    if supply + total > before:
        raise MoreThanLost(total, supply, before)
    confirm(
        Text(
            f"Record under {number} that {len(losses)} holders of {token} lost {total:,} units? "
            f"In issue: {before:,} before, {supply:,} now.",
            f"{number} として、{token} の保有者 {len(losses)} 名の損失 計 {total:,} 口を"
            f"記録しますか?(発行数量: 障害前 {before:,} 口、現在 {supply:,} 口)",
        ),
        yes,
    )
    done = record_incident(session, token, number, before, losses, rests_on, parties=excluded)
    say(
        Text(
            f"Then: jp20 redistribute restore {token} {number}",
            f"次の手順: jp20 redistribute restore {token} {number}",
        )
    )
    some_refused.end(session, done, _losses_table(session, token, number))


@app.command(
    "restore",
    help=both(
        "Then: restore all that is outstanding, each loss once, to the holder's wallet or, where "
        "it was given up, to another one of the same investor.",
        "次に、未回復の損失をすべて回復する(各一度のみ)。"
        "廃止されたウォレットの分は同じ投資家の別のウォレットに回復する。",
    ),
    epilog=example(
        "jp20 redistribute restore JP20-RE-0001 INC-1 --case RS-2 --document report.pdf"
    ),
)
def redistribute_restore(
    token: Token,
    incident: Incident,
    case: Case,
    document: Document,
    party: Party = None,
    yes: Yes = False,
) -> None:
    """The supply never exceeds what it was before the incident (G9)."""
    from jp20.operations.token.enforce import losses_of, redistribute, wallet_in_use

    number, rests_on = reference_word(incident, "INCIDENT"), evidence(case, document)
    session = workspace().session()
    excluded = parties(session, party)
    outstanding = [each for each in losses_of(session, token, number) if each.outstanding]
    if not outstanding:
        _nothing_outstanding(session, token, number)
        return
    rows = [(each.holder, wallet_in_use(session, each.holder)) for each in outstanding]
    say(_losses_table(session, token, number))
    total = sum(each.outstanding for each in outstanding)
    confirm(
        Text(
            f"Restore {total:,} units of {token} to {len(rows)} holders?",
            f"{token} の保有者 {len(rows)} 名に計 {total:,} 口を回復しますか?",
        ),
        yes,
    )
    done = redistribute(session, token, number, rows, rests_on, parties=excluded)
    some_refused.end(session, done, _losses_table(session, token, number))


@app.command(
    "show",
    help=both(
        "What was lost in an incident, and what of it is still to be restored.",
        "障害による損失と、未回復の数量を表示する。",
    ),
    epilog=example("jp20 redistribute show JP20-RE-0001 INC-1"),
)
def redistribute_show(token: Token, incident: Incident) -> None:
    """Needs no key (G9)."""
    number = reference_word(incident, "INCIDENT")
    session = workspace().view()
    table = _losses_table(session, token, number)
    if not table.rows:
        raise _unknown(token, number)
    show(table)


def _nothing_outstanding(session: "Session", token: str, number: str) -> None:
    """Raises BadArgument where the incident was never recorded."""
    table = _losses_table(session, token, number)
    if not table.rows:
        raise _unknown(token, number)
    say(
        Text(
            "Everything was restored already; nothing was sent.",
            "すべて回復済みのため、送信していません。",
        )
    )
    show(table)


def _unknown(token: str, number: str) -> BadArgument:
    return BadArgument(
        Text(
            f"{token} has no incident {number} with a loss.",
            f"{token} に、損失が記録された障害 {number} はありません。",
        ),
        next_step=Text(
            f"Record it first: jp20 redistribute record {token} {number}",
            f"先に記録してください: jp20 redistribute record {token} {number}",
        ),
    )


def _losses_table(session: "Session", token: str, number: str) -> Table:
    from jp20.operations.token.enforce import losses_of

    return Table(
        "losses",
        Text(f"Losses of {number}", f"{number} の損失"),
        (WALLET, _LOST, _LEFT),
        [
            (each.holder, each.recorded, each.outstanding)
            for each in losses_of(session, token, number)
        ],
    )
