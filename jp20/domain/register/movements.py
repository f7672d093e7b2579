"""Units that moved, why they did, and on whose decision (G15, G17)."""

from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from eth_typing import ChecksumAddress

from jp20.domain.base.at import At
from jp20.domain.base.errors import JP20Error, Text
from jp20.domain.register.events import Cause


class Why(Enum):
    """Why units moved."""

    TRANSFERRED = Text("transfer", "移転")
    ISSUED = Text("issue", "発行")
    DELIVERED = Text("delivery", "配布")
    APPROVED = Text("transfer with consent", "承諾による移転")
    SETTLED = Text("delivery versus payment", "DVP決済")
    SALE = Text("recorded: sale", "原簿記録(売買)")
    GIFT = Text("recorded: gift", "原簿記録(贈与)")
    INHERITANCE = Text("recorded: inheritance", "原簿記録(相続)")
    MERGER = Text("recorded: merger", "原簿記録(合併)")
    FORCED = Text("forced transfer", "強制移転")
    REVERSED = Text("reversal", "取消し")
    REDISTRIBUTED = Text("redistribution", "再配布")
    POSITION_MOVED = Text("position moved to a new wallet", "新ウォレットへの移管")
    REDEEMED = Text("redemption", "償還")
    CARRIED = Text("taken over from the token that was replaced", "旧トークンからの引継ぎ")


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

    case_id: bytes
    document_hash: bytes
    request: bytes | None
    proposer: int
    signers: tuple[int, ...]
    executor: int
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

    def __init__(self, at: At, en: str, ja: str) -> None:
        super().__init__(
            Text(
                f"The events up to block {at.block} do not add up: {en}.",
                f"ブロック {at.block} までのイベントが整合しません: {ja}。",
            ),
            next_step=Text(
                "Read the events again from the block in which the token was made.",
                "トークン作成時のブロックからイベントを読み直してください。",
            ),
        )
