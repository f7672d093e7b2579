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
from jp20.domain.base.errors import JP20Error, Text

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
    from jp20.operations.governance.decide import NotBefore

    place = workspace()
    file = _handed_over(place, decision) if with_file else ""
    if isinstance(error, NotBefore):
        return
    _warn_of_twins(place, decision)
    if with_file:
        request = f"0x{error.request.hex()}"
        error.next_step = Text(
            f"They run: jp20 requests approve {request}{file}; "
            "or the same command with the same files. Then run it again.",
            f"先方で jp20 requests approve {request}{file} または同じファイルで同じコマンドを"
            "実行後、もう一度実行してください。",
        )


def _warn_of_twins(place: "Workspace", decision: "Decision") -> None:
    from jp20.operations.governance.earlier import open_twins

    for id, twin in open_twins(place.view(), decision).items():
        other = "--party"
        if twin.request.document_hash != decision.request.document_hash:
            other = "--document"
        warn(
            Text(
                f"ANOTHER request for the same under this case is open: 0x{id.hex()}, with another "
                f"{other}. Name the same as its proposer, or: jp20 requests approve 0x{id.hex()}; "
                "what you proposed too: jp20 requests cancel",
                f"同じ案件・同じ内容の別の申請が進行中です: 0x{id.hex()}({other} が異なります)。"
                "提案者と同じ指定で実行するか、jp20 requests approve で署名してください。"
                "重複して提案した場合は jp20 requests cancel で取り消してください。",
            )
        )


def _handed_over(place: "Workspace", decision: "Decision") -> str:
    """The option by which the others name the decision's file, where they need one."""
    from jp20.operations.governance.requests import MOST_PUBLISHED

    if 0 < len(decision.published_data) <= MOST_PUBLISHED:
        return ""
    file = _written(place, decision)
    say(
        Text(
            f"Its calls are not on the chain. Send this file to the others: {file}",
            "申請の内容はチェーンに記録されません。"
            f"このファイルを他の組織に送付してください: {file}",
        )
    )
    return f" --decision {file.name}"


def _written(place: "Workspace", decision: "Decision") -> Path:
    from jp20.operations.governance.requests import save_decision

    folder = place.path(place.settings.folders.plans)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"request-{decision.request.id.hex()[:16]}.json"
    save_decision(file, decision)
    return file
