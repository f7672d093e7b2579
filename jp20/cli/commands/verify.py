"""`jp20 verify`: an export checked against a node that one trusts."""

from pathlib import Path
from typing import Annotated

import typer

from jp20.cli.frame.endings import Ending
from jp20.cli.frame.language import example, help_text
from jp20.cli.frame.output import Column, Table, show
from jp20.domain.base.errors import ExitCode
from jp20.domain.base.text import Text

app = typer.Typer()


@app.command(
    "verify",
    help=help_text(
        "Check an export with the manifest beside it against a node, without settings or keys: "
        "the file's hash, the block, the signature, and the file made once more from what the "
        "contracts answer at that block. Exit code 1 where something is wrong."
    ),
    epilog=example("jp20 verify holders.csv --rpc http://127.0.0.1:8545"),
)
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=help_text("The export."))],
    rpc: Annotated[
        str,
        typer.Option("--rpc", metavar="URL", help=help_text("A node that you trust.")),
    ],
) -> None:
    """For an auditor who trusts nobody (G15, G31)."""
    from jp20.operations.register.verify import CheckOutcome, verify_with_node

    found = verify_with_node(file, rpc)
    show(
        Table(
            "checks",
            Text("Checks of {file}", file=file.name),
            (
                Column("check", Text("what was checked")),
                Column("outcome", Text("outcome")),
                Column("found", Text("found"), prose=True),
            ),
            [(each.check, each.outcome, each.found) for each in found],
        )
    )
    if any(each.outcome is CheckOutcome.WRONG for each in found):
        raise Ending(ExitCode.REFUSED)
