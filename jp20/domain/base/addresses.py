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


@lru_cache(maxsize=2**17)
def address_of(number_or_bytes: int | bytes) -> ChecksumAddress:
    """The checksummed form of 20 bytes, or of their value as a number. Holders come again and
    again.
    """
    if isinstance(number_or_bytes, bytes):
        return checksummed(number_or_bytes.rjust(20, b"\0").hex())
    return checksummed(f"{number_or_bytes:040x}")


def checksummed(lower: str) -> ChecksumAddress:
    """The address of 40 hexadecimal digits, small ones."""
    hashed = keccak(lower.encode("ascii")).hex()
    letters = (c.upper() if h > "7" else c for c, h in zip(lower, hashed, strict=False))
    return cast(ChecksumAddress, "0x" + "".join(letters))
