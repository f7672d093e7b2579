"""The past of the platform's contracts: each event read once (G15).

A session asks for a contract's events many times: for a plan, for its outcomes, for the register.
`jp20.chain.history.ChainHistory` reads them from a node once, and afterwards only the blocks that
came since.
"""

from collections.abc import Collection, Iterable
from typing import Protocol

from eth_typing import ChecksumAddress

from jp20.domain.base.ids import CaseId, RequestId, TxHash
from jp20.domain.register.events import CallExecuted, Event, LoggedEvent, RequestProposed
from jp20.domain.register.journal import Journal
from jp20.domain.register.movements import Movement


class History(Protocol):
    """Answers what was said on the chain."""

    def events(
        self, address: ChecksumAddress, last: int | None = None
    ) -> tuple[LoggedEvent[Event], ...]:
        """All events of a contract in the chain's order, up to block `last` or the latest."""
        ...

    def proposals(
        self,
        consortium: ChecksumAddress,
        case_id: CaseId | None = None,
        request: RequestId | None = None,
    ) -> tuple[LoggedEvent[RequestProposed], ...]:
        """The proposals of requests; those under a case, those of a request by its id."""
        ...

    def executions(
        self, consortium: ChecksumAddress, requests: Collection[RequestId]
    ) -> tuple[LoggedEvent[CallExecuted], ...]:
        """The executed calls of some requests by their ids."""
        ...

    def journal(self, addresses: Iterable[ChecksumAddress], last: int | None = None) -> Journal:
        """What the events of some contracts add up to, up to block `last` or the latest. Movements
        know their grounds where the Consortium is among them.
        """
        ...

    def movements(
        self, token: ChecksumAddress, consortium: ChecksumAddress, transaction: TxHash
    ) -> tuple[Movement, ...]:
        """What moved units of a token in a transaction, with its grounds; nothing where it moved
        none.
        """
        ...
