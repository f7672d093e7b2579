"""In which language the command speaks: help in the one that was chosen, everything else too.

A command is declared before anybody knows who will read it. Its help stands in the code in
English, marked by `help_text`; `translate` puts the marked messages of a finished command into the
one language.
"""

import locale
import os
import re
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import zip_longest
from typing import Any, Final

from jp20.domain.base.text import Language, translated

_OPENS: Final = "\x02"
_IN_CONTEXT: Final = "\x04"
_CLOSES: Final = "\x03"
_MARKED: Final = re.compile(f"{_OPENS}([^{_CLOSES}]*){_CLOSES}")

_HELP: Final = ("help", "short_help", "epilog", "metavar", "prompt", "rich_help_panel")
"""The attributes of a command or option that a person reads."""


def help_text(message: str, context: str = "") -> str:
    """A help text, or a part of one: a message of the catalogue, in English. `context` as in
    `Text`.
    """
    return f"{_OPENS}{context}{_IN_CONTEXT}{message}{_CLOSES}"


def example(*commands: str) -> str:
    """The end of a command's help: how it is called."""
    lines = "\n".join(f"  {command}" for command in commands)
    return f"{help_text('Example:')}\n\n{lines}"


def language_of(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Language:
    """`--lang` where it is given, else JP20_LANG, else the locale's; English where that is neither
    of the two.
    """
    known = os.environ if environment is None else environment
    asked = [
        after if argument == "--lang" else argument.removeprefix("--lang=")
        for argument, after in zip_longest(arguments, arguments[1:])
        if argument == "--lang" or argument.startswith("--lang=")
    ]
    for name in [*asked, known.get("JP20_LANG", "")]:
        if name == "ja":
            return "ja"
        if name == "en":
            return "en"
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if known.get(variable):
            return "ja" if known[variable].startswith("ja") else "en"
    return "ja" if (locale.getlocale()[0] or "").startswith(("ja", "Japanese")) else "en"


def combined(first: str, then: str | None) -> str:
    """One help text, then another as a paragraph of its own."""
    return first if then is None or _OPENS not in then else f"{first}\n\n{then}"


def translate(command: Any, language: Language) -> None:
    """Leaves of a command, its options and the commands below it the texts in one language.

    A help without a marked message is not for users (a function's docstring), and is taken away.
    """
    for part in (command, *command.params):
        for name in _HELP:
            text = getattr(part, name, None)
            if isinstance(text, str) and _OPENS in text:
                setattr(part, name, _MARKED.sub(partial(_said, language), text))
            elif name == "help" and part is command:
                part.help = None
    command.format_help = partial(_write_help, command, language)
    for below in getattr(command, "commands", {}).values():
        translate(below, language)


def _said(language: Language, marked: re.Match[str]) -> str:
    context, _, message = marked[1].partition(_IN_CONTEXT)
    return translated(message, language, context or None)


def _write_help(command: Any, language: Language, context: Any, formatter: Any) -> None:
    from jp20.cli.frame.help import draw_help

    formatter.write(draw_help(command, context, language))
