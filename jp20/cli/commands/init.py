"""`jp20 init`: a working folder with settings and the files that everybody starts from."""

from enum import Enum
from pathlib import Path
from typing import Annotated, Final

import typer

from jp20.cli.frame.declare import argument, command, option
from jp20.cli.frame.output import Column, Table, say, show
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text

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


@command(app, "init", "Existing files are not overwritten.", "jp20 init work --example real-estate")
def init(
    folder: Annotated[Path, argument("The new folder.", "FOLDER")],
    example: Annotated[Example, option("Which offering's files to put there.")] = Example.MINIMAL,
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
            Text("Written"),
            (Column("file", Text("file")),),
            [(str(folder / name),) for _, name in files],
        )
    )
    say(
        Text(
            "Next: name your node in {settings}; then, in {folder}: jp20 network check, jp20 "
            "platform deploy",
            settings=folder / "jp20.toml",
            folder=folder,
        )
    )


def _require_absent(files: list[Path]) -> None:
    present = ", ".join(str(file) for file in files if file.exists())
    if present:
        raise BadArgument(
            Text("There are files already: {present}.", present=present),
            Text("They are not overwritten."),
            Text("Choose another folder."),
        )
