"""Stopping every token at once, and going on (G12)."""

from collections.abc import Iterable
from dataclasses import dataclass

from eth_typing import ChecksumAddress

from jp20.domain.base.errors import JP20Error, Text
from jp20.domain.governance.evidence import Evidence
from jp20.domain.plans.outcomes import Decided
from jp20.operations.governance.decide import decide
from jp20.operations.session import Desk


class NotHalted(JP20Error):
    """There is nothing to resume."""

    def __init__(self) -> None:
        super().__init__(
            Text("The platform is not halted.", "基盤は停止していません。"),
            next_step=Text("There is nothing to do.", "操作は不要です。"),
        )


@dataclass(frozen=True, slots=True)
class TokenStatus:
    """One token."""

    token: ChecksumAddress
    code: str
    paused: bool
    supply: int
    splits: int


@dataclass(frozen=True, slots=True)
class Status:
    """The platform and its tokens at a block. `since` is when it was halted (unix), 0 if not."""

    block: int
    halted: bool
    since: int
    tokens: tuple[TokenStatus, ...]


def halt(desk: Desk) -> Decided:
    """Stops every token, with any one key of EMERGENCY: whatever its keys have under way does not
    hold it up. Raises Reverted where it is stopped already.
    """
    return decide(desk, [desk.platform.call("halt")], stops=True)


def resume(desk: Desk, evidence: Evidence, *, parties: Iterable[int] = ()) -> Decided:
    """Ends the stop that is on now; one that comes later is not ended by this decision.

    Raises NotHalted, and what `decide` raises.
    """
    since = desk.platform.read(int, "haltedSince")
    if since == 0:
        raise NotHalted
    return decide(desk, [desk.platform.call("resume", since)], evidence, parties)


def status(desk: Desk) -> Status:
    """Whether the platform is halted, and how its tokens stand, at the latest block."""
    block = desk.connection.block_number()
    since = desk.platform.read(int, "haltedSince", block=block)
    tokens = tuple(
        TokenStatus(
            token.address,
            token.read(str, "code", block=block),
            token.read(bool, "paused", block=block),
            token.read(int, "totalSupply", block=block),
            token.read(int, "splits", block=block),
        )
        for token in desk.tokens(block)
    )
    return Status(block, since != 0, since, tokens)
