"""How commands, their arguments and options are declared. What they say is English here, and is
put into a language when it is read.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import typer

from jp20.cli.frame.language import example, help_text

_F = TypeVar("_F", bound=Callable[..., Any])


def command(app: typer.Typer, name: str, help: str, *examples: str) -> Callable[[_F], _F]:
    """Makes a function a command: what it does, and how it is called."""
    return app.command(name, help=help_text(help), epilog=example(*examples))


def argument(help: str, metavar: str, *, context: str = "", **more: Any) -> Any:
    """An argument. `context` as in `Text`."""
    return typer.Argument(metavar=metavar, help=help_text(help, context), **more)


def option(help: str, *names: str, context: str = "", **more: Any) -> Any:
    """An option, with the names that do not follow from its parameter's. `context` as in `Text`."""
    return typer.Option(*names, help=help_text(help, context), **more)
