"""Where a command's passwords come from: never from the command line, where others see them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from jp20.cli.frame.declare import option
from jp20.cli.frame.output import words
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.operations.keys import Password

PasswordFrom = Annotated[
    str | None,
    option(
        "Where the password is: env:VARIABLE or file:PATH. Otherwise it is typed, unseen.",
        "--password",
        metavar="SOURCE",
    ),
]
OldPasswordFrom = Annotated[
    str | None, option("The same for the current password.", "--old-password", metavar="SOURCE")
]


def new(source: str | None) -> "Password":
    """A password to be: typed twice, or from where `--password` says. Raises BadArgument."""
    from jp20.operations.keys import new_password

    if source is not None:
        return _at(source)
    return new_password(words(Text("New password")))


def opening(source: str | None, file: Path) -> "Password":
    """A password that opens a keystore. Raises BadArgument."""
    from jp20.operations.keys import typed_password

    if source is not None:
        return _at(source)
    return typed_password(words(Text("Password of {file}", file=file.name)))


def _at(source: str) -> "Password":
    """Where an option says that a password is. What it says may be one, and is not repeated."""
    from jp20.operations.keys import password_file, password_variable

    kind, _, name = source.partition(":")
    if name and kind == "file":
        return password_file(Path(name))
    if name and kind == "env":
        return password_variable(name)
    raise BadArgument(
        Text("--password: this does not say where the password is."),
        Text("A command line is seen by others."),
        Text("Write env:VARIABLE or file:PATH, never the password itself."),
    )
