"""Where `jp20` begins: its commands are loaded, in the reader's language, and every call ends.

A module is imported when one of its commands is called: `jp20 --help` answers at once.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from jp20.cli.entries import ENTRIES, PANELS, Entry
from jp20.cli.frame import endings
from jp20.cli.frame.invocation import Format, Invocation, Wait, begin, invocation
from jp20.cli.frame.language import combined, help_text, language_of, translate
from jp20.cli.frame.turns import saying_who_is_next
from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.text import Language


class Commands(TyperGroup):
    """The commands below `jp20`: a line of each for the help, and each loaded when it is called."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        entry = ENTRIES.get(cmd_name)
        return _loaded(entry, invocation().language) if entry else None


COMPLETES: Final = "_JP20_COMPLETE"
"""The variable by which a shell's script asks what could stand next (`jp20 completion`)."""

_GLOBAL: Final = ("--config", "--lang", "--format", "--offline", "--investors", "--wait")
_GLOBAL_FLAGS: Final = ("--visible-only", "--wide")

app = typer.Typer(
    name="jp20",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    help=help_text("Security tokens for Japan: issue, distribute, keep the register."),
    epilog=endings.CODES,
)


def _version(asked: bool) -> None:
    """The version alone, in a line, as scripts read it; `jp20 version` has those of the parts."""
    if asked:
        from importlib.metadata import version

        typer.echo(f"jp20 {version('jp20')}")
        raise typer.Exit


@app.callback()
def jp20(
    config: Annotated[
        Path | None,
        typer.Option(
            help=help_text("Settings file; else jp20.toml in this folder or one above it.")
        ),
    ] = None,
    lang: Annotated[
        str | None,
        typer.Option(
            metavar="[ja|en]", help=help_text("Language; else JP20_LANG, else the locale's.")
        ),
    ] = None,
    format: Annotated[
        Format, typer.Option(help=help_text("Form of the result on stdout."))
    ] = Format.TABLE,
    offline: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help=help_text("Sign nothing here: what this key is to sign waits for jp20 tx export."),
        ),
    ] = None,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_version,
            is_eager=True,
            help=help_text("Show the version, and end."),
        ),
    ] = False,
    investors: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=help_text(
                "Your file of investors: a customer number may then stand for a wallet."
            ),
        ),
    ] = None,
    wide: Annotated[
        bool,
        typer.Option(
            "--wide",
            help=help_text("Tables as wide as they are: nothing is shortened for the screen."),
        ),
    ] = False,
    visible_only: Annotated[
        bool,
        typer.Option(
            "--visible-only",
            help=help_text(
                "Of workbooks, leave out rows that are hidden, filtered away or struck through."
            ),
        ),
    ] = False,
    wait: Annotated[
        Wait,
        typer.Option(
            help=help_text(
                "Until when: what was sent is in a block that is final by the network's rule, "
                "or in any block. What is not final is under way: jp20 status."
            )
        ),
    ] = Wait.FINAL,
) -> None:
    """What holds for every command; it may stand before or after the command's name."""
    if lang not in (None, "ja", "en"):
        raise typer.BadParameter("ja, en", param_hint="--lang")
    running = invocation()
    running.config, running.format, running.offline = config, format, offline
    running.visible_only, running.wide, running.investors = visible_only, wide, investors
    running.wait = wait


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs `jp20` with arguments, those of the process by default; returns the exit code."""
    given = _asking_for_help(list(sys.argv[1:] if arguments is None else arguments))
    for stream in (sys.stdout, sys.stderr):
        if not stream.isatty() and hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    running = begin(language_of(given))
    try:
        with running.closing, endings.warnings_told(), saying_who_is_next():
            code = _run(running, given)
        sys.stdout.flush()
    except JP20Error as error:
        return endings.told(error)
    except endings.Ending as ending:
        return ending.code
    except (KeyboardInterrupt, typer.Abort):
        return endings.told_interrupted()
    except BrokenPipeError:  # whoever read the output has gone: `jp20 … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.REFUSED
    except OSError as error:
        return endings.told_file_trouble(error)
    except Exception as error:
        if hasattr(error, "format_message"):  # typer's: what it could not use
            return endings.told_usage(error)
        return endings.told_unexpected(error)
    if code == ExitCode.INTERRUPTED:
        return endings.told_interrupted()
    return code if isinstance(code, int) else ExitCode.DONE


def _run(running: Invocation, given: list[str]) -> Any:
    """The command; what it sent is waited for, also where it ends with something left to others."""
    root = _root(running.language)
    if COMPLETES in os.environ:
        import_module("typer.completion").completion_init()
    try:
        code = root(_global_first(given), prog_name="jp20", standalone_mode=False)
    except endings.Ending:
        running.settle()
        raise
    except JP20Error as error:
        if error.exit_code == ExitCode.WAITS:
            running.settle()
        raise
    running.settle()
    return code


def _asking_for_help(arguments: list[str]) -> list[str]:
    """The arguments, where `jp20 help …` asks for the help of what follows."""
    return [*arguments[1:], "--help"] if arguments[:1] == ["help"] else arguments


def tree(language: Language) -> Any:
    """All commands, loaded, in one language: for tests and for the documentation."""
    root = _root(language)
    root.commands = {name: _loaded(entry, language) for name, entry in ENTRIES.items()}
    return root


def _root(language: Language) -> Any:
    command: Any = typer.main.get_command(app)
    command.commands = {name: _line(entry) for name, entry in ENTRIES.items()}
    translate(command, language)
    return command


def _line(entry: Entry) -> Any:
    """What stands in the list of commands."""
    title = next(panel.title for panel in PANELS if entry in panel.entries)
    return TyperGroup(name=entry.name, help=entry.help, rich_help_panel=title)


def _loaded(entry: Entry, language: Language) -> Any:
    """The group or command itself."""
    command: Any = typer.main.get_group(import_module(f"jp20.cli.commands.{entry.module}").app)
    own = None
    if entry.is_command:
        command = command.commands[entry.name]
        own = command.help
    command.name = entry.name
    command.help = combined(entry.help, own)
    translate(command, language)
    return command


def _global_first(arguments: list[str]) -> list[str]:
    """The arguments with the global options, wherever they stand, at the beginning."""
    first: list[str] = []
    rest: list[str] = []
    remaining = iter(arguments)
    for argument in remaining:
        if argument == "--":
            return [*first, *rest, argument, *remaining]
        if argument in _GLOBAL:
            first += [argument, *[value for value in [next(remaining, None)] if value is not None]]
        elif argument in _GLOBAL_FLAGS or argument.startswith(
            tuple(f"{option}=" for option in _GLOBAL)
        ):
            first.append(argument)
        else:
            rest.append(argument)
    return [*first, *rest]
