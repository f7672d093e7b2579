"""Units that moved, why they did, and on whose decision (G15, G17)."""

from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from eth_typing import ChecksumAddress

from jp20.domain.base.at import At
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.ids import CaseId, DocumentHash, OrganisationId, RequestId
from jp20.domain.base.text import Text
from jp20.domain.register.events import Cause


class Why(Enum):
    """Why units moved."""

    TRANSFERRED = Text("transfer")
    ISSUED = Text("issue")
    DELIVERED = Text("delivery")
    APPROVED = Text("transfer with consent")
    SETTLED = Text("delivery versus payment")
    SALE = Text("recorded: sale")
    GIFT = Text("recorded: gift")
    INHERITANCE = Text("recorded: inheritance")
    MERGER = Text("recorded: merger")
    FORCED = Text("forced transfer")
    REVERSED = Text("reversal")
    REDISTRIBUTED = Text("redistribution")
    POSITION_MOVED = Text("position moved to a new wallet")
    REDEEMED = Text("redemption")
    CARRIED = Text("taken over from the token that was replaced")


RECORDED: Final = {
    Cause.SALE: Why.SALE,
    Cause.GIFT: Why.GIFT,
    Cause.INHERITANCE: Why.INHERITANCE,
    Cause.MERGER: Why.MERGER,
}
"""Why units moved whose change of owner was recorded, by its cause."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """The decision that a change rests on. Case and document are the hashes that the chain has,
    organisations their numbers.

    `request` is the id of a request that others signed, and `signers` are those who had signed it
    when it was executed, by slot. Where one signature was enough, `request` is None, and who acted
    is proposer, signer and executor. `key` is the executor's.
    """

    case_id: CaseId
    document_hash: DocumentHash
    request: RequestId | None
    proposer: OrganisationId
    signers: tuple[OrganisationId, ...]
    executor: OrganisationId
    key: ChecksumAddress


@dataclass(frozen=True, slots=True)
class Movement:
    """Units that changed hands: as many as they were then, at the split count of then.

    `reference` says more, by `why`: tranche number, transfer request, commitment, the original's
    id, the incident. `grounds` is None where the holder moved them, and where the Consortium's
    events were not read.
    """

    at: At
    from_: ChecksumAddress
    to: ChecksumAddress
    units: int
    splits: int
    why: Why
    reference: bytes | int | None = None
    grounds: Grounds | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """1 unit became `ratio`, for everybody: split number `count`."""

    at: At
    count: int
    ratio: int


HistoryEntry: TypeAlias = Movement | Split


class BrokenRegister(JP20Error):
    """The events do not add up: some are missing, or stand in the wrong order."""

    what = Text("The events up to block {block} do not add up: {cause}.")
    next_step = Text("Read the events again from the block in which the token was made.")

    def __init__(self, at: At, cause: Text) -> None:
        super().__init__(block=at.block, cause=cause)
