"""`jp20 position`: what a holder has, and what keeps it."""

from typing import Annotated

import typer

from jp20.cli.frame.declare import argument, command, option
from jp20.cli.frame.options import Token, address
from jp20.cli.frame.output import show
from jp20.cli.frame.workspace import workspace
from jp20.cli.shared.positions import one_position, restraints_table

app = typer.Typer()


@command(
    app,
    "position",
    "Free is what a transfer could move: the units less those committed, less the largest "
    "of locked up, frozen, pledged and attached.",
    "jp20 position JP20-RE-0001 0xAb…",
)
def position_show(
    token: Token,
    wallet: Annotated[str, argument("Whose.", "WALLET")],
    block: Annotated[int | None, option("As of this block.", metavar="BLOCK", min=0)] = None,
) -> None:
    """Needs no key (G8, G15)."""
    from jp20.operations.token.restraints import position, restraints_of

    holder = address(wallet, "WALLET")
    session = workspace().view()
    show(
        one_position(token, holder, position(session, token, holder, block)),
        restraints_table([(holder, restraints_of(session, token, holder, block))]),
    )
