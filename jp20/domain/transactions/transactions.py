"""Legacy transactions bound to a chain (EIP-155), as bytes: encoded, signed, read back.

What is encoded here is what eth_account encodes, byte for byte, at several times its speed: it
knows one kind of transaction, and that no transaction of JP20 carries ether.
"""

from dataclasses import dataclass
from typing import Final

from coincurve import PublicKey
from eth_hash.auto import keccak
from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import address_of
from jp20.domain.base.ids import TxHash

CURVE_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""Of the curve secp256k1. A chain takes signatures whose s is in its lower half only (EIP-2)."""

_FIELDS: Final = 9


class NotATransaction(ValueError):
    """Bytes that are no signed transaction of the kind that JP20 makes."""


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A transaction before it is signed. `to` None deploys. Gas price in wei; it carries no
    ether.
    """

    chain_id: int
    nonce: int
    gas_price: int
    gas: int
    to: ChecksumAddress | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed transaction: its hash, by which it is known, and the bytes to be sent."""

    hash: TxHash
    raw: bytes


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a signed transaction says, and whose signature it carries."""

    transaction: Unsigned
    sender: ChecksumAddress
    hash: TxHash


def payload(transaction: Unsigned) -> bytes:
    """The bytes whose keccak-256 is signed."""
    return _list(_fields(transaction) + _number(transaction.chain_id) + b"\x80\x80")


def digest(transaction: Unsigned) -> bytes:
    """The 32 bytes that are signed."""
    return keccak(payload(transaction))


def with_signature(transaction: Unsigned, signature: bytes) -> Signed:
    """The transaction with its signature put in: r, s and the recovery id 0 or 1, 65 bytes.

    ValueError where the signature is none that a chain takes. Whose it is, `recover` says.
    """
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
    if (
        len(signature) != 65
        or signature[64] > 1
        or not 0 < r < CURVE_ORDER
        or not 0 < s <= CURVE_ORDER // 2
    ):
        raise ValueError("no signature")
    v = signature[64] + 35 + 2 * transaction.chain_id
    raw = _list(_fields(transaction) + _number(v) + _number(r) + _number(s))
    return Signed(TxHash(keccak(raw)), raw)


def recover_signer(raw: bytes) -> Recovered:
    """Reads a signed transaction and finds who signed it. Raises NotATransaction."""
    transaction, signature = _read(raw)
    try:
        public = PublicKey.from_signature_and_message(signature, digest(transaction), hasher=None)
        known = with_signature(transaction, signature)
    except ValueError:
        raise NotATransaction("its signature is none") from None
    if known.raw != raw:
        raise NotATransaction("it is not encoded as a chain wants it")
    return Recovered(transaction, address_of_key(public), known.hash)


def personal_message(message: bytes) -> bytes:
    """What is hashed where a person signs a message (EIP-191, version 0x45)."""
    return b"\x19Ethereum Signed Message:\n" + str(len(message)).encode() + message


def signer_of_message(message: bytes, signature: bytes) -> ChecksumAddress | None:
    """Whose key made the signature (r, s, v) of an EIP-191 message; None where it is none. An s in
    the upper half of the curve's order is none: each signature has one form.
    """
    s = int.from_bytes(signature[32:64], "big")
    if len(signature) != 65 or signature[64] not in (27, 28) or s > CURVE_ORDER // 2:
        return None
    try:
        public = PublicKey.from_signature_and_message(
            signature[:64] + bytes([signature[64] - 27]),
            keccak(personal_message(message)),
            hasher=None,
        )
    except ValueError:
        return None
    return address_of_key(public)


def address_of_key(public: PublicKey) -> ChecksumAddress:
    """The address of a public key: the end of its hash."""
    return address_of(keccak(public.format(compressed=False)[1:])[12:])


def _read(raw: bytes) -> tuple[Unsigned, bytes]:
    """The transaction and its signature; that they are encoded in the one right way is seen where
    they are encoded again.
    """
    items = _items(raw)
    nonce, gas_price, gas, value, v, r, s = (
        int.from_bytes(items[place], "big") for place in (0, 1, 2, 4, 6, 7, 8)
    )
    if v < 37:
        raise NotATransaction("it is bound to no chain")
    if value:
        raise NotATransaction("it carries ether")
    if len(items[3]) not in (0, 20) or len(items[7]) > 32 or len(items[8]) > 32:
        raise NotATransaction("its fields are too long or too short")
    to = address_of(items[3]) if items[3] else None
    transaction = Unsigned((v - 35) // 2, nonce, gas_price, gas, to, items[5])
    return transaction, r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([(v - 35) % 2])


def _items(raw: bytes) -> list[bytes]:
    """The byte strings of an RLP list of nine."""
    content, end = _item(raw, 0, 0xC0)
    if end != len(raw):
        raise NotATransaction("it is followed by more bytes")
    items, place = [], 0
    while place < len(content):
        item, place = _item(content, place, 0x80)
        items.append(item)
    if len(items) != _FIELDS:
        raise NotATransaction(f"it has {len(items)} fields, not {_FIELDS}")
    return items


def _item(data: bytes, place: int, kind: int) -> tuple[bytes, int]:
    """The RLP item at a place and where it ends. `kind` is 0x80 for a string, 0xC0 for a list."""
    first = data[place] if data else 0
    if kind == 0x80 and first < 0x80:
        return data[place : place + 1], place + 1
    if not kind <= first < kind + 0x40:
        raise NotATransaction("it is no list of byte strings")
    start, size = place + 1, first - kind
    if size > 55:
        start, size = start + size - 55, int.from_bytes(data[start : start + size - 55], "big")
    if start + size > len(data):
        raise NotATransaction("it breaks off")
    return data[start : start + size], start + size


def _fields(transaction: Unsigned) -> bytes:
    """All that stands before the signature, encoded; the value is nought."""
    return b"".join(
        (
            _number(transaction.nonce),
            _number(transaction.gas_price),
            _number(transaction.gas),
            b"\x80" if transaction.to is None else b"\x94" + bytes.fromhex(transaction.to[2:]),
            b"\x80",
            _string(transaction.data),
        )
    )


def _number(number: int) -> bytes:
    """A whole number: its bytes without leading noughts."""
    return _string(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _string(data: bytes) -> bytes:
    if len(data) == 1 and data[0] < 0x80:
        return data
    return _length(len(data), 0x80) + data


def _list(content: bytes) -> bytes:
    return _length(len(content), 0xC0) + content


def _length(size: int, kind: int) -> bytes:
    if size < 56:
        return bytes([kind + size])
    encoded = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([kind + 55 + len(encoded)]) + encoded
