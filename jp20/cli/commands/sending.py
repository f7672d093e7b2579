"""`jp20 status`, `jp20 resume-sending`: what is under way, and going on with it after a break."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

import typer

from jp20.cli.frame.endings import Ending
from jp20.cli.frame.language import example
from jp20.cli.frame.options import Yes
from jp20.cli.frame.output import (
    Coded,
    Column,
    Record,
    Table,
    Value,
    confirm,
    progress,
    say,
    show,
    table,
    warn,
)
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.results import BLOCK, TRANSACTION, UNITS
from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo

if TYPE_CHECKING:
    from jp20.operations.session import Session
    from jp20.operations.transactions.sending import Entry, OutboxStatus
    from jp20.operations.workspace import Workspace

app = typer.Typer()

_NONCE: Final = Column("nonce", Text("nonce"))
_NOT_FINAL: Final = Coded("not_final", Text("in a block that was not final"))
_LABEL: Final = Column("label", Text("what"))


@app.command("status", epilog=example("jp20 status", "jp20 status --format json"))
def status() -> None:
    """Without a node it says what the outboxes say, and why the rest is missing."""
    from jp20.operations.transactions.sending import sending_status as sending_status

    place = workspace()
    trouble: JP20Error | None = None
    advice: list[Text] = []
    parts: list[Table | Record] = []
    try:
        found = sending_status(place.connection, place.outbox)
    except JP20Error as error:
        trouble = error
        parts.append(_sending_table(_noted(place)))
    else:
        parts.append(_sending_table(_found(found)))
        advice = [each.advice for each in found]
        try:
            parts += platform_parts(place.view())
        except JP20Error as error:
            trouble = error
    show(*parts)
    for text in dict.fromkeys(advice):
        warn(text)
    if trouble is not None:
        raise trouble


@app.command("resume-sending", epilog=example("jp20 resume-sending --yes"))
def resume_sending(yes: Yes = False) -> None:
    """Needs no key: what was signed is looked for, and the same bytes are sent where no node has
    them; none is sent twice.
    """
    from jp20.operations.transactions.sending import resume_sending as go_on
    from jp20.operations.transactions.sending import sending_status as sending_status

    place = workspace()
    found = sending_status(place.connection, place.outbox)
    count = sum(len(each.under_way) for each in found)
    if count == 0:
        show(entries_table(()))
        say(Text("Nothing is under way."))
        return
    say(_sending_table(_found(found)))
    confirm(
        Text(
            "Resume {count:this|these} {count} {count:transaction|transactions}? None is "
            "sent twice.",
            count=count,
        ),
        yes,
    )
    with progress(Text("Sending")):
        entries = go_on(place.view())
    end_of(entries)


def end_of(entries: "Sequence[Entry]") -> None:
    """Shows what became of transactions. Ends with 1 where one failed or can never come, with 6
    where one waits for a signature.
    """
    show(entries_table(entries))
    if any(not each.state.is_live and each.state.name != "SUCCEEDED" for each in entries):
        raise Ending(ExitCode.REFUSED)
    if any(each.state.is_live for each in entries):
        raise Ending(ExitCode.WAITS)


def entries_table(entries: "Iterable[Entry]") -> Table:
    """Transactions of the outbox as they are now."""
    return table(
        "transactions",
        Text("Transactions"),
        entries,
        (_NONCE, lambda each: each.nonce),
        (_LABEL, lambda each: each.label),
        (Column("state", Text("state")), lambda each: each.state),
        (BLOCK, lambda each: each.block),
        (TRANSACTION, lambda each: each.hash),
    )


def platform_parts(session: "Session") -> tuple[Record, Table]:
    """Whether the platform is halted, and how its tokens stand."""
    from jp20.operations.governance.emergency import platform_status as status_of

    found = status_of(session)
    return (
        Record(
            "platform",
            Text("HALTED") if found.halted else Text("Running"),
            (
                (Column("block", Text("block"), number=True), found.block),
                (Column("halted", Text("halted")), found.halted),
                (
                    Column("since", Text("since", context="stopped")),
                    in_tokyo(found.since) if found.since else None,
                ),
            ),
        ),
        table(
            "tokens",
            Text("Tokens"),
            found.tokens,
            (Column("code", Text("code", context="reason")), lambda each: each.code),
            (Column("token", Text("token")), lambda each: each.token),
            (Column("paused", Text("paused")), lambda each: each.paused),
            (UNITS, lambda each: each.supply),
            (Column("splits", Text("splits"), number=True), lambda each: each.splits),
        ),
    )


def _found(found: "Iterable[OutboxStatus]") -> Iterator[tuple[Value, ...]]:
    """What is under way, and where it is by the node."""
    for key in found:
        for each in key.under_way:
            yield _row(key.signer, each.entry, each.where, each.final_from)


def _noted(place: "Workspace") -> Iterator[tuple[Value, ...]]:
    """What is under way by the outboxes of the settings' chain alone."""
    from jp20.operations.transactions.sending import noted

    for view in noted(place.outbox, place.settings.network.chain_id):
        for entry in view.unfinished:
            yield _row(view.signer, entry, entry.state)
        for entry in view.not_final:
            yield _row(view.signer, entry, _NOT_FINAL)


def _row(
    signer: str, entry: "Entry", where: Value, final_from: int | None = None
) -> tuple[Value, ...]:
    since = in_tokyo(int(entry.intended_at))
    return (signer, entry.nonce, entry.label, where, since, entry.block, final_from, entry.hash)


def _sending_table(rows: Iterable[tuple[Value, ...]]) -> Table:
    return Table(
        "sending",
        Text("Under way"),
        (
            Column("signer", Text("key")),
            _NONCE,
            _LABEL,
            Column("where", Text("where")),
            Column("since", Text("since", context="begun")),
            BLOCK,
            Column("final_from", Text("final from block"), number=True),
            TRANSACTION,
        ),
        list(rows),
    )
