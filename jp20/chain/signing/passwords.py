"""Where a keystore's password comes from: a person, a file that only its owner reads, or an
environment variable.

Each is a function that is asked once, when the password is needed, and whose errors show nothing
of it.
"""

import getpass
import os
import stat
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Final

from jp20.domain.base.errors import ExitCode, JP20Error
from jp20.domain.base.text import Text

MINIMUM: Final = 12
"""Characters of a new password."""

Password = Callable[[], str]


class NoPassword(JP20Error):
    """There is no password where it was looked for."""

    exit_code = ExitCode.USAGE


class ExposedPassword(JP20Error):
    """Others can read the file with the password."""

    exit_code = ExitCode.USAGE

    what = Text("Others can read the password file {file}.")
    next_step = Text("Run: chmod 600 {file}")

    def __init__(self, file: Path) -> None:
        super().__init__(file=file)


class UnfitPassword(JP20Error):
    """A new password is too short, or was typed in two ways."""

    exit_code = ExitCode.USAGE


def typed_password(label: str, ask: Callable[[str], str] = getpass.getpass) -> Password:
    """Asks a person, who does not see what is typed. Raises NoPassword where there is no
    terminal.
    """
    return lambda: _typed(f"{label}: ", ask)


def new_password(label: str, ask: Callable[[str], str] = getpass.getpass) -> Password:
    """Asks a person twice for a password to be. Raises NoPassword, UnfitPassword."""

    def password() -> str:
        first = checked(_typed(f"{label}: ", ask))
        if _typed(f"{label} (again / 確認): ", ask) != first:
            raise UnfitPassword(Text("The two passwords differ."), next_step=Text("Try again."))
        return first

    return password


def password_file(file: Path) -> Password:
    """What stands in a file, without the newline at its end. Raises NoPassword,
    ExposedPassword.
    """
    return lambda: _filed(file)


def password_variable(variable: str) -> Password:
    """What stands in an environment variable. Raises NoPassword."""

    def password() -> str:
        if not os.environ.get(variable):
            raise NoPassword(
                Text(
                    "There is no password in the environment variable {variable}.",
                    variable=variable,
                ),
                next_step=Text("Set it, or name a password file."),
            )
        return os.environ[variable]

    return password


def checked(password: str) -> str:
    """A password to be, where it is long enough. Raises UnfitPassword."""
    if len(password) < MINIMUM:
        raise UnfitPassword(
            Text("A password has at least {least} characters.", least=MINIMUM),
            next_step=Text("Choose a longer one."),
        )
    return password


def _typed(label: str, ask: Callable[[str], str]) -> str:
    with warnings.catch_warnings():
        # It would go on and show what is typed.
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return ask(label)
        except (getpass.GetPassWarning, EOFError):
            pass
    raise NoPassword(
        Text("There is no terminal to type a password in."),
        next_step=Text("Name a password file, or an environment variable, in the configuration."),
    )


def _filed(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise ExposedPassword(file)
            password = opened.read().decode()
    except (OSError, UnicodeDecodeError):
        password = ""
    password = password.removesuffix("\n").removesuffix("\r")
    if not password:
        raise NoPassword(
            Text("There is no password in {file}.", file=file),
            next_step=Text("Write it there as the only line, in UTF-8."),
        )
    return password
