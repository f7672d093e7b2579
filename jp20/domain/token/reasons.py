"""Why a movement of units is refused: the codes of `contracts/types/Reason.sol`, and what they
say to a user.
"""

from enum import IntEnum
from typing import Final

from jp20.domain.base.errors import Text


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
    Reason.NONE: Text("Nothing prevents it.", "妨げとなる事由はありません。"),
    Reason.PLATFORM_HALTED: Text(
        "The whole platform is under an emergency stop.", "基盤全体が緊急停止中です。"
    ),
    Reason.TOKEN_PAUSED: Text("This token is paused.", "このトークンは一時停止中です。"),
    Reason.TOKEN_MATURED: Text(
        "The token has matured; only redemption is left.",
        "償還期日が到来しているため、償還以外の操作はできません。",
    ),
    Reason.TOKEN_REDEEMED: Text("The whole issue has been redeemed.", "全額が償還済みです。"),
    Reason.TOKEN_LOCKED_UP: Text(
        "The token's own lock-up is still running.", "トークン全体のロックアップ期間中です。"
    ),
    Reason.CONSENT_REQUIRED: Text(
        "A transfer of this token needs the consent of the registrar or the issuer first.",
        "移転には、事前に原簿管理人または発行者の承諾が必要です。",
    ),
    Reason.ZERO_AMOUNT: Text("The amount is zero.", "数量がゼロです。"),
    Reason.SENDER_UNKNOWN: Text(
        "The sender is not a registered investor's wallet.",
        "移転元は登録された投資家のウォレットではありません。",
    ),
    Reason.SENDER_SUSPENDED: Text("The sender is suspended.", "移転元の投資家は取引停止中です。"),
    Reason.SENDER_RETIRED: Text(
        "The sender's wallet has been given up.", "移転元のウォレットは廃止されています。"
    ),
    Reason.SENDER_KYC_EXPIRED: Text(
        "The sender's KYC has expired.", "移転元の本人確認(KYC)の有効期限が切れています。"
    ),
    Reason.SENDER_IS_ISSUER_ACCOUNT: Text(
        "Units of the issuer's account leave by delivery only, and only a pause stops them.",
        "発行者口座の未配布分は、配布の手続によってのみ移転し、一時停止によってのみ制限されます。",
    ),
    Reason.RECIPIENT_ZERO: Text("The recipient is the zero address.", "移転先がゼロアドレスです。"),
    Reason.RECIPIENT_UNKNOWN: Text(
        "The recipient is not a registered investor's wallet.",
        "移転先は登録された投資家のウォレットではありません。",
    ),
    Reason.RECIPIENT_SUSPENDED: Text(
        "The recipient is suspended.", "移転先の投資家は取引停止中です。"
    ),
    Reason.RECIPIENT_RETIRED: Text(
        "The recipient's wallet has been given up.", "移転先のウォレットは廃止されています。"
    ),
    Reason.RECIPIENT_KYC_EXPIRED: Text(
        "The recipient's KYC has expired.", "移転先の本人確認(KYC)の有効期限が切れています。"
    ),
    Reason.RECIPIENT_CLASS: Text(
        "Investors of the recipient's class may not hold this token.",
        "移転先の投資家区分では、このトークンを保有できません。",
    ),
    Reason.RECIPIENT_CLASS_EXPIRED: Text(
        "The recipient's investor class has lapsed: it may sell, not buy.",
        "移転先の投資家区分の有効期限が切れているため、取得できません(譲渡は可能です)。",
    ),
    Reason.RECIPIENT_RESIDENCY: Text(
        "Investors of the recipient's residency may not hold this token.",
        "移転先の居住区分では、このトークンを保有できません。",
    ),
    Reason.SPENDER_SUSPENDED: Text(
        "The account that acts for the holder is suspended, or its wallet has been given up.",
        "保有者に代わって操作する者が取引停止中であるか、そのウォレットが廃止されています。",
    ),
    Reason.INSUFFICIENT_ALLOWANCE: Text(
        "The holder's allowance for the acting account is too small.",
        "保有者から許可された数量を超えています。",
    ),
    Reason.INSUFFICIENT_BALANCE: Text(
        "The holder does not have enough units.", "保有数量が不足しています。"
    ),
    Reason.NOT_WHOLE_LOTS: Text(
        "The amount is not a multiple of the lot size.", "数量が取引単位の整数倍ではありません。"
    ),
    Reason.NOT_WHOLE_POSITION: Text(
        "This token moves only as a holder's whole position.",
        "このトークンは全数量の一括譲渡のみ認められています。",
    ),
    Reason.HOLDER_CAP: Text("There would be one holder too many.", "保有者数の上限を超えます。"),
    Reason.COMMITTED: Text(
        "The units are promised to a settlement or to a transfer that waits for consent.",
        "決済または承諾待ちの移転のために確保されている数量が含まれています。",
    ),
    Reason.LOCKED_UP: Text(
        "The holder's units are under a lock-up.",
        "保有者のロックアップ対象の数量が含まれています。",
    ),
    Reason.FROZEN: Text("The holder's units are frozen.", "凍結されている数量が含まれています。"),
    Reason.PLEDGED: Text(
        "The holder's units are pledged.", "質権が設定されている数量が含まれています。"
    ),
    Reason.ATTACHED: Text(
        "The holder's units are attached.", "差し押さえられている数量が含まれています。"
    ),
    Reason.REDEMPTION_NOT_ALLOWED: Text(
        "The term sheet does not allow this redemption now.",
        "発行条件上、現時点でこの償還は認められていません。",
    ),
    Reason.CAP_EXCEEDED: Text(
        "The units in issue would exceed the cap.", "発行数量の上限を超えます。"
    ),
    Reason.SPLIT_FORBIDDEN: Text(
        "The placement rules forbid a split.", "募集形態の制限により、分割はできません。"
    ),
    Reason.NOT_SAME_INVESTOR: Text(
        "The two wallets belong to different investors.",
        "二つのウォレットは同一の投資家のものではありません。",
    ),
    Reason.WALLET_NOT_RETIRED: Text(
        "A position moves only from a wallet that has been given up.",
        "ポジションの移管は、廃止されたウォレットからのみ可能です。",
    ),
    Reason.REVERSAL_EXCEEDED: Text(
        "More would be taken back than the original transfer, less what was reversed already.",
        "元の移転の数量(取消済みの数量を除く)を超えて取り消すことはできません。",
    ),
    Reason.LOSS_EXCEEDED: Text(
        "This log is recorded as a loss already, or was restored; each is restored once, under "
        "whatever incident.",
        "このログはすでに損失として記録済み、または再配布済みです。"
        "再配布は、障害番号にかかわらず一度限りです。",
    ),
    Reason.REQUEST_CLOSED: Text(
        "The transfer request is approved, rejected, cancelled or past its deadline.",
        "移転の申請は、承認・却下・取消し済みであるか、期限を過ぎています。",
    ),
    Reason.TOO_MANY_RESTRAINTS: Text(
        "The holder has as many restraints as one holder can have.",
        "一保有者に設定できる制限の件数の上限に達しています。",
    ),
    Reason.NO_SUCH_RESTRAINT: Text(
        "The pledge or attachment that is to be executed is not there any more.",
        "実行しようとする質権または差押えは、すでに存在しません。",
    ),
    Reason.SAME_WALLET: Text(
        "Sender and recipient are one wallet: nothing would move.",
        "移転元と移転先が同じウォレットのため、移転になりません。",
    ),
    Reason.CONSENT_NOT_REQUIRED: Text(
        "This token's transfers need no consent; transfer without a request.",
        "このトークンの移転に承認は不要です。申請せずに移転してください。",
    ),
    Reason.NO_SUCH_LOSS: Text(
        "The log took no units from the register, or is not recorded under this incident.",
        "このログは原簿から数量を減らしていないか、この障害の損失として記録されていません。",
    ),
    Reason.TOKEN_CLOSED: Text(
        "This token is closed: it is being replaced, was replaced, or is to replace another.",
        "このトークンは差替え手続中、差替え済み、または差替え前のため、取扱いできません。",
    ),
}

_REGISTRY_TEXTS: Final[dict[RegistryReason, Text]] = {
    RegistryReason.NONE: Text("Nothing prevents it.", "妨げとなる事由はありません。"),
    RegistryReason.INVALID_WALLET: Text(
        "This address cannot be an investor's wallet.",
        "このアドレスは投資家のウォレットとして使用できません。",
    ),
    RegistryReason.ALREADY_REGISTERED: Text(
        "The wallet is registered already, or was given up.",
        "このウォレットは登録済み、または廃止済みです。",
    ),
    RegistryReason.RESERVED_ACCOUNT: Text(
        "The address is a token's, or an account that a token issues to.",
        "このアドレスはトークンまたは発行者口座のものです。",
    ),
    RegistryReason.KYC_EXPIRED: Text(
        "The KYC expiry is not in the future.", "本人確認(KYC)の有効期限が過去の日時です。"
    ),
    RegistryReason.CLASS_EXPIRED: Text(
        "The expiry of the investor class is not in the future.",
        "投資家区分の有効期限が過去の日時です。",
    ),
    RegistryReason.INVALID_CLASS: Text(
        "There is no such investor class.", "存在しない投資家区分です。"
    ),
    RegistryReason.INVALID_RESIDENCY: Text(
        "There is no such residency.", "存在しない居住区分です。"
    ),
    RegistryReason.NOT_REGISTERED: Text(
        "The address is not a registered investor's wallet.",
        "登録された投資家のウォレットではありません。",
    ),
    RegistryReason.ALREADY_SUSPENDED: Text(
        "The investor is suspended already.", "この投資家はすでに取引停止中です。"
    ),
    RegistryReason.NOT_SUSPENDED: Text(
        "The investor is not suspended.", "この投資家は取引停止中ではありません。"
    ),
    RegistryReason.SIGNATURE_REQUIRED: Text(
        "This organisation's last suspension was never confirmed, so the next one is signed.",
        "この組織による以前の取引停止が確認されていないため、次の取引停止には他組織の署名が必要です。",
    ),
    RegistryReason.OTHER_SUSPENSION: Text(
        "The suspension that this is about is over; the present one is another.",
        "対象の取引停止はすでに終了しており、現在の取引停止は別のものです。",
    ),
    RegistryReason.ALREADY_RETIRED: Text(
        "The wallet was given up already.", "このウォレットはすでに廃止されています。"
    ),
    RegistryReason.TOO_MANY_WALLETS: Text(
        "The investor has 256 wallets, which is the most there can be.",
        "この投資家のウォレットは上限の256件に達しています。",
    ),
    RegistryReason.ALREADY_CONFIRMED: Text(
        "The suspension is confirmed already.", "この取引停止はすでに確認済みです。"
    ),
    RegistryReason.OWN_SUSPENSION: Text(
        "The organisation suspended the investor itself; another one confirms.",
        "この組織自身が停止した投資家のため、別の組織による確認が必要です。",
    ),
}
