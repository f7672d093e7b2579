"""What the contracts' errors say to a user, by the error's name; `{…}` are its arguments.

Movements of units are refused with a `Reason`, which has its own sentences in `reasons`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from jp20.domain.base.text import Text


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
        return self.text.filled(**shown)


_TEXTS: Final[dict[str, Text]] = {
    # The Consortium: organisations
    "NotGovernance": Text("The Consortium changes itself only by executing a request on itself."),
    "OrganisationUnknown": Text("There is no organisation {organisation}."),
    "OrganisationHoldsTokenRoles": Text(
        "Organisation {organisation} still holds {count} {count:role|roles} for single tokens."
    ),
    "KeyUnknown": Text("{key} is not an organisation's key, or is revoked."),
    "KeyAlreadyUsed": Text("{key} is or was an organisation's key; a revoked key never returns."),
    "KeyOfAnotherOrganisation": Text("{key} belongs to organisation {organisation}."),
    "LastKey": Text("{key} is the last key of organisation {organisation}: exchange it instead."),
    "LastHolder": Text(
        "Organisation {organisation} is the last one with this role: transfer it instead."
    ),
    "RoleAlreadyHeld": Text("Organisation {organisation} holds the role already."),
    "RoleNotHeld": Text("Organisation {organisation} does not hold the role."),
    "RolesIncompatible": Text("Who holds OPERATOR or VALIDATOR holds no other role."),
    "KeyOlder": Text("A key takes away itself or younger ones."),
    # The Consortium: policy
    "OwnRuleUnfit": Text("The organisations could not decide on the consortium by such a rule."),
    "ScopeInvalid": Text("{scope} is not a token, or {target} has no scope."),
    "NotListed": Text(
        "The policy does not list this function, so it can be neither called nor proposed."
    ),
    "TargetUnknown": Text("{target} is not under the policy."),
    "RoleWithoutHolder": Text("A role that a rule names has no holder."),
    "AlreadySealed": Text("The Consortium is sealed already."),
    "NotSealed": Text("The founder has not yet sealed the Consortium."),
    # The Consortium: requests
    "RuleChanged": Text(
        "The policy changed since the request was made, which voids it: propose it again."
    ),
    "CalledDirectly": Text(
        "One signature is enough for this: a key with the role does it at once."
    ),
    "NotDirect": Text(
        "One signature is not enough for this, or it waits for a time: propose a request."
    ),
    "EvidenceMissing": Text("A request or an act names a case and a document."),
    "RequestOpen": Text("The request is open already."),
    "RequestNotOpen": Text("The request was never proposed, or was cancelled."),
    "SignedByOthers": Text(
        "Another organisation has signed the request: it cannot be cancelled any more, only "
        "signatures can be taken back."
    ),
    "DataMissing": Text("What waits for a time is published: one call a request, with its data."),
    "PartiesNotAscending": Text(
        "The parties of a request are named in ascending order, each once."
    ),
    "SignedByParty": Text(
        "The issuer's account is a side of this movement: the issuer is party to it, and does "
        "not sign."
    ),
    "NotSignedBy": Text("Organisation {organisation} is not among those who signed the request."),
    "RequestExpired": Text("The request has expired."),
    "RequestDone": Text("All calls of the request are executed."),
    "RoleMissing": Text(
        "Organisation {organisation} holds none of the roles that the policy asks for here."
    ),
    "PartyToTheRequest": Text(
        "Organisation {organisation} is party to the request: it neither proposes nor signs it."
    ),
    "SlotUnknown": Text("The rule has no slot {slot}."),
    "SlotTaken": Text("Organisation {organisation} has signed slot {slot}."),
    "AlreadySigned": Text("Organisation {organisation} has signed already; its keys count once."),
    "SignatureMissing": Text("The signature in slot {slot} is missing."),
    "SignatureLapsed": Text(
        "Organisation {organisation} signed, but its key or role was taken away since."
    ),
    "TooEarly": Text("The delay that the policy asks for has not passed yet."),
    "CallAlreadyExecuted": Text("Call {index} was executed already."),
    "ProofInvalid": Text("Call {index} is not part of the request."),
    "ExecutionUnderWay": Text("Nothing is executed inside an execution."),
    # The platform
    "AlreadyHalted": Text("The platform is halted already."),
    "NotHalted": Text("The platform is not halted."),
    "HaltedAgain": Text("The stop that was decided about is over, and another one is on."),
    "WalletNotRegistered": Text("{account} is nobody's wallet."),
    "ExpiryNotInFuture": Text("The expiry for {wallet} is not in the future."),
    "InvestorAccount": Text("{account} is an investor's wallet; a token cannot issue to it."),
    "NotInCharge": Text("This platform was replaced; {successor} is in charge now."),
    "NotEmpty": Text("Only a new platform, without investors and tokens, can replace another."),
    "UnknownPlatform": Text("The consortium does not know {account} as a platform."),
    "SuccessionUnfinished": Text(
        "The platform itself still has {wallets} "
        "{wallets:wallet|wallets} and {tokens} {tokens:token|tokens} to "
        "take over."
    ),
    "NotAllCarried": Text(
        "{wallets} {wallets:wallet|wallets} {wallets:is|are} not carried over "
        "yet; tokens follow after them."
    ),
    "NotToAdopt": Text(
        "{token} is not a token of the platform that was replaced, or was taken over already."
    ),
    "UnknownVersion": Text("There is no token version {version}."),
    "CodeTaken": Text("The code {code} is taken by {token}."),
    "SymbolTaken": Text("The symbol {symbol} is taken by {token}."),
    # The token
    "OtherParties": Text(
        "Who signs is not issuer and registrar of both tokens, or not as many brokers are named "
        "for the new token {next} as for the old one: grant these roles for it first."
    ),
    "NotAdopted": Text(
        "The platform was not replaced, or the new one has not taken the token over."
    ),
    "InvalidTerms": Text("The terms contradict themselves at {field}."),
    "TermUnchanged": Text("{field} is already as it is asked to become."),
    "TermFixed": Text("{field} of this token cannot be changed."),
    "CapBelowSupply": Text(
        "The cap cannot be {cap}: {supply} {supply:unit|units} {supply:is|are} in issue."
    ),
    "MaturityNotLater": Text("Maturity can only be put off to a later time."),
    "InvalidRatio": Text(
        "A split by {ratio} is not possible: at least 2, and the cap must stay in range."
    ),
    "InvalidRecordDate": Text(
        "A record date lies in the future and after the last one; 16 at most are pending."
    ),
    "RecordDateNotReached": Text("Record date {index} has not come yet, or there is none."),
    "LengthMismatch": Text("The lists of the batch differ in length: {first} and {second}."),
    "PlatformUnavailable": Text("The platform does not answer, so nothing moves."),
    "DocumentUnknown": Text("There is no document of that name."),
    "NoSuchRestraint": Text("{holder} has no such restraint {id}."),
    "InvalidTime": Text("A lock-up is set to a later time, and shortened to an earlier one."),
    "NotAnIncrease": Text(
        "At once one can freeze more, not less: {current} are frozen, {asked} were asked."
    ),
    "FreezeNotConfirmed": Text(
        "The last freeze of {account} by organisation {organisation} was never confirmed, so "
        "the next one needs a signature."
    ),
    "NothingToConfirm": Text(
        "There is nothing to confirm on {account}, or it is for another organisation to do."
    ),
    "InvalidIncident": Text("The incident is unknown, or was recorded with another supply."),
    "ERC2612ExpiredSignature": Text("The deadline of the permit has passed."),
    "ERC2612InvalidSigner": Text("The permit is not signed by {owner}."),
}

REFUSALS: Final[Mapping[str, Sentence]] = {name: Sentence(text) for name, text in _TEXTS.items()}
