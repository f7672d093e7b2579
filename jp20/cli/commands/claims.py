"""`jp20 pledge` and `jp20 attach`: claims of others on a holder's units (G11, G24)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.language import both, example
from jp20.cli.frame.options import Case, Document, Token, Yes, address, evidence, units
from jp20.cli.frame.output import Record, confirm, show
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.acting import run
from jp20.cli.shared.again import say_if_nothing_sent
from jp20.cli.shared.parties import Party, parties
from jp20.cli.shared.positions import CLAIMANT, NUMBER, position_table
from jp20.cli.shared.references import reference_word
from jp20.cli.shared.restrained import (
    OfHolder,
    Wallet,
    claim_of,
    claims_of_kind,
    claims_shown,
)
from jp20.cli.shared.results import UNITS, WALLET, steps_table
from jp20.domain.base.errors import BadArgument, Text

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from jp20.domain.governance.evidence import Evidence
    from jp20.domain.register.events import ClaimKind
    from jp20.operations.session import Session

app = typer.Typer()
pledge = typer.Typer(no_args_is_help=True)
attach = typer.Typer(no_args_is_help=True)
app.add_typer(pledge, name="pledge")
app.add_typer(attach, name="attach")

Units = Annotated[str, typer.Argument(metavar="UNITS", help=both("How many.", "口数。"))]

UnitsOrAll = Annotated[
    str | None,
    typer.Argument(metavar="UNITS", help=both("How many; else all of it.", "口数(省略時は全部)。")),
]

Number = Annotated[
    int,
    typer.Argument(
        metavar="NUMBER",
        min=1,
        help=both("Its number, from the list.", "番号(一覧で確認)。"),
    ),
]


@pledge.command(
    "set",
    help=both(
        "Pledge units that the holder has. They stay with the holder and cannot be transferred, "
        "not even by force.",
        "保有数量に質権を設定する。所有者は変わらないが、移転も強制移転もできなくなる。",
    ),
    epilog=example(
        "jp20 pledge set JP20-RE-0001 0xAb… 20 --pledgee BANK-7 --case PL-1 --document pledge.pdf"
    ),
)
def pledge_set(
    token: Token,
    wallet: Wallet,
    amount: Units,
    pledgee: Annotated[
        str,
        typer.Option(
            metavar="REFERENCE",
            help=both(
                "The pledgee's reference, public: ASCII, no person's name.",
                "質権者の参照番号。公開されるため、個人名を含めない半角英数字とする。",
            ),
        ),
    ],
    case: Case,
    document: Document,
    party: Party = None,
    yes: Yes = False,
) -> None:
    """Shown with the number under which it is released (G24)."""
    from jp20.domain.register.events import ClaimKind

    reference = reference_word(pledgee, "--pledgee")
    _set(ClaimKind.PLEDGE, token, wallet, amount, reference, (case, document), party, yes)


@pledge.command(
    "release",
    help=both("Release a pledge, or units of it.", "質権の全部または一部を解除する。"),
    epilog=example(
        "jp20 pledge release JP20-RE-0001 0xAb… 4 --case PL-2 --document release.pdf",
        "jp20 pledge release JP20-RE-0001 0xAb… 4 10 --case PL-3 --document release.pdf",
    ),
)
def pledge_release(
    token: Token,
    wallet: Wallet,
    number: Number,
    case: Case,
    document: Document,
    amount: UnitsOrAll = None,
    party: Party = None,
    yes: Yes = False,
) -> None:
    """All of it where no units are named (G24)."""
    from jp20.domain.register.events import ClaimKind

    _release(ClaimKind.PLEDGE, token, wallet, number, amount, (case, document), party, yes)


@pledge.command(
    "list",
    help=both("The pledges, each by its number.", "質権の一覧(番号付き)を表示する。"),
    epilog=example("jp20 pledge list JP20-RE-0001"),
)
def pledge_list(token: Token, wallet: OfHolder = None) -> None:
    """Of a holder, or of all (G24)."""
    from jp20.domain.register.events import ClaimKind

    _list(ClaimKind.PLEDGE, token, wallet)


@attach.command(
    "set",
    help=both(
        "Record an attachment of units that the holder has.",
        "保有数量に対する差押えを記録する。",
    ),
    epilog=example(
        "jp20 attach set JP20-RE-0001 0xAb… 20 --creditor COURT-2026-9 --case AT-1 "
        "--document order.pdf"
    ),
)
def attach_set(
    token: Token,
    wallet: Wallet,
    amount: Units,
    creditor: Annotated[
        str,
        typer.Option(
            metavar="REFERENCE",
            help=both(
                "The creditor's reference, public: ASCII, no person's name.",
                "差押債権者の参照番号。公開されるため、個人名を含めない半角英数字とする。",
            ),
        ),
    ],
    case: Case,
    document: Document,
    party: Party = None,
    yes: Yes = False,
) -> None:
    """Shown with the number under which it is released or executed (G11)."""
    from jp20.domain.register.events import ClaimKind

    reference = reference_word(creditor, "--creditor")
    _set(ClaimKind.ATTACHMENT, token, wallet, amount, reference, (case, document), party, yes)


@attach.command(
    "release",
    help=both("Release an attachment, or units of it.", "差押えの全部または一部を解除する。"),
    epilog=example("jp20 attach release JP20-RE-0001 0xAb… 5 --case AT-2 --document release.pdf"),
)
def attach_release(
    token: Token,
    wallet: Wallet,
    number: Number,
    case: Case,
    document: Document,
    amount: UnitsOrAll = None,
    party: Party = None,
    yes: Yes = False,
) -> None:
    """All of it where no units are named (G11)."""
    from jp20.domain.register.events import ClaimKind

    _release(ClaimKind.ATTACHMENT, token, wallet, number, amount, (case, document), party, yes)


@attach.command(
    "list",
    help=both("The attachments, each by its number.", "差押えの一覧(番号付き)を表示する。"),
    epilog=example("jp20 attach list JP20-RE-0001"),
)
def attach_list(token: Token, wallet: OfHolder = None) -> None:
    """Of a holder, or of all (G11)."""
    from jp20.domain.register.events import ClaimKind

    _list(ClaimKind.ATTACHMENT, token, wallet)


def _set(
    kind: "ClaimKind",
    token: str,
    wallet: str,
    amount: str,
    reference: str,
    case: tuple[str, Path],
    party: list[str] | None,
    yes: bool,
) -> None:
    from jp20.domain.register.events import ClaimKind
    from jp20.operations.token import restraints

    holder, count, rests_on = address(wallet, "WALLET"), units(amount, "UNITS"), evidence(*case)
    session = workspace().session()
    excluded = parties(session, party)
    is_pledge = kind is ClaimKind.PLEDGE
    before = restraints.position(session, token, holder)
    rest = before.balance - (before.pledged if is_pledge else before.attached)
    if count > rest:
        _require_done_before(session, token, kind, holder, count, reference, rests_on, rest)
    what = Text("Pledge", "質権を設定") if is_pledge else Text("Attach", "差押えを記録")
    confirm(
        Text(
            f"{what.en} {count:,} units of {holder} for {reference}? "
            f"Of {before.balance:,} units {before.free:,} are free.",
            f"{holder} の {count:,} 口に {reference} のための{what.ja}しますか?"
            f"(保有 {before.balance:,} 口、移転可能 {before.free:,} 口)",
        ),
        yes,
    )
    act = restraints.pledge if is_pledge else restraints.attach
    made = act(session, token, holder, count, reference, rests_on, parties=excluded)
    say_if_nothing_sent(made.decided.steps)
    show(
        Record(
            "claim",
            Text("Set", "設定した内容"),
            ((NUMBER, made.id), (WALLET, holder), (UNITS, count), (CLAIMANT, reference)),
        ),
        position_table(session, token, [holder]),
        steps_table(session, made.decided.steps),
    )


def _require_done_before(
    session: "Session",
    token: str,
    kind: "ClaimKind",
    holder: "ChecksumAddress",
    count: int,
    reference: str,
    rests_on: "Evidence",
    rest: int,
) -> None:
    """Raises WouldBeRefused where the units are not there, unless this very claim was set before
    under the case.
    """
    from jp20.domain.register.events import ClaimKind
    from jp20.domain.token.reasons import Reason
    from jp20.domain.token.state import WouldBeRefused
    from jp20.operations.governance.earlier import executed_call

    function = "pledge" if kind is ClaimKind.PLEDGE else "attach"
    contract = session.token(token)
    if executed_call(session, contract, function, rests_on, holder=holder, amount=count) is None:
        raise WouldBeRefused(
            Text(
                f"{count:,} units cannot be claimed for {reference}: {rest:,} are there "
                "that are not yet.",
                f"{reference} のために {count:,} 口を設定することはできません"
                f"(設定可能な数量: {rest:,} 口)。",
            ),
            Reason.INSUFFICIENT_BALANCE,
            Text(f"See: jp20 position {token} {holder}", f"確認: jp20 position {token} {holder}"),
        )


def _release(
    kind: "ClaimKind",
    token: str,
    wallet: str,
    number: int,
    amount: str | None,
    case: tuple[str, Path],
    party: list[str] | None,
    yes: bool,
) -> None:
    from jp20.domain.register.events import ClaimKind
    from jp20.operations.governance.earlier import executed_call
    from jp20.operations.token import restraints

    holder, rests_on = address(wallet, "WALLET"), evidence(*case)
    asked = None if amount is None else units(amount, "UNITS")
    session = workspace().session()
    excluded = parties(session, party)
    is_pledge = kind is ClaimKind.PLEDGE
    function = "releasePledge" if is_pledge else "releaseAttachment"
    same: dict[str, object] = {"holder": holder, "id": number}
    if asked is not None:
        same["amount"] = asked
    before = executed_call(session, session.token(token), function, rests_on, **same)
    if before is not None:
        count = int(before["amount"])
    else:
        claim = claim_of(session, token, holder, number, kind)
        count = claim.units if asked is None else asked
        if count > claim.units:
            raise BadArgument(
                Text(
                    f"UNITS: {count:,} are more than the {claim.units:,} of number {number}.",
                    f"UNITS: {count:,} 口は番号 {number} の {claim.units:,} 口を超えています。",
                ),
                next_step=Text(
                    "Leave UNITS out to release all of it.",
                    "全部を解除する場合は UNITS を省略してください。",
                ),
            )
    release = restraints.release_pledge if is_pledge else restraints.release_attachment
    act = release(session, token, holder, number, count, rests_on, parties=excluded)
    done = run(session, act, yes)
    show(
        position_table(session, token, [holder]),
        claims_shown(session, token, [holder]),
        steps_table(session, done.steps),
    )


def _list(kind: "ClaimKind", token: str, wallet: str | None) -> None:
    holder = None if wallet is None else address(wallet, "WALLET")
    show(claims_of_kind(workspace().view(), token, holder, kind))
