"""What happened, in order, for the systems of members: movements, splits and requests (G34).

A position is a block and a log in it, and stands before the first event that was not seen yet: who
keeps it and asks again from there misses nothing, however long that was ago. Only blocks that are
final are told: what was told is never taken back.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Final, TypeAlias

from eth_typing import ChecksumAddress

from jp20.domain.base.at import At
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text
from jp20.domain.register.answers import Line, RequestAsOf, Stamp, TokenAsOf
from jp20.domain.register.events import (
    CallExecuted,
    RequestCancelled,
    RequestProposed,
    RequestSigned,
    SignatureWithdrawn,
)
from jp20.operations.people.viewed import NotToBeSeen
from jp20.operations.session import Session
from jp20.register.questions import Questions

Position: TypeAlias = tuple[int, int]
"""A block and a log, inclusive."""

BEGINNING: Final[Position] = (0, 0)

RequestEvent: TypeAlias = (
    RequestProposed | RequestSigned | SignatureWithdrawn | RequestCancelled | CallExecuted
)


class PositionAhead(BadArgument):
    """The position lies beyond what is final: it is of another chain, or made up."""

    what = Text("The position {block}-{log} is not reached yet: block {final} is final.")
    why = Text("It is of another chain, or of a chain that was started again.")
    next_step = Text("Begin with the feed from 0-0, and compare it with what you have.")

    def __init__(self, position: Position, final: int) -> None:
        super().__init__(block=position[0], log=position[1], final=final)


@dataclass(frozen=True, slots=True)
class UnitsMoved:
    """Units of a token moved, or were split."""

    code: str
    line: Line

    @property
    def at(self) -> At:
        return self.line.at


@dataclass(frozen=True, slots=True)
class RequestChanged:
    """Something happened to a request."""

    event: RequestEvent
    request: RequestAsOf
    at: At


Happened: TypeAlias = UnitsMoved | RequestChanged


@dataclass(frozen=True, slots=True)
class FeedPart:
    """What happened, in order, and the position after it. `whole`: there is no more by now."""

    happened: tuple[Happened, ...]
    position: Position
    whole: bool


def feed(
    session: Session,
    all_of: Questions,
    movements: Questions,
    requests: Questions,
    final: Stamp,
    position: Position,
    limit: int,
    refused: set[ChecksumAddress],
) -> FeedPart:
    """At most `limit` events from a position on, up to a final block. `all_of` is asked whether
    anything happened, `movements` and `requests` what of it may be seen: where nothing happened
    nobody saw anything. What was refused, a token's or, of the requests, the Consortium's address,
    is added to `refused`, and what stands there is not asked. Raises PositionAhead.
    """
    if position > (final.block + 1, 0):
        raise PositionAhead(position, final.block)
    sources = [
        _moved(all_of, movements, final, each, position, refused)
        for each in all_of.tokens(final)
        if each.address not in refused
    ]
    if session.consortium.address not in refused:
        sources.append(_asked(session, requests, final, position, refused))
    found = tuple(islice(merge(*sources, key=_place), limit + 1))
    if len(found) <= limit:
        return FeedPart(found, (final.block + 1, 0), True)
    last = found[limit - 1].at
    return FeedPart(found[:limit], (last.block, last.log + 1), False)


def position_after(happened: Happened) -> Position:
    """The position once an event was seen."""
    return (happened.at.block, happened.at.log + 1)


# Inside


def _place(happened: Happened) -> Position:
    return (happened.at.block, happened.at.log)


def _moved(
    all_of: Questions,
    seen: Questions,
    final: Stamp,
    token: TokenAsOf,
    position: Position,
    refused: set[ChecksumAddress],
) -> Iterator[Happened]:
    """Of a token that is not for the viewer to see there is nothing."""
    happened = any(
        (line.at.block, line.at.log) >= position
        for line in all_of.history(final, token.address, first=position[0])
    )
    if not happened:
        return
    try:
        for line in seen.history(final, token.address, first=position[0]):
            moved = UnitsMoved(token.code, line)
            if _place(moved) >= position:
                yield moved
    except NotToBeSeen:
        refused.add(token.address)


def _asked(
    session: Session,
    seen: Questions,
    final: Stamp,
    position: Position,
    refused: set[ChecksumAddress],
) -> Iterator[Happened]:
    """Of the requests that are for the viewer to see."""
    events = session.events(session.consortium.address, final.block)
    begin = bisect_left(events, position, key=lambda each: (each.at.block, each.at.log))
    asked = [each for each in events[begin:] if isinstance(each.event, RequestEvent)]
    if not asked:
        return
    try:
        known = {each.id: each for each in seen.requests(final)}
    except NotToBeSeen:
        refused.add(session.consortium.address)
        return
    for logged in asked:
        if isinstance(logged.event, RequestEvent) and logged.event.id in known:
            yield RequestChanged(logged.event, known[logged.event.id], logged.at)
