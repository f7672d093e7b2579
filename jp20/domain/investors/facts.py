"""What the platform knows of a wallet: the word of `contracts/types/Facts.sol` (G7)."""

from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from jp20.domain.base.ids import InvestorId
from jp20.domain.investors.investors import InvestorClass, Residency

_SUSPENDED: Final = 1 << 96
_RETIRED: Final = 1 << 97
RING: Final = 1 << 98
"""The investor has further wallets."""

_RESERVED: Final = 1 << 99


@dataclass(frozen=True, slots=True)
class Facts:
    """A wallet's facts. `investor` is the opaque id, 0 where the account is nobody's wallet. Times
    are unix seconds.
    """

    investor: InvestorId
    investor_class: InvestorClass
    residency: Residency
    kyc_expiry: int
    class_expiry: int
    suspended: bool
    retired: bool
    reserved: bool

    @classmethod
    def of(cls, word: int) -> "Facts":
        return cls(
            InvestorId(word >> 104),
            InvestorClass(word >> 8 & 0xFF),
            Residency(word & 0xFF),
            word >> 56 & 0xFF_FFFF_FFFF,
            word >> 16 & 0xFF_FFFF_FFFF,
            bool(word & _SUSPENDED),
            bool(word & _RETIRED),
            bool(word & _RESERVED),
        )

    @property
    def is_known(self) -> bool:
        return self.investor != 0

    @property
    def is_active(self) -> bool:
        """Whether nothing keeps the wallet from use: neither suspended nor retired."""
        return not self.suspended and not self.retired


def registration_word(
    wallet: ChecksumAddress,
    investor_class: InvestorClass,
    residency: Residency,
    kyc_expiry: int,
    class_expiry: int,
) -> int:
    """The word with which an investor is registered: `Registration` of the same file."""
    return (
        int(wallet, 16) << 96
        | kyc_expiry << 56
        | class_expiry << 16
        | investor_class << 8
        | residency
    )
