"""One node over HTTP: JSON-RPC calls in, JSON-RPC answers out, and what can go wrong between.

urllib3 itself does the work: it takes half the time of requests and a third of web3's provider, its
pool is made for threads, and it follows no redirect and reads no .netrc with what a secret is.
"""

import json
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import urllib3
from urllib3 import HTTPConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
)
from urllib3.exceptions import SSLError as TLSError

from jp20.chain.rpc.access import Access
from jp20.chain.rpc.node_errors import (
    AccessRefused,
    CannotConnect,
    CertificateRefused,
    ConnectionLost,
    NodeTimedOut,
    NodeUnavailable,
    NotANode,
)
from jp20.domain.base.recursion import bounded_recursion

RpcCall = tuple[str, Sequence[object]]
"""A method and its parameters."""

Answer = dict[str, Any]
"""A JSON-RPC answer: it has `result` or `error`."""

CONNECT: Final = 3.05
"""Seconds to connect."""

SHORT: Final = 3.0
"""Seconds for an answer to a question that takes a node no time."""

LONG: Final = 60.0
"""Seconds for any answer. `eth_call` and `eth_estimateGas` of a large batch take a node many."""

SILENCE: Final = 2.0
"""Seconds without an answer after which a node is asked whether it is alive."""

_POOL: Final = 8
_NOT_NOW: Final = (408, 425, 429)
"""HTTP's words for not now; those from 500 on are a gateway's that does not reach the node."""

_TOO_MUCH: Final = {-32002: "request timed out", -32003: "response too large"}
"""How geth ends a batch that it has begun (rpc/errors.go)."""


class TooMuchAtOnce(Exception):
    """The node does not take so many or so large calls in one request. `of_number` where it is
    because there are so many.
    """

    def __init__(self, error: dict[str, Any], *, of_number: bool) -> None:
        super().__init__(str(error.get("message", error)))
        self.error = error
        self.of_number = of_number


class Node:
    """A node at an address. Nothing is known of its chain yet.

    Several threads may use it at once. Its secrets are read at the first call, and again after one
    was refused, so that a token can be replaced while a program runs. `opened` counts the
    connections that were made: at the end of a new one may be another program than before.
    """

    def __init__(self, url: str, access: Access) -> None:
        self.url: Final = url
        self.access: Final = access
        parts = urlsplit(url)
        self._target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
        self._lock = threading.Lock()
        self._pool: HTTPConnectionPool | None = None
        self.opened = 0

    def ask(self, calls: Sequence[RpcCall], seconds: float = LONG) -> list[Answer]:
        """The answers to calls, in their order; one alone is sent without a batch around it.

        Raises NodeFailure, TooMuchAtOnce.
        """
        status, body = self._post(_encoded(calls), calls[0][0], seconds)
        if status in _NOT_NOW or status >= 500:  # whatever it says beside it
            raise NodeUnavailable(self.url, status)
        try:
            with bounded_recursion():
                answered = json.loads(body)
        except (RecursionError, ValueError):
            raise NotANode(self.url) from None
        if len(calls) == 1:
            return [_checked(self.url, answered, 0)]
        return self._of_batch(answered, len(calls))

    def ask_or_give_up(self, calls: Sequence[RpcCall]) -> list[Answer]:
        """The same for who has another node to go to: does not wait for one that hangs.

        A slow answer and none look alike, so the node is asked for its block number meanwhile, on
        another connection. While it answers that, it is waited for; when it does not, it hangs, and
        SILENCE + SHORT seconds were lost. The thread that still waits ends by itself.
        """
        began = time.monotonic()
        asked = _Aside(lambda: self.ask(calls))
        while not asked.done(SILENCE):
            if time.monotonic() - began > LONG:
                raise NodeTimedOut(self.url, calls[0][0], LONG)
            self.ask([("eth_blockNumber", ())], SHORT)
        return asked.outcome()

    def _of_batch(self, answered: object, number: int) -> list[Answer]:
        if isinstance(answered, dict) and isinstance(answered.get("error"), dict):
            raise TooMuchAtOnce(answered["error"], of_number=True)
        if not isinstance(answered, list):
            raise NotANode(self.url)
        errors = [
            each["error"]
            for each in answered
            if isinstance(each, dict) and isinstance(each.get("error"), dict)
        ]
        if len(answered) == len(errors) == 1:  # geth's way: one answer, for the first of all
            raise TooMuchAtOnce(errors[0], of_number=True)
        for error in errors:
            if _TOO_MUCH.get(error.get("code", 0)) == error.get("message"):
                raise TooMuchAtOnce(error, of_number=False)
        placed = {each["id"]: each for each in answered if isinstance(each, dict) and "id" in each}
        if len(answered) != number:
            raise NotANode(self.url)
        return [_checked(self.url, placed.get(place), place) for place in range(number)]

    def _post(self, body: bytes, method: str, seconds: float) -> tuple[int, bytes]:
        pool = self._opened()
        try:
            response = pool.urlopen(
                "POST",
                self._target,
                body=body,
                timeout=urllib3.Timeout(connect=min(CONNECT, seconds), read=seconds),
                retries=False,
                redirect=False,
            )
            status, answer = response.status, response.data
        except (NewConnectionError, ConnectTimeoutError):
            raise CannotConnect(self.url) from None
        except ReadTimeoutError:
            raise NodeTimedOut(self.url, method, seconds) from None
        except TLSError as error:
            raise CertificateRefused(self.url, _reason(error)) from None
        except ProtocolError:
            raise ConnectionLost(self.url) from None
        except (HTTPError, ValueError):
            raise NotANode(self.url) from None
        if status in (401, 403, 407):
            with self._lock:
                self._pool = None
            raise AccessRefused(self.url, status)
        if status == 413:
            raise TooMuchAtOnce({"message": "HTTP 413"}, of_number=False)
        return status, answer

    def _opened(self) -> HTTPConnectionPool:
        with self._lock:
            if self._pool is None:
                headers = {"Content-Type": "application/json", **self.access.headers()}
                secure = {"ssl_context": self.access.tls()} if self.url[:6] == "https:" else {}
                self._pool = urllib3.connection_from_url(
                    self.url, maxsize=_POOL, headers=headers, **secure
                )
                self._count_connections(self._pool)
            return self._pool

    def close(self) -> None:
        """Its connections are closed; another question opens new ones."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    def _count_connections(self, pool: HTTPConnectionPool) -> None:
        node, kind = self, pool.ConnectionCls

        class Counted(kind):  # type: ignore[misc, valid-type]
            def connect(self) -> None:
                super().connect()
                node.opened += 1

        pool.ConnectionCls = Counted


class _Aside:
    """A call in a thread of its own, which nobody needs to wait for."""

    def __init__(self, call: Callable[[], list[Answer]]) -> None:
        self._call = call
        self._ended = threading.Event()
        self._outcome: list[Answer] | BaseException = []
        threading.Thread(target=self._run, daemon=True).start()

    def done(self, seconds: float) -> bool:
        """Whether it is, within so many seconds."""
        return self._ended.wait(seconds)

    def outcome(self) -> list[Answer]:
        """What came of it. Raises what the call raised."""
        if isinstance(self._outcome, BaseException):
            raise self._outcome
        return self._outcome

    def _run(self) -> None:
        try:
            self._outcome = self._call()
        except BaseException as error:  # raised where the outcome is asked for
            self._outcome = error
        self._ended.set()


def _encoded(calls: Sequence[RpcCall]) -> bytes:
    requests = [
        {"jsonrpc": "2.0", "id": place, "method": method, "params": list(params)}
        for place, (method, params) in enumerate(calls)
    ]
    return json.dumps(requests if len(calls) > 1 else requests[0], separators=(",", ":")).encode()


def _checked(url: str, answer: object, place: int) -> Answer:
    """An answer as JSON-RPC has it. Raises NotANode."""
    if not isinstance(answer, dict) or ("result" not in answer and not answer.get("error")):
        raise NotANode(url)
    # A request that could not be read at all is answered without an id.
    if answer.get("id") != place and not answer.get("error"):
        raise NotANode(url)
    return answer


def _reason(error: TLSError) -> str:
    """What OpenSSL says, which names certificates and no secret."""
    cause = error.args[0] if error.args else error
    return str(getattr(cause, "verify_message", "") or getattr(cause, "reason", "") or cause)
