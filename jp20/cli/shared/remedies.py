"""What helps where a movement of units is refused: the next command, by the chain's reason."""

from typing import TYPE_CHECKING

from jp20.domain.base.text import Text
from jp20.domain.token.reasons import Reason

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from jp20.domain.token.reasons import Reason


def remedy(
    reason: "Reason", token: str, from_: "ChecksumAddress", to: "ChecksumAddress"
) -> Text | None:
    """The next step after a refused transfer; None where the reason says all."""
    match reason:
        case Reason.PLATFORM_HALTED | Reason.TOKEN_PAUSED:
            return _see("jp20 status")
        case Reason.CONSENT_REQUIRED:
            return Text(
                "Ask for it: jp20 consent request {token} {to} UNITS --until TIME",
                token=token,
                to=to,
            )
        case (
            Reason.COMMITTED
            | Reason.LOCKED_UP
            | Reason.FROZEN
            | Reason.PLEDGED
            | Reason.ATTACHED
            | Reason.INSUFFICIENT_BALANCE
            | Reason.NOT_WHOLE_POSITION
        ):
            return _see(f"jp20 position {token} {from_}")
        case Reason.TOKEN_LOCKED_UP:
            return _see(f"jp20 lock list {token}")
        case Reason.SENDER_IS_ISSUER_ACCOUNT:
            return Text("Deliver them: jp20 distribute plan {token} FILE", token=token)
    if reason.name.startswith("RECIPIENT_") and reason is not Reason.RECIPIENT_ZERO:
        return _see(f"jp20 whitelist show {to}")
    if reason.name.startswith("SENDER_"):
        return _see(f"jp20 whitelist show {from_}")
    return None


def _see(command: str) -> Text:
    return Text("See: {command}", context="remedy", command=command)
