"""One organisation after the other: what is said, and which file is written, where a decision waits
for others.

Where the calls of a request are not on the chain (many of them, or long ones), the others can see
them only in the decision's file, and without having seen them nobody signs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from jp20.cli.frame.output import say, warn
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.domain.governance.requests import Decision
    from jp20.operations.governance.decide import AwaitingOthers, NotBefore
    from jp20.operations.workspace import Workspace


@contextmanager
def saying_who_is_next() -> Iterator[None]:
    """Around every command. AwaitingOthers and NotBefore go on from here, with the next command;
    and where others mean the same by another request, that is said.
    """
    try:
        yield
    except JP20Error as error:
        from jp20.operations.governance.decide import AwaitingOthers, NotBefore
        from jp20.operations.plans.plan import PlanAwaitingOthers

        if isinstance(error, AwaitingOthers | NotBefore) and error.decision is not None:
            _tell(error, error.decision, with_file=not isinstance(error, PlanAwaitingOthers))
        raise


def _tell(error: "AwaitingOthers | NotBefore", decision: "Decision", *, with_file: bool) -> None:
    """`with_file`: the decision is handed over as a file, where it needs one; else as a plan."""
    from jp20.cli.frame.workspace import workspace
    from jp20.operations.governance.decide import Awaited, NotBefore

    place = workspace()
    file = _handed_over(place, decision) if with_file else ""
    if isinstance(error, NotBefore):
        return
    _warn_of_twins(place, decision)
    if with_file:
        verb = "execute" if error.awaited is Awaited.EXECUTION else "approve"
        command = f"jp20 requests {verb} 0x{error.request.hex()}{file}"
        error.next_step = Text(
            "They run: {command}; or the same command with the same files. Then run it again.",
            command=command,
        )


@contextmanager
def part_of(number: int, count: int, what: Text) -> Iterator[None]:
    """Around one of several decisions of a command: what waits says which of them it is."""
    from jp20.operations.governance.decide import AwaitingOthers, NotBefore

    try:
        yield
    except (AwaitingOthers, NotBefore) as error:
        error.what = Text(
            "{number} of {count}, {what}: {error}",
            number=number,
            count=count,
            what=what,
            error=error.what,
        )
        raise


def _warn_of_twins(place: "Workspace", decision: "Decision") -> None:
    from jp20.operations.governance.earlier import open_twins

    for id, twin in open_twins(place.view(), decision).items():
        other = "--party"
        if twin.request.document_hash != decision.request.document_hash:
            other = "--document"
        warn(
            Text(
                "ANOTHER request for the same under this case is open: 0x{id}, with another "
                "{other}. Name the same as its proposer, or: jp20 requests approve 0x{id}; what "
                "you proposed too: jp20 requests cancel",
                id=id.hex(),
                other=other,
            )
        )


def _handed_over(place: "Workspace", decision: "Decision") -> str:
    """The option by which the others name the decision's file, where they need one."""
    from jp20.operations.governance.requests import MOST_PUBLISHED

    if 0 < len(decision.published_data) <= MOST_PUBLISHED:
        return ""
    file = _written(place, decision)
    say(Text("Its calls are not on the chain. Send this file to the others: {file}", file=file))
    return f" --decision {file.name}"


def _written(place: "Workspace", decision: "Decision") -> Path:
    from jp20.operations.governance.requests import save_decision

    folder = place.path(place.settings.folders.plans)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"request-{decision.request.id.hex()[:16]}.json"
    save_decision(file, decision)
    return file
