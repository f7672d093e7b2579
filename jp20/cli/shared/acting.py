"""An act, asked about and carried out: the same steps for every command."""

from typing import TYPE_CHECKING

from jp20.cli.frame.output import confirm
from jp20.cli.shared.again import say_if_nothing_sent

if TYPE_CHECKING:
    from collections.abc import Callable

    from jp20.domain.base.errors import Text
    from jp20.domain.plans.outcomes import Decided
    from jp20.domain.token.reasons import Reason
    from jp20.operations.governance.acts import Act
    from jp20.operations.session import Session


def run(
    session: "Session",
    act: "Act",
    yes: bool,
    remedy: "Callable[[Reason], Text | None]" = lambda reason: None,
) -> "Decided":
    """What was done under the case before is neither judged nor asked about again. `remedy` gives
    the next step after a refusal. Raises WouldBeRefused, NotConfirmed, and what `carry_out` raises.
    """
    from jp20.domain.token.state import WouldBeRefused
    from jp20.operations.governance.acts import ActState, carry_out, judge, state_of

    if state_of(session, act) is not ActState.DONE:
        try:
            judge(session, act)
        except WouldBeRefused as refusal:
            if refusal.reason is not None:
                refusal.next_step = remedy(refusal.reason) or refusal.next_step
            raise
        confirm(act.question(), yes)
    done = carry_out(session, act)
    say_if_nothing_sent(done.steps)
    return done
