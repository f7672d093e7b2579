"""Whose units are restrained, how many, and by which restraint: what the commands for lock-ups,
freezes, pledges and attachments ask for alike.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from jp20.cli.frame.declare import argument, option
from jp20.cli.frame.options import address, units
from jp20.cli.frame.output import Table
from jp20.cli.shared.listed import allotments_in, customers
from jp20.cli.shared.positions import restraints_table
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from jp20.domain.register.events import RestraintKind
    from jp20.operations.session import Session
    from jp20.operations.token.restraints import Restraint

Wallet = Annotated[str, argument("The holder's wallet.", "WALLET")]

WalletIfAny = Annotated[str | None, argument("The holder's wallet.", "WALLET")]

OfHolder = Annotated[str | None, argument("Of this holder; else of all.", "WALLET")]

UnitsIfAny = Annotated[str | None, argument("How many.", "UNITS")]

RowsFile = Annotated[
    Path | None,
    option(
        "Many at once: CSV or XLSX with wallet, units; or with customer numbers (--investors).",
        metavar="FILE",
    ),
]


def amounts(
    wallet: str | None, amount: str | None, file: Path | None
) -> "list[tuple[ChecksumAddress, int]]":
    """Holders and units, from the arguments or from a file. Raises BadArgument for both or neither,
    FaultyFile.
    """
    if file is not None and wallet is None:
        return [(row.wallet, row.units) for row in allotments_in(file, customers()).sound()]
    if file is None and wallet is not None and amount is not None:
        return [(address(wallet, "WALLET"), units(amount, "UNITS"))]
    raise BadArgument(
        Text("WALLET UNITS or --file, one of them."),
        next_step=Text("Name one holder and the units, or a file of them."),
    )


def restraint_of(
    session: "Session", token: str, holder: "ChecksumAddress", number: int, kind: "RestraintKind"
) -> "Restraint":
    """The restraint of a holder by its number. Raises BadArgument, which names those there are."""
    from jp20.operations.token.restraints import restraints_of

    found = [each for each in restraints_of(session, token, holder) if each.kind is kind]
    chosen = next((each for each in found if each.id == number), None)
    if chosen is not None:
        return chosen
    there = ", ".join(f"{each.id} ({each.units:,})" for each in found) or "–"
    raise BadArgument(
        Text("{holder} has no restraint {number} of this kind.", holder=holder, number=number),
        Text("There are, by number (units): {there}.", there=there),
        Text("See: jp20 position {token} {holder}", token=token, holder=holder),
    )


def restraints_shown(session: "Session", token: str, holders: "Iterable[ChecksumAddress]") -> Table:
    """The restraints of some holders now."""
    from jp20.operations.token.restraints import restraints_of

    return restraints_table(
        (each, restraints_of(session, token, each)) for each in dict.fromkeys(holders)
    )


def restraints_of_kind(
    session: "Session", token: str, holder: "ChecksumAddress | None", kind: "RestraintKind"
) -> Table:
    """Those of one kind, of a holder or of all."""
    from jp20.operations.token.restraints import all_restraints, restraints_of

    found: dict[ChecksumAddress, Sequence[Restraint]] = {}
    if holder is None:
        found |= all_restraints(session, token)
    else:
        found[holder] = restraints_of(session, token, holder)
    return restraints_table(
        (each, [restraint for restraint in theirs if restraint.kind is kind])
        for each, theirs in found.items()
    )
