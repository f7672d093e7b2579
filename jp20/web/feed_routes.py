"""The feed: long polling and server-sent events, and the keys that sign webhooks."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from jp20.domain.base.errors import JP20Error
from jp20.domain.register.events import (
    CallExecuted,
    RequestProposed,
    RequestSigned,
    SignatureWithdrawn,
)
from jp20.operations.register.feed import (
    FeedPart,
    Happened,
    Position,
    RequestChanged,
    UnitsMoved,
    position_after,
)
from jp20.web.asked import cursor_of, position_of
from jp20.web.callers import AskerNow
from jp20.web.errors import TooManyRequests
from jp20.web.shapes import (
    AtShape,
    Bytes32,
    JsonShape,
    LineShape,
    case_of,
    in_hex,
)
from jp20.web.shared_register import Asker

MOST: Final = 500
"""Events in one answer."""

LONGEST_WAIT: Final = 30
"""Seconds."""

HEARTBEAT: Final = 15.0
"""Seconds without an event after which a stream says that it lives."""

MOST_STREAMS: Final = 8
"""Of one organisation at a time."""


class RequestEventShape(JsonShape):
    """What happened to a request. `organisation` did it; `slot` is of a signature, `index` of a
    call that was executed.
    """

    id: Bytes32
    case: str
    organisation: int
    slot: int | None = None
    index: int | None = None


class EventShape(JsonShape):
    """Something that happened, in a block that is final. `cursor` stands after it: two events of
    one cursor are the same event.
    """

    cursor: str = Field(examples=["1042-4"])
    type: str = Field(
        description="movement, split, or request.proposed, .signed, .withdrawn, .cancelled, "
        ".executed",
        examples=["movement"],
    )
    at: AtShape
    token: str | None = Field(default=None, examples=["JP20-RE-0001"])
    movement: LineShape | None = None
    request: RequestEventShape | None = None

    @classmethod
    def of(cls, happened: Happened) -> "EventShape":
        cursor, at = cursor_of(position_after(happened)), AtShape.of(happened.at)
        match happened:
            case UnitsMoved(code, line):
                kind = "split" if line.why is None else "movement"
                return cls(cursor=cursor, type=kind, at=at, token=code, movement=LineShape.of(line))
            case RequestChanged(event, known, _):
                slot = index = None
                match event:
                    case RequestProposed():
                        kind = "proposed"
                    case RequestSigned():
                        kind, slot = "signed", event.slot
                    case SignatureWithdrawn():
                        kind, slot = "withdrawn", event.slot
                    case CallExecuted():
                        kind, index = "executed", event.index
                    case _:
                        kind = "cancelled"
                request = RequestEventShape(
                    id=in_hex(event.id),
                    case=case_of(known.record.request.case_id),
                    organisation=event.organisation,
                    slot=slot,
                    index=index,
                )
                return cls(cursor=cursor, type=f"request.{kind}", at=at, request=request)


class FeedShape(JsonShape):
    """Events in the chain's order. `next` is the `after` of the next call, also where there were
    none. `whole`: there is no more by now.
    """

    events: list[EventShape]
    next: str = Field(examples=["1043-0"])
    whole: bool

    @classmethod
    def of(cls, part: FeedPart) -> "FeedShape":
        return cls(
            events=[EventShape.of(each) for each in part.happened],
            next=cursor_of(part.position),
            whole=part.whole,
        )


class Tail:
    """Tells who waits that more blocks are final. `final` gives up to which block they are."""

    def __init__(self, final: Callable[[], int], poll: float = 0.5) -> None:
        self._final = final
        self._poll = poll
        self._changed = asyncio.Condition()
        self._known = -1
        self._streams: dict[int, int] = {}
        self.ending = False

    async def run(self) -> None:
        """Looks until it is cancelled; a node that does not answer is asked again."""
        while True:
            try:
                newest = await run_in_threadpool(self._final)
            except JP20Error:
                newest = self._known
            if newest != self._known:
                self._known = newest
                async with self._changed:
                    self._changed.notify_all()
            await asyncio.sleep(self._poll)

    async def more_than(self, block: int, seconds: float) -> bool:
        """Waits until a block from `block` on is final; False where none is after some seconds, or
        the server ends.
        """
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(lambda: self.ending or self._known >= block)
        except TimeoutError:
            return False
        return not self.ending

    async def end(self) -> None:
        """Nobody waits any longer."""
        self.ending = True
        async with self._changed:
            self._changed.notify_all()

    def open_stream(self, organisation: int) -> None:
        """Raises TooManyRequests."""
        if self._streams.get(organisation, 0) >= MOST_STREAMS:
            raise TooManyRequests(60)
        self._streams[organisation] = self._streams.get(organisation, 0) + 1

    def close_stream(self, organisation: int) -> None:
        self._streams[organisation] -= 1


After = Annotated[
    str | None,
    Query(max_length=26, description="`next` or `cursor` of before; else all from the beginning."),
]


def feed_routes() -> APIRouter:
    """Long polling and a stream, of the same events."""
    routes = APIRouter(prefix="/feed", tags=["feed"])

    @routes.get("", summary="Events after a cursor")
    async def events(
        request: Request,
        asker: AskerNow,
        after: After = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
        wait: Annotated[
            int, Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait for the first event.")
        ] = 0,
    ) -> FeedShape:
        """At least once, in the chain's order. A consumer keeps `next` with what it did."""
        position = position_of(after, "query.after")
        register, tail = request.app.state.register, request.app.state.tail
        ends = asyncio.get_running_loop().time() + wait
        while True:
            part = await run_in_threadpool(register.feed, asker, position, limit)
            left = ends - asyncio.get_running_loop().time()
            if part.happened or left <= 0:
                return FeedShape.of(part)
            position = part.position
            if not await tail.more_than(position[0], left):
                return FeedShape.of(part)

    @routes.get(
        "/stream",
        summary="Events after a cursor, as server-sent events",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
    )
    async def stream(
        request: Request,
        asker: AskerNow,
        after: After = None,
        last_event_id: Annotated[str | None, Header(max_length=26)] = None,
    ) -> StreamingResponse:
        """`id` is the event's cursor, `event` its type, `data` the event as in /feed. It ends with
        the token; who connects again sends `Last-Event-ID`.
        """
        if last_event_id is not None:
            position = position_of(last_event_id, "header.last-event-id")
        else:
            position = position_of(after, "query.after")
        tail: Tail = request.app.state.tail
        # What is wrong with the cursor is said before the stream begins.
        await run_in_threadpool(request.app.state.register.feed, asker, position, 1)
        tail.open_stream(asker.organisation)
        token = request.headers["authorization"].partition(" ")[2]
        return StreamingResponse(
            _events(request, asker, token, position),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    return routes


async def _events(
    request: Request, asker: Asker, token: str, position: Position
) -> AsyncIterator[bytes]:
    register, tail, desk = (
        getattr(request.app.state, name) for name in ("register", "tail", "desk")
    )
    try:
        yield b"retry: 2000\n\n"
        while not tail.ending:
            await run_in_threadpool(desk.caller, token)
            part = await run_in_threadpool(register.feed, asker, position, MOST)
            for each in part.happened:
                event = EventShape.of(each)
                data = json.dumps(event.model_dump(mode="json"), ensure_ascii=False)
                yield f"id: {event.cursor}\nevent: {event.type}\ndata: {data}\n\n".encode()
            position = part.position
            if part.whole and not await tail.more_than(position[0], HEARTBEAT):
                yield b": no event\n\n"
    except JP20Error as error:
        yield f"event: error\ndata: {json.dumps({'code': error.kind})}\n\n".encode()
    finally:
        tail.close_stream(asker.organisation)
