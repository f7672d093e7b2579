"""What a command sent is done once its block is final; `--wait included` leaves it before that."""

from typing import TYPE_CHECKING

from jp20.cli.frame.invocation import Wait, invocation
from jp20.cli.frame.output import say, warn
from jp20.domain.base.errors import Text

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
        f"It is not final before block {final_from}, and under way until then: jp20 status",
        f"ブロック {final_from} の生成までは未確定のため、送信中の扱いです(jp20 status)。",
    )


def _waiting(block: int, final: int) -> Text:
    return Text(
        f"In block {block}. Waiting until it is final, at block {final}.",
        f"ブロック {block} に取り込まれました。確定(ブロック {final} の生成)を待っています。",
    )
