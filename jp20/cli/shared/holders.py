"""Whose key acts: the holder that `--from` names, or the only one whose key is here."""

from typing import TYPE_CHECKING, Annotated

from jp20.cli.frame.declare import argument, option
from jp20.cli.frame.options import address
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.operations.session import Signer
    from jp20.operations.workspace import Workspace

From = Annotated[
    str | None,
    option(
        "The holder's wallet, whose key is here; needed where several are.",
        "--from",
        metavar="WALLET",
    ),
]

To = Annotated[str, argument("The recipient's wallet.", "TO")]

Units = Annotated[str, argument("How many units.", "UNITS", context="transfer")]


def holder(place: "Workspace", named: str | None) -> "Signer":
    """The signer who is meant. Raises BadArgument where its key is not here, or several are."""
    if named is not None:
        return place.key_of(address(named, "--from"))
    signers = place.signers
    if len(signers) == 1:
        return signers[0]
    raise BadArgument(
        Text(
            "--from is missing: {count:there is|there are} {count} {count:key|keys} here.",
            count=len(signers),
        ),
        next_step=Text("Name the holder's wallet: --from 0x…"),
    )
