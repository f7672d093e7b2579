"""Which rows the chain would refuse: its rules in its order."""

import pytest

from jp20.domain.investors.facts import Facts
from jp20.domain.investors.investors import NEVER, InvestorClass, Residency
from jp20.domain.token.eligibility import RecipientHolding, judge_delivery
from jp20.domain.token.reasons import Reason

NOW = 1_000
RULES = RecipientHolding(classes=0b0010, residencies=0b0010, lot_size=10)  # general, resident


def facts(
    investor=1, class_=1, residency=1, kyc=NOW + 1, class_until=NEVER, suspended=0, retired=0
) -> Facts:
    return Facts.of(
        investor << 104
        | retired << 97
        | suspended << 96
        | kyc << 56
        | class_until << 16
        | class_ << 8
        | residency
    )


def test_a_word_is_read():
    assert facts(7, 3, 2, 5, 6, 1, 1) == Facts(
        7, InvestorClass.QUALIFIED_INSTITUTION, Residency.NON_RESIDENT, 5, 6, True, True, False
    )
    assert not Facts.of(0).is_known
    assert Facts.of(1 << 99).reserved


@pytest.mark.requirement("G7")
@pytest.mark.parametrize(
    ("investor", "units", "reason"),
    [
        (facts(), 10, Reason.NONE),
        (Facts.of(0), 10, Reason.RECIPIENT_UNKNOWN),
        (facts(suspended=1, retired=1), 10, Reason.RECIPIENT_SUSPENDED),
        (facts(retired=1, kyc=1), 10, Reason.RECIPIENT_RETIRED),
        (facts(kyc=NOW, class_=2), 10, Reason.RECIPIENT_KYC_EXPIRED),
        (facts(class_=2, class_until=1), 10, Reason.RECIPIENT_CLASS),
        (facts(class_until=NOW, residency=2), 10, Reason.RECIPIENT_CLASS_EXPIRED),
        (facts(residency=3), 11, Reason.RECIPIENT_RESIDENCY),
        (facts(), 11, Reason.NOT_WHOLE_LOTS),
    ],
)
def test_each_rule_in_the_order_of_the_chain(investor: Facts, units: int, reason: Reason):
    assert judge_delivery(investor, RULES, units, NOW) is reason
