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
from jp20.cli.frame.language import both
from jp20.domain.base.errors import ExitCode, JP20Error, Text
from jp20.domain.files.letters import in_json

CODES: Final = both(
    "Exit codes: 0 done, 1 refused or failed, 2 usage, file or setting, 3 plan out of date, "
    "4 some rows refused, 5 outcome unknown, 6 waits for another organisation, signature or time.",
    "終了コード: 0 完了、1 拒否または失敗、2 引数・ファイル・設定の誤り、3 計画が古い、"
    "4 一部の行を拒否、5 結果不明、6 他組織・署名・時刻待ち。",
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
    said = Text(*(_LIKE_A_KEY.sub("0x…", each) for each in _usage(error)))
    _tell_a_program(type(error).__name__, ExitCode.USAGE, said)
    message = said.to(language)
    console.print(harmless_lines(message), markup=False, style="red")
    if context is not None:
        command = f"{context.command_path} --help"
        hint = Text(f"See: {command}", f"使い方: {command}")
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
            Text("Something unexpected went wrong.", "予期しないエラーが発生しました。"),
            Text(what, what),
            Text(
                f"The details are in {file}. What was sent before is shown by: jp20 status",
                f"詳細は {file} にあります。送信済みの取引は jp20 status で確認できます。",
            ),
        )
    )


def told_file_trouble(error: OSError) -> int:
    """The same for a file that the system does not let one read or write."""
    from jp20.domain.base.os_errors import reason

    name = error.filename or ""
    told(
        JP20Error(
            Text(f"{name} cannot be used.", f"{name} を使用できません。"),
            reason(error),
            Text(
                "Check the name, the folder and the permissions.",
                "ファイル名・フォルダ・権限を確認してください。",
            ),
        )
    )
    return ExitCode.USAGE


def told_interrupted() -> int:
    """The same for Ctrl-C, which from here on is not heard again."""
    from jp20.cli.frame.output import warn

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warn(
        Text(
            "Interrupted. What was sent may still come; nothing is sent twice: jp20 status",
            "中断しました。送信済みの取引は成立する場合があります(二重送信はされません)。"
            "jp20 status で確認してください。",
        )
    )
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
    return said, _usage_in_japanese(error)


def _usage_in_japanese(error: Any) -> str:
    """What typer says in English, by the kind of its error."""
    said = str(error.format_message())
    match type(error).__name__:
        case "MissingParameter":
            return f"{_parameter(error)} を指定してください。"
        case "NoSuchOption":
            near = "、".join(error.possibilities or ())
            meant = f"候補: {near}" if near else ""
            return f"{error.option_name} というオプションはありません。{meant}"
        case "BadOptionUsage":
            return f"{error.option_name} に値を指定してください。"
        case "BadParameter":
            return f"{_parameter(error)} の値が不適切です({_unfit(error)})。"
    if said.startswith("No such command"):
        given, *likely = dict.fromkeys(re.findall(r"'([^']*)'", said))
        meant = f"候補: {'、'.join(likely)}" if likely else ""
        return f"{given} というコマンドはありません。{meant}"
    if said.startswith("Missing command"):
        return "コマンドを指定してください。"
    if "unexpected extra argument" in said:
        return f"余分な引数があります: {said.rpartition('(')[2].rstrip(')')}"
    return said


def _unfit(error: Any) -> str:
    """Why a value cannot be used: in Japanese where it is none of some."""
    found = _NONE_OF.search(str(error.message))
    if found is None:
        return str(error.message).rstrip(".")
    allowed = "、".join(re.findall(r"'([^']*)'", found[2]))
    return f"「{found[1]}」は指定できません。指定できる値: {allowed}"


def _parameter(error: Any) -> str:
    """The option or argument that is meant, as the user writes it."""
    parameter = error.param
    if error.param_hint or parameter is None:
        return str(error.param_hint or "")
    options = [each for each in parameter.opts if each.startswith("-")]
    return " / ".join(options) or str(parameter.metavar or parameter.name.upper())
