"""What the commands share that make a single act of one key: its case, its id, and that it was done
before.
"""

from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.language import both
from jp20.cli.frame.output import Column, Value, say
from jp20.domain.base.errors import Text

if TYPE_CHECKING:
    from jp20.domain.plans.outcomes import Done
    from jp20.operations.session import Session
    from jp20.operations.transactions.acts import SingleAct

OwnCase = Annotated[
    str | None,
    typer.Option(
        "--case",
        metavar="CASE",
        help=both(
            "A number of your own for it: under one number it is done once. It stays here.",
            "自社の管理番号。同じ番号では一度だけ行われる(チェーンには記録されない)。",
        ),
    ),
]

Again = Annotated[
    bool,
    typer.Option(
        "--again",
        help=both(
            "Once more, though the very same was done before.",
            "同一の内容が実行済みでも、もう一件行う。",
        ),
    ),
]


def known_case(case: str | None) -> str | None:
    """A case as it is written. Raises BadCase."""
    from jp20.domain.governance.evidence import BadCase
    from jp20.domain.governance.requests import case_id

    try:
        return None if case is None else case_id(case).rstrip(b"\0").decode("ascii")
    except ValueError:
        raise BadCase(case or "") from None


def done_before(session: "Session", act: "SingleAct") -> "Done | None":
    """What an earlier run made of it, once what is under way has come to its end."""
    from jp20.operations.transactions.acts import done_before as look

    return look(session, act)


def say_id(session: "Session", act: "SingleAct") -> None:
    """Before it is sent: by what it is known, and at which gas price. Raises GasPriceTooHigh."""
    price = session.connection.gas_price()
    say(
        Text(
            f"Act 0x{act.id[:8].hex()}, gas price {price:,} wei. If this breaks off, run the very"
            " same again: it is done once.",
            f"操作ID: 0x{act.id[:8].hex()}、ガス価格: {price:,} wei。中断した場合は、同じコマンドを"
            "再度実行してください(二重には行われません)。",
        )
    )


def say_if_done_earlier(done: "Done") -> None:
    """Says so where nothing was sent now."""
    if done.earlier is not None:
        from jp20.domain.base.times import in_tokyo

        when = in_tokyo(int(done.earlier))
        say(
            Text(
                f"NOTHING WAS SENT NOW. Done before: the very same was sent at {when}, and is in"
                f" block {done.block}. For a second one, add --again or another --case.",
                f"今回は送信していません。実行済み: 同一の取引が {when} に送信され、"
                f"ブロック {done.block} に取り込まれています。"
                "もう一件行う場合は --again または別の --case を付けて実行してください。",
            )
        )


def act_fields(act: "SingleAct", done: "Done") -> tuple[tuple[Column, Value], ...]:
    """By what it is known, and when it was sent where that was before."""
    from jp20.domain.base.times import in_tokyo

    sent = None if done.earlier is None else in_tokyo(int(done.earlier))
    return (
        (Column("act", Text("act", "操作ID")), act.id[:8]),
        (Column("sent_before", Text("sent before", "送信済み(日時)")), sent),
    )
