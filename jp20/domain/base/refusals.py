"""What the contracts' errors say to a user, by the error's name; `{…}` are its arguments.

Movements of units are refused with a `Reason`, which has its own sentences in `reasons`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from jp20.domain.base.errors import Text


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in both languages with places for the error's arguments."""

    text: Text

    def filled(self, arguments: Mapping[str, Any]) -> Text:
        """The sentence with the arguments in their places; bytes as hexadecimal digits."""
        shown = {
            name: f"0x{value.hex()}" if isinstance(value, bytes) else value
            for name, value in arguments.items()
        }
        return Text(self.text.en.format(**shown), self.text.ja.format(**shown))


_TEXTS: Final[dict[str, tuple[str, str]]] = {
    # The Consortium: organisations
    "NotGovernance": (
        "The Consortium changes itself only by executing a request on itself.",
        "コンソーシアム自身の変更は、リクエストの実行によってのみ可能です。",
    ),
    "OrganisationUnknown": (
        "There is no organisation {organisation}.",
        "組織 {organisation} は存在しません。",
    ),
    "OrganisationHoldsTokenRoles": (
        "Organisation {organisation} still holds {count} roles for single tokens.",
        "組織 {organisation} は、個別トークンの役割をまだ {count} 件持っています。",
    ),
    "KeyUnknown": (
        "{key} is not an organisation's key, or is revoked.",
        "{key} はいずれの組織の鍵でもないか、失効しています。",
    ),
    "KeyAlreadyUsed": (
        "{key} is or was an organisation's key; a revoked key never returns.",
        "{key} は使用中または失効済みの鍵です(失効した鍵は再利用できません)。",
    ),
    "KeyOfAnotherOrganisation": (
        "{key} belongs to organisation {organisation}.",
        "{key} は組織 {organisation} の鍵です。",
    ),
    "LastKey": (
        "{key} is the last key of organisation {organisation}: exchange it instead.",
        "{key} は組織 {organisation} の最後の鍵です。交換してください。",
    ),
    "LastHolder": (
        "Organisation {organisation} is the last one with this role: transfer it instead.",
        "組織 {organisation} はこの役割を持つ最後の組織です。役割を移してください。",
    ),
    "RoleAlreadyHeld": (
        "Organisation {organisation} holds the role already.",
        "組織 {organisation} はすでにこの役割を持っています。",
    ),
    "RoleNotHeld": (
        "Organisation {organisation} does not hold the role.",
        "組織 {organisation} はこの役割を持っていません。",
    ),
    "RolesIncompatible": (
        "Who holds OPERATOR or VALIDATOR holds no other role.",
        "OPERATOR または VALIDATOR の役割を持つ組織は、他の役割を持てません。",
    ),
    "KeyOlder": (
        "A key takes away itself or younger ones.",
        "鍵で失効させられるのは、自身と後から登録された鍵のみです。",
    ),
    # The Consortium: policy
    "OwnRuleUnfit": (
        "The organisations could not decide on the consortium by such a rule.",
        "この規則では、コンソーシアム自身の手続を決定できません。",
    ),
    "ScopeInvalid": (
        "{scope} is no token, or {target} has no scope.",
        "{scope} はトークンではないか、{target} には範囲を指定できません。",
    ),
    "NotListed": (
        "The policy does not list this function, so it can be neither called nor proposed.",
        "この操作はポリシーに記載がないため、実行も提案もできません。",
    ),
    "TargetUnknown": (
        "{target} is not under the policy.",
        "{target} はポリシーの対象ではありません。",
    ),
    "RoleWithoutHolder": (
        "A role that a rule names has no holder.",
        "規則にある役割を持つ組織がありません。",
    ),
    "AlreadySealed": (
        "The Consortium is sealed already.",
        "コンソーシアムはすでに封印されています。",
    ),
    "NotSealed": (
        "The founder has not yet sealed the Consortium.",
        "コンソーシアムはまだ封印されていません。",
    ),
    # The Consortium: requests
    "RuleChanged": (
        "The policy changed since the request was made, which voids it: propose it again.",
        "リクエスト作成後にポリシーが変更されたため無効です。再度提案してください。",
    ),
    "CalledDirectly": (
        "One signature is enough for this: a key with the role does it at once.",
        "1つの署名で足りる操作です。役割を持つ鍵で直ちに実行してください。",
    ),
    "NotDirect": (
        "One signature is not enough for this, or it waits for a time: propose a request.",
        "1つの署名では足りないか、待機期間のある操作です。申請を提案してください。",
    ),
    "EvidenceMissing": (
        "A request or an act names a case and a document.",
        "申請・単独の操作には、案件番号と文書のハッシュが必要です。",
    ),
    "RequestOpen": ("The request is open already.", "このリクエストはすでに提案されています。"),
    "RequestNotOpen": (
        "The request was never proposed, or was cancelled.",
        "このリクエストは提案されていないか、取り消されています。",
    ),
    "SignedByOthers": (
        "Another organisation has signed the request: it cannot be cancelled any more, only "
        "signatures can be taken back.",
        "他の組織が署名済みのため取り消せません(署名の撤回のみ可能です)。",
    ),
    "DataMissing": (
        "What waits for a time is published: one call a request, with its data.",
        "待機期間のある操作は、1件の申請につき1つの呼出しとし、その内容を公開する必要があります。",
    ),
    "PartiesNotAscending": (
        "The parties of a request are named in ascending order, each once.",
        "申請の当事者は、番号の昇順で重複なく指定する必要があります。",
    ),
    "SignedByParty": (
        "The issuer's account is a side of this movement: the issuer is party to it, and does not "
        "sign.",
        "発行者の口座がこの移転の当事者であるため、発行者は署名できません。",
    ),
    "NotSignedBy": (
        "Organisation {organisation} is not among those who signed the request.",
        "組織 {organisation} がこの申請に署名していません。",
    ),
    "RequestExpired": ("The request has expired.", "このリクエストは有効期限が切れています。"),
    "RequestDone": (
        "All calls of the request are executed.",
        "このリクエストはすべて実行済みです。",
    ),
    "RoleMissing": (
        "Organisation {organisation} holds none of the roles that the policy asks for here.",
        "組織 {organisation} は、ポリシーが求める役割を持っていません。",
    ),
    "PartyToTheRequest": (
        "Organisation {organisation} is party to the request: it neither proposes nor signs it.",
        "組織 {organisation} は当事者のため、提案も署名もできません。",
    ),
    "SlotUnknown": ("The rule has no slot {slot}.", "署名枠 {slot} は存在しません。"),
    "SlotTaken": (
        "Organisation {organisation} has signed slot {slot}.",
        "署名枠 {slot} は組織 {organisation} が署名済みです。",
    ),
    "AlreadySigned": (
        "Organisation {organisation} has signed already; its keys count once.",
        "組織 {organisation} は署名済みです(同じ組織の鍵は1回のみ有効です)。",
    ),
    "SignatureMissing": (
        "The signature in slot {slot} is missing.",
        "署名枠 {slot} の署名がありません。",
    ),
    "SignatureLapsed": (
        "Organisation {organisation} signed, but its key or role was taken away since.",
        "組織 {organisation} の署名は、鍵または役割の失効により無効です。",
    ),
    "TooEarly": (
        "The delay that the policy asks for has not passed yet.",
        "ポリシーが定める待機期間が経過していません。",
    ),
    "CallAlreadyExecuted": (
        "Call {index} was executed already.",
        "{index} 番の呼出しは実行済みです。",
    ),
    "ProofInvalid": (
        "Call {index} is not part of the request.",
        "{index} 番の呼出しはこのリクエストに含まれていません。",
    ),
    "ExecutionUnderWay": (
        "Nothing is executed inside an execution.",
        "実行中に別の実行を行うことはできません。",
    ),
    # The platform
    "AlreadyHalted": ("The platform is halted already.", "基盤はすでに停止中です。"),
    "NotHalted": ("The platform is not halted.", "基盤は停止していません。"),
    "HaltedAgain": (
        "The stop that was decided about is over, and another one is on.",
        "解除が決定された停止はすでに終了しており、別の停止が行われています。",
    ),
    "WalletNotRegistered": ("{account} is nobody's wallet.", "{account} は登録されていません。"),
    "ExpiryNotInFuture": (
        "The expiry for {wallet} is not in the future.",
        "{wallet} の有効期限が過去の日時です。",
    ),
    "InvestorAccount": (
        "{account} is an investor's wallet; a token cannot issue to it.",
        "{account} は投資家のウォレットのため、発行者口座にできません。",
    ),
    "NotInCharge": (
        "This platform was replaced; {successor} is in charge now.",
        "この基盤は差し替えられました。現在は {successor} が使用されています。",
    ),
    "NotEmpty": (
        "Only a new platform, without investors and tokens, can replace another.",
        "差替え先にできるのは、投資家もトークンも登録されていない新しい基盤のみです。",
    ),
    "UnknownPlatform": (
        "The consortium does not know {account} as a platform.",
        "{account} は基盤としてコンソーシアムに登録されていません。",
    ),
    "SuccessionUnfinished": (
        "The platform itself still has {wallets} wallets and {tokens} tokens to take over.",
        "この基盤への引継ぎが完了していません(ウォレット {wallets} 件、トークン {tokens} 件)。",
    ),
    "NotAllCarried": (
        "{wallets} wallets are not carried over yet; tokens follow after them.",
        "引き継いでいないウォレットが {wallets} 件あります。トークンの引継ぎはその後に行います。",
    ),
    "NotToAdopt": (
        "{token} is not a token of the platform that was replaced, or was taken over already.",
        "{token} は差替え元のトークンではないか、すでに引き継がれています。",
    ),
    "UnknownVersion": (
        "There is no token version {version}.",
        "トークンのバージョン {version} は存在しません。",
    ),
    "CodeTaken": (
        "The code {code} is taken by {token}.",
        "コード {code} は {token} が使用しています。",
    ),
    "SymbolTaken": (
        "The symbol {symbol} is taken by {token}.",
        "シンボル {symbol} は {token} が使用しています。",
    ),
    # The token
    "NotAdopted": (
        "The platform was not replaced, or the new one has not taken the token over.",
        "基盤が差し替えられていないか、新しい基盤がこのトークンを引き継いでいません。",
    ),
    "InvalidTerms": (
        "The terms contradict themselves at {field}.",
        "発行条件の {field} が他の条件と矛盾しています。",
    ),
    "TermUnchanged": (
        "{field} is already as it is asked to become.",
        "{field} は既に指定の内容です。",
    ),
    "TermFixed": (
        "{field} of this token cannot be changed.",
        "このトークンの {field} は変更できません。",
    ),
    "CapBelowSupply": (
        "The cap cannot be {cap}: {supply} units are in issue.",
        "発行上限は発行数量を下回れません(指定 {cap}、発行数量 {supply})。",
    ),
    "MaturityNotLater": (
        "Maturity can only be put off to a later time.",
        "償還期日は延期のみ可能です。",
    ),
    "InvalidRatio": (
        "A split by {ratio} is not possible: at least 2, and the cap must stay in range.",
        "{ratio} 倍の分割はできません(2以上で、発行上限が範囲内である必要があります)。",
    ),
    "InvalidRecordDate": (
        "A record date lies in the future and after the last one; 16 at most are pending.",
        "基準日は未来かつ直前の基準日より後で、未到来のものは16件までです。",
    ),
    "RecordDateNotReached": (
        "Record date {index} has not come yet, or there is none.",
        "基準日 {index} は未到来か、存在しません。",
    ),
    "LengthMismatch": (
        "The lists of the batch differ in length: {first} and {second}.",
        "一括処理の件数が一致しません({first} と {second})。",
    ),
    "PlatformUnavailable": (
        "The platform does not answer, so nothing moves.",
        "基盤が応答しないため、移転できません。",
    ),
    "DocumentUnknown": (
        "There is no document of that name.",
        "その名称の書類は登録されていません。",
    ),
    "NoSuchRestraint": (
        "{holder} has no such restraint {id}.",
        "{holder} に制限 {id} は設定されていません。",
    ),
    "InvalidTime": (
        "A lock-up is set to a later time, and shortened to an earlier one.",
        "ロックアップの期限は、設定は延長のみ、短縮は短縮のみ可能です。",
    ),
    "NotAnIncrease": (
        "At once one can freeze more, not less: {current} are frozen, {asked} were asked.",
        "即時の凍結は増加のみ可能です(現在 {current}、指定 {asked})。",
    ),
    "FreezeNotConfirmed": (
        "The last freeze of {account} by organisation {organisation} was never confirmed,"
        " so the next one needs a signature.",
        "組織 {organisation} の前回の凍結({account})が未確認のため、次の凍結には署名が必要です。",
    ),
    "NothingToConfirm": (
        "There is nothing to confirm on {account}, or it is for another organisation to do.",
        "{account} に確認すべき凍結がないか、別の組織が確認する必要があります。",
    ),
    "InvalidIncident": (
        "The incident is unknown, or was recorded with another supply.",
        "このインシデントは記録がないか、異なる発行数量で記録されています。",
    ),
    "ERC2612ExpiredSignature": (
        "The deadline of the permit has passed.",
        "許可(permit)の期限が過ぎています。",
    ),
    "ERC2612InvalidSigner": (
        "The permit is not signed by {owner}.",
        "許可(permit)が {owner} の署名ではありません。",
    ),
}

REFUSALS: Final[Mapping[str, Sentence]] = {
    name: Sentence(Text(en, ja)) for name, (en, ja) in _TEXTS.items()
}
