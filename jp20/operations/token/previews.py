"""What a token would answer to a delivery, a request for consent, a forced transfer (G3, G11)."""

from collections.abc import Sequence
from typing import Final

from eth_typing import ChecksumAddress

from jp20.domain.plans.allotments import Allotment
from jp20.domain.register.events import ClaimKind
from jp20.domain.token.eligibility import RecipientHolding, judge_delivery
from jp20.domain.token.movements import ForcedMove, Waiver
from jp20.domain.token.reasons import Reason
from jp20.operations.investors.whitelist import facts_of
from jp20.operations.plans.distribute import expected_refusals
from jp20.operations.session import Session, TokenName
from jp20.operations.token.restraints import Claim, Position, claims, position
from jp20.operations.token.transfer import Preview

_ANY: Final = 0xFF
"""Every class, or every residency."""


def preview_delivery(
    session: Session, token: TokenName, to: ChecksumAddress, units: int
) -> Preview:
    """Whether a delivery from the issuer's account would go through now, and if not, why. The
    contract has no view for it: its rules are judged here, in its order.
    """
    contract = session.token(token)
    if session.platform.read(bool, "halted"):
        return Preview(Reason.PLATFORM_HALTED)
    if contract.read(bool, "paused"):
        return Preview(Reason.TOKEN_PAUSED)
    refused = expected_refusals(session, contract, [Allotment(0, to, units)])
    if to in refused:
        return Preview(refused[to])
    if units > contract.read(int, "undistributed"):
        return Preview(Reason.INSUFFICIENT_BALANCE)
    return Preview(Reason.NONE)


def preview_request(
    session: Session, token: TokenName, from_: ChecksumAddress, to: ChecksumAddress, units: int
) -> Preview:
    """Whether a holder's request for consent would be taken now, and if not, why."""
    answer = session.token(token).read(int, "previewRequest", from_, to, units)
    return Preview(Reason(answer))


def needs_consent(session: Session, token: TokenName) -> bool:
    """Whether transfers of a token wait for the registrar's or the issuer's consent."""
    rules = session.token(token).read(tuple[int, int, int, int, bool, bool, bool], "rules")
    return rules[5]


def preview_forced(session: Session, token: TokenName, move: ForcedMove) -> Preview:
    """Whether a forced transfer would go through now, and if not, why; the holder cap apart, which
    the contract alone judges. It has no view for it: its rules are judged here, in its order.
    """
    contract = session.token(token)
    if session.platform.read(bool, "halted"):
        return Preview(Reason.PLATFORM_HALTED)
    if move.from_ == contract.read(ChecksumAddress, "issuerAccount"):
        return Preview(Reason.SENDER_IS_ISSUER_ACCOUNT)
    classes, residencies, _, _, whole, _, _ = contract.read(
        tuple[int, int, int, int, bool, bool, bool], "rules"
    )
    lots = Waiver.LOTS_AND_WHOLE_POSITION not in move.waivers
    rules = RecipientHolding(
        _ANY if Waiver.CLASS in move.waivers else classes,
        _ANY if Waiver.RESIDENCY in move.waivers else residencies,
        contract.read(int, "lotSize") if lots else 1,
    )
    (facts,) = facts_of(session, [move.to])
    reason = judge_delivery(facts, rules, move.amount, session.now())
    if reason not in (Reason.NONE, Reason.NOT_WHOLE_LOTS):
        return Preview(reason)
    found = position(session, contract, move.from_)
    in_the_way = _senior(found, claims(session, contract, move.from_), move)
    if in_the_way is not Reason.NONE:
        return Preview(in_the_way)
    if whole and lots and move.amount != found.balance:
        return Preview(Reason.NOT_WHOLE_POSITION)
    return Preview(reason)


def _senior(found: Position, held: Sequence[Claim], move: ForcedMove) -> Reason:
    """What keeps the units even from force: all pledges and attachments or, where one of them is
    executed, those that came before it.
    """
    if move.amount > found.balance:
        return Reason.INSUFFICIENT_BALANCE
    kinds = {ClaimKind.PLEDGE: Reason.PLEDGED, ClaimKind.ATTACHMENT: Reason.ATTACHED}
    senior = [each for each in held if each.kind in kinds]
    if move.executed_claim:
        own = next((each for each in senior if each.id == move.executed_claim), None)
        if own is None:
            return Reason.NO_SUCH_CLAIM
        if move.amount > own.units:
            return kinds[own.kind]
        senior = [each for each in senior if each.id < move.executed_claim]
    for kind, reason in kinds.items():
        kept = sum(each.units for each in senior if each.kind is kind)
        if move.amount + kept > found.balance:
            return reason
    return Reason.NONE
