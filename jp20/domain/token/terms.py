"""The term sheet as the chain keeps it (`contracts/types/Terms.sol`)."""

from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import address_of
from jp20.domain.base.text import NumberedEnum, Text

MAX_UNITS: Final = 2**104 - 1
"""What no amount of units may reach."""


class Placement(NumberedEnum):
    """How the issue was placed. It decides whether units may be split (G6)."""

    PUBLIC = 0, Text("public")
    SMALL_NUMBER = 1, Text("small_number")
    QUALIFIED = 2, Text("qualified")
    PROFESSIONAL = 3, Text("professional", context="placement")


@dataclass(frozen=True, slots=True)
class Terms:
    """The contract's struct, field by field in its order. Amounts are units, money whole yen,
    times unix seconds.
    """

    name: str
    symbol: str
    code: str
    product: str
    right: str
    perfection: str
    decimals: int
    cap: int
    lot_size: int
    unit_price: int
    issuer_account: ChecksumAddress
    maturity: int
    locked_until: int
    holder_cap: int
    placement: Placement
    classes: int
    residencies: int
    whole_position_only: bool
    consent_required: bool
    expired_may_dispose: bool
    early_redemption: bool
    partial_redemption: bool
    holder_redemption: bool
    term_sheet_hash: bytes
    extra: bytes = b""

    @property
    def predecessor(self) -> ChecksumAddress | None:
        """The token that this one is to replace, or has replaced."""
        return address_of(self.extra[12:32]) if self.extra else None


@dataclass(frozen=True, slots=True)
class Modules:
    """The contracts that all tokens of a version share, as the contracts' struct has them."""

    servicing: ChecksumAddress
    restraints: ChecksumAddress
    enforcer: ChecksumAddress
    terms: ChecksumAddress
    takeover: ChecksumAddress
