"""Whether an investor may receive units of an issue: what the chain would answer now (G7).

The chain decides. This is for saying beforehand which rows of a file it would refuse.
"""

from dataclasses import dataclass

from jp20.domain.investors.facts import Facts
from jp20.domain.token.reasons import Reason


@dataclass(frozen=True, slots=True)
class RecipientHolding:
    """Who may hold an issue: a bit `1 << class` and `1 << residency` for each that may, and the
    lot of which deliveries are multiples.
    """

    classes: int
    residencies: int
    lot_size: int


def judge_delivery(facts: Facts, rules: RecipientHolding, units: int, now: int) -> Reason:
    """Why a delivery of `units` to a wallet would be refused at `now` (unix seconds), else NONE.

    Holder cap and the issuer's balance are not judged: they depend on the rows before.
    """
    reason = _judge_investor(facts, rules, now)
    if reason is Reason.NONE and units % rules.lot_size:
        return Reason.NOT_WHOLE_LOTS
    return reason


def _judge_investor(facts: Facts, rules: RecipientHolding, now: int) -> Reason:
    if not facts.is_known:
        return Reason.RECIPIENT_UNKNOWN
    if facts.suspended:
        return Reason.RECIPIENT_SUSPENDED
    if facts.retired:
        return Reason.RECIPIENT_RETIRED
    if now >= facts.kyc_expiry:
        return Reason.RECIPIENT_KYC_EXPIRED
    if not rules.classes >> facts.investor_class & 1:
        return Reason.RECIPIENT_CLASS
    if now >= facts.class_expiry:
        return Reason.RECIPIENT_CLASS_EXPIRED
    if not rules.residencies >> facts.residency & 1:
        return Reason.RECIPIENT_RESIDENCY
    return Reason.NONE
