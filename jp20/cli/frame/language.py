"""In which language the command speaks: help in the one that was chosen, everything else too.

Help stands in the code in both languages, joined by `both`, since a command is declared before
anybody knows who will read it; `translate` leaves the one language in a finished command.
"""

import locale
import os
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import zip_longest
from typing import Any, Final

from jp20.domain.base.errors import Language

_SEPARATOR: Final = "\x1f"

_HELP: Final = ("help", "short_help", "epilog", "metavar", "prompt", "rich_help_panel")
"""The attributes of a command or option that a person reads."""


def both(en: str, ja: str) -> str:
    """A help text in both languages."""
    return f"{en}{_SEPARATOR}{ja}"


def example(*commands: str) -> str:
    """The end of a command's help: how it is called."""
    lines = "\n".join(f"  {command}" for command in commands)
    return both(f"Example:\n\n{lines}", f"例:\n\n{lines}")


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
    """One help text, then another as a paragraph of its own, in each language."""
    if then is None or _SEPARATOR not in then:
        return first
    pairs = zip(first.split(_SEPARATOR), then.split(_SEPARATOR), strict=True)
    return both(*("\n\n".join(pair) for pair in pairs))


def translate(command: Any, language: Language) -> None:
    """Leaves of a command, its options and the commands below it the texts in one language.

    A help that is not in both is not for users (a function's docstring), and is taken away.
    """
    for part in (command, *command.params):
        for name in _HELP:
            text = getattr(part, name, None)
            if isinstance(text, str) and _SEPARATOR in text:
                setattr(part, name, text.split(_SEPARATOR)[language == "ja"])
            elif name == "help" and part is command:
                part.help = None
    command.format_help = partial(_write_help, command, language)
    for below in getattr(command, "commands", {}).values():
        translate(below, language)


def _write_help(command: Any, language: Language, context: Any, formatter: Any) -> None:
    from jp20.cli.frame.help import draw_help

    formatter.write(draw_help(command, context, language))
