"""Ethereum addresses in their checksummed form (EIP-55)."""

import re
from functools import lru_cache
from typing import Final, cast

from eth_hash.auto import keccak
from eth_typing import ChecksumAddress

ZERO_ADDRESS: Final = cast(ChecksumAddress, "0x" + "0" * 40)

_ADDRESS: Final = re.compile(r"0[xX][0-9a-fA-F]{40}")


class NotAnAddress(ValueError):
    """Not 0x and 40 hexadecimal digits."""


class WrongChecksum(ValueError):
    """Capital and small letters are mixed otherwise than EIP-55 has them: a digit was mistyped."""


def parse_address(text: str) -> ChecksumAddress:
    """The address in checksummed form. All small or all capital letters carry no checksum and are
    taken as they are.

    Raises NotAnAddress or WrongChecksum.
    """
    if not _ADDRESS.fullmatch(text):
        raise NotAnAddress(text)
    digits = text[2:]
    lower = digits.lower()
    found = checksummed(lower)
    if digits not in (found[2:], lower, digits.upper()):
        raise WrongChecksum(text)
    return found


def address_of(number_or_bytes: int | bytes) -> ChecksumAddress:
    """The checksummed form of 20 bytes, or of their value as a number."""
    if isinstance(number_or_bytes, bytes):
        return checksummed(number_or_bytes.rjust(20, b"\0").hex())
    return checksummed(f"{number_or_bytes:040x}")


@lru_cache(maxsize=2**17)
def checksummed(lower: str) -> ChecksumAddress:
    """The address of 40 hexadecimal digits, small ones. Holders come again and again: in a file, in
    events, in answers.
    """
    hashed = keccak(lower.encode("ascii"))
    pairs = [_PAIRS[h & 0x88][each] for h, each in zip(hashed, bytes.fromhex(lower), strict=False)]
    return cast(ChecksumAddress, "0x" + "".join(pairs))


def _pairs(first: bool, second: bool) -> list[str]:
    """The two digits of each byte, either of them perhaps a capital."""
    shown = (f"{each:02x}" for each in range(256))
    return [
        (each[0].upper() if first else each[0]) + (each[1].upper() if second else each[1])
        for each in shown
    ]


_PAIRS: Final = {
    mask: _pairs(first=bool(mask & 0x80), second=bool(mask & 0x08)) for mask in (0, 8, 0x80, 0x88)
}
"""By the highest bit of either half of the hash's byte (EIP-55)."""
