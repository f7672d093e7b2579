"""Where a token keeps what: the slots of `contracts/token/TokenStorage.sol`, by which a successor
copies its predecessor's register and by which both are compared (G32).

`tests/unit/token/test_storage_slots.py` compares the places with the compiler's.
"""

from collections.abc import Iterator
from typing import Final

from eth_hash.auto import keccak
from eth_typing import ChecksumAddress

LAYOUT: Final = 2
"""The edition of the layout that stands here."""

FIELDS: Final = {
    "_authority": 0,
    "_word": 1,
    "_holders": 2,
    "_supply": 3,
    "_splitFactors": 4,
    "_recordDates": 5,
    "_snapshots": 6,
    "_restrained": 7,
    "_restraints": 8,
    "_lastRestraint": 9,
    "_restraintHolder": 10,
    "_freezesAtOnce": 11,
    "_walletsWithUnits": 12,
    "_holderCount": 13,
    "_holderCap": 13,
    "_allowances": 14,
    "_nonces": 15,
    "_name": 16,
    "_symbol": 17,
    "_code": 18,
    "_termSheetHash": 19,
    "_issue": 20,
    "_issuerAccount": 21,
    "_newPlatform": 22,
    "_consentTransfers": 23,
    "_consentTransferCount": 24,
    "_documents": 25,
    "_documentNames": 26,
    "_reversed": 27,
    "_losses": 28,
    "_successor": 29,
    "_predecessor": 30,
    "_carriedUnits": 31,
    "_carriedHolders": 31,
    "_carryingBegun": 31,
    "_isCarried": 32,
}

OWN: Final = frozenset(
    (
        "_authority",
        "_word",
        "_name",
        "_symbol",
        "_code",
        "_newPlatform",
        "_successor",
        "_predecessor",
        "_carriedUnits",
        "_carriedHolders",
        "_carryingBegun",
        "_nonces",
        "_isCarried",
    )
)
"""What a successor does not copy by its place: its own names and platform, who comes before and
after it, and the nonces of permits, which are signed for one contract. The word comes with the
decision.
"""

MAX_RESTRAINTS: Final = 16

_CONSENT_TRANSFER_SLOTS: Final = 4
_DOCUMENT_SLOTS: Final = 3


def field(name: str) -> int:
    """The slot of a field."""
    return FIELDS[name]


def in_mapping(base: int, *keys: int | bytes | ChecksumAddress) -> int:
    """The slot behind the keys of a mapping, or of mappings in mappings."""
    for key in keys:
        base = int.from_bytes(keccak(_word(key) + base.to_bytes(32, "big")), "big")
    return base


def data_of(base: int) -> int:
    """The first slot of what an array, or a long string, has."""
    return int.from_bytes(keccak(base.to_bytes(32, "big")), "big")


def holder_slots(holder: ChecksumAddress) -> tuple[int, int, int]:
    """A position: its word, what restrains it, how many restraints it has."""
    names = ("_holders", "_restrained", "_restraints")
    word, restrained, restraints = (in_mapping(field(name), holder) for name in names)
    return word, restrained, restraints


def restraint_slots(holder: ChecksumAddress, count: int) -> range:
    """Two words for each lock-up, pledge and attachment of a holder."""
    first = data_of(in_mapping(field("_restraints"), holder))
    return range(first, first + 2 * count)


def snapshot_slots(holder: ChecksumAddress, record_dates: int) -> Iterator[int]:
    """What a holder had at record dates that have passed."""
    for index in range(record_dates):
        yield in_mapping(field("_snapshots"), holder, index)


def request_slots(count: int) -> Iterator[int]:
    """Transfers that wait for consent or for a settlement, or did."""
    for id in range(count):
        first = in_mapping(field("_consentTransfers"), id)
        yield from range(first, first + _CONSENT_TRANSFER_SLOTS)


def document_slots(names: tuple[bytes, ...], uri_lengths: tuple[int, ...]) -> Iterator[int]:
    """The documents of an issue: their names, and of each uri, hash and time."""
    first = data_of(field("_documentNames"))
    yield from range(first, first + len(names))
    for name, length in zip(names, uri_lengths, strict=True):
        document = in_mapping(field("_documents"), name)
        yield from range(document, document + _DOCUMENT_SLOTS)
        if length > 31:  # a shorter one stands in its slot
            yield from range(data_of(document), data_of(document) + -(-length // 32))


def _word(key: int | bytes | ChecksumAddress) -> bytes:
    if isinstance(key, int):
        return key.to_bytes(32, "big")
    if isinstance(key, bytes):
        return key.ljust(32, b"\0")
    return bytes.fromhex(key[2:]).rjust(32, b"\0")
