"""Where on the chain something stands."""

from dataclasses import dataclass

from jp20.domain.base.ids import TxHash


@dataclass(frozen=True, slots=True)
class At:
    """Where an event stands: block, transaction hash, index of its log in the block; and the
    block's time.
    """

    block: int
    transaction: TxHash
    log: int
    time: int
