"""What holds for one call of the command: its language, the form of its output, its settings."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Final

from jp20.domain.base.text import Language


class Wait(Enum):
    """Until when a command waits for what it sent."""

    FINAL = "final"
    INCLUDED = "included"


class Format(Enum):
    """The form of what is printed on stdout."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


@dataclass(slots=True)
class Invocation:
    """`config` is a settings file that was named; None: the one found upwards from here.
    `offline` is the address of a key on another machine, in place of the settings' signer.
    `investors` is a file of investors, by which a customer number stands for a wallet.
    `visible_only`: rows of a workbook that its reader does not see are left out. `wide`: nothing is
    shortened for a narrow screen. `wait` is what is waited for before anything is shown as done.
    What is in `closing` is closed when the call ends, however it does.
    """

    language: Language = "en"
    format: Format = Format.TABLE
    config: Path | None = None
    offline: str | None = None
    visible_only: bool = False
    wide: bool = False
    investors: Path | None = None
    wait: Wait = Wait.FINAL
    has_shown: bool = False
    closing: ExitStack = field(default_factory=ExitStack)
    settling: list[Callable[[], None]] = field(default_factory=list)

    def settle(self) -> None:
        """Before something is shown as done. Raises what stands against that."""
        try:
            for each in self.settling:
                each()
        except BaseException:
            self.settling.clear()  # it is said once, and not waited for a second time
            raise


_current: Final = [Invocation()]


def invocation() -> Invocation:
    """That of the call that is running."""
    return _current[0]


def begin(language: Language) -> Invocation:
    """A new call: nothing of an earlier one in the same process holds."""
    _current[0] = Invocation(language)
    return _current[0]
