"""Says that a node keeps one waiting, while it does."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

AFTER: Final = 4.0
"""Seconds without an answer after which it is said, and then each time that these have doubled."""

Tell = Callable[[str, float], None]
"""Is told the method that is waited for, and for how many seconds by now."""


class Vigil:
    """Looks after the questions that are with a node, from a thread of its own. Several threads may
    ask at once; told is the one that waits the longest.
    """

    def __init__(self, tell: Tell, after: float = AFTER) -> None:
        self._tell = tell
        self._after = after
        self._waiting: dict[int, tuple[float, str]] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    @contextmanager
    def over(self, method: str) -> Iterator[None]:
        """Around a question."""
        own = threading.get_ident()
        with self._lock:
            self._waiting[own] = (time.monotonic(), method)
        try:
            yield
        finally:
            with self._lock:
                self._waiting.pop(own, None)

    def close(self) -> None:
        """Nothing is said any more."""
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        since, due = 0.0, self._after
        while not self._ended.wait(self._after / 4):
            with self._lock:
                oldest = min(self._waiting.values(), default=None)
            if oldest is None:
                continue
            began, method = oldest
            if began != since:
                since, due = began, self._after
            waited = time.monotonic() - began
            if waited >= due:
                self._tell(method, waited)
                due = 2 * waited
