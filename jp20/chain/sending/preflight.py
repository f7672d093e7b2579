"""What a call would do now, and how much gas it needs, before it is sent."""

from collections.abc import Sequence
from typing import Final

from eth_typing import ChecksumAddress

from jp20.chain.rpc.connection import Connection, NodeRefused, quantity
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text
from jp20.domain.governance.requests import Call

GAS_MARGIN: Final = 1.25
"""Gas given for each of the estimate: rows that are refused now may pass then."""

LIKE: Final = 1.1
"""What a call of the same shape may need more than the one that was estimated, to be given the
same.
"""

LONG: Final = 4096
"""Bytes of a call that does something to many."""

_Shape = tuple[ChecksumAddress, bytes, int]


class TooMuchGas(JP20Error):
    """A transaction needs more gas than a block has."""

    what = Text("The transaction needs {needed:,} gas, and a block has {limit:,}.")
    next_step = Text("Make the batch smaller.")

    def __init__(self, needed: int, limit: int) -> None:
        super().__init__(needed=needed, limit=limit)


class Preflight:
    """Tries calls of one sender without sending them.

    An estimate costs a node many executions. So of calls of one shape (target, function, length)
    the first is estimated, and the others are tried once, with little more than that: those that
    pass do not need more.
    """

    def __init__(self, connection: Connection, sender: ChecksumAddress) -> None:
        self._connection = connection
        self._sender = sender

    def gas(self, calls: Sequence[Call]) -> list[int | NodeRefused]:
        """The gas to give to each call, or how the node refuses it now. Raises TooMuchGas."""
        limit = self._connection.block().gas_limit
        first: dict[_Shape, Call] = {}
        for call in calls:
            first.setdefault(_shape(call), call)
        known = dict(zip(first, self._estimated(list(first.values()), limit), strict=True))
        like = [call for call in calls if call is not first[_shape(call)]]
        alike = iter(self._alike(like, known))
        each = [
            known[_shape(call)] if call is first[_shape(call)] else next(alike) for call in calls
        ]
        alone = [call for call, gas in zip(calls, each, strict=True) if gas is None]
        estimated = iter(self._estimated(alone, limit))
        return [
            _given(found, limit) if isinstance(found, int) else found
            for found in (next(estimated) if gas is None else gas for gas in each)
        ]

    def _estimated(self, calls: Sequence[Call], limit: int) -> list[int | NodeRefused]:
        """What each call needs; a block's gas where the node would think too long."""
        slow = [self._connection.estimates_slowly and len(call.data) > LONG for call in calls]
        asked = [(transaction(call, self._sender), "latest") for call in calls]
        answers = iter(
            self._connection.batch(
                (method, parameters if method == "eth_call" else parameters[:1])
                for parameters, without in zip(asked, slow, strict=True)
                for method in (("eth_call",) if without else ("eth_call", "eth_estimateGas"))
            )
        )
        found: list[int | NodeRefused] = []
        for without in slow:
            tried = next(answers)
            estimate = hex(limit) if without else next(answers)
            refusal = next((a for a in (tried, estimate) if isinstance(a, NodeRefused)), None)
            found.append(refusal or quantity(estimate))
        return found

    def _alike(
        self, calls: Sequence[Call], known: dict[_Shape, int | NodeRefused]
    ) -> list[int | None]:
        """What was estimated for a call of the same shape, where it is enough."""
        asked = [(call, known[_shape(call)]) for call in calls]
        answers = iter(
            self._connection.batch(
                (
                    "eth_call",
                    (transaction(call, self._sender) | {"gas": hex(int(gas * LIKE))}, "latest"),
                )
                for call, gas in asked
                if isinstance(gas, int)
            )
        )
        return [
            gas if isinstance(gas, int) and not isinstance(next(answers), NodeRefused) else None
            for _, gas in asked
        ]


def transaction(call: Call, sender: ChecksumAddress) -> dict[str, str]:
    """A call as a node wants it to try it."""
    fields: dict[str, str] = {"from": sender, "data": f"0x{call.data.hex()}"}
    return fields if call.is_creation else fields | {"to": call.target}


def _shape(call: Call) -> _Shape:
    return call.target, call.selector, len(call.data)


def _given(needed: int, limit: int) -> int:
    if needed > limit:
        raise TooMuchGas(needed, limit)
    return min(int(needed * GAS_MARGIN), limit)
