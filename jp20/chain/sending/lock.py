"""One process at a time on a file, for as long as the process lives.

The system's own lock (flock) and nothing in its stead: a file that merely stands there would keep
everybody out after a crash, or after a move to a file system without locks.
"""

import os
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


class Locked(Exception):
    """Another process has the lock."""


class Lock:
    """The lock of a file, taken. Raises Locked, or OSError where the file system has no locks."""

    def __init__(self, file: Path) -> None:
        if fcntl is None:
            self._descriptor: int | None = None
            self._other = FileLock(file, thread_local=False)
            try:
                self._other.acquire(blocking=False)
            except Timeout:
                raise Locked from None
            return
        self._descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise Locked from None
        except OSError:
            os.close(self._descriptor)
            raise

    def release(self) -> None:
        """Lets others have it."""
        if fcntl is None:
            self._other.release()
        elif self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def is_running(pid: int) -> bool:
    """Whether a process of this number runs on this machine."""
    if pid <= 0:
        return False
    with suppress(PermissionError):  # somebody else's
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
    return True
