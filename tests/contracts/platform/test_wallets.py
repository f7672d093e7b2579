import pytest
from brownie import ZERO_ADDRESS
from registry_rows import (
    RETIRED,
    RING,
    SUSPENDED,
    Reason,
    facts,
    investor_id,
    refusals,
    wallet,
)

pytestmark = [pytest.mark.requirement("G7"), pytest.mark.requirement("G13")]


def test_a_second_wallet_has_the_facts_of_the_first(platform, requests, expiry, lone):
    tx = platform.addWallets([(lone, wallet(2))], {"from": requests})

    both = facts(lone, expiry) | RING
    assert platform.factsOf(lone) == platform.factsOf(wallet(2)) == both
    assert dict(tx.events["FactsChanged"]) == {"wallet": lone, "facts": both}
    assert dict(tx.events["WalletAdded"]) == {
        "wallet": wallet(2),
        "existing": lone,
        "facts": both,
    }


def test_a_third_wallet_changes_nothing_on_the_others(platform, requests, ring):
    tx = platform.addWallets([(ring[1], wallet(14))], {"from": requests})

    assert "FactsChanged" not in tx.events
    assert sorted(platform.walletsOf(ring[0])) == sorted([*ring, wallet(14)])


def test_every_wallet_of_an_investor_leads_to_all_of_them(platform, lone, ring):
    for each in ring:
        assert platform.walletsOf(each)[0] == each
        assert sorted(platform.walletsOf(each)) == sorted(ring)
        assert platform.investor(each)["id"] == investor_id(ring[0])
        assert platform.isSameInvestor(each, ring[0])
        assert not platform.isSameInvestor(each, lone)


def test_a_wallet_added_in_one_row_is_an_existing_one_in_the_next(platform, requests, lone):
    platform.addWallets([(lone, wallet(2)), (wallet(2), wallet(3))], {"from": requests})

    assert platform.isSameInvestor(lone, wallet(3))


def test_a_bad_row_is_left_out_and_the_other_wallets_are_added(platform, requests, lone, ring):
    tx = platform.addWallets(
        [
            (wallet(99), wallet(2)),
            (lone, ZERO_ADDRESS),
            (lone, ring[2]),
            (lone, lone),
            (lone, wallet(3)),
        ],
        {"from": requests},
    )

    assert refusals(tx) == [
        (0, wallet(99), Reason.NOT_REGISTERED),
        (1, ZERO_ADDRESS, Reason.INVALID_WALLET),
        (2, ring[2], Reason.ALREADY_REGISTERED),
        (3, lone, Reason.ALREADY_REGISTERED),
    ]
    assert platform.walletsOf(lone) == [lone, wallet(3)]


def test_a_suspended_investor_gets_a_further_wallet_that_is_suspended_too(
    platform, requests, aml, expiry, lone
):
    platform.suspendAtOnce([lone], {"from": aml})

    platform.addWallets([(lone, wallet(2))], {"from": requests})

    assert platform.factsOf(wallet(2)) == facts(lone, expiry) | RING | SUSPENDED


def test_retiring_takes_one_wallet_out_of_use_and_leaves_the_others(platform, kyc, expiry, ring):
    tx = platform.retireWallets([ring[1]], {"from": kyc})

    shared = facts(ring[0], expiry) | RING
    assert [platform.factsOf(each) for each in ring] == [shared, shared | RETIRED, shared]
    assert dict(tx.events["FactsChanged"]) == {"wallet": ring[1], "facts": shared | RETIRED}
    assert [platform.investor(each)["retired"] for each in ring] == [False, True, False]


def test_a_retired_wallet_stays_known_as_its_investors(platform, kyc, ring):
    platform.retireWallets([ring[1]], {"from": kyc})

    assert platform.isSameInvestor(ring[0], ring[1])
    assert sorted(platform.walletsOf(ring[0])) == sorted(ring)


def test_an_investor_who_lost_the_only_key_gets_a_new_wallet(platform, requests, kyc, expiry, lone):
    platform.retireWallets([lone], {"from": kyc})

    platform.addWallets([(lone, wallet(2))], {"from": requests})

    assert platform.factsOf(wallet(2)) == facts(lone, expiry) | RING
    assert platform.factsOf(lone) == facts(lone, expiry) | RING | RETIRED


def test_retiring_leaves_out_what_is_unknown_or_retired(platform, kyc, lone, ring):
    tx = platform.retireWallets([wallet(99), lone, lone, ring[0]], {"from": kyc})

    assert refusals(tx) == [
        (0, wallet(99), Reason.NOT_REGISTERED),
        (2, lone, Reason.ALREADY_RETIRED),
    ]
    assert platform.investor(ring[0])["retired"]


def test_an_investor_has_256_wallets_at_most(platform, requests, kyc, lone):
    # The lone wallet and 255 more are 256.
    more = [wallet(1000 + number) for number in range(255)]
    for first in range(0, 255, 85):
        platform.addWallets([(lone, each) for each in more[first : first + 85]], {"from": requests})
    platform.retireWallets([more[0]], {"from": kyc})

    tx = platform.addWallets([(more[7], wallet(2))], {"from": requests})

    assert refusals(tx) == [(0, more[7], Reason.TOO_MANY_WALLETS)]
    assert len(platform.walletsOf(lone)) == 256
    suspended = platform.suspend([lone], {"from": requests})
    assert suspended.gas_used < 20_000_000
