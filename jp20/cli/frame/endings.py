"""How a call ends: its exit code, and the lines on stderr that say why; never a traceback."""

import json
import os
import re
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TextIO

from jp20.cli.frame.invocation import Format, invocation
from jp20.cli.frame.language import help_text
from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.text import Text
from jp20.domain.files.letters import in_json

CODES: Final = help_text(
    "Exit codes: 0 done, 1 refused or failed, 2 usage, file or setting, 3 plan out of date, 4 "
    "some rows refused, 5 outcome unknown, 6 waits for another organisation, signature or "
    "time."
)
"""Said at the end of the help of `jp20`."""


_NONE_OF: Final = re.compile(r"'([^']*)' is not one of (.*)")

_LIKE_A_KEY: Final = re.compile(r"(0x)?[0-9a-fA-F]{64}")


class Ending(Exception):
    """Ends a command with a code after everything was said: some rows refused, say."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def told(error: JP20Error) -> int:
    """Says what went wrong, in the reader's language, and returns the exit code."""
    from jp20.cli.frame.output import harmless_lines, stderr

    code = error.exit_code
    faults = map(_fault, getattr(error, "faults", ()))
    said = (error.what, error.why, error.next_step)
    _tell_a_program(error.kind, code, *said, faults, error.code)
    style = "yellow" if code == ExitCode.WAITS else "red"
    lines = harmless_lines("\n".join(error.lines(invocation().language)))
    stderr().print(lines, markup=False, style=style)
    return code


def _tell_a_program(
    kind: str,
    code: int,
    what: Text,
    why: Text | None = None,
    next_step: Text | None = None,
    faults: Iterable[dict[str, Any]] = (),
    reason: str | None = None,
) -> None:
    """The error as JSON, where that is the form of the result and nothing of it was printed.
    `faults` are those of a file, each with line and field; `reason` is a contract's name for it.
    """
    running = invocation()
    if running.format is not Format.JSON or running.has_shown:
        return
    said = {"what": what, "why": why, "next_step": next_step}
    content: dict[str, Any] = {"kind": kind, "exit_code": int(code), "code": reason}
    content |= {name: None if text is None else text.en for name, text in said.items()}
    content["ja"] = {name: None if text is None else text.ja for name, text in said.items()}
    content["faults"] = list(faults)
    print(in_json(json.dumps({"error": content}, ensure_ascii=False, indent=2)))
    running.has_shown = True


def _fault(fault: Any) -> dict[str, Any]:
    """A fault of a file as a program reads it."""
    return {
        "file": fault.file,
        "line": fault.line,
        "field": fault.field,
        "what": fault.what.en,
        "ja": fault.what.ja,
    }


@contextmanager
def warnings_told() -> Iterator[None]:
    """What the library warns of is a line of talk, and not one of source code."""
    from jp20.cli.frame.output import stderr

    def tell(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if category is UserWarning:
            stderr().print(str(message), markup=False, style="yellow")

    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = tell
        yield


def told_usage(error: Any) -> int:
    """The same for an argument that typer could not use. What may be a key is not repeated."""
    from jp20.cli.frame.output import harmless_lines, stderr

    if type(error).__name__ == "NoArgsIsHelpError":  # a group was called without a command
        sys.stderr.write(f"{error.format_message()}\n")
        return ExitCode.USAGE
    console, language = stderr(), invocation().language
    context = getattr(error, "ctx", None)
    said = Text.both(*(_LIKE_A_KEY.sub("0x…", each) for each in _usage(error)))
    _tell_a_program(type(error).__name__, ExitCode.USAGE, said)
    message = said.to(language)
    console.print(harmless_lines(message), markup=False, style="red")
    if context is not None:
        command = f"{context.command_path} --help"
        hint = Text("See: {command}", command=command)
        console.print(hint.to(language), markup=False)
    return ExitCode.USAGE


def told_unexpected(error: Exception) -> int:
    """The same for what nobody expected: where the details are, which are for the developers."""
    if os.environ.get("JP20_DEBUG") == "1":
        traceback.print_exception(error)
        return ExitCode.REFUSED
    file = _logged(error)
    what = f"{type(error).__name__}: {error}".partition("\n")[0]
    return told(
        JP20Error(
            Text("Something unexpected went wrong."),
            Text.verbatim(what),
            Text(
                "The details are in {file}. What was sent before is shown by: jp20 status",
                file=file,
            ),
        )
    )


def told_file_trouble(error: OSError) -> int:
    """The same for a file that the system does not let one read or write."""
    from jp20.domain.base.os_errors import reason

    name = error.filename or ""
    told(
        JP20Error(
            Text("{name} cannot be used.", name=name),
            reason(error),
            Text("Check the name, the folder and the permissions."),
        )
    )
    return ExitCode.USAGE


def told_interrupted() -> int:
    """The same for Ctrl-C, which from here on is not heard again."""
    from jp20.cli.frame.output import warn

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warn(Text("Interrupted. What was sent may still come; nothing is sent twice: jp20 status"))
    return ExitCode.INTERRUPTED


def _logged(error: Exception) -> Path:
    """Writes the traceback where only this user reads it."""
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "jp20"
    try:
        state.mkdir(parents=True, exist_ok=True)
    except OSError:
        state = Path(tempfile.gettempdir())
    stamp = time.strftime("%Y%m%dT%H%M%S")
    handle, name = tempfile.mkstemp(".log", f"{stamp}-", state)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        traceback.print_exception(error, file=out)
    return Path(name)


def _usage(error: Any) -> tuple[str, str]:
    """What typer could not use, in both languages."""
    said = str(error.format_message()).replace("Value error, ", "")
    known = _known_usage(error, said)
    return said, said if known is None else known.ja


def _known_usage(error: Any, said: str) -> Text | None:
    """What typer says in English, by the kind of its error; None for a kind not known here."""
    match type(error).__name__:
        case "MissingParameter":
            return Text("{parameter} is missing.", parameter=_parameter(error))
        case "NoSuchOption":
            return _with_likely(
                Text("There is no option {option}.", option=error.option_name),
                error.possibilities or (),
            )
        case "BadOptionUsage":
            return Text("{option} needs a value.", option=error.option_name)
        case "BadParameter":
            return Text(
                "The value of {parameter} is not valid: {reason}.",
                parameter=_parameter(error),
                reason=_unfit(error),
            )
    if said.startswith("No such command"):
        given, *likely = dict.fromkeys(re.findall(r"'([^']*)'", said))
        return _with_likely(Text("There is no command {command}.", command=given), likely)
    if said.startswith("Missing command"):
        return Text("A command is missing.")
    if "unexpected extra argument" in said:
        return Text(
            "There are too many arguments: {arguments}",
            arguments=said.rpartition("(")[2].rstrip(")"),
        )
    return None


def _with_likely(what: Text, likely: Iterable[str]) -> Text:
    """What is not known, and what it may have been meant to be."""
    names = tuple(likely)
    if not names:
        return what
    meant = Text("Did you mean: {names}", names=Text.listing(names))
    return Text.joined((what, meant))


def _unfit(error: Any) -> Text:
    """Why a value cannot be used: in Japanese where it is none of some."""
    found = _NONE_OF.search(str(error.message))
    if found is None:
        return Text.verbatim(str(error.message).rstrip("."))
    return Text(
        '"{value}" is none of them. What can be used: {allowed}',
        value=found[1],
        allowed=Text.listing(re.findall("'([^']*)'", found[2])),
    )


def _parameter(error: Any) -> str:
    """The option or argument that is meant, as the user writes it."""
    parameter = error.param
    if error.param_hint or parameter is None:
        return str(error.param_hint or "")
    options = [each for each in parameter.opts if each.startswith("-")]
    return " / ".join(options) or str(parameter.metavar or parameter.name.upper())
