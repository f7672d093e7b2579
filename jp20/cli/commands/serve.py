"""`jp20 serve`: the register over HTTP, for the systems of members."""

import typer

from jp20.cli.frame.language import example, help_text
from jp20.cli.frame.output import say, warn
from jp20.cli.frame.workspace import workspace
from jp20.domain.base.text import Text

app = typer.Typer()


@app.command(
    "serve",
    help=help_text(
        "Who asks signs in with a key of its organisation, and sees what its roles see. It "
        "listens where [serve] of jp20.toml says, on this machine alone unless told otherwise, "
        "until it is ended (Ctrl-C, SIGTERM)."
    ),
    epilog=example("jp20 serve"),
)
def serve() -> None:
    """It reads, and moves nothing (G34)."""
    from jp20.domain.base.extras import of_extra

    for module in ("fastapi", "uvicorn", "http_message_signatures"):
        of_extra(module, "serve")
    from jp20.web.server import serve as run

    place = workspace()
    settings = place.settings.serve
    said = Text("Serving {url}, listening on {host}:{port}. End it with Ctrl-C.")

    def listens(port: int) -> None:
        say(said.filled(url=settings.url, host=settings.listen[0], port=port))

    run(place, warn, listens)
