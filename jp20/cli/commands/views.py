"""`jp20 views`: who sees what."""

from pathlib import Path
from typing import Annotated

import typer

from jp20.cli.frame.invocation import invocation
from jp20.cli.frame.language import example, help_text
from jp20.cli.frame.output import Column, Table, show
from jp20.domain.base.text import Text

app = typer.Typer()


@app.command(
    "views",
    help=help_text(
        "Show the matrix of views: what each role sees of counts, holdings, movements, facts, "
        "names and cases, and which purposes it may name."
    ),
    epilog=example("jp20 views", "jp20 views views.toml --lang ja"),
)
def views(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help=help_text("File of views; else that of the settings, else the package's."),
        ),
    ] = None,
) -> None:
    """It needs no chain (S5, G17)."""
    from jp20.cli.frame.workspace import workspace
    from jp20.domain.governance.views import Question, purposes_matrix, views_matrix
    from jp20.operations.files.inputs import load_views
    from jp20.operations.workspace import NoWorkspace

    if file is not None:
        found = load_views(file)
    else:
        try:
            found = workspace().views()
        except NoWorkspace:
            found = load_views()
    language = invocation().language
    columns = [
        Column("role", Text("role")),
        *(Column(each.name.lower(), each.text) for each in Question),
    ]
    show(
        Table("views", Text("Who sees what"), columns, views_matrix(found, language)),
        Table(
            "purposes",
            Text("Purposes of use"),
            (
                Column("purpose", Text("purpose")),
                Column("roles", Text("roles")),
            ),
            purposes_matrix(found, language),
        ),
    )
