"""`jp20 keys`: an organisation's keys, in encrypted files. A key is never an argument."""

from pathlib import Path
from typing import Annotated, Final

import typer

from jp20.cli.frame.declare import argument, command, option
from jp20.cli.frame.output import Column, Record, say, show, table, words
from jp20.cli.frame.passwords import OldPasswordFrom, PasswordFrom, new, opening
from jp20.cli.frame.workspace import workspace
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text

app = typer.Typer(no_args_is_help=True)

_FILE: Final = Column("file", Text("file"))
_ADDRESS: Final = Column("address", Text("address"))

New = Annotated[Path, argument("The new keystore.", "FILE")]


@command(
    app,
    "create",
    "Generate a key, in a new encrypted file.",
    "jp20 keys create keystores/registrar.json",
)
def keys_create(file: New, password: PasswordFrom = None) -> None:
    """The address goes to whoever writes the consortium file; the key nowhere (G27)."""
    from jp20.operations.keys import create_key

    given = new(password)
    _made(file, create_key(file, given))


@command(
    app,
    "import",
    "Take over a key: from another keystore, or typed in.",
    "jp20 keys import keystores/registrar.json --from UTC--2026-registrar.json",
)
def keys_import(
    file: New,
    source: Annotated[
        Path | None,
        option(
            "The other keystore. Without it the key is typed, unseen.", "--from", metavar="KEYSTORE"
        ),
    ] = None,
    password: PasswordFrom = None,
    old_password: OldPasswordFrom = None,
) -> None:
    """A key that was typed or lay open somewhere is no secret any more: create one instead."""
    from jp20.operations.keys import import_from_keystore, import_typed_key, typed_password

    fresh = new(password)
    if source is None:
        typed = typed_password(words(Text("Key")))
        _made(file, import_typed_key(file, typed, fresh))
    else:
        old = opening(old_password, source)
        _made(file, import_from_keystore(source, old, file, fresh))


@command(
    app,
    "list",
    "List the keystores and their addresses; none is opened.",
    "jp20 keys list",
    "jp20 keys list keystores",
)
def keys_list(
    folder: Annotated[
        Path | None, argument("Which folder; else that of the settings.", "FOLDER")
    ] = None,
) -> None:
    """Those of a folder, or of the settings."""
    from jp20.operations.keys import keystores

    place = workspace().keystore_folder if folder is None else folder
    if not place.is_dir():
        raise BadArgument(
            Text("{place} is not a folder.", place=place),
            next_step=Text("Make a key there: jp20 keys create FILE"),
        )
    show(
        table(
            "keys",
            Text("Keys"),
            keystores(place),
            (_FILE, lambda each: str(each.file)),
            (_ADDRESS, lambda each: each.address),
        )
    )


@command(
    app,
    "password",
    "Give a keystore another password.",
    "jp20 keys password keystores/registrar.json",
)
def keys_password(
    file: Annotated[Path, argument("The keystore.", "FILE")],
    password: PasswordFrom = None,
    old_password: OldPasswordFrom = None,
) -> None:
    """Until the end the old one opens it, from then on the new one."""
    from jp20.operations.keys import change_password

    fresh = new(password)
    _made(file, change_password(file, opening(old_password, file), fresh))


def _made(file: Path, address: str) -> None:
    show(Record("key", Text("Key"), ((_FILE, str(file)), (_ADDRESS, address))))
    say(Text("Keep a copy of {file} and of its password, apart from each other.", file=file))
