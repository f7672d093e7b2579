"""Stopping every token at once, and going on (G12)."""

from dataclasses import dataclass
from typing import Final

from eth_typing import ChecksumAddress

from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text
from jp20.domain.base.times import in_tokyo
from jp20.domain.governance.evidence import Evidence
from jp20.operations.governance.acts import Act
from jp20.operations.governance.earlier import executed_call
from jp20.operations.session import Session

STANDING_REASON: Final = "Emergency stop: the reason follows. 緊急停止(理由は追って記録)"
"""What a halt says that was made before anybody wrote why."""


class NotHalted(JP20Error):
    """There is nothing to resume."""

    what = Text("The platform is not halted.")
    next_step = Text("There is nothing to do.")


@dataclass(frozen=True, slots=True)
class TokenStatus:
    """One token."""

    token: ChecksumAddress
    code: str
    paused: bool
    supply: int
    splits: int


@dataclass(frozen=True, slots=True)
class PlatformStatus:
    """The platform and its tokens at a block. `since` is when it was halted (unix), 0 if not."""

    block: int
    halted: bool
    since: int
    tokens: tuple[TokenStatus, ...]


def halt_evidence(session: Session, reason: str = STANDING_REASON) -> Evidence:
    """What a halt rests on where there was no time for a case: the day in Japan, and the SHA-256 of
    the reason, in UTF-8. Halts of one day for one reason rest on the same.
    """
    day = in_tokyo(session.now())[:10]
    return Evidence.of(f"HALT-{day}", reason.encode())


def halt(session: Session, evidence: Evidence | None = None) -> Act:
    """Stops every token, with any one key of EMERGENCY: whatever its keys have under way does not
    hold it up. Without evidence it rests on the standing reason (see `halt_evidence`).
    """

    def question() -> Text:
        count = len(session.tokens())
        return Text(
            "HALT EVERYTHING: all {count} {count:token|tokens}, and those made later? "
            "Resuming takes the operator and three more organisations.",
            count=count,
        )

    return Act(
        (session.platform.call("halt"),),
        evidence or halt_evidence(session),
        question,
        Text("The platform cannot be halted."),
        stops=True,
        stands=lambda: session.platform.read(bool, "halted"),
    )


def resume(session: Session, evidence: Evidence) -> Act:
    """Ends the stop that is on now, or the one that was ended under this case; one that comes later
    is not ended by this decision. Raises NotHalted.
    """
    since = session.platform.read(int, "haltedSince")
    if since == 0:
        ended = executed_call(session, session.platform, "resume", evidence)
        if ended is None:
            raise NotHalted
        (since,) = ended.values()

    def question() -> Text:
        count = len(session.tokens())
        return Text(
            "End the stop that began at {time}, for {count} {count:token|tokens}?",
            time=in_tokyo(since),
            count=count,
        )

    return Act(
        (session.platform.call("resume", since),),
        evidence,
        question,
        Text("The stop cannot be ended."),
        Text("See: jp20 status"),
    )


def platform_status(session: Session) -> PlatformStatus:
    """Whether the platform is halted, and how its tokens stand, at the latest block."""
    block = session.connection.block_number()
    since = session.platform.read(int, "haltedSince", block=block)
    tokens = tuple(
        TokenStatus(
            token.address,
            token.read(str, "code", block=block),
            token.read(bool, "paused", block=block),
            token.read(int, "totalSupply", block=block),
            token.read(int, "splits", block=block),
        )
        for token in session.tokens(block)
    )
    return PlatformStatus(block, since != 0, since, tokens)
