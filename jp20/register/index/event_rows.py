"""Events as rows and back: all but the Transfers that moved units, which are movements."""

from collections.abc import Mapping
from typing import Any, Final, get_args

from eth_typing import ChecksumAddress

from jp20.domain.base.at import At
from jp20.domain.register.events import Event, LoggedEvent, Other
from jp20.domain.register.movements import Why
from jp20.register.index.shapes import from_json, to_json, untyped_from_json, untyped_to_json

NUMBERS_OF_WHY: Final[Mapping[Why, int]] = {
    Why.TRANSFERRED: 0,
    Why.ISSUED: 1,
    Why.DELIVERED: 2,
    Why.APPROVED: 3,
    Why.SETTLED: 4,
    Why.SALE: 5,
    Why.GIFT: 6,
    Why.INHERITANCE: 7,
    Why.MERGER: 8,
    Why.FORCED: 9,
    Why.REVERSED: 10,
    Why.REDISTRIBUTED: 11,
    Why.POSITION_MOVED: 12,
    Why.REDEEMED: 13,
    Why.CARRIED: 14,
}
"""How a reason stands in the index. A number is never given a second time."""

WHYS: Final[Mapping[int, Why]] = {number: why for why, number in NUMBERS_OF_WHY.items()}

_CLASSES: Final[Mapping[str, type]] = {each.__name__: each for each in get_args(Event)}


def event_row(
    logged: LoggedEvent[Event], emitter: int, decision: int | None
) -> tuple[int, int, int, str, str, int | None]:
    """The row of EVENTS; `emitter` is its address's number."""
    event, at = logged.event, logged.at
    arguments = (
        untyped_to_json((event.name, event.arguments))
        if isinstance(event, Other)
        else to_json(type(event), event)
    )
    return (at.block, at.log, emitter, type(event).__name__, arguments, decision)


def event_of(kind: str, arguments: str, emitter: ChecksumAddress, at: At) -> LoggedEvent[Event]:
    """The event that a row has."""
    cls: Any = _CLASSES[kind]
    event: Event = (
        Other(*untyped_from_json(arguments)) if cls is Other else from_json(cls, arguments)
    )
    return LoggedEvent(event, emitter, at)
