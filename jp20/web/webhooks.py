"""The feed sent to members: HTTP requests signed by RFC 9421 with the server's Ed25519 key.

A receiver answers 2xx once it has kept what it was sent. Only then does its position move, in
SQLite; whatever else comes, or nothing, and the same events are sent again, later and later. So a
receiver gets every event at least once and in order, and one that was off for a day catches up.
"""

import json
import random
import secrets
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import urllib3
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver, algorithms

from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text
from jp20.operations.register.feed import BEGINNING, FeedPart, Position
from jp20.operations.workspace import Access
from jp20.web.feed_routes import FeedShape
from jp20.web.serve_key import ServeKey

TAG: Final = "jp20-feed"
"""What the signatures are for, so that none is taken for another purpose."""

COVERED: Final = ("@method", "@target-uri", "content-type", "content-digest")

AT_ONCE: Final = 100
"""Events in one request."""

SHORTEST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 300.0
"""Seconds between two attempts; each is twice as long as the one before, up to the longest."""

POLL: Final = 0.5
"""Seconds after which it looks for more."""

_LIFE: Final = timedelta(minutes=5)
_TIMEOUT: Final = urllib3.Timeout(connect=5.0, read=20.0)
_READ: Final = 4_096

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS positions (
    chain BLOB NOT NULL, name TEXT NOT NULL, block INTEGER NOT NULL, log INTEGER NOT NULL,
    PRIMARY KEY (chain, name)
) STRICT
"""


class Positions:
    """How far each webhook has come, by its name, on a chain (the hash of its first block). A
    file, which several threads may use.
    """

    def __init__(self, file: Path, chain: bytes) -> None:
        self._file = file
        self._chain = chain
        with closing(self._open()) as database, database:
            database.execute(_TABLE)

    def of(self, name: str) -> Position:
        """Where it has come; the beginning, where it was never sent anything."""
        with closing(self._open()) as database:
            found = database.execute(
                "SELECT block, log FROM positions WHERE chain = ? AND name = ?",
                (self._chain, name),
            ).fetchone()
        return BEGINNING if found is None else (int(found[0]), int(found[1]))

    def move(self, name: str, position: Position) -> None:
        """Keeps a position, on the disk when this returns."""
        with closing(self._open()) as database, database:
            database.execute(
                "INSERT INTO positions VALUES (?, ?, ?, ?) ON CONFLICT (chain, name) "
                "DO UPDATE SET block = excluded.block, log = excluded.log",
                (self._chain, name, *position),
            )

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._file, timeout=30)
        database.execute("PRAGMA synchronous = FULL")
        return database


@dataclass(slots=True)
class _Message:
    """A request as it is signed."""

    method: str
    url: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who is sent the feed: a name, where, and how it is shown who sends."""

    name: str
    url: str
    access: Access


@dataclass(slots=True)
class Webhook:
    """Sends one receiver its feed, from a thread of its own between `start` and `end`. `feed` gives
    what happened from a position on, as far as the receiver may see it; `tell` is told when the
    receiver cannot be reached, and when it can again.
    """

    receiver: Receiver
    key: ServeKey
    positions: Positions
    feed: Callable[[Position, int], FeedPart]
    tell: Callable[[Text], None]
    _ended: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name=self.receiver.name, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """It sends nothing more; what is on its way is waited for, for a few seconds."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(5.0)

    def _run(self) -> None:
        position = self.positions.of(self.receiver.name)
        failures = 0
        with urllib3.PoolManager(maxsize=1, ssl_context=self._tls()) as pool:
            while not self._ended.is_set():
                try:
                    part = self.feed(position, AT_ONCE)
                    if part.happened:
                        self._send(pool, part)
                        self.positions.move(self.receiver.name, part.position)
                except (JP20Error, urllib3.exceptions.HTTPError, OSError, _NotTaken) as error:
                    failures += 1
                    self._say(error, failures)
                    self._ended.wait(pause_after(failures))
                    continue
                if failures and part.happened:
                    failures = 0
                    name = self.receiver.name
                    self.tell(Text("Webhook {name} accepts the feed again.", name=name))
                position = part.position
                if part.whole:
                    self._ended.wait(POLL)

    def _send(self, pool: urllib3.PoolManager, part: FeedPart) -> None:
        """Raises _NotTaken where the receiver answers anything but 2xx."""
        content = FeedShape.of(part).model_dump(mode="json")
        body = json.dumps(content, ensure_ascii=False).encode()
        message = signed(self.key, self.receiver.url, body)
        response = pool.request(
            "POST",
            message.url,
            body=body,
            headers={**message.headers, **self.receiver.access.headers()},
            timeout=_TIMEOUT,
            retries=False,
            redirect=False,
            preload_content=False,
        )
        try:
            response.read(_READ)
        finally:
            response.release_conn()
            response.close()
        if not 200 <= response.status < 300:
            raise _NotTaken(response.status)

    def _say(self, error: Exception, failures: int) -> None:
        """Once when it begins; then every time that the pause is the longest."""
        if failures > 1 and pause_after(failures, 1.0) < LONGEST_PAUSE:
            return
        name = self.receiver.name
        why = (
            Text("It answered {status}.", status=error.status)
            if isinstance(error, _NotTaken)
            else error.what
            if isinstance(error, JP20Error)
            else Text.verbatim(type(error).__name__)
        )
        self.tell(Text("Webhook {name} does not accept the feed. {why}", name=name, why=why))

    def _tls(self) -> Any:
        return self.receiver.access.tls() if self.receiver.url.startswith("https:") else None


class _NotTaken(Exception):
    """The receiver did not say that it has kept the events. `status` is HTTP's."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def pause_after(failures: int, of: float | None = None) -> float:
    """Seconds until the next attempt: between half and all of what doubling makes of them, so that
    receivers which came back together are not all called at once.
    """
    longest = min(SHORTEST_PAUSE * 2.0 ** min(failures - 1, 20), LONGEST_PAUSE)
    return longest * (random.uniform(0.5, 1.0) if of is None else of)  # noqa: S311


def signed(key: ServeKey, url: str, body: bytes) -> _Message:
    """A request with its signature: method, URL, kind of content, and the digest of the body."""
    message = _Message("POST", url, {"Content-Type": "application/json"})
    now = datetime.now(UTC)
    HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=_OneKey(key)).sign(
        message,
        key_id=key.id,
        created=now,
        expires=now + _LIFE,
        nonce=secrets.token_urlsafe(18),
        label="jp20",
        tag=TAG,
        covered_component_ids=COVERED[:-1],
        body=body,
    )
    return message


class _OneKey(HTTPSignatureKeyResolver):
    """The library asks for a key by its id."""

    def __init__(self, key: ServeKey) -> None:
        self._key = key

    def resolve_private_key(self, key_id: str) -> Any:
        return self._key.private

    def resolve_public_key(self, key_id: str) -> Any:
        return self._key.private.public_key()
