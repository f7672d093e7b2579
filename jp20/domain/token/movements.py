"""Movements without the holder's consent, as the contract's structs have them (G10, G11)."""

from dataclasses import dataclass
from enum import IntFlag

from eth_typing import ChecksumAddress

from jp20.domain.base.ids import TxHash


class Waiver(IntFlag):
    """Rules that an approved case sets aside in a forced transfer."""

    NOTHING = 0
    CLASS = 1
    RESIDENCY = 2
    HOLDER_CAP = 4
    LOTS_AND_WHOLE_POSITION = 8


@dataclass(frozen=True, slots=True)
class ForcedMove:
    """One row of a forced transfer. `executed` is the pledge or attachment that is enforced
    by it, 0 for none.
    """

    from_: ChecksumAddress
    to: ChecksumAddress
    amount: int
    waivers: Waiver = Waiver.NOTHING
    executed: int = 0


@dataclass(frozen=True, slots=True)
class Original:
    """A transfer as the chain's log has it: `ordinal` is the event's place among its transaction's
    logs, `amount` and `splits` are those of then. A reversal names it.
    """

    transaction_hash: TxHash
    ordinal: int
    from_: ChecksumAddress
    to: ChecksumAddress
    amount: int
    splits: int
