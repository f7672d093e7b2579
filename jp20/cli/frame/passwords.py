"""Where a command's passwords come from: never from the command line, where others see them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.language import both
from jp20.cli.frame.output import words
from jp20.domain.base.errors import BadArgument, Text

if TYPE_CHECKING:
    from jp20.operations.keys import Password

PasswordFrom = Annotated[
    str | None,
    typer.Option(
        "--password",
        metavar="SOURCE",
        help=both(
            "Where the password is: env:VARIABLE or file:PATH. Otherwise it is typed, unseen.",
            "パスワードの取得元(env:変数名 または file:パス)。省略時は画面に表示せず入力する。",
        ),
    ),
]
OldPasswordFrom = Annotated[
    str | None,
    typer.Option(
        "--old-password",
        metavar="SOURCE",
        help=both("The same for the current password.", "現在のパスワードの取得元(同上)。"),
    ),
]


def new(source: str | None) -> "Password":
    """A password to be: typed twice, or from where `--password` says. Raises BadArgument."""
    from jp20.operations.keys import new_password

    if source is not None:
        return _at(source)
    return new_password(words(Text("New password", "新しいパスワード")))


def opening(source: str | None, file: Path) -> "Password":
    """A password that opens a keystore. Raises BadArgument."""
    from jp20.operations.keys import typed_password

    if source is not None:
        return _at(source)
    return typed_password(words(Text(f"Password of {file.name}", f"{file.name} のパスワード")))


def _at(source: str) -> "Password":
    """Where an option says that a password is. What it says may be one, and is not repeated."""
    from jp20.operations.keys import password_file, password_variable

    kind, _, name = source.partition(":")
    if name and kind == "file":
        return password_file(Path(name))
    if name and kind == "env":
        return password_variable(name)
    raise BadArgument(
        Text(
            "--password: this does not say where the password is.",
            "--password: パスワードの取得元が指定されていません。",
        ),
        Text("A command line is seen by others.", "コマンドラインは他の利用者から参照できます。"),
        Text(
            "Write env:VARIABLE or file:PATH, never the password itself.",
            "env:変数名 または file:パス で指定し、パスワードそのものは指定しないでください。",
        ),
    )
