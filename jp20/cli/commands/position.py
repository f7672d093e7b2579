"""`jp20 position`: what a holder has, and what keeps it."""

from typing import Annotated

import typer

from jp20.cli.frame.language import example, help_text
from jp20.cli.frame.options import Token, address
from jp20.cli.frame.output import show
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.positions import one_position, restraints_table

app = typer.Typer()


@app.command(
    "position",
    help=help_text(
        "Free is what a transfer could move: the units less those committed, less the largest "
        "of locked up, frozen, pledged and attached."
    ),
    epilog=example("jp20 position JP20-RE-0001 0xAb…"),
)
def position_show(
    token: Token,
    wallet: Annotated[str, typer.Argument(metavar="WALLET", help=help_text("Whose."))],
    block: Annotated[
        int | None,
        typer.Option(metavar="BLOCK", min=0, help=help_text("As of this block.")),
    ] = None,
) -> None:
    """Needs no key (G8, G15)."""
    from jp20.operations.token.restraints import position, restraints_of

    holder = address(wallet, "WALLET")
    session = workspace().view()
    show(
        one_position(token, holder, position(session, token, holder, block)),
        restraints_table([(holder, restraints_of(session, token, holder, block))]),
    )
