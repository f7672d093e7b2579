"""The two files of air-gapped signing (G13): transactions that wait for a signature, carried to the
machine with the key, and the same transactions signed, carried back.

Their checksum tells a damaged file from a whole one. What counts is what is signed: a signed
transaction is read from its bytes, and its sender from its signature.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from eth_typing import ChecksumAddress

from jp20.domain.base.text import Text
from jp20.domain.files.json_file import Faults, Fields, checksum, hex_text, json_text, read_fields
from jp20.domain.files.letters import harmless
from jp20.domain.transactions.transactions import NotATransaction, Signed, Unsigned, recover_signer

FORMAT: Final = 1

_UNSIGNED: Final = "jp20 unsigned transactions"
_SIGNED: Final = "jp20 signed transactions"

_LARGEST: Final = 2**64 - 1
"""Of a nonce (EIP-2681) and of gas."""

_LARGEST_CHAIN: Final = 2**62
_LARGEST_PRICE: Final = 2**128


@dataclass(frozen=True, slots=True)
class AwaitingTransaction:
    """A transaction without its signature. `key` is the outbox's (32 bytes); `label` says what it
    is for, `meaning` what it calls with which arguments, as its exporter understands it.
    """

    key: bytes
    label: str
    meaning: str
    transaction: Unsigned

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", harmless(self.label))
        object.__setattr__(self, "meaning", harmless(self.meaning))


@dataclass(frozen=True, slots=True)
class UnsignedFile:
    """Transactions of one address on one chain, by nonce. `genesis` is the hash of the chain's
    first block, where it is known.
    """

    chain_id: int
    address: ChecksumAddress
    transactions: tuple[AwaitingTransaction, ...]
    genesis: bytes | None = None

    @property
    def checksum(self) -> bytes:
        """By which the signed file names this one."""
        return checksum(_unsigned_content(self))


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """A transaction with its signature, and what its bytes say."""

    key: bytes
    signed: Signed
    transaction: Unsigned


@dataclass(frozen=True, slots=True)
class SignedFile:
    """What came of an UnsignedFile, whose checksum is `unsigned`."""

    unsigned: bytes
    chain_id: int
    address: ChecksumAddress
    transactions: tuple[SignedTransaction, ...]


def unsigned_json(file: UnsignedFile) -> str:
    """The file that goes to the machine with the key."""
    return json_text(_unsigned_content(file))


def signed_json(file: SignedFile) -> str:
    """The file that comes back."""
    return json_text(_signed_content(file))


def parse_unsigned(content: bytes, file: str) -> UnsignedFile:
    """Reads what waits for signatures. Raises FaultyFile: first for its fields, each that is
    unfit; then for its checksum, the order of its nonces and keys that stand twice.
    """
    again = Text("Export it again: jp20 tx export.")
    faults = Faults(file, again)
    whole = read_fields(content, _UNSIGNED, FORMAT, faults)
    whole.only("kind", "format", "chain_id", "genesis", "address", "transactions", "checksum")
    chain_id = whole.number("chain_id", 1, _LARGEST_CHAIN)
    genesis = None if whole.is_null("genesis") else whole.octets("genesis", 32)
    address = whole.address("address")
    transactions = tuple(_awaiting(each, chain_id) for each in whole.rows("transactions"))
    faults.end()
    whole.checksum()
    _in_order(faults, [(each.key, each.transaction.nonce) for each in transactions])
    faults.end()
    return UnsignedFile(chain_id, address, transactions, genesis)


def parse_signed(content: bytes, file: str) -> SignedFile:
    """Reads signed transactions: each is of the file's chain, and its signature is of the file's
    address.

    Raises FaultyFile: first for its fields, each that is unfit; then for its checksum, the order of
    its nonces and keys that stand twice.
    """
    again = Text("Sign it again: jp20 tx sign.")
    faults = Faults(file, again)
    whole = read_fields(content, _SIGNED, FORMAT, faults)
    whole.only("kind", "format", "unsigned", "chain_id", "address", "transactions", "checksum")
    unsigned = whole.octets("unsigned", 32)
    chain_id = whole.number("chain_id", 1, _LARGEST_CHAIN)
    address = whole.address("address")
    rows = whole.rows("transactions")
    transactions = tuple(found for each in rows if (found := _signed(each, chain_id, address)))
    faults.end()
    whole.checksum()
    _in_order(faults, [(each.key, each.transaction.nonce) for each in transactions])
    faults.end()
    return SignedFile(unsigned, chain_id, address, transactions)


def check_signed(signed: SignedFile, unsigned: UnsignedFile, file: str) -> None:
    """Whether a signed file is that of an unsigned one, and says the same in every field.

    `file` is the signed file's name. Raises FaultyFile, with every fault.
    """
    again = Text("Sign the file that was exported last: jp20 tx sign.")
    faults = Faults(file, again)
    for field in ("chain_id", "address"):
        if getattr(signed, field) != getattr(unsigned, field):
            faults.add(field, _NOT_THE_SAME)
    if signed.unsigned != unsigned.checksum:
        faults.add("unsigned", Text("is the checksum of another exported file."))
    wanted = {each.key: each.transaction for each in unsigned.transactions}
    for place, each in enumerate(signed.transactions):
        expected = wanted.pop(each.key, None)
        if expected is None:
            faults.add(f"transactions[{place}].key", Text("was not exported."))
        elif expected != each.transaction:
            for name in _different(expected, each.transaction):
                faults.add(f"transactions[{place}].{name}", _NOT_THE_SAME)
    if wanted:
        faults.add("transactions", Text("lacks {count:,} of those exported.", count=len(wanted)))
    faults.end()


_NOT_THE_SAME: Final = Text("is not what was exported.")


def _different(one: Unsigned, other: Unsigned) -> Iterator[str]:
    for name in Unsigned.__dataclass_fields__:
        if getattr(one, name) != getattr(other, name):
            yield name


# Writing


def _unsigned_content(file: UnsignedFile) -> dict[str, Any]:
    return {
        "kind": _UNSIGNED,
        "format": FORMAT,
        "chain_id": file.chain_id,
        "genesis": None if file.genesis is None else hex_text(file.genesis),
        "address": file.address,
        "transactions": [
            {
                "key": hex_text(each.key),
                "label": each.label,
                "meaning": each.meaning,
                "nonce": each.transaction.nonce,
                "gas": each.transaction.gas,
                "gas_price": each.transaction.gas_price,
                "to": each.transaction.to,
                "data": hex_text(each.transaction.data),
            }
            for each in file.transactions
        ],
    }


def _signed_content(file: SignedFile) -> dict[str, Any]:
    return {
        "kind": _SIGNED,
        "format": FORMAT,
        "unsigned": hex_text(file.unsigned),
        "chain_id": file.chain_id,
        "address": file.address,
        "transactions": [
            {
                "key": hex_text(each.key),
                "hash": hex_text(each.signed.hash),
                "raw": hex_text(each.signed.raw),
            }
            for each in file.transactions
        ],
    }


# Reading


def _awaiting(fields: Fields, chain_id: int) -> AwaitingTransaction:
    fields.only("key", "label", "meaning", "nonce", "gas", "gas_price", "to", "data")
    return AwaitingTransaction(
        fields.octets("key", 32),
        fields.text("label"),
        fields.text("meaning"),
        Unsigned(
            chain_id,
            fields.number("nonce", 0, _LARGEST - 1),
            fields.number("gas_price", 0, _LARGEST_PRICE),
            fields.number("gas", 1, _LARGEST),
            None if fields.is_null("to") else fields.address("to"),
            fields.octets("data"),
        ),
    )


def _signed(fields: Fields, chain_id: int, address: ChecksumAddress) -> SignedTransaction | None:
    fields.only("key", "hash", "raw")
    key, named, raw = fields.octets("key", 32), fields.octets("hash", 32), fields.octets("raw")
    try:
        found = recover_signer(raw)
    except NotATransaction as error:
        fields.add("raw", Text("is not a signed transaction: {error}.", error=error))
        return None
    if found.hash != named:
        fields.add("hash", Text("is not that of the bytes."))
    if found.transaction.chain_id != chain_id:
        fields.add("raw", Text("is signed for another chain."))
    if found.sender != address:
        fields.add(
            "raw",
            Text("is signed by {sender}, not by {address}.", sender=found.sender, address=address),
        )
    return SignedTransaction(key, Signed(found.hash, raw), found.transaction)


def _in_order(faults: Faults, transactions: Sequence[tuple[bytes, int]]) -> None:
    """Nonces rise, and no key stands twice."""
    places: dict[bytes, int] = {}
    last = -1
    for place, (key, nonce) in enumerate(transactions):
        if nonce <= last:
            faults.add(
                f"transactions[{place}]",
                Text("has nonce {nonce} after {last}.", nonce=nonce, last=last),
            )
        if key in places:
            faults.add(
                f"transactions[{place}].key",
                Text("is also that of transactions[{place}].", place=places[key]),
            )
        places.setdefault(key, place)
        last = nonce
