"""Why a movement of units is refused: the codes of `contracts/types/Reason.sol`, and what they
say to a user.
"""

from jp20.domain.base.text import NumberedEnum, Text


class Reason(NumberedEnum):
    """The chain's codes. They are final: a new one goes to the end (G3, G7)."""

    NONE = 0, Text("Nothing prevents it.")
    PLATFORM_HALTED = 1, Text("The whole platform is under an emergency stop.")
    TOKEN_PAUSED = 2, Text("This token is paused.")
    TOKEN_MATURED = 3, Text("The token has matured; only redemption is left.")
    TOKEN_REDEEMED = 4, Text("The whole issue has been redeemed.")
    TOKEN_LOCKED_UP = 5, Text("The token's own lock-up is still running.")
    CONSENT_REQUIRED = (
        6,
        Text("A transfer of this token needs the consent of the registrar or the issuer first."),
    )
    ZERO_AMOUNT = 7, Text("The amount is zero.")
    SENDER_UNKNOWN = 8, Text("The sender is not a registered investor's wallet.")
    SENDER_SUSPENDED = 9, Text("The sender is suspended.")
    SENDER_RETIRED = 10, Text("The sender's wallet has been given up.")
    SENDER_KYC_EXPIRED = 11, Text("The sender's KYC has expired.")
    SENDER_IS_ISSUER_ACCOUNT = (
        12,
        Text("Units of the issuer's account leave by delivery only, and only a pause stops them."),
    )
    RECIPIENT_ZERO = 13, Text("The recipient is the zero address.")
    RECIPIENT_UNKNOWN = 14, Text("The recipient is not a registered investor's wallet.")
    RECIPIENT_SUSPENDED = 15, Text("The recipient is suspended.")
    RECIPIENT_RETIRED = 16, Text("The recipient's wallet has been given up.")
    RECIPIENT_KYC_EXPIRED = 17, Text("The recipient's KYC has expired.")
    RECIPIENT_CLASS = 18, Text("Investors of the recipient's class may not hold this token.")
    RECIPIENT_CLASS_EXPIRED = (
        19,
        Text("The recipient's investor class has lapsed: it may sell, not buy."),
    )
    RECIPIENT_RESIDENCY = (
        20,
        Text("Investors of the recipient's residency may not hold this token."),
    )
    SPENDER_SUSPENDED = (
        21,
        Text("The account that acts for the holder is suspended, or its wallet has been given up."),
    )
    INSUFFICIENT_ALLOWANCE = 22, Text("The holder's allowance for the acting account is too small.")
    INSUFFICIENT_BALANCE = 23, Text("The holder does not have enough units.")
    NOT_WHOLE_LOTS = 24, Text("The amount is not a multiple of the lot size.")
    NOT_WHOLE_POSITION = 25, Text("This token moves only as a holder's whole position.")
    HOLDER_CAP = 26, Text("There would be one holder too many.")
    COMMITTED = (
        27,
        Text("The units are promised to a settlement or to a transfer that waits for consent."),
    )
    LOCKED_UP = 28, Text("The holder's units are under a lock-up.")
    FROZEN = 29, Text("The holder's units are frozen.")
    PLEDGED = 30, Text("The holder's units are pledged.")
    ATTACHED = 31, Text("The holder's units are attached.")
    REDEMPTION_NOT_ALLOWED = 32, Text("The term sheet does not allow this redemption now.")
    CAP_EXCEEDED = 33, Text("The units in issue would exceed the cap.")
    SPLIT_FORBIDDEN = 34, Text("The placement rules forbid a split.")
    NOT_SAME_INVESTOR = 35, Text("The two wallets belong to different investors.")
    WALLET_NOT_RETIRED = 36, Text("A position moves only from a wallet that has been given up.")
    REVERSAL_EXCEEDED = (
        37,
        Text(
            "More would be taken back than the original transfer, less what was reversed already."
        ),
    )
    LOSS_EXCEEDED = (
        38,
        Text(
            "This log is recorded as a loss already, or was restored; each is restored once, "
            "under whatever incident."
        ),
    )
    REQUEST_CLOSED = (
        39,
        Text("The transfer request is approved, rejected, cancelled or past its deadline."),
    )
    TOO_MANY_RESTRAINTS = 40, Text("The holder has as many restraints as one holder can have.")
    NO_SUCH_RESTRAINT = (
        41,
        Text("The pledge or attachment that is to be executed is not there any more."),
    )
    SAME_WALLET = 42, Text("Sender and recipient are one wallet: nothing would move.")
    CONSENT_NOT_REQUIRED = (
        43,
        Text("This token's transfers need no consent; transfer without a request."),
    )
    NO_SUCH_LOSS = (
        44,
        Text("The log took no units from the register, or is not recorded under this incident."),
    )
    TOKEN_CLOSED = (
        45,
        Text("This token is closed: it is being replaced, was replaced, or is to replace another."),
    )


class RegistryReason(NumberedEnum):
    """Why the investor registry left a row out: the codes of
    `contracts/interfaces/IInvestorRegistry.sol`.
    """

    NONE = 0, Text("Nothing prevents it.")
    INVALID_WALLET = 1, Text("This address cannot be an investor's wallet.")
    ALREADY_REGISTERED = 2, Text("The wallet is registered already, or was given up.")
    RESERVED_ACCOUNT = 3, Text("The address is a token's, or an account that a token issues to.")
    KYC_EXPIRED = 4, Text("The KYC expiry is not in the future.")
    CLASS_EXPIRED = 5, Text("The expiry of the investor class is not in the future.")
    INVALID_CLASS = 6, Text("There is no such investor class.")
    INVALID_RESIDENCY = 7, Text("There is no such residency.")
    NOT_REGISTERED = 8, Text("The address is not a registered investor's wallet.")
    ALREADY_SUSPENDED = 9, Text("The investor is suspended already.")
    NOT_SUSPENDED = 10, Text("The investor is not suspended.")
    SIGNATURE_REQUIRED = (
        11,
        Text("This organisation's last suspension was never confirmed, so the next one is signed."),
    )
    OTHER_SUSPENSION = (
        12,
        Text("The suspension that this is about is over; the present one is another."),
    )
    ALREADY_RETIRED = 13, Text("The wallet was given up already.")
    TOO_MANY_WALLETS = 14, Text("The investor has 256 wallets, which is the most there can be.")
    ALREADY_CONFIRMED = 15, Text("The suspension is confirmed already.")
    OWN_SUSPENSION = (
        16,
        Text("The organisation suspended the investor itself; another one confirms."),
    )
