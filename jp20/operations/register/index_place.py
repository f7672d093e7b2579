"""Where the index of the register is, and the past that a session takes from it.

Nothing is loaded that most commands do not need: they may have no index.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from eth_typing import ChecksumAddress

from jp20.domain.register.events import Event, LoggedEvent

Whose: TypeAlias = tuple[int, bytes, ChecksumAddress]
"""Chain id, genesis, Consortium."""


@dataclass(frozen=True)
class IndexPlace:
    """A file, or a PostgreSQL by URL. `password` reads the password."""

    named: Path | str
    password: Callable[[], str | None] = lambda: None

    def __str__(self) -> str:
        return str(self.named)

    @property
    def may_be_there(self) -> bool:
        """Whether it is worth while to open it."""
        return not isinstance(self.named, Path) or self.named.exists()


class IndexedPast:
    """The past of a platform's contracts, from an index."""

    def __init__(self, place: IndexPlace, whose: Whose) -> None:
        self._place: Final = place
        self._whose: Final = whose

    def past(
        self, address: ChecksumAddress
    ) -> tuple[int, bytes, tuple[LoggedEvent[Event], ...]] | None:
        """All events of a contract up to a block, and that block's number and hash; None where the
        index has none, is of others or cannot be used.
        """
        if not self._place.may_be_there:
            return None
        from jp20.operations.register.indexing import past_in

        return past_in(self._place, self._whose, address)
