"""`jp20 keys`: an organisation's keys, in encrypted files. A key is never an argument."""

from pathlib import Path
from typing import Annotated, Final

import typer

from jp20.cli.frame.language import both, example
from jp20.cli.frame.output import Column, Record, Table, say, show, words
from jp20.cli.frame.passwords import OldPasswordFrom, PasswordFrom, new, opening
from jp20.cli.frame.workspace import workspace
from jp20.domain.base.errors import BadArgument, Text

app = typer.Typer(no_args_is_help=True)

_FILE: Final = Column("file", Text("file", "ファイル"))
_ADDRESS: Final = Column("address", Text("address", "アドレス"))

New = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help=both("The new keystore.", "作成する鍵ファイル(キーストア)。")
    ),
]


@app.command(
    "create",
    help=both(
        "Generate a key, in a new encrypted file.",
        "新しい鍵を生成し、暗号化した鍵ファイルに保存する。",
    ),
    epilog=example("jp20 keys create keystores/registrar.json"),
)
def keys_create(file: New, password: PasswordFrom = None) -> None:
    """The address goes to whoever writes the consortium file; the key nowhere (G27)."""
    from jp20.operations.keys import create_key

    given = new(password)
    _made(file, create_key(file, given))


@app.command(
    "import",
    help=both(
        "Take over a key: from another keystore, or typed in.",
        "既存の鍵を取り込む(他の鍵ファイルから、または入力により)。",
    ),
    epilog=example("jp20 keys import keystores/registrar.json --from UTC--2026-registrar.json"),
)
def keys_import(
    file: New,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="KEYSTORE",
            help=both(
                "The other keystore. Without it the key is typed, unseen.",
                "取込み元の鍵ファイル。省略時は鍵を画面に表示せず入力する。",
            ),
        ),
    ] = None,
    password: PasswordFrom = None,
    old_password: OldPasswordFrom = None,
) -> None:
    """A key that was typed or lay open somewhere is no secret any more: create one instead."""
    from jp20.operations.keys import import_from_keystore, import_typed_key, typed_password

    fresh = new(password)
    if source is None:
        typed = typed_password(words(Text("Key", "鍵")))
        _made(file, import_typed_key(file, typed, fresh))
    else:
        old = opening(old_password, source)
        _made(file, import_from_keystore(source, old, file, fresh))


@app.command(
    "list",
    help=both(
        "List the keystores and their addresses; none is opened.",
        "鍵ファイルとアドレスの一覧を表示する(復号はしない)。",
    ),
    epilog=example("jp20 keys list", "jp20 keys list keystores"),
)
def keys_list(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="FOLDER",
            help=both("Which folder; else that of the settings.", "フォルダ。省略時は設定による。"),
        ),
    ] = None,
) -> None:
    """Those of a folder, or of the settings."""
    from jp20.operations.keys import keystores

    place = workspace().keystore_folder if folder is None else folder
    if not place.is_dir():
        raise BadArgument(
            Text(f"{place} is not a folder.", f"{place} はフォルダではありません。"),
            next_step=Text(
                "Make a key there: jp20 keys create FILE",
                "jp20 keys create ファイル で鍵を作成してください。",
            ),
        )
    show(
        Table(
            "keys",
            Text("Keys", "鍵"),
            (_FILE, _ADDRESS),
            [(str(each.file), each.address) for each in keystores(place)],
        )
    )


@app.command(
    "password",
    help=both("Give a keystore another password.", "鍵ファイルのパスワードを変更する。"),
    epilog=example("jp20 keys password keystores/registrar.json"),
)
def keys_password(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help=both("The keystore.", "鍵ファイル。"))
    ],
    password: PasswordFrom = None,
    old_password: OldPasswordFrom = None,
) -> None:
    """Until the end the old one opens it, from then on the new one."""
    from jp20.operations.keys import change_password

    fresh = new(password)
    _made(file, change_password(file, opening(old_password, file), fresh))


def _made(file: Path, address: str) -> None:
    show(Record("key", Text("Key", "鍵"), ((_FILE, str(file)), (_ADDRESS, address))))
    say(
        Text(
            f"Keep a copy of {file} and of its password, apart from each other.",
            f"{file} とパスワードの控えを、それぞれ別の場所に保管してください。",
        )
    )
