"""`jp20 api`: what a member needs to ask another organisation's `jp20 serve`, or to run one."""

from pathlib import Path
from typing import Annotated

import typer

from jp20.cli.frame.language import example, help_text
from jp20.cli.frame.options import address
from jp20.cli.frame.output import Column, Record, show
from jp20.cli.frame.workspace import workspace
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text

app = typer.Typer(no_args_is_help=True)


@app.command(
    "token",
    help=help_text(
        "Sign in at a server with a key of your organisation, and keep the token for a few minutes."
    ),
    epilog=example(
        "jp20 api token https://books.example --out token",
        "curl -H @token https://books.example/tokens",
    ),
)
def api_token(
    url: Annotated[
        str,
        typer.Argument(metavar="URL", help=help_text("The server, as its organisation names it.")),
    ],
    out: Annotated[
        Path,
        typer.Option(
            metavar="FILE", help=help_text("The new file for the token; only you can read it.")
        ),
    ],
    key: Annotated[
        str | None,
        typer.Option(
            "--key",
            metavar="ADDRESS",
            help=help_text("Which key signs, where the folder has several."),
        ),
    ] = None,
    ca: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=help_text(
                "The authority of the server's certificate, where it is not a public one."
            ),
        ),
    ] = None,
) -> None:
    """The token is never shown: what is on a screen or in a log is no secret (G27, G34)."""
    from jp20.domain.base.times import in_tokyo
    from jp20.operations.sign_in import save_token, sign_in
    from jp20.operations.workspace import Access

    place = workspace()
    if out.exists():
        raise BadArgument(
            Text("{file} exists already.", file=out),
            next_step=Text("Delete it, or choose another name."),
        )
    if key is not None:
        signer = place.key_of(address(key, "--key"))
    else:
        signers = place.signers
        if len(signers) > 1:
            raise BadArgument(
                Text("The folder has {count} keys.", count=len(signers)),
                next_step=Text("Say which one signs in: --key ADDRESS"),
            )
        signer = signers[0]
    found = sign_in(url, signer, place.settings.network.chain_id, Access(ca=ca))
    save_token(out, found)
    show(
        Record(
            "token",
            Text("Signed in"),
            (
                (Column("file", Text("file")), str(out)),
                (Column("key", Text("key")), signer.address),
                (Column("organisation", Text("organisation")), found.organisation),
                (Column("until", Text("until")), in_tokyo(found.until)),
            ),
        )
    )


@app.command(
    "key",
    help=help_text(
        "Make the key by which jp20 serve signs what it sends; name it in jp20.toml: [serve] key."
    ),
    epilog=example("jp20 api key keys/serve.pem"),
)
def api_key(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help=help_text("The new file of the key."))
    ],
) -> None:
    """It signs webhooks, and opens nothing on the chain (G27, G34)."""
    from jp20.web.serve_key import create_serve_key

    made = create_serve_key(file)
    show(
        Record(
            "serve_key",
            Text("Key of the server"),
            ((Column("file", Text("file")), str(file)), (Column("id", Text("key's id")), made.id)),
        )
    )
