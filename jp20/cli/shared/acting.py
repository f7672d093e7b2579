"""An act, asked about and carried out: the same steps for every command."""

from typing import TYPE_CHECKING, Any

from jp20.cli.frame.output import confirm, say
from jp20.cli.shared.again import say_if_nothing_sent
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from jp20.domain.plans.outcomes import Decided, Outcomes
    from jp20.domain.token.reasons import Reason
    from jp20.operations.governance.acts import Act, RowsAct
    from jp20.operations.session import Session


def run(
    session: "Session",
    act: "Act",
    yes: bool,
    remedy: "Callable[[Reason], Text | None]" = lambda reason: None,
    before: "Callable[[], object]" = lambda: None,
) -> "Decided":
    """What was done before is neither judged nor asked about again. `before` shows what whoever is
    asked should see; `remedy` gives the next step after a refusal. Raises WouldBeRefused,
    NotConfirmed, and what `carry_out` raises.
    """
    from jp20.operations.governance.acts import carry_out

    ask(session, act, yes, remedy, before)
    done = carry_out(session, act)
    if done.calls:
        say_if_nothing_sent(done.steps)
    else:
        say(Text("Nothing was sent: it is so already."))
    return done


def run_rows(
    session: "Session",
    act: "RowsAct[Any]",
    yes: bool,
    before: "Callable[[], object]" = lambda: None,
) -> "Outcomes":
    """The same for many rows; `some_refused.end` or `finish` says what became of them."""
    from jp20.operations.governance.acts import carry_out

    ask(session, act, yes, before=before)
    return carry_out(session, act)


def ask(
    session: "Session",
    act: "Act | RowsAct[Any]",
    yes: bool,
    remedy: "Callable[[Reason], Text | None]" = lambda reason: None,
    before: "Callable[[], object]" = lambda: None,
) -> None:
    """Judges an act and asks, unless it is done. Raises WouldBeRefused, NotConfirmed."""
    from jp20.domain.token.state import WouldBeRefused
    from jp20.operations.governance.acts import ActState, judge, state_of

    if state_of(session, act) is ActState.DONE:
        return
    try:
        judge(session, act)
    except WouldBeRefused as refusal:
        if refusal.reason is not None:
            refusal.next_step = remedy(refusal.reason) or refusal.next_step
        raise
    before()
    confirm(act.question(), yes)
