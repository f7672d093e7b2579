"""What a holder has, and what keeps it, as a table."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from jp20.cli.frame.output import Coded, Column, Table, Until, Value
from jp20.cli.shared.results import WALLET
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from jp20.operations.session import Session
    from jp20.operations.token.restraints import Position, Restraint

NUMBER: Final = Column("number", Text("number"))
KIND: Final = Column("kind", Text("kind"))
UNTIL: Final = Column("until", Text("until"))
CLAIMANT: Final = Column("claimant", Text("claimant"))

_AMOUNTS: Final = (
    Column("balance", Text("units", context="position"), number=True),
    Column("committed", Text("committed"), number=True),
    Column("locked", Text("locked up"), number=True),
    Column("frozen", Text("frozen"), number=True),
    Column("pledged", Text("pledged"), number=True),
    Column("attached", Text("attached"), number=True),
    Column("free", Text("free"), number=True),
)


def position_table(session: "Session", token: str, holders: "Iterable[ChecksumAddress]") -> Table:
    """The positions of some holders now."""
    from jp20.operations.token.restraints import position

    return Table(
        "positions",
        Text("Positions: {token}", token=token),
        (WALLET, *_AMOUNTS),
        [
            (holder, *_amounts(position(session, token, holder)))
            for holder in dict.fromkeys(holders)
        ],
    )


def one_position(token: str, holder: "ChecksumAddress", found: "Position") -> Table:
    """A position that was read; its key is that of a single one."""
    title = Text("Position: {token}", token=token)
    return Table("position", title, (WALLET, *_AMOUNTS), [(holder, *_amounts(found))])


def restraints_table(restraints: "Iterable[tuple[ChecksumAddress, Sequence[Restraint]]]") -> Table:
    """Lock-ups, pledges and attachments, each by the number under which it is shortened or
    released.
    """
    return Table(
        "restraints",
        Text("Restraints by number"),
        (WALLET, NUMBER, KIND, Column("units", Text("units"), number=True), UNTIL, CLAIMANT),
        [restraint_row(holder, restraint) for holder, theirs in restraints for restraint in theirs],
    )


def restraint_row(holder: "ChecksumAddress", restraint: "Restraint") -> tuple[Value, ...]:
    """A restraint as `restraints_table` shows it."""
    from jp20.domain.register.events import RestraintKind

    kinds = {
        RestraintKind.LOCK_UP: Coded("lock_up", Text("lock-up")),
        RestraintKind.PLEDGE: Coded("pledge", Text("pledge")),
        RestraintKind.ATTACHMENT: Coded("attachment", Text("attachment")),
    }
    return (
        holder,
        restraint.id,
        kinds[restraint.kind],
        units_shown(restraint.units),
        Until(restraint.until) if restraint.until else None,
        reference(restraint.claimant) if any(restraint.claimant) else None,
    )


def reference(word: bytes) -> str:
    """A reference of 32 bytes: as text where it is one, else in hexadecimal."""
    text = word.rstrip(b"\0").decode("ascii", "replace")
    return text if text.isascii() and text.isprintable() and text else f"0x{word.hex()}"


def units_shown(units: int) -> Value:
    """An amount of restrained units; the largest there is means everything."""
    from jp20.domain.token.terms import MAX_UNITS

    return Coded("all", Text("all")) if units >= MAX_UNITS else units


def _amounts(found: "Position") -> tuple[Value, ...]:
    return (
        found.balance,
        *(
            units_shown(each)
            for each in (found.committed, found.locked, found.frozen, found.pledged, found.attached)
        ),
        found.free,
    )
