"""`jp20 lock`: units that may not be transferred until a time (G8)."""

from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.language import both, example
from jp20.cli.frame.options import Case, Document, Token, Yes, address, evidence
from jp20.cli.frame.options import until as until_when
from jp20.cli.frame.output import Column, Record, Until, show
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared import some_refused
from jp20.cli.shared.acting import run, run_rows
from jp20.cli.shared.parties import Party, parties
from jp20.cli.shared.positions import UNTIL, position_table
from jp20.cli.shared.restrained import (
    OfHolder,
    RowsFile,
    UnitsIfAny,
    WalletIfAny,
    amounts,
    restraints_of_kind,
    restraints_shown,
)
from jp20.cli.shared.results import steps_table
from jp20.domain.base.errors import BadArgument, Text

if TYPE_CHECKING:
    from jp20.domain.governance.evidence import Evidence
    from jp20.operations.session import Session

app = typer.Typer(no_args_is_help=True)

WholeToken = Annotated[
    bool,
    typer.Option(
        "--whole-token",
        help=both(
            "The token's own lock-up: every unit of every holder.",
            "トークン全体(全保有者の全数量)のロックアップ。",
        ),
    ),
]


@app.command(
    "set",
    help=both(
        "Lock up units of a holder, of those in a file, or the whole token. More than a holder has "
        "counts for what comes in.",
        "保有者(または一覧ファイルの各保有者)の数量、もしくはトークン全体をロックアップする。"
        "保有数量を超える分は、以後の取得分に及ぶ。",
    ),
    epilog=example(
        "jp20 lock set JP20-RE-0001 0xAb… 20 --until 2027-03-31 --case LU-1 --document order.pdf",
        "jp20 lock set JP20-RE-0001 --file locks.csv --until 2027-03-31 --case LU-2 "
        "--document order.pdf",
    ),
)
def lock_set(
    token: Token,
    until: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help=both(
                "Until when: a date is included, to its end in Japan.",
                "ロックアップの期限(日付はその日の終わりまで。日本時間)。",
            ),
        ),
    ],
    case: Case,
    document: Document,
    wallet: WalletIfAny = None,
    amount: UnitsIfAny = None,
    file: RowsFile = None,
    whole_token: WholeToken = False,
    party: Party = None,
    yes: Yes = False,
) -> None:
    """Each row adds a lock-up to those that there are (G8)."""
    from jp20.operations.token.restraints import lock_up

    end, rests_on = until_when(until, "--until"), evidence(case, document)
    if whole_token:
        _require_nobody(wallet or file)
        _set_for_token(token, end, rests_on, party, yes)
        return
    rows = amounts(wallet, amount, file)
    session = workspace().session()
    excluded = parties(session, party)
    act = lock_up(session, token, rows, end, rests_on, parties=excluded)
    done = run_rows(session, act, yes)
    holders = [holder for holder, _ in rows]
    some_refused.end(
        session,
        done,
        position_table(session, token, holders),
        restraints_shown(session, token, holders),
    )


@app.command(
    "shorten",
    help=both(
        "Bring the end of a lock-up forward, which takes one signature more than setting it. "
        "A time that has passed ends it.",
        "ロックアップの期限を早める(設定より署名が一つ多く必要)。過去の日時を指定すると終了する。",
    ),
    epilog=example(
        "jp20 lock shorten JP20-RE-0001 0xAb… 3 --until 2026-12-31 --case LU-3 "
        "--document consent.pdf"
    ),
)
def lock_shorten(
    token: Token,
    until: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help=both(
                "The new, earlier end; a date is included.",
                "短縮後の期限(日付はその日の終わりまで。日本時間)。",
            ),
        ),
    ],
    case: Case,
    document: Document,
    wallet: WalletIfAny = None,
    number: Annotated[
        int | None,
        typer.Argument(
            metavar="NUMBER",
            min=1,
            help=both("Its number, from jp20 lock list.", "番号(jp20 lock list で確認)。"),
        ),
    ] = None,
    whole_token: WholeToken = False,
    party: Party = None,
    yes: Yes = False,
) -> None:
    """One lock-up by its number, or the token's own (G8)."""
    from jp20.operations.token.restraints import shorten_lock_up

    end, rests_on = until_when(until, "--until"), evidence(case, document)
    if whole_token:
        _require_nobody(wallet)
        _shorten_for_token(token, end, rests_on, party, yes)
        return
    if wallet is None or number is None:
        raise BadArgument(
            Text(
                "WALLET NUMBER or --whole-token, one of them.",
                "WALLET NUMBER か --whole-token が必要です。",
            ),
            next_step=Text(f"See: jp20 lock list {token}", f"確認: jp20 lock list {token}"),
        )
    holder = address(wallet, "WALLET")
    session = workspace().session()
    excluded = parties(session, party)
    act = shorten_lock_up(session, token, holder, number, end, rests_on, parties=excluded)
    done = run(session, act, yes)
    show(
        position_table(session, token, [holder]),
        restraints_shown(session, token, [holder]),
        steps_table(session, done.steps),
    )


@app.command(
    "list",
    help=both(
        "Lock-ups that still run, each by its number, and the token's own.",
        "継続中のロックアップ(番号付き)と、トークン全体のロックアップを表示する。",
    ),
    epilog=example("jp20 lock list JP20-RE-0001", "jp20 lock list JP20-RE-0001 0xAb…"),
)
def lock_list(token: Token, wallet: OfHolder = None) -> None:
    """Of a holder, or of all (G8)."""
    from jp20.domain.register.events import RestraintKind

    holder = None if wallet is None else address(wallet, "WALLET")
    session = workspace().view()
    show(
        restraints_of_kind(session, token, holder, RestraintKind.LOCK_UP),
        _token_lock(session, token),
    )


def _set_for_token(
    token: str,
    end: int,
    rests_on: "Evidence",
    party: list[str] | None,
    yes: bool,
) -> None:
    from jp20.operations.token.restraints import set_token_lock_up

    session = workspace().session()
    act = set_token_lock_up(session, token, end, rests_on, parties=parties(session, party))
    done = run(session, act, yes)
    show(_token_lock(session, token), steps_table(session, done.steps))


def _shorten_for_token(
    token: str,
    end: int,
    rests_on: "Evidence",
    party: list[str] | None,
    yes: bool,
) -> None:
    from jp20.operations.token.restraints import shorten_token_lock_up

    session = workspace().session()
    act = shorten_token_lock_up(session, token, end, rests_on, parties=parties(session, party))
    done = run(session, act, yes)
    show(_token_lock(session, token), steps_table(session, done.steps))


def _token_lock(session: "Session", token: str) -> Record:
    from jp20.operations.token.restraints import locked_until

    until = locked_until(session, token)
    return Record(
        "token",
        Text("The token's own lock-up", "トークン全体のロックアップ"),
        (
            (UNTIL, Until(until) if until else None),
            (Column("locked", Text("runs", "継続中")), until > session.now()),
        ),
    )


def _require_nobody(named: object) -> None:
    if named is not None:
        raise BadArgument(
            Text(
                "--whole-token goes without WALLET and --file.",
                "--whole-token は WALLET・--file と併用できません。",
            ),
            Text("It locks up every holder.", "全保有者が対象になります。"),
            Text(
                "Leave it out where some holders are meant.",
                "特定の保有者を対象とする場合は --whole-token を外してください。",
            ),
        )
