"""What the follower hands to the index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from eth_typing import ChecksumAddress

from jp20.domain.register.events import Event, LoggedEvent
from jp20.domain.register.plain_transfers import PlainTransfers
from jp20.register.by_ledger import Header


class Watched(IntEnum):
    """What a contract is whose events are read; the numbers are those of `Kind` in
    `IConsortium.sol`.
    """

    CONSORTIUM = 1
    PLATFORM = 2
    TOKEN = 3
    SETTLEMENT = 4


@dataclass(frozen=True, slots=True)
class Identity:
    """Of which Consortium on which chain an index is; the past begins with block `first`."""

    chain_id: int
    genesis: bytes
    consortium: ChecksumAddress
    first: int


@dataclass(frozen=True, slots=True)
class WatchedContract:
    """A contract whose events are read since the block in which the Consortium registered it."""

    address: ChecksumAddress
    kind: Watched
    block: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """What the chain said after the index's last block, up to `last`.

    `blocks` are those with events, by number; `transactions` their events, all of a transaction's
    together, in the chain's order; plain transfers may come as such. `final` is the highest block
    that stays, `heads` the blocks after it and that block itself, those that are in the stretch.
    """

    last: Header
    final: int
    blocks: Mapping[int, Header]
    transactions: Sequence[Sequence[LoggedEvent[Event]] | PlainTransfers]
    heads: Sequence[Header] = ()
    found: Sequence[WatchedContract] = field(default=())
