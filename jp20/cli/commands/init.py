"""`jp20 init`: a working folder with settings and the files that everybody starts from."""

from enum import Enum
from pathlib import Path
from typing import Annotated, Final

import typer

from jp20.cli.frame.language import both, example
from jp20.cli.frame.output import Column, Table, say, show
from jp20.domain.base.errors import BadArgument, Text

EXAMPLES: Final = Path(__file__).parents[2] / "data" / "examples"
"""The package's examples, which are the repository's."""

_ALWAYS: Final = ("jp20.toml", "consortium.toml", "governance.toml")


_IGNORED: Final = (
    "# 個人情報を含むため、リポジトリに登録しない / Personal data: never in a repository.\n*\n"
)

_DOCUMENTS: Final = (
    ("documents/kyc-review.txt", "kyc-review.txt"),
    ("documents/resolution.txt", "resolution.txt"),
)


class Example(Enum):
    """What a folder begins with."""

    REAL_ESTATE = "real-estate"
    QUALIFIED_BOND = "qualified-bond"
    MINIMAL = "minimal"


_FILES: Final = {
    Example.REAL_ESTATE: (
        ("term-sheets/real-estate.toml", "term-sheet.toml"),
        ("real-estate/investors.csv", "investors.csv"),
        ("real-estate/allotments.csv", "allotments.csv"),
        *_DOCUMENTS,
    ),
    Example.QUALIFIED_BOND: (
        ("term-sheets/qualified-bond.toml", "term-sheet.toml"),
        ("qualified-bond/investors.csv", "investors.csv"),
        ("qualified-bond/allotments.csv", "allotments.csv"),
        *_DOCUMENTS,
    ),
    Example.MINIMAL: (),
}

app = typer.Typer()


@app.command(
    "init",
    help=both(
        "Existing files are not overwritten.",
        "既存のファイルは上書きしない。",
    ),
    epilog=example("jp20 init work --example real-estate"),
)
def init(
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", help=both("The new folder.", "作成するフォルダ。")),
    ],
    example: Annotated[
        Example,
        typer.Option(
            help=both(
                "Which offering's files to put there.",
                "見本とする案件(不動産、適格機関投資家向け社債、見本なし)。",
            )
        ),
    ] = Example.MINIMAL,
) -> None:
    """Writes all files or none; and where there is none yet, a .gitignore that takes in all."""
    files = [(name, name) for name in _ALWAYS] + list(_FILES[example])
    _require_absent([folder / name for _, name in files])
    folder.mkdir(parents=True, exist_ok=True)
    for source, name in files:
        (folder / name).write_bytes((EXAMPLES / source).read_bytes())
    ignored = folder / ".gitignore"
    if not ignored.exists():
        ignored.write_text(_IGNORED, "utf-8")
    show(
        Table(
            "files",
            Text("Written", "作成したファイル"),
            (Column("file", Text("file", "ファイル")),),
            [(str(folder / name),) for _, name in files],
        )
    )
    say(
        Text(
            f"Next: name your node in {folder / 'jp20.toml'}; then, in {folder}: "
            "jp20 network check, jp20 platform deploy",
            f"次の手順: {folder / 'jp20.toml'} に接続先ノードを記載し、{folder} で "
            "jp20 network check、jp20 platform deploy を実行してください。",
        )
    )


def _require_absent(files: list[Path]) -> None:
    present = ", ".join(str(file) for file in files if file.exists())
    if present:
        raise BadArgument(
            Text(
                f"There are files already: {present}.",
                f"既に存在するファイルがあります: {present}。",
            ),
            Text("They are not overwritten.", "上書きは行いません。"),
            Text("Choose another folder.", "別のフォルダを指定してください。"),
        )
