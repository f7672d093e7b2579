"""What the commands share that make a single act of one key: its case, its id, and that it was done
before.
"""

from typing import TYPE_CHECKING, Annotated

from jp20.cli.frame.declare import option
from jp20.cli.frame.output import Column, Value, say
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo

if TYPE_CHECKING:
    from jp20.domain.plans.outcomes import Done
    from jp20.operations.session import Session
    from jp20.operations.transactions.acts import SingleAct

OwnCase = Annotated[
    str | None,
    option(
        "A number of your own for it: under one number it is done once. It stays here.",
        "--case",
        metavar="CASE",
    ),
]

Again = Annotated[bool, option("Once more, though the very same was done before.", "--again")]


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
            "Act 0x{id}, gas price {price:,} wei. If this breaks off, run the very same again: it "
            "is done once.",
            id=act.id[:8].hex(),
            price=price,
        )
    )


def say_if_done_earlier(done: "Done") -> None:
    """Says so where nothing was sent now."""
    if done.earlier is not None:
        from jp20.domain.base.times import in_tokyo

        when = in_tokyo(int(done.earlier))
        say(
            Text(
                "NOTHING WAS SENT NOW. Done before: the very same was sent at {when}, and is in "
                "block {block}. For a second one, add --again or another --case.",
                when=when,
                block=done.block,
            )
        )


def act_fields(act: "SingleAct", done: "Done") -> tuple[tuple[Column, Value], ...]:
    """By what it is known, and when it was sent where that was before."""
    sent = None if done.earlier is None else in_tokyo(int(done.earlier))
    return (
        (Column("act", Text("act", context="id")), act.id[:8]),
        (Column("sent_before", Text("sent before")), sent),
    )
