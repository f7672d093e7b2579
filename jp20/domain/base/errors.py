"""What a user is told when something does not go through: what, why, and what to do next, in both
languages.
"""

from enum import IntEnum
from typing import ClassVar

from jp20.domain.base.text import Language, Text


class ExitCode(IntEnum):
    """How a call of the command or of a script ends."""

    DONE = 0
    REFUSED = 1
    """Refused, or failed."""
    USAGE = 2
    """A bad argument, file or setting; nothing was done."""
    OUT_OF_DATE = 3
    """The plan is out of date; nothing was sent."""
    SOME_REFUSED = 4
    """Done, but for some rows, which were refused."""
    UNKNOWN = 5
    """Sent, and in no block yet."""
    WAITS = 6
    """Another organisation, a signature elsewhere, or a time is waited for."""
    INTERRUPTED = 130


class JP20Error(Exception):
    """The base of every error that JP20 raises on purpose. A program that shows it shows no
    traceback.

    An error is data: `kind` is the word of its class for programs, `exit_code` that with which it
    ends a call, `code` a contract's name of its reason, where it is a contract that refuses. It
    says `what` happened, `why` (None where `what` says it all), and the `next_step` that helps.
    A class whose sentences are always the same has them as attributes, with placeholders, and
    gives their values to `__init__`; a sentence that is given goes before that of the class.
    """

    kind: ClassVar[str] = "JP20Error"
    exit_code: ExitCode = ExitCode.REFUSED
    code: str | None = None
    what: Text
    why: Text | None = None
    next_step: Text | None = None

    def __init_subclass__(cls) -> None:
        cls.kind = cls.__dict__.get("kind", cls.__name__)

    def __init__(
        self,
        what: Text | None = None,
        why: Text | None = None,
        next_step: Text | None = None,
        **values: object,
    ) -> None:
        self.what = what or self.what.filled(**values)
        self.why = why or (self.why and self.why.filled(**values))
        self.next_step = next_step or (self.next_step and self.next_step.filled(**values))
        super().__init__(self.what.en)

    def lines(self, language: Language) -> tuple[str, ...]:
        """What, why and next step, a line each, those that there are."""
        return tuple(
            text.to(language) for text in (self.what, self.why, self.next_step) if text is not None
        )

    def __str__(self) -> str:
        return "\n".join((*self.lines("en"), *self.lines("ja")))


class BadArgument(JP20Error):
    """An argument, an option or a field was given what cannot be used. Nothing was done."""

    exit_code = ExitCode.USAGE
