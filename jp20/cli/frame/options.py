"""The options and arguments that many commands share, and what they mean."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from jp20.cli.frame.declare import argument, option
from jp20.domain.base.errors import BadArgument
from jp20.domain.base.text import Text
from jp20.domain.files.dates import NotADate, parse_time
from jp20.domain.files.units import NotUnits, parse_units

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from jp20.domain.base.ids import TxHash
    from jp20.domain.governance.evidence import Evidence

Yes = Annotated[bool, option("Send without asking.", "--yes", "-y")]

Case = Annotated[
    str,
    option("Case number, public on the chain: ASCII, no person's name.", "--case", metavar="CASE"),
]

Document = Annotated[
    Path,
    option(
        "The document it rests on; only its SHA-256 goes to the chain.",
        "--document",
        metavar="FILE",
    ),
]

Token = Annotated[str, argument("Security code, symbol or address.", "TOKEN")]


def evidence(case: str, document: Path) -> "Evidence":
    """What `--case` and `--document` say. Raises BadCase, NoFile."""
    from jp20.operations.files.inputs import evidence_of

    return evidence_of(case, document)


def address(text: str, option: str) -> "ChecksumAddress":
    """An address that was given as an argument or option; or, with `--investors`, the first wallet
    of the customer whose number was given. Raises BadArgument, and what reading the file does.
    """
    from jp20.cli.frame.invocation import invocation
    from jp20.domain.base.addresses import WrongChecksum, parse_address

    try:
        return parse_address(text)
    except WrongChecksum:
        why = Text("Its checksum is wrong.")
    except ValueError:
        if invocation().investors is not None and not text.startswith("0x"):
            return _wallet_of_customer(invocation().investors or Path(), text, option)
        why = Text("An address is 0x and 40 digits; a customer number needs --investors FILE.")
    raise BadArgument(
        Text('{option}: "{text}" is not an address.', option=option, text=text),
        why,
        Text("Copy it again."),
    )


def _wallet_of_customer(file: Path, number: str, option: str) -> "ChecksumAddress":
    """The first wallet of a customer in the file that `--investors` names, whatever else is faulty
    there. Raises BadArgument, NoFile, FaultyFile.
    """
    from jp20.cli.shared.listed import investors_in
    from jp20.domain.files.letters import plain

    wallet = investors_in(file, 0).wallets.get(plain(number))
    if wallet is not None:
        return wallet
    raise BadArgument(
        Text(
            '{option}: {file} does not say whose customer number "{number}" is.',
            option=option,
            file=file.name,
            number=number,
        ),
        next_step=Text("Correct the number or the file, or name the wallet."),
    )


def units(text: str, option: str) -> int:
    """Units that were given as an argument or option. Raises BadArgument."""
    from jp20.domain.token.terms import MAX_UNITS

    try:
        return parse_units(text, MAX_UNITS)
    except NotUnits as unfit:
        what = Text("{option}: {unfit}", option=option, unfit=unfit.what)
        raise BadArgument(what, next_step=unfit.next_step) from None


def until(text: str, option: str) -> int:
    """Unix seconds until when something is to hold, given as an option: a date is included, to its
    end in Japan. `jp20.domain.base.times.until` says it back. Raises BadArgument.
    """
    return time(text, option, end_of_day=True)


def time(text: str, option: str, *, end_of_day: bool = False) -> int:
    """Unix seconds of a date or time that was given as an option; without a zone Japan's. Raises
    BadArgument.
    """
    try:
        return parse_time(text, end_of_day=end_of_day)
    except NotADate as unfit:
        what = Text("{option}: {unfit}", option=option, unfit=unfit.what)
        raise BadArgument(what, next_step=unfit.next_step) from None


def hash_of(text: str, option: str) -> "TxHash":
    """Thirty-two bytes that were given in hexadecimal: a transaction. Raises
    BadArgument.
    """
    from jp20.domain.base.ids import TxHash

    try:
        found = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        found = b""
    if len(found) == 32:
        return TxHash(found)
    raise BadArgument(
        Text('{option}: "{text}" is not a hash of 32 bytes.', option=option, text=text),
        next_step=Text("Write 0x and 64 digits."),
    )
