import pytest
from brownie import chain
from registry_rows import RING, SUSPENDED, Reason, facts, investor_id, refusals, row, wallet

pytestmark = pytest.mark.requirement("G19")

AML, OTHER_AML, AUDITOR = 2, 3, 4
HOURS_72 = 72 * 3600


def test_aml_alone_suspends_at_once(platform, aml, expiry, lone):
    tx = platform.suspendAtOnce([lone], {"from": aml})

    assert platform.factsOf(lone) == facts(lone, expiry) | SUSPENDED
    # organisation, since, confirmed by, confirmed at
    assert tuple(platform.suspension(lone)) == (AML, tx.timestamp, 0, 0)
    assert dict(tx.events["InvestorSuspended"]) == {
        "investor": investor_id(lone),
        "organisation": AML,
    }
    assert tx.events["FactsChanged"]["facts"] == facts(lone, expiry) | SUSPENDED


def test_suspending_one_wallet_reaches_all_of_the_investor(platform, aml, expiry, lone, ring):
    tx = platform.suspendAtOnce([ring[1]], {"from": aml})

    assert [platform.factsOf(each) for each in ring] == [
        facts(ring[0], expiry) | RING | SUSPENDED
    ] * 3
    assert tuple(platform.suspension(ring[2])) == (AML, tx.timestamp, 0, 0)
    assert not platform.investor(lone)["suspended"]
    print(f"suspendAtOnce, three wallets: {tx.gas_used:,} gas")


def test_a_bad_row_does_not_keep_the_others_from_being_suspended(platform, aml, lone, ring):
    tx = platform.suspendAtOnce([ring[0], wallet(99), ring[1], lone], {"from": aml})

    assert refusals(tx) == [
        (1, wallet(99), Reason.NOT_REGISTERED),
        (2, ring[1], Reason.ALREADY_SUSPENDED),
    ]
    assert platform.investor(lone)["suspended"]


def test_another_organisation_confirms(platform, aml, auditor, lone):
    since = platform.suspendAtOnce([lone], {"from": aml}).timestamp

    tx = platform.confirmSuspension([(lone, since)], {"from": auditor})

    assert tuple(platform.suspension(lone)) == (AML, since, AUDITOR, tx.timestamp)
    assert dict(tx.events["SuspensionConfirmed"]) == {
        "investor": investor_id(lone),
        "organisation": AUDITOR,
    }


def test_an_unconfirmed_suspension_stands_after_72_hours_and_can_still_be_confirmed(
    platform, aml, auditor, lone
):
    since = platform.suspendAtOnce([lone], {"from": aml}).timestamp

    chain.sleep(HOURS_72 + 1)
    chain.mine()

    assert platform.investor(lone)["suspended"]
    assert tuple(platform.suspension(lone)) == (AML, since, 0, 0)
    platform.confirmSuspension([(lone, since)], {"from": auditor})
    assert platform.suspension(lone)["confirmedBy"] == AUDITOR


def test_who_suspended_does_not_confirm(platform, aml, lone):
    since = platform.suspendAtOnce([lone], {"from": aml}).timestamp

    tx = platform.confirmSuspension([(lone, since)], {"from": aml})

    assert refusals(tx) == [(0, lone, Reason.OWN_SUSPENSION)]
    assert platform.suspension(lone)["confirmedAt"] == 0


def test_a_row_that_is_not_to_confirm_holds_up_no_other(platform, aml, auditor, lone, ring):
    since = platform.suspendAtOnce([lone, ring[0]], {"from": aml}).timestamp
    platform.confirmSuspension([(ring[1], since)], {"from": auditor})
    platform.register([row(wallet(2), since + 1000)], {"from": aml})

    tx = platform.confirmSuspension(
        [(wallet(99), since), (wallet(2), since), (ring[0], since), (lone, since)],
        {"from": auditor},
    )

    assert refusals(tx) == [
        (0, wallet(99), Reason.NOT_REGISTERED),
        (1, wallet(2), Reason.NOT_SUSPENDED),
        (2, ring[0], Reason.ALREADY_CONFIRMED),
    ]
    assert platform.suspension(lone)["confirmedBy"] == AUDITOR


def test_what_somebody_looked_at_is_what_they_confirm(platform, requests, aml, auditor, lone):
    """The suspension was lifted, and another organisation's stands now."""
    earlier = platform.suspendAtOnce([lone], {"from": aml}).timestamp
    platform.reinstate([(lone, earlier)], {"from": requests})
    chain.sleep(10)
    platform.suspend([lone], {"from": requests})

    tx = platform.confirmSuspension([(lone, earlier)], {"from": auditor})

    assert refusals(tx) == [(0, lone, Reason.OTHER_SUSPENSION)]
    assert platform.suspension(lone)["confirmedBy"] == 0


def test_a_request_suspends_and_needs_no_confirmation(platform, requests, auditor, lone):
    tx = platform.suspend([lone], {"from": requests})

    assert platform.investor(lone)["suspended"]
    assert tuple(platform.suspension(lone)) == (0, tx.timestamp, 0, tx.timestamp)
    assert tx.events["InvestorSuspended"]["organisation"] == 0
    confirmed = platform.confirmSuspension([(lone, tx.timestamp)], {"from": auditor})
    assert refusals(confirmed) == [(0, lone, Reason.ALREADY_CONFIRMED)]


def test_a_request_confirms_what_was_suspended_at_once(platform, requests, aml, lone):
    since = platform.suspendAtOnce([lone], {"from": aml}).timestamp

    tx = platform.suspend([lone], {"from": requests})

    assert tuple(platform.suspension(lone)) == (AML, since, 0, tx.timestamp)
    assert tx.events["SuspensionConfirmed"]["organisation"] == 0
    assert "InvestorSuspended" not in tx.events


def test_a_request_leaves_out_what_is_unknown_or_suspended_and_confirmed(
    platform, requests, lone, ring
):
    platform.suspend([lone], {"from": requests})

    tx = platform.suspend([lone, wallet(99), ring[0]], {"from": requests})

    assert refusals(tx) == [
        (0, lone, Reason.ALREADY_SUSPENDED),
        (1, wallet(99), Reason.NOT_REGISTERED),
    ]
    assert platform.investor(ring[2])["suspended"]


def test_reinstating_reaches_all_wallets_of_the_investor(platform, requests, aml, expiry, ring):
    since = platform.suspendAtOnce([ring[1]], {"from": aml}).timestamp

    tx = platform.reinstate([(ring[2], since)], {"from": requests})

    assert [platform.factsOf(each) for each in ring] == [facts(ring[0], expiry) | RING] * 3
    assert tuple(platform.suspension(ring[0])) == (0, 0, 0, 0)
    assert tx.events["InvestorReinstated"]["investor"] == investor_id(ring[0])
    assert len(tx.events["FactsChanged"]) == 3


def test_reinstating_leaves_out_what_is_unknown_or_not_suspended(
    platform, requests, aml, lone, ring
):
    since = platform.suspendAtOnce([lone], {"from": aml}).timestamp

    tx = platform.reinstate(
        [(wallet(99), since), (ring[0], since), (lone, since)], {"from": requests}
    )

    assert refusals(tx) == [
        (0, wallet(99), Reason.NOT_REGISTERED),
        (1, ring[0], Reason.NOT_SUSPENDED),
    ]
    assert not platform.investor(lone)["suspended"]


def test_what_was_signed_about_one_suspension_does_not_lift_the_next(
    platform, requests, aml, auditor, lone
):
    earlier = platform.suspendAtOnce([lone], {"from": aml}).timestamp
    platform.confirmSuspension([(lone, earlier)], {"from": auditor})
    platform.reinstate([(lone, earlier)], {"from": requests})
    chain.sleep(10)
    platform.suspendAtOnce([lone], {"from": aml})

    tx = platform.reinstate([(lone, earlier)], {"from": requests})

    assert refusals(tx) == [(0, lone, Reason.OTHER_SUSPENSION)]
    assert platform.investor(lone)["suspended"]


def test_an_organisation_does_not_repeat_what_nobody_confirmed(platform, requests, aml, lone, ring):
    since = platform.suspendAtOnce([ring[0]], {"from": aml}).timestamp
    platform.reinstate([(ring[0], since)], {"from": requests})

    tx = platform.suspendAtOnce([ring[2], lone], {"from": aml})

    assert refusals(tx) == [(0, ring[2], Reason.SIGNATURE_REQUIRED)]
    assert not platform.investor(ring[0])["suspended"]
    assert platform.needsSignatureToSuspend(ring[1], AML)
    assert not platform.needsSignatureToSuspend(lone, AML)


def test_a_signature_or_another_organisation_still_suspends_that_investor(
    platform, requests, aml, other_aml, lone, ring
):
    since = platform.suspendAtOnce([ring[0], lone], {"from": aml}).timestamp
    platform.reinstate([(ring[0], since), (lone, since)], {"from": requests})

    platform.suspendAtOnce([ring[0]], {"from": other_aml})
    platform.suspend([lone], {"from": requests})

    assert platform.investor(ring[0])["suspended"]
    assert platform.investor(lone)["suspended"]
    assert not platform.needsSignatureToSuspend(lone, OTHER_AML)


@pytest.mark.requirement("G7")
def test_wallets_that_begin_with_the_same_18_bytes_are_two_investors(
    platform, requests, aml, auditor, expiry
):
    """48 bits can be made equal by trying; the first 19 bytes of an address cannot."""
    first, second = (
        "0xA11CE0A11CE0A11CE0A11CE0" + tail for tail in ("0" * 13 + "100", "0" * 13 + "200")
    )
    platform.register([row(first, expiry), row(second, expiry)], {"from": requests})

    since = platform.suspendAtOnce([first], {"from": aml}).timestamp
    platform.confirmSuspension([(first, since)], {"from": auditor})
    platform.suspendAtOnce([second], {"from": aml})

    assert not platform.isSameInvestor(first, second)
    assert platform.suspension(first)["confirmedBy"] == AUDITOR
    platform.reinstate([(first, since)], {"from": requests})
    assert not platform.investor(first)["suspended"]
    assert platform.investor(second)["suspended"]


def test_a_confirmed_suspension_may_be_repeated(platform, requests, aml, auditor, lone):
    since = platform.suspendAtOnce([lone], {"from": aml}).timestamp
    platform.confirmSuspension([(lone, since)], {"from": auditor})
    platform.reinstate([(lone, since)], {"from": requests})

    tx = platform.suspendAtOnce([lone], {"from": aml})

    assert refusals(tx) == []
    assert platform.investor(lone)["suspended"]
