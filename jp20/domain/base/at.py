"""Where on the chain something stands."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class At:
    """Where an event stands: block, transaction hash, index of its log in the block; and the
    block's time.
    """

    block: int
    transaction: bytes
    log: int
    time: int
