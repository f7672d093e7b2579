"""`jp20 version`."""

import typer

from jp20.cli.frame.language import example
from jp20.cli.frame.output import Column, Record, show
from jp20.domain.base.text import Text

app = typer.Typer()


@app.command("version", epilog=example("jp20 version --format json"))
def version() -> None:
    """The versions of JP20 and of what it stands on."""
    import platform
    from importlib.metadata import version as version_of

    packages = ("jp20", "web3", "eth-account", "typer")
    show(
        Record(
            "version",
            Text("Version"),
            [
                *(
                    (Column(name.replace("-", "_"), Text.verbatim(name)), version_of(name))
                    for name in packages
                ),
                (Column("python", Text.verbatim("Python")), platform.python_version()),
            ],
        )
    )
