"""`jp20 reverse`: takes an earlier transfer back, as far as its units are still there (G10, S4)."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from jp20.cli.frame.language import both, example
from jp20.cli.frame.options import Token, Yes, address, hash_of, units
from jp20.cli.frame.output import Column, Record, Table, Value, say, show, warn
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.acting import run
from jp20.cli.shared.parties import Party, evidence_if_any, parties
from jp20.cli.shared.results import steps_table
from jp20.domain.base.errors import BadArgument, JP20Error, Text

if TYPE_CHECKING:
    from jp20.domain.token.state import WouldBeRefused
    from jp20.operations.session import Session
    from jp20.operations.token.enforce import Reversed, TransferInside
    from jp20.operations.token.follow import Followed, Onward

app = typer.Typer()

_LISTED: Final = 6
"""Transfers of one transaction that an error names; the others are in the register."""

_RULE: Final = Text(
    "A holder's other units are deemed to leave first, the disputed ones last.",
    "保有者の他の口数から先に移転し、対象の口数は最後に移転したものとみなす。",
)


class WhichTransfer(BadArgument):
    """The transaction has several transfers, and none is named; or one that it has not."""

    def __init__(self, transaction: bytes, inside: "Sequence[TransferInside]") -> None:
        listed = "\n".join(
            f"--log {each.ordinal}: {each.from_} → {each.to}, {each.units:,}"
            for each in inside[:_LISTED]
        )
        more = len(inside) - _LISTED
        super().__init__(
            Text(
                f"--log: which of the {len(inside)} transfers in 0x{transaction.hex()}?",
                f"--log: 取引 0x{transaction.hex()} には移転が {len(inside)} 件あります。",
            ),
            Text(
                listed + (f"\n… and {more} more" if more > 0 else ""),
                listed + (f"\n… 他 {more} 件" if more > 0 else ""),
            ),
            Text(
                "Name it by its place among the transaction's logs: --log N",
                "取引内のログの順番(0から)で指定してください: --log N",
            ),
        )


class NothingToTake(JP20Error):
    """Of the transfer nothing can be taken back now; nothing was sent."""

    def __init__(self, followed: "Followed") -> None:
        found = followed.found
        if not found.remaining:
            super().__init__(
                Text(
                    f"All {found.reversed_units:,} units of it were taken back already.",
                    f"{found.reversed_units:,} 口はすべて取消済みです。",
                ),
                next_step=Text("There is nothing to do.", "操作は不要です。"),
            )
            return
        to = found.original.to
        super().__init__(
            Text(
                f"Nothing can be taken from {to} now: {followed.shortfall:,} units are not there.",
                f"現在 {to} から取り消せる数量はありません(不足 {followed.shortfall:,} 口)。",
            ),
            Text(
                "They went on, or a pledge or attachment keeps them.",
                "第三者に移転済みか、質権・差押えの対象です。",
            ),
            Text(
                "Without --case the same command shows where they are and what could be taken back "
                "first.",
                "--case を付けずに実行すると、所在と、先に取り消せる移転を表示します。",
            ),
        )


class MoreThanLeft(BadArgument):
    """More is asked for than the transfer had, less what was taken back."""

    def __init__(self, asked: int, remaining: int) -> None:
        super().__init__(
            Text(
                f"--units: {asked:,} are more than the {remaining:,} that were not taken back yet.",
                f"--units: {asked:,} 口は、未取消の {remaining:,} 口を超えています。",
            ),
            next_step=Text("Leave --units out to take all.", "全部の場合は省略してください。"),
        )


@app.command(
    "reverse",
    help=both(
        "Without --case it only looks: the transfer as this node has it, where its units went, "
        "what can be taken back now, what further reversals could bring. With --case and "
        "--document it shows the same, asks, and takes back what is there.",
        "--case なしでは表示のみ(元の移転、その後の所在、取り消せる数量、追加の取消しで"
        "回復しうる数量)。--case と --document を付けると、表示・確認の後、残っている数量を"
        "取り消す。",
    ),
    epilog=example(
        "jp20 reverse JP20-RE-0001 0x5f…",
        "jp20 reverse JP20-RE-0001 0x5f… --log 0 --case RV-1 --document decision.pdf "
        "--party みなと証券",
    ),
)
def reverse(
    token: Token,
    transaction: Annotated[
        str,
        typer.Argument(
            metavar="TRANSACTION",
            help=both("Its hash, from the register.", "元の取引のハッシュ(原簿に記載)。"),
        ),
    ],
    log: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            help=both(
                "Its place among the transaction's logs, from 0, as jp20 register history TOKEN "
                "WALLET has it; needed where there are several.",
                "取引内のログの順番(0から。jp20 register history トークン ウォレット で確認)。"
                "移転が複数ある場合は必須。",
            ),
        ),
    ] = None,
    case: Annotated[
        str | None,
        typer.Option(
            metavar="CASE",
            help=both(
                "Case number, public; without it nothing is sent.",
                "案件番号(公開)。省略時は表示のみ。",
            ),
        ),
    ] = None,
    document: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help=both("The document it rests on.", "根拠文書。")),
    ] = None,
    amount: Annotated[
        str | None,
        typer.Option(
            "--units",
            metavar="UNITS",
            help=both(
                "Only this many; otherwise all.", "一部のみ取り消す場合の口数。省略時は全部。"
            ),
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="WALLET",
            help=both(
                "Another wallet of the original holder, where the old one was given up.",
                "元の保有者の別のウォレット(元のウォレットが廃止されている場合)。",
            ),
        ),
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="WALLET",
            help=both(
                "Another wallet of who received the units, to take them from.",
                "受領者の別のウォレットから取り消す場合に指定。",
            ),
        ),
    ] = None,
    party: Party = None,
    yes: Yes = False,
) -> None:
    """History is added to, never erased."""
    from jp20.domain.token.state import WouldBeRefused
    from jp20.operations.token import enforce
    from jp20.operations.token.follow import follow

    hashed = hash_of(transaction, "TRANSACTION")
    asked = None if amount is None else units(amount, "--units")
    returned_to = None if to is None else address(to, "--to")
    taken_from = None if from_ is None else address(from_, "--from")
    rests_on = evidence_if_any(case, document)
    place = workspace()
    session = place.view() if rests_on is None else place.session()
    excluded = parties(session, party)
    followed = follow(session, token, hashed, _chosen(session, token, hashed, log))
    original = followed.found.original
    if rests_on is None:
        show(_original(session, token, followed), _hops(token, followed))
        say(
            Text(
                "Nothing was sent. To take it back: --case and --document.",
                "表示のみです。取り消すには --case と --document を指定してください。",
            )
        )
        return
    act = enforce.reverse(
        session, token, original, rests_on, asked, returned_to, taken_from, parties=excluded
    )

    def before() -> None:
        if not followed.takable:
            raise NothingToTake(followed)
        say(_original(session, token, followed))
        say(_hops(token, followed))
        _warn_without_parties(excluded)

    try:
        done = enforce.reversal_of(run(session, act, yes, before=before))
    except WouldBeRefused as refusal:
        raise _explained(refusal, followed, asked) from None
    after = follow(session, token, hashed, original.ordinal)
    show(_reversal(done), _hops(token, after), steps_table(session, done.decided.steps))
    if done.shortfall:
        warn(
            Text(
                f"{done.shortfall:,} units were not there: see the hops above.",
                f"{done.shortfall:,} 口は残っていませんでした。上の移転経路を確認してください。",
            )
        )


def _chosen(session: "Session", token: str, transaction: bytes, log: int | None) -> int | None:
    """The log that is meant. Raises WhichTransfer, which lists what there is, or NoOriginal."""
    from jp20.operations.token.enforce import transfers_in

    inside = transfers_in(session, token, transaction)
    if len(inside) > 1 and log is None:
        raise WhichTransfer(transaction, inside)
    if inside and log is not None and log not in (each.ordinal for each in inside):
        raise WhichTransfer(transaction, inside)
    return log


def _explained(refusal: "WouldBeRefused", followed: "Followed", asked: int | None) -> JP20Error:
    """The token's refusal in the words of this command."""
    from jp20.domain.token.reasons import Reason

    if asked is not None and refusal.reason is Reason.REVERSAL_EXCEEDED:
        return MoreThanLeft(asked, followed.found.remaining)
    return refusal if followed.found.remaining else NothingToTake(followed)


def _warn_without_parties(excluded: tuple[int, ...]) -> None:
    if not excluded:
        warn(
            Text(
                "No organisation is named as a party (--party). Those that the chain knows are "
                "added; those of the two sides that it does not know must not sign either.",
                "当事者の組織(--party)が指定されていません。チェーンで判明する当事者は自動で追加"
                "されますが、それ以外の双方の当事者も署名できません。",
            )
        )


def _original(session: "Session", token: str, followed: "Followed") -> Record:
    from jp20.domain.base.times import in_tokyo
    from jp20.operations.token.enforce import return_to

    found, trace = followed.found, followed.trace
    of, first = found.original, trace.hops[0]
    kept = max(followed.recipient.pledged, followed.recipient.attached)

    def amount(key: str, en: str, ja: str, value: int) -> tuple[Column, Value]:
        return Column(key, Text(en, ja), number=True), value

    return Record(
        "original",
        Text("The transfer", "元の移転"),
        (
            (Column("transaction", Text("transaction", "取引")), of.transaction_hash),
            (Column("log", Text("log", "ログ")), of.ordinal),
            (Column("time", Text("time", "日時")), in_tokyo(found.time)),
            (Column("why", Text("why", "事由")), first.movement.why),
            (Column("from", Text("from", "移転元")), of.from_),
            (Column("to", Text("to", "移転先")), of.to),
            amount("units_then", "units then", "当時の口数", of.amount),
            amount("units", "units of now", "現在の口数", first.units),
            amount("reversed", "taken back already", "取消済み", found.reversed_units),
            amount("remaining", "not taken back yet", "未取消", found.remaining),
            amount("balance", "the recipient has", "移転先の保有数量", followed.recipient.balance),
            amount("kept", "of them pledged or attached", "うち質権・差押え", kept),
            amount("takable", "can be taken back now", "取り消せる数量", followed.takable),
            amount("shortfall", "shortfall", "不足", followed.shortfall),
            amount("moved_on", "with others now", "第三者の保有", trace.moved_on),
            amount("redeemed", "redeemed meanwhile", "償還済み", trace.redeemed),
            amount(
                "could_come",
                "further reversals could bring",
                "追加の取消しで回復しうる数量",
                followed.could_come,
            ),
            (
                Column("returns_to", Text("units return to", "返還先")),
                return_to(session, session.token(token), of),
            ),
            (Column("rule", Text("rule of tracing", "追跡の基準"), prose=True), _RULE),
        ),
    )


def _hops(token: str, followed: "Followed") -> Table:
    """Where the units went on, and how what is there could be brought back, the last hop first to
    be reversed.
    """
    from jp20.domain.base.times import in_tokyo

    return Table(
        "hops",
        Text("Where its units went on", "その後の移転経路"),
        (
            Column("hop", Text("hop", "段"), number=True),
            Column("time", Text("time", "日時")),
            Column("why", Text("why", "事由")),
            Column("from", Text("from", "移転元")),
            Column("to", Text("to", "移転先")),
            Column("units", Text("units", "口数"), number=True),
            Column("disputed", Text("of them disputed", "うち対象"), number=True),
            Column("remaining", Text("still there", "残存"), number=True),
            Column("could_bring", Text("could bring", "回復しうる数量"), number=True),
            Column("by", Text("by", "手段")),
            Column("transaction", Text("transaction", "取引"), detail=True),
            Column("log", Text("log", "ログ"), detail=True),
        ),
        [
            (
                each.hop.depth,
                in_tokyo(each.hop.movement.at.time),
                each.hop.movement.why,
                each.hop.movement.from_,
                None if each.hop.is_redemption else each.hop.movement.to,
                each.hop.units,
                each.hop.disputed,
                each.hop.remaining,
                each.could_bring,
                _means(token, each),
                each.hop.movement.at.transaction,
                each.ordinal,
            )
            for each in followed.onward
        ],
    )


def _means(token: str, onward: "Onward") -> str | None:
    """The command by which a hop's units could come back; a reversal of the hop before takes them
    out of a new wallet of the same investor.
    """
    of = onward.hop.movement
    if not onward.could_bring or not onward.is_reversible:
        return None
    return (
        f"jp20 reverse {token} 0x{of.at.transaction.hex()} --log {onward.ordinal} "
        f"--units {onward.could_bring}"
    )


def _reversal(done: "Reversed") -> Record:
    return Record(
        "reversal",
        Text("Taken back", "取消しの結果"),
        (
            (Column("taken", Text("taken back", "取消数量"), number=True), done.taken),
            (Column("shortfall", Text("shortfall", "不足"), number=True), done.shortfall),
            (Column("reference", Text("reference", "参照")), done.reference),
            (Column("request", Text("request", "申請")), done.decided.request),
        ),
    )
