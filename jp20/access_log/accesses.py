"""Who saw or did what with whose data: an organisation's access log (G28, S5).

Whose data it was stands there as the opaque id of the chain, never as a name.
"""

import getpass
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final

from jp20.access_log.hash_chain import HashChain, Head
from jp20.domain.base.text import Text

MOST_SUBJECTS: Final = 1_000
"""In one line; what concerns more is several lines."""


class DataUse(Enum):
    """What was done."""

    VIEW = Text("view")
    READ = Text("read", context="use")
    EXPORT = Text("export", context="use")
    DISCLOSE = Text("disclosure")
    RECORD = Text("recording", context="use")
    CORRECT = Text("correction")
    ERASE = Text("erasure")
    ROTATE = Text("new store key")

    @property
    def text(self) -> Text:
        return self.value


@dataclass(frozen=True, slots=True)
class LoggedAccess:
    """One use of data. `time` in unix seconds; `organisation` by number, 0 for none; `key` the
    address that signed in, `login` the name of the person at the machine. `asked` is what was asked
    for, `subjects` whose data (opaque ids), `rows` how many answers. `result` is "allowed" or why
    it was denied.
    """

    use: DataUse
    purpose: str
    asked: str
    result: str
    organisation: int = 0
    key: str = ""
    login: str = ""
    token: str = ""
    subjects: tuple[int, ...] = ()
    case: str = ""
    block: int = 0
    rows: int = 0
    time: int = 0

    @property
    def as_entry(self) -> Mapping[str, Any]:
        return {
            "use": self.use.name.lower(),
            "purpose": self.purpose,
            "asked": self.asked,
            "result": self.result,
            "organisation": self.organisation,
            "key": self.key,
            "login": self.login,
            "token": self.token,
            "subjects": [f"{each:038x}" for each in self.subjects],
            "case": self.case,
            "block": self.block,
            "rows": self.rows,
            "time": self.time,
        }

    @classmethod
    def of_entry(cls, entry: Mapping[str, Any]) -> "LoggedAccess":
        said = dict(entry)
        said["use"] = DataUse[said["use"].upper()]
        said["subjects"] = tuple(int(each, 16) for each in said["subjects"])
        return cls(**said)


ALLOWED: Final = "allowed"


class AccessLog:
    """The log in a folder, with its head where another folder is named for it."""

    def __init__(
        self, folder: Path, heads: Path | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self.chain: Final = HashChain(folder / "access.log", (heads or folder) / "access.head")
        self._clock = clock

    def note(self, access: LoggedAccess) -> Head:
        """Adds a use, with the time of now where it has none. It is on the disk when this returns,
        so that nothing is seen of which there is no line. Raises LogTampered.
        """
        said = dict(access.as_entry)
        said["time"] = access.time or int(self._clock())
        subjects = said["subjects"]
        parts = [
            {**said, "subjects": subjects[first : first + MOST_SUBJECTS]}
            for first in range(0, max(len(subjects), 1), MOST_SUBJECTS)
        ]
        return self.chain.append(*parts)

    def accesses(self, heads: tuple[Head, ...] = ()) -> Iterator[LoggedAccess]:
        """All that the log has, verified line by line. Raises LogTampered."""
        for line in self.chain.lines(heads):
            yield LoggedAccess.of_entry(line.entry)


def login_name() -> str:
    """The name of who is at this machine, "" where the system does not say."""
    with suppress(KeyError, OSError):
        return getpass.getuser()
    return ""
