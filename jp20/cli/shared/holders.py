"""Whose key acts: the holder that `--from` names, or the only one whose key is here."""

from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.language import both
from jp20.cli.frame.options import address
from jp20.domain.base.errors import BadArgument, Text

if TYPE_CHECKING:
    from jp20.operations.session import Signer
    from jp20.operations.workspace import Workspace

From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="WALLET",
        help=both(
            "The holder's wallet, whose key is here; needed where several are.",
            "移転元のウォレット(鍵が手元にあるもの)。鍵が複数ある場合は必須。",
        ),
    ),
]

To = Annotated[
    str, typer.Argument(metavar="TO", help=both("The recipient's wallet.", "移転先のウォレット。"))
]

Units = Annotated[
    str, typer.Argument(metavar="UNITS", help=both("How many units.", "移転する口数。"))
]


def holder(place: "Workspace", named: str | None) -> "Signer":
    """The signer who is meant. Raises BadArgument where its key is not here, or several are."""
    if named is not None:
        return place.key_of(address(named, "--from"))
    signers = place.signers
    if len(signers) == 1:
        return signers[0]
    raise BadArgument(
        Text(
            f"--from is missing: there are {len(signers)} keys here.",
            f"--from がありません(鍵が {len(signers)} 個あります)。",
        ),
        next_step=Text(
            "Name the holder's wallet: --from 0x…",
            "移転元のウォレットを --from 0x… で指定してください。",
        ),
    )
