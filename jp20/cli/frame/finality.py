"""What a command sent is done once its block is final; `--wait included` leaves it before that."""

from typing import TYPE_CHECKING

from jp20.cli.frame.invocation import Wait, invocation
from jp20.cli.frame.output import say, warn
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.operations.session import Session


class Settling:
    """Waits for what was sent in a session, with a word of what is waited for; or says once that it
    is not final. Raises NotFinal, Overturned, OutcomeUnknown.
    """

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._said: int | None = None

    def __call__(self) -> None:
        if invocation().wait is Wait.INCLUDED:
            final_from = self._session.final_from
            if final_from is not None and final_from != self._said:
                warn(_not_final(final_from))
                self._said = final_from
        else:
            self._session.wait_until_final(lambda block, final: say(_waiting(block, final)))


def _not_final(final_from: int) -> Text:
    return Text(
        "It is not final before block {final_from}, and under way until then: jp20 status",
        final_from=final_from,
    )


def _waiting(block: int, final: int) -> Text:
    return Text(
        "In block {block}. Waiting until it is final, at block {final}.", block=block, final=final
    )
