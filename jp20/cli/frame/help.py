"""The help of a command, drawn: what it does, its arguments and options, the commands below it.

Typer's own would load twice as much, cut Japanese off where a line is full, and keep its heads in
English.
"""

import io
import sys
from collections.abc import Iterable
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any, Final

from jp20.domain.base.text import Language, Text

if TYPE_CHECKING:
    from rich.console import Console

_USAGE: Final = Text("Usage:")
_ARGUMENTS: Final = Text("Arguments")
_OPTIONS: Final = Text("Options")
_COMMANDS: Final = Text("Commands")
_REQUIRED: Final = Text("[required]")
_HELP: Final = Text("Show this help.")


def draw_help(command: Any, context: Any, language: Language) -> str:
    """The help of a command whose texts are in the language already."""
    out = io.StringIO()
    console = _console(out)
    usage = (
        command.get_usage(context)
        .removeprefix("Usage:")
        .translate({ord(each): None for each in "{}"})
    )
    console.print(f"{_USAGE.to(language)}{usage}", markup=False, style="bold")
    if command.help:
        console.print(f"\n{command.help}\n", markup=False)
    parameters = [each for each in command.get_params(context) if not each.hidden]
    arguments = [each for each in parameters if not each.opts[0].startswith("-")]
    options = [each for each in parameters if each.opts[0].startswith("-")]
    _panel(console, _ARGUMENTS.to(language), (_argument(each, language) for each in arguments))
    panels = _panels(command, _COMMANDS.to(language))
    longest = max((len(name) for below in panels.values() for name, _ in below), default=0)
    for title, below in panels.items():
        _panel(console, title, below, longest)
    _panel(console, _OPTIONS.to(language), (_option(each, context, language) for each in options))
    if command.epilog:
        console.print(f"\n{command.epilog}", markup=False)
    return out.getvalue()


def _panels(command: Any, usual: str) -> dict[str, list[tuple[str, str]]]:
    """The commands below a group, under their titles."""
    panels: dict[str, list[tuple[str, str]]] = {}
    for name, below in getattr(command, "commands", {}).items():
        line = (below.help or "").partition("\n\n")[0]
        panels.setdefault(below.rich_help_panel or usual, []).append((name, line))
    return panels


def _argument(parameter: Any, language: Language) -> tuple[str, str]:
    name = parameter.metavar or parameter.name.upper()
    return name, _described(parameter, language)


def _option(parameter: Any, context: Any, language: Language) -> tuple[str, str]:
    names = ", ".join([*parameter.opts, *parameter.secondary_opts])
    if parameter.opts[0] == "--help":
        return names, _HELP.to(language)
    if not parameter.is_flag:
        names = f"{names} {parameter.metavar or _kind(parameter, context)}"
    return names, _described(parameter, language)


def _kind(parameter: Any, context: Any) -> str:
    """What a value has to be, as typer says it."""
    say = getattr(parameter, "display_type", None) or parameter.make_metavar
    kind = str(say(context)).strip("<>[]")
    return kind if "|" in kind else kind.upper()


def _described(parameter: Any, language: Language) -> str:
    """The help, with the default where it says something."""
    default = getattr(parameter.default, "value", parameter.default)
    said = [parameter.help or ""]
    if parameter.required:
        said.append(_REQUIRED.to(language))
    elif isinstance(default, str | int) and not isinstance(default, bool) and default != "":
        said.append(Text("[default: {default}]", default=default).to(language))
    return " ".join(said)


def _panel(
    console: "Console", title: str, lines: Iterable[tuple[str, str]], width: int = 0
) -> None:
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text as Drawn

    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(style="cyan", no_wrap=True, min_width=width)
    table.add_column(ratio=1, overflow="fold")
    for name, what in lines:
        table.add_row(Drawn(name), Drawn(what, overflow="fold"))
    if table.row_count:
        console.print(Panel(table, title=Drawn(title), title_align="left", border_style="dim"))


def _console(out: io.StringIO) -> "Console":
    from rich.console import Console

    terminal = sys.stdout.isatty()
    return Console(
        file=out,
        force_terminal=terminal,
        width=get_terminal_size((100, 40)).columns,
        highlight=False,
    )
