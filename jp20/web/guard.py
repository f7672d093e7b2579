"""Before any route: what is too large or too often is refused, and every answer has the headers
that keep browsers from doing more with it than show it.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from jp20.domain.base.errors import JP20Error
from jp20.web.errors import RequestTooLarge, TooManyRequests
from jp20.web.problems import problem_response

MOST_BODY: Final = 8_192
"""Bytes: a text to sign in with and its signature are a fifth of that."""

MOST_PATH: Final = 1_024
"""Bytes of a path with its query."""

_REMEMBERED: Final = 10_000

_HEADERS: Final = tuple(
    (name.encode(), value.encode())
    for name, value in (
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "private, no-cache"),
        ("vary", "Authorization"),
        ("cross-origin-resource-policy", "same-origin"),
    )
)


class Allowance:
    """So many requests a minute for each who asks, `burst` of them at once. Several threads may
    use it.
    """

    def __init__(self, rate: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate / 60
        self._burst = max(rate / 10, 10.0)
        self._clock = clock
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, who: str) -> None:
        """Counts a request. Raises TooManyRequests."""
        now = self._clock()
        with self._lock:
            left, then = self._left.pop(who, (self._burst, now))
            left = min(self._burst, left + (now - then) * self._rate)
            self._left[who] = (max(left - 1, 0) if left >= 1 else left, now)
            if len(self._left) > _REMEMBERED:
                self._left.popitem(last=False)
        if left < 1:
            raise TooManyRequests(max(1, round((1 - left) / self._rate)))


class Guard:
    """The outermost part of the app."""

    def __init__(self, app: ASGIApp, clients: Allowance) -> None:
        self._app = app
        self._clients = clients

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = message.get("headers", ())
                names = {name.lower() for name, _ in given}
                usual = [each for each in _HEADERS if each[0] not in names]
                message["headers"] = [*given, *usual]
            await send(message)

        try:
            self._clients.take((scope.get("client") or ("",))[0])
            if len(scope.get("raw_path", b"")) + len(scope["query_string"]) > MOST_PATH:
                raise RequestTooLarge(MOST_BODY, MOST_PATH)
            body = await _body(scope, receive)
        except JP20Error as refusal:
            headers = dict(scope["headers"])
            said = headers.get(b"accept-language", b"").decode("latin-1")
            await problem_response(refusal, said)(scope, receive, send_with_headers)
            return

        given = False

        async def receive_body() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, receive_body, send_with_headers)


async def _body(scope: Scope, receive: Receive) -> bytes:
    """The whole body. Raises RequestTooLarge as soon as it is known to be."""
    length = dict(scope["headers"]).get(b"content-length", b"0")
    if not length.isdigit() or len(length) > 9 or int(length) > MOST_BODY:
        raise RequestTooLarge(MOST_BODY, MOST_PATH)
    body = b""
    while True:
        message = await receive()
        part: bytes = message.get("body", b"")
        body += part
        if len(body) > MOST_BODY:
            raise RequestTooLarge(MOST_BODY, MOST_PATH)
        if not message.get("more_body", False):
            return body
