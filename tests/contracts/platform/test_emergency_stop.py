import pytest
from brownie import chain, reverts
from registry_rows import GENERAL, NEVER, RESIDENT, error, row, wallet

pytestmark = pytest.mark.requirement("G12")


@pytest.fixture
def halted_platform(platform, kyc):
    platform.halt({"from": kyc})
    return platform


def test_one_key_halts_the_platform(platform, kyc):
    tx = platform.halt({"from": kyc})

    assert platform.halted()
    assert platform.haltedSince() == tx.timestamp
    assert platform.transferFacts([wallet(1), wallet(2)])[0]
    assert dict(tx.events["Halted"]) == {"by": kyc, "time": tx.timestamp}


def test_a_platform_is_not_halted_at_first(platform):
    assert not platform.halted()
    assert platform.haltedSince() == 0
    assert not platform.transferFacts([wallet(1), wallet(2)])[0]


def test_a_halted_platform_is_not_halted_again(halted_platform, aml):
    with reverts(error("AlreadyHalted", halted_platform.haltedSince())):
        halted_platform.halt.call({"from": aml})


def test_resuming_ends_the_stop(halted_platform, requests):
    since = halted_platform.haltedSince()

    tx = halted_platform.resume(since, {"from": requests})

    assert not halted_platform.halted()
    assert halted_platform.haltedSince() == 0
    assert dict(tx.events["Resumed"]) == {"haltedSince": since, "time": tx.timestamp}


def test_there_is_nothing_to_resume_where_nothing_is_halted(platform, requests):
    with reverts(error("NotHalted")):
        platform.resume.call(chain.time(), {"from": requests})


def test_a_resumption_signed_for_one_stop_does_not_end_the_next(halted_platform, requests, kyc):
    earlier = halted_platform.haltedSince()
    halted_platform.resume(earlier, {"from": requests})
    chain.sleep(10)
    halted_platform.halt({"from": kyc})

    with reverts(error("HaltedAgain", halted_platform.haltedSince())):
        halted_platform.resume.call(earlier, {"from": requests})


def test_what_gives_or_changes_rights_is_refused_while_halted(
    platform, requests, kyc, aml, expiry, lone
):
    since = platform.suspendAtOnce([lone], {"from": aml}).timestamp
    platform.halt({"from": kyc})

    for act, argument in (
        (platform.register, [row(wallet(99), expiry)]),
        (platform.addWallets, [(lone, wallet(99))]),
        (platform.renew, [(lone, expiry + 7)]),
        (platform.reclassify, [(lone, GENERAL, NEVER, RESIDENT)]),
        (platform.reinstate, [(lone, since)]),
    ):
        with reverts(error("PlatformHalted")):
            act.call(argument, {"from": requests})

    platform.resume(platform.haltedSince(), {"from": requests})
    platform.reinstate([(lone, since)], {"from": requests})
    assert not platform.investor(lone)["suspended"]


def test_what_takes_rights_away_works_while_halted(
    halted_platform, requests, kyc, aml, auditor, lone, ring
):
    since = halted_platform.suspendAtOnce([lone], {"from": aml}).timestamp
    halted_platform.confirmSuspension([(lone, since)], {"from": auditor})
    halted_platform.suspend([ring[0]], {"from": requests})
    halted_platform.retireWallets([ring[1]], {"from": kyc})

    assert halted_platform.suspension(lone)["confirmedBy"] == 4
    assert halted_platform.investor(ring[2])["suspended"]
    assert halted_platform.investor(ring[1])["retired"]


def test_views_work_while_halted(halted_platform, lone, ring):
    assert halted_platform.investor(lone)["kycExpiry"] > 0
    assert len(halted_platform.walletsOf(ring[0])) == 3
    assert halted_platform.isSameInvestor(ring[0], ring[2])
    assert halted_platform.tokens() == []
