"""A trade, as the settlement contract has it, and where it stands (G14, G22)."""

from dataclasses import dataclass
from typing import Final

from eth_abi.abi import encode
from eth_hash.auto import keccak
from eth_typing import ChecksumAddress

from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.base.text import NumberedEnum, Text

_TRADE: Final = "(bytes32,address,address,address,uint104,address,uint128,uint40,uint32,uint32)"


class TradeStatus(NumberedEnum):
    """Where a trade stands; the numbers are the contract's."""

    NONE = 0, Text("not proposed")
    PROPOSED = 1, Text("proposed")
    MATCHED = 2, Text("matched")
    SETTLED = 3, Text("settled")
    CANCELLED = 4, Text("cancelled")


@dataclass(frozen=True, slots=True)
class Trade:
    """What both sides agree to; the fields are those of the contract's struct, in its order.

    `units` are those of the day of the agreement; `payment` is an ERC-20 or a JP20 token, or the
    zero address: through a bank, with the two organisations that confirm it.
    """

    external_id: bytes
    token: ChecksumAddress
    seller: ChecksumAddress
    buyer: ChecksumAddress
    units: int
    payment: ChecksumAddress
    price: int
    deadline: int
    paying_agent: int
    broker: int

    @property
    def id(self) -> bytes:
        """`keccak256(abi.encode(trade))`, by which the contract knows it."""
        return keccak(encode([_TRADE], [self.fields]))

    @property
    def fields(self) -> tuple[object, ...]:
        """The contract's struct."""
        return (
            self.external_id,
            self.token,
            self.seller,
            self.buyer,
            self.units,
            self.payment,
            self.price,
            self.deadline,
            self.paying_agent,
            self.broker,
        )

    @property
    def is_through_a_bank(self) -> bool:
        return self.payment == ZERO_ADDRESS


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a trade stands; the fields are those of the contract's struct, in its order. `paid` and
    `received` are what the buyer's broker and the paying agent confirmed.
    """

    status: TradeStatus
    seller_agreed: bool
    buyer_agreed: bool
    seller_cancels: bool
    buyer_cancels: bool
    paid: bool
    received: bool
    paid_in_units: bool
    seller_commitment: int
    buyer_commitment: int
