"""How a command ends that did something to a few rows, some of which the chain refused."""

from typing import TYPE_CHECKING

from jp20.cli.frame.endings import Ending
from jp20.cli.frame.output import Record, Table, show
from jp20.cli.shared.again import say_if_nothing_sent
from jp20.cli.shared.results import refused_table, steps_table
from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.domain.plans.outcomes import Outcomes
    from jp20.operations.session import Session


class RowRefused(JP20Error):
    """The only row that there was is refused by the chain."""

    what = Text("The chain refused it{who}.")
    why = Text("{code}: {reason}")

    def __init__(self, account: str | None, code: str, reason: Text) -> None:
        who = "" if account is None else f": {account}"
        super().__init__(who=who, code=code, reason=reason)
        self.code = code


def end(session: "Session", outcomes: "Outcomes", *parts: Table | Record) -> None:
    """Shows parts, refused rows and steps. Raises RowRefused where the only row is refused, Ending
    where some of several are.
    """
    say_if_nothing_sent(outcomes.steps)
    if len(outcomes.rows) == 1 and outcomes.refused:
        row = outcomes.refused[0]
        unknown = Text("no reason given")
        raise RowRefused(row.account, row.code or "–", row.reason or unknown)
    refused = (refused_table(outcomes.refused),) if outcomes.refused else ()
    show(*parts, *refused, steps_table(session, outcomes.steps))
    if outcomes.refused:
        raise Ending(ExitCode.SOME_REFUSED)
