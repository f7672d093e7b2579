"""`jp20 force-transfer` and `jp20 recover`: units move without their holder's key (G11, G13)."""

from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.language import both, example
from jp20.cli.frame.options import Case, Document, Token, Yes, address, evidence, units
from jp20.cli.frame.output import Column, Table, confirm, say, show, warn
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.acting import run
from jp20.cli.shared.again import say_if_nothing_sent
from jp20.cli.shared.holders import To, Units
from jp20.cli.shared.parties import Party, parties
from jp20.cli.shared.positions import position_table
from jp20.cli.shared.remedies import remedy
from jp20.cli.shared.results import UNITS, steps_table
from jp20.domain.base.errors import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jp20.domain.governance.evidence import Evidence
    from jp20.operations.session import Session

app = typer.Typer()


class Waived(Enum):
    """A rule that the approved case sets aside."""

    CLASS = "class"
    RESIDENCY = "residency"
    HOLDER_CAP = "holder-cap"
    LOTS = "lots"


@app.command(
    "force-transfer",
    help=both(
        "It passes lock-ups and freezes of the holder; never the recipient's identity and status, "
        "never what a senior pledge or attachment keeps.",
        "保有者のロックアップ・凍結を問わず移転する。移転先の本人確認・停止状態と、"
        "先順位の質権・差押えは必ず適用される。",
    ),
    epilog=example(
        "jp20 force-transfer JP20-RE-0001 0xCd… 0xAb… 15 --case FT-1 --document order.pdf",
        "jp20 force-transfer JP20-RE-0001 0xCd… 0xAb… 15 --case FT-2 --document order.pdf "
        "--executes 4 --party みなと証券",
    ),
)
def force_transfer(
    token: Token,
    from_: Annotated[
        str, typer.Argument(metavar="FROM", help=both("The holder.", "保有者のウォレット。"))
    ],
    to: To,
    amount: Units,
    case: Case,
    document: Document,
    waive: Annotated[
        list[Waived] | None,
        typer.Option(
            help=both(
                "A rule for holders that the case sets aside. Repeatable.",
                "決定により適用しない保有規則(区分・居住・保有者数上限・取引単位)。複数指定可。",
            )
        ),
    ] = None,
    executes: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER",
            min=1,
            help=both(
                "The pledge or attachment that is executed by it.",
                "この移転により実行する質権・差押えの番号。",
            ),
        ),
    ] = None,
    party: Party = None,
    yes: Yes = False,
) -> None:
    """A court's order, a creditor's execution (G11, S4)."""
    from jp20.domain.token.movements import Waiver
    from jp20.operations.token import enforce

    holder, recipient, count = address(from_, "FROM"), address(to, "TO"), units(amount, "UNITS")
    rests_on = evidence(case, document)
    waivers = Waiver.NOTHING
    for each in waive or ():
        waivers |= {"LOTS": Waiver.LOTS_AND_WHOLE_POSITION}.get(each.name) or Waiver[each.name]
    session = workspace().session()
    act = enforce.force_transfer(
        session,
        token,
        holder,
        recipient,
        count,
        rests_on,
        waivers,
        executes or 0,
        parties=parties(session, party),
    )

    def before() -> None:
        _warn_of_another(session, token, rests_on)
        say(position_table(session, token, [holder, recipient]))

    done = run(session, act, yes, lambda reason: remedy(reason, token, holder, recipient), before)
    show(position_table(session, token, [holder, recipient]), steps_table(session, done.steps))


@app.command(
    "recover",
    help=both(
        "The lost wallet is given up FOR EVER; the investor gets the new one, and every position "
        "moves there with what restrains it. Run it again to do what is left.",
        "紛失したウォレットを廃止し(取消不可)、同じ投資家の新しいウォレットに全トークンの保有と制限を"
        "移す。再実行すると残りを行う。",
    ),
    epilog=example("jp20 recover 0xOld… 0xNew… --case RC-1 --document identification.pdf"),
)
def recover(
    lost: Annotated[
        str,
        typer.Argument(metavar="LOST", help=both("Whose key is lost.", "鍵を紛失したウォレット。")),
    ],
    new: Annotated[
        str, typer.Argument(metavar="NEW", help=both("The new one.", "新しいウォレット。"))
    ],
    case: Case,
    document: Document,
    token: Annotated[
        list[str] | None,
        typer.Option(
            "--token",
            metavar="TOKEN",
            help=both(
                "Only this token's position. Repeatable; else every token's.",
                "対象トークンを限定する(複数指定可)。省略時は全トークン。",
            ),
        ),
    ] = None,
    party: Party = None,
    yes: Yes = False,
) -> None:
    """KYC gives the wallet up and adds the new one with AML; custodian or broker, KYC and registrar
    move each position (G13).
    """
    from jp20.operations.token import enforce
    from jp20.operations.token.state import held_in

    old, fresh, rests_on = address(lost, "LOST"), address(new, "NEW"), evidence(case, document)
    session = workspace().session()
    excluded = parties(session, party)
    chosen = [session.token(each) for each in token] if token else list(session.tokens())
    facts, _ = enforce.require_own_wallet(session, old, fresh)
    held = held_in(session, chosen, old)
    say(_held_table(held))
    if not facts.retired:
        warn(
            Text(
                f"{old} will be given up for ever, in all tokens.",
                f"{old} は全トークンについて廃止され、元に戻すことはできません。",
            )
        )
    count = len(held)
    confirm(
        Text(
            f"Move {count} positions from {old} to {fresh}?",
            f"{count} トークンの保有を {old} から {fresh} へ移しますか?",
        ),
        yes,
    )
    done = enforce.recover(session, old, fresh, rests_on, chosen, parties=excluded)
    parts = [each for each in (done.retired, done.added) if each is not None]
    steps = [step for part in parts for step in part.steps]
    steps += [step for each in done.moved for step in each.decided.steps]
    say_if_nothing_sent(steps)
    show(_moved_table(held_in(session, chosen, fresh)), steps_table(session, steps))


def _warn_of_another(session: "Session", token: str, rests_on: "Evidence") -> None:
    """Where the case was used for another forced transfer of the token."""
    from jp20.operations.token.enforce import forced_before

    move = forced_before(session, token, rests_on)
    if move is not None:
        warn(
            Text(
                f"Under case {rests_on.case} {move.amount:,} units went from {move.from_} to "
                f"{move.to} already; this would be a further forced transfer.",
                f"案件 {rests_on.case} では既に {move.amount:,} 口が {move.from_} から {move.to} へ"
                "強制移転されています。今回は追加の強制移転になります。",
            )
        )


def _held_table(held: "Sequence[tuple[str, int]]") -> Table:
    return Table(
        "held",
        Text("Held by the lost wallet", "紛失したウォレットの保有"),
        (Column("token", Text("token", "トークン")), UNITS),
        held,
    )


def _moved_table(moved: "Sequence[tuple[str, int]]") -> Table:
    return Table(
        "positions",
        Text("Held by the new wallet", "新しいウォレットの保有"),
        (Column("token", Text("token", "トークン")), UNITS),
        moved,
    )
