"""What a look at a network finds: a line each (G16, S8)."""

from dataclasses import dataclass

from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text, WordEnum


class Level(WordEnum):
    """How much a finding matters."""

    SOUND = "sound", Text("sound")
    UNSEEN = "unseen", Text("unseen")
    WARNING = "warning", Text("warning")
    FAULT = "fault", Text("fault")


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at (`check`, a stable word), at which node (None: all together), what was
    found, and what to do where something is wrong.
    """

    check: str
    node: str | None
    level: Level
    what: Text
    next_step: Text | None = None


def sound(check: str, node: str | None, what: Text) -> Finding:
    return Finding(check, node, Level.SOUND, what)


def unseen(check: str, node: str | None, what: Text) -> Finding:
    return Finding(check, node, Level.UNSEEN, what)


def warning(check: str, node: str | None, what: Text, next_step: Text) -> Finding:
    return Finding(check, node, Level.WARNING, what, next_step)


def fault(check: str, node: str | None, what: Text, next_step: Text) -> Finding:
    return Finding(check, node, Level.FAULT, what, next_step)


def fault_of(check: str, node: str | None, error: JP20Error) -> Finding:
    """An error as a finding."""
    what = error.what
    if error.why is not None:
        what = Text("{what} {why}", what=what, why=error.why)
    return Finding(check, node, Level.FAULT, what, error.next_step)
