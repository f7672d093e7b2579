"""Why a movement of units is refused: the codes of `contracts/types/Reason.sol`, and what they
say to a user.
"""

from enum import IntEnum
from typing import Final

from jp20.domain.base.text import Text


class Reason(IntEnum):
    """The chain's codes. They are final: a new one goes to the end (G3, G7)."""

    NONE = 0
    PLATFORM_HALTED = 1
    TOKEN_PAUSED = 2
    TOKEN_MATURED = 3
    TOKEN_REDEEMED = 4
    TOKEN_LOCKED_UP = 5
    CONSENT_REQUIRED = 6
    ZERO_AMOUNT = 7
    SENDER_UNKNOWN = 8
    SENDER_SUSPENDED = 9
    SENDER_RETIRED = 10
    SENDER_KYC_EXPIRED = 11
    SENDER_IS_ISSUER_ACCOUNT = 12
    RECIPIENT_ZERO = 13
    RECIPIENT_UNKNOWN = 14
    RECIPIENT_SUSPENDED = 15
    RECIPIENT_RETIRED = 16
    RECIPIENT_KYC_EXPIRED = 17
    RECIPIENT_CLASS = 18
    RECIPIENT_CLASS_EXPIRED = 19
    RECIPIENT_RESIDENCY = 20
    SPENDER_SUSPENDED = 21
    INSUFFICIENT_ALLOWANCE = 22
    INSUFFICIENT_BALANCE = 23
    NOT_WHOLE_LOTS = 24
    NOT_WHOLE_POSITION = 25
    HOLDER_CAP = 26
    COMMITTED = 27
    LOCKED_UP = 28
    FROZEN = 29
    PLEDGED = 30
    ATTACHED = 31
    REDEMPTION_NOT_ALLOWED = 32
    CAP_EXCEEDED = 33
    SPLIT_FORBIDDEN = 34
    NOT_SAME_INVESTOR = 35
    WALLET_NOT_RETIRED = 36
    REVERSAL_EXCEEDED = 37
    LOSS_EXCEEDED = 38
    REQUEST_CLOSED = 39
    TOO_MANY_RESTRAINTS = 40
    NO_SUCH_RESTRAINT = 41
    SAME_WALLET = 42
    CONSENT_NOT_REQUIRED = 43
    NO_SUCH_LOSS = 44
    TOKEN_CLOSED = 45

    @property
    def text(self) -> Text:
        """The sentence for a user, in both languages."""
        return _TEXTS[self]


class RegistryReason(IntEnum):
    """Why the investor registry left a row out: the codes of
    `contracts/interfaces/IInvestorRegistry.sol`.
    """

    NONE = 0
    INVALID_WALLET = 1
    ALREADY_REGISTERED = 2
    RESERVED_ACCOUNT = 3
    KYC_EXPIRED = 4
    CLASS_EXPIRED = 5
    INVALID_CLASS = 6
    INVALID_RESIDENCY = 7
    NOT_REGISTERED = 8
    ALREADY_SUSPENDED = 9
    NOT_SUSPENDED = 10
    SIGNATURE_REQUIRED = 11
    OTHER_SUSPENSION = 12
    ALREADY_RETIRED = 13
    TOO_MANY_WALLETS = 14
    ALREADY_CONFIRMED = 15
    OWN_SUSPENSION = 16

    @property
    def text(self) -> Text:
        """The sentence for a user, in both languages."""
        return _REGISTRY_TEXTS[self]


_TEXTS: Final[dict[Reason, Text]] = {
    Reason.NONE: Text("Nothing prevents it."),
    Reason.PLATFORM_HALTED: Text("The whole platform is under an emergency stop."),
    Reason.TOKEN_PAUSED: Text("This token is paused."),
    Reason.TOKEN_MATURED: Text("The token has matured; only redemption is left."),
    Reason.TOKEN_REDEEMED: Text("The whole issue has been redeemed."),
    Reason.TOKEN_LOCKED_UP: Text("The token's own lock-up is still running."),
    Reason.CONSENT_REQUIRED: Text(
        "A transfer of this token needs the consent of the registrar or the issuer first."
    ),
    Reason.ZERO_AMOUNT: Text("The amount is zero."),
    Reason.SENDER_UNKNOWN: Text("The sender is not a registered investor's wallet."),
    Reason.SENDER_SUSPENDED: Text("The sender is suspended."),
    Reason.SENDER_RETIRED: Text("The sender's wallet has been given up."),
    Reason.SENDER_KYC_EXPIRED: Text("The sender's KYC has expired."),
    Reason.SENDER_IS_ISSUER_ACCOUNT: Text(
        "Units of the issuer's account leave by delivery only, and only a pause stops them."
    ),
    Reason.RECIPIENT_ZERO: Text("The recipient is the zero address."),
    Reason.RECIPIENT_UNKNOWN: Text("The recipient is not a registered investor's wallet."),
    Reason.RECIPIENT_SUSPENDED: Text("The recipient is suspended."),
    Reason.RECIPIENT_RETIRED: Text("The recipient's wallet has been given up."),
    Reason.RECIPIENT_KYC_EXPIRED: Text("The recipient's KYC has expired."),
    Reason.RECIPIENT_CLASS: Text("Investors of the recipient's class may not hold this token."),
    Reason.RECIPIENT_CLASS_EXPIRED: Text(
        "The recipient's investor class has lapsed: it may sell, not buy."
    ),
    Reason.RECIPIENT_RESIDENCY: Text(
        "Investors of the recipient's residency may not hold this token."
    ),
    Reason.SPENDER_SUSPENDED: Text(
        "The account that acts for the holder is suspended, or its wallet has been given up."
    ),
    Reason.INSUFFICIENT_ALLOWANCE: Text(
        "The holder's allowance for the acting account is too small."
    ),
    Reason.INSUFFICIENT_BALANCE: Text("The holder does not have enough units."),
    Reason.NOT_WHOLE_LOTS: Text("The amount is not a multiple of the lot size."),
    Reason.NOT_WHOLE_POSITION: Text("This token moves only as a holder's whole position."),
    Reason.HOLDER_CAP: Text("There would be one holder too many."),
    Reason.COMMITTED: Text(
        "The units are promised to a settlement or to a transfer that waits for consent."
    ),
    Reason.LOCKED_UP: Text("The holder's units are under a lock-up."),
    Reason.FROZEN: Text("The holder's units are frozen."),
    Reason.PLEDGED: Text("The holder's units are pledged."),
    Reason.ATTACHED: Text("The holder's units are attached."),
    Reason.REDEMPTION_NOT_ALLOWED: Text("The term sheet does not allow this redemption now."),
    Reason.CAP_EXCEEDED: Text("The units in issue would exceed the cap."),
    Reason.SPLIT_FORBIDDEN: Text("The placement rules forbid a split."),
    Reason.NOT_SAME_INVESTOR: Text("The two wallets belong to different investors."),
    Reason.WALLET_NOT_RETIRED: Text("A position moves only from a wallet that has been given up."),
    Reason.REVERSAL_EXCEEDED: Text(
        "More would be taken back than the original transfer, less what was reversed already."
    ),
    Reason.LOSS_EXCEEDED: Text(
        "This log is recorded as a loss already, or was restored; each is restored once, "
        "under whatever incident."
    ),
    Reason.REQUEST_CLOSED: Text(
        "The transfer request is approved, rejected, cancelled or past its deadline."
    ),
    Reason.TOO_MANY_RESTRAINTS: Text("The holder has as many restraints as one holder can have."),
    Reason.NO_SUCH_RESTRAINT: Text(
        "The pledge or attachment that is to be executed is not there any more."
    ),
    Reason.SAME_WALLET: Text("Sender and recipient are one wallet: nothing would move."),
    Reason.CONSENT_NOT_REQUIRED: Text(
        "This token's transfers need no consent; transfer without a request."
    ),
    Reason.NO_SUCH_LOSS: Text(
        "The log took no units from the register, or is not recorded under this incident."
    ),
    Reason.TOKEN_CLOSED: Text(
        "This token is closed: it is being replaced, was replaced, or is to replace another."
    ),
}

_REGISTRY_TEXTS: Final[dict[RegistryReason, Text]] = {
    RegistryReason.NONE: Text("Nothing prevents it."),
    RegistryReason.INVALID_WALLET: Text("This address cannot be an investor's wallet."),
    RegistryReason.ALREADY_REGISTERED: Text("The wallet is registered already, or was given up."),
    RegistryReason.RESERVED_ACCOUNT: Text(
        "The address is a token's, or an account that a token issues to."
    ),
    RegistryReason.KYC_EXPIRED: Text("The KYC expiry is not in the future."),
    RegistryReason.CLASS_EXPIRED: Text("The expiry of the investor class is not in the future."),
    RegistryReason.INVALID_CLASS: Text("There is no such investor class."),
    RegistryReason.INVALID_RESIDENCY: Text("There is no such residency."),
    RegistryReason.NOT_REGISTERED: Text("The address is not a registered investor's wallet."),
    RegistryReason.ALREADY_SUSPENDED: Text("The investor is suspended already."),
    RegistryReason.NOT_SUSPENDED: Text("The investor is not suspended."),
    RegistryReason.SIGNATURE_REQUIRED: Text(
        "This organisation's last suspension was never confirmed, so the next one is signed."
    ),
    RegistryReason.OTHER_SUSPENSION: Text(
        "The suspension that this is about is over; the present one is another."
    ),
    RegistryReason.ALREADY_RETIRED: Text("The wallet was given up already."),
    RegistryReason.TOO_MANY_WALLETS: Text(
        "The investor has 256 wallets, which is the most there can be."
    ),
    RegistryReason.ALREADY_CONFIRMED: Text("The suspension is confirmed already."),
    RegistryReason.OWN_SUSPENSION: Text(
        "The organisation suspended the investor itself; another one confirms."
    ),
}
