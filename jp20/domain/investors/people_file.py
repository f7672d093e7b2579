"""A file of investors to whom one act is done: by customer number, by wallet, or by both (G7, G19).

The columns of a whitelist file may be there and mean nothing: rows of it are such a file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from eth_typing import ChecksumAddress

from jp20.domain.base.faults import Fault
from jp20.domain.base.text import Text
from jp20.domain.files.letters import quoted
from jp20.domain.files.tables import PLAIN, Layout, Row, parse_table
from jp20.domain.investors.investors import COLUMNS as INVESTORS
from jp20.domain.investors.investors import is_no_row, wallet_in

COLUMNS: Final = tuple(replace(each, required=False) for each in INVESTORS)


@dataclass(frozen=True, slots=True)
class Person:
    """A row: any wallet of the investor who is meant."""

    line: int
    wallet: ChecksumAddress


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """The rows that are in order, and every fault of the others: each of the file's lines is one of
    the two. `notes` see `Table`.
    """

    file: str
    people: tuple[Person, ...]
    faults: tuple[Fault, ...]
    notes: tuple[Text, ...]


def parse_people(
    data: bytes, file: str, wallets: Mapping[str, Sequence[ChecksumAddress]], layout: Layout = PLAIN
) -> PeopleFile:
    """Reads a file (CSV or XLSX). `wallets` are those of each customer, by reference; where a row
    names both, the wallet has to be one of the customer's. A wallet that stands on several lines
    counts once. Raises FaultyFile where the file has no usable header.
    """
    table = parse_table(data, file, COLUMNS, layout)
    faults = list(table.faults)
    people: list[Person] = []
    first: dict[ChecksumAddress, int] = {}
    for row in table.rows:
        if is_no_row(row):
            continue
        wallet = _wallet(file, row, wallets, faults)
        if wallet is None:
            continue
        line = first.setdefault(wallet, row.line)
        if line == row.line:
            people.append(Person(row.line, wallet))
        else:
            faults.append(_fault(file, row, "wallet", *_again(line)))
    return PeopleFile(
        file, tuple(people), tuple(sorted(faults, key=lambda fault: fault.line or 0)), table.notes
    )


def _wallet(
    file: str, row: Row, wallets: Mapping[str, Sequence[ChecksumAddress]], faults: list[Fault]
) -> ChecksumAddress | None:
    """Whose row it is; None and a fault where that is not certain."""
    reference, written = row.cells["investor"], row.cells["wallet"]
    theirs = wallets.get(reference, ())
    if written:
        wallet = wallet_in(
            written, lambda column, what, step: faults.append(_fault(file, row, column, what, step))
        )
        if wallet is None or not theirs or wallet in theirs:
            return wallet
        faults.append(_fault(file, row, "wallet", *_OTHERS))
    elif theirs:
        return theirs[0]
    elif reference:
        faults.append(_fault(file, row, "investor", *_unknown(reference)))
    else:
        faults.append(_fault(file, row, "wallet", *_NOBODY))
    return None


def _fault(file: str, row: Row, column: str, what: Text, next_step: Text) -> Fault:
    return Fault(file, row.line, column, what, next_step, reference=row.cells["investor"])


_OTHERS: Final = (
    Text("This is none of the customer's wallets in the file of investors."),
    Text("Correct the number or the wallet."),
)
_NOBODY: Final = (Text("Neither customer number nor wallet."), Text("Write one of them."))


def _unknown(reference: str) -> tuple[Text, Text]:
    said = quoted(reference)
    return (
        Text("Whose customer number {said} is cannot be said for certain.", said=said),
        Text("Name a file of investors that has it without a fault (--investors), or the wallet."),
    )


def _again(line: int) -> tuple[Text, Text]:
    return (
        Text("The same investor stands on line {line}.", line=line),
        Text("Nothing is to be done: line {line} counts.", line=line),
    )
