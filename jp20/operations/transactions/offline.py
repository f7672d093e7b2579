"""Signing on a machine without a network (G13): what was exported is read, shown, signed and
written to a file that is carried back. No node is asked for anything.
"""

from dataclasses import dataclass
from pathlib import Path

from eth_typing import ChecksumAddress

from jp20.chain.contracts.describe import describe, request_unseen
from jp20.chain.contracts.describe import interface_with as interface_with
from jp20.chain.new_files import write_new
from jp20.chain.signing.signers import Signer
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text
from jp20.domain.files.letters import harmless
from jp20.domain.governance.requests import Request
from jp20.domain.transactions.transaction_file import (
    SignedFile,
    SignedTransaction,
    UnsignedFile,
    parse_signed,
    parse_unsigned,
    signed_json,
    unsigned_json,
)
from jp20.operations.files.inputs import read_file


class WrongKey(JP20Error):
    """The file is for another key than the one that is to sign it."""

    what = Text("The file is to be signed by {wanted}, and this is the key of {given}.")
    next_step = Text("Use the keystore of that address; nothing was signed.")

    def __init__(self, wanted: ChecksumAddress, given: ChecksumAddress) -> None:
        super().__init__(wanted=wanted, given=given)


@dataclass(frozen=True, slots=True)
class SigningRow:
    """A transaction as whoever signs it sees it. `does` is read from its bytes on this machine;
    `said` is what the file says that it does, which its exporter may have got wrong or made up.
    `target` None deploys. Gas price in wei.
    """

    nonce: int
    label: str
    target: ChecksumAddress | None
    does: str
    said: str
    gas: int
    gas_price: int

    @property
    def is_as_said(self) -> bool:
        """Whether the file says what this machine reads."""
        return self.does == self.said


def write_unsigned(file: UnsignedFile, out: Path) -> None:
    """The file that is carried to the key. Raises FileExists, CannotWrite."""
    write_new(out, unsigned_json(file).encode())


def load_unsigned(file: Path) -> UnsignedFile:
    """What waits for signatures. Raises NoFile, FaultyFile."""
    return parse_unsigned(read_file(file), file.name)


def load_signed(file: Path) -> SignedFile:
    """What came back. Raises NoFile, FaultyFile."""
    return parse_signed(read_file(file), file.name)


def signing_rows(file: UnsignedFile) -> list[SigningRow]:
    """What is about to be signed, to be shown before a key is opened."""
    return [
        SigningRow(
            each.transaction.nonce,
            each.label,
            each.transaction.to,
            harmless(describe(each.transaction)),
            each.meaning,
            each.transaction.gas,
            each.transaction.gas_price,
        )
        for each in file.transactions
    ]


def unseen_requests(file: UnsignedFile) -> dict[int, Request]:
    """By nonce the requests that are proposed or signed, and whose calls are not in the file: who
    signs has to have them from elsewhere.
    """
    transactions = [each.transaction for each in file.transactions]
    found = ((each.nonce, request_unseen(each)) for each in transactions)
    return {nonce: request for nonce, request in found if request is not None}


def sign_file(file: UnsignedFile, signer: Signer, out: Path) -> SignedFile:
    """Signs all that was read and shown, and writes the file that is carried back.

    Raises WrongKey, what the signer raises, FileExists, CannotWrite.
    """
    if signer.address != file.address:
        raise WrongKey(file.address, signer.address)
    signed = SignedFile(
        file.checksum,
        file.chain_id,
        file.address,
        tuple(
            SignedTransaction(each.key, signer.sign_transaction(each.transaction), each.transaction)
            for each in file.transactions
        ),
    )
    write_new(out, signed_json(signed).encode())
    return signed
