import pytest
from brownie import ZERO_ADDRESS, chain
from registry_rows import (
    GENERAL,
    NEVER,
    NON_RESIDENT,
    PROFESSIONAL,
    QUALIFIED_INSTITUTION,
    RESIDENT,
    US_PERSON,
    YEAR,
    Reason,
    facts,
    investor_id,
    refusals,
    row,
    wallet,
)

pytestmark = pytest.mark.requirement("G7")


def test_a_registered_wallet_has_the_facts_of_its_row(empty_platform, requests, expiry):
    professional_until = expiry - 1

    tx = empty_platform.register(
        [
            row(wallet(1), expiry),
            row(wallet(2), expiry + 1, professional_until, PROFESSIONAL, NON_RESIDENT),
            row(wallet(3), NEVER, NEVER, QUALIFIED_INSTITUTION, US_PERSON),
        ],
        {"from": requests},
    )

    assert refusals(tx) == []
    # id, class, residency, KYC, class expiry, suspended, retired, reserved
    assert tuple(empty_platform.investor(wallet(1))) == (
        investor_id(wallet(1)), GENERAL, RESIDENT, expiry, NEVER, False, False, False
    )  # fmt: skip
    assert tuple(empty_platform.investor(wallet(2))) == (
        investor_id(wallet(2)), PROFESSIONAL, NON_RESIDENT, expiry + 1, professional_until,
        False, False, False,
    )  # fmt: skip
    assert tuple(empty_platform.investor(wallet(3))) == (
        investor_id(wallet(3)), QUALIFIED_INSTITUTION, US_PERSON, NEVER, NEVER, False, False, False
    )  # fmt: skip
    assert empty_platform.factsOf(wallet(1)) == facts(wallet(1), expiry)
    assert empty_platform.walletsOf(wallet(1)) == [wallet(1)]


def test_a_registration_is_reported_with_the_word_that_is_stored(empty_platform, requests, expiry):
    tx = empty_platform.register([row(wallet(1), expiry)], {"from": requests})

    assert tx.events["WalletRegistered"]["wallet"] == wallet(1)
    assert tx.events["WalletRegistered"]["facts"] == facts(wallet(1), expiry)


def test_the_encoding_of_a_row_is_that_of_the_library(probe, expiry):
    encoded = probe.encode(wallet(1), expiry, expiry + 5, PROFESSIONAL, US_PERSON)

    assert encoded == row(wallet(1), expiry, expiry + 5, PROFESSIONAL, US_PERSON)


def test_nobody_is_registered_at_first(empty_platform):
    assert empty_platform.factsOf(wallet(1)) == 0
    assert tuple(empty_platform.investor(wallet(1))) == (0, 0, 0, 0, 0, False, False, False)
    assert empty_platform.walletsOf(wallet(1)) == []
    assert not empty_platform.isSameInvestor(wallet(1), wallet(1))
    assert not empty_platform.isSameInvestor(wallet(1), wallet(2))


def test_a_bad_row_is_left_out_and_the_others_are_registered(empty_platform, requests, expiry):
    headless = "0x0000000000000000000000000000000000000011"

    tx = empty_platform.register(
        [
            row(wallet(1), expiry),
            row(ZERO_ADDRESS, expiry),
            row(headless, expiry),
            row(wallet(1), expiry + 1),
            row(wallet(2), 0),
            row(wallet(3), expiry, 0),
            row(wallet(4), expiry, class_=0),
            row(wallet(5), expiry, class_=4),
            row(wallet(6), expiry, residency=0),
            row(wallet(7), expiry, residency=4),
            row(wallet(8), expiry),
        ],
        {"from": requests},
    )

    assert refusals(tx) == [
        (1, ZERO_ADDRESS, Reason.INVALID_WALLET),
        (2, headless, Reason.INVALID_WALLET),
        (3, wallet(1), Reason.ALREADY_REGISTERED),
        (4, wallet(2), Reason.KYC_EXPIRED),
        (5, wallet(3), Reason.CLASS_EXPIRED),
        (6, wallet(4), Reason.INVALID_CLASS),
        (7, wallet(5), Reason.INVALID_CLASS),
        (8, wallet(6), Reason.INVALID_RESIDENCY),
        (9, wallet(7), Reason.INVALID_RESIDENCY),
    ]
    assert empty_platform.factsOf(wallet(1)) == facts(wallet(1), expiry)
    assert empty_platform.factsOf(wallet(8)) == facts(wallet(8), expiry)
    assert empty_platform.factsOf(wallet(2)) == 0


def test_kyc_has_to_run_out_after_this_second(empty_platform, probe):
    now = probe.registerFromNow(empty_platform, wallet(1), 0, 1)
    next_second = probe.registerFromNow(empty_platform, wallet(2), 1, 1)

    assert refusals(now) == [(0, wallet(1), Reason.KYC_EXPIRED)]
    assert empty_platform.factsOf(wallet(1)) == 0
    assert refusals(next_second) == []
    assert empty_platform.investor(wallet(2))["kycExpiry"] == next_second.timestamp + 1


def test_a_class_has_to_lapse_after_this_second(empty_platform, probe):
    now = probe.registerFromNow(empty_platform, wallet(1), 1, 0)
    next_second = probe.registerFromNow(empty_platform, wallet(2), 1, 1)

    assert refusals(now) == [(0, wallet(1), Reason.CLASS_EXPIRED)]
    assert empty_platform.factsOf(wallet(1)) == 0
    assert refusals(next_second) == []
    assert empty_platform.investor(wallet(2))["classExpiry"] == next_second.timestamp + 1


def test_a_further_wallet_cannot_be_registered_again(platform, requests, expiry, ring):
    tx = platform.register([row(ring[1], expiry)], {"from": requests})

    assert refusals(tx) == [(0, ring[1], Reason.ALREADY_REGISTERED)]
    assert platform.isSameInvestor(ring[0], ring[1])


@pytest.mark.requirement("G13")
def test_a_retired_wallet_cannot_be_registered_again(platform, requests, kyc, expiry, lone):
    platform.retireWallets([lone], {"from": kyc})

    tx = platform.register([row(lone, expiry)], {"from": requests})

    assert refusals(tx) == [(0, lone, Reason.ALREADY_REGISTERED)]
    assert platform.investor(lone)["retired"]


def test_what_250_rows_cost(empty_platform, requests):
    kyc_expiry = chain.time() + YEAR
    rows = [row(wallet(number), kyc_expiry) for number in range(250)]

    tx = empty_platform.register(rows, {"from": requests})

    assert len(tx.events["WalletRegistered"]) == 250
    print(f"register, 250 rows: {tx.gas_used:,} gas, {tx.gas_used / 250:,.0f} a row")


def test_500_rows_fit_into_a_block_of_30_million(empty_platform, requests):
    kyc_expiry = chain.time() + YEAR
    rows = [row(wallet(number), kyc_expiry) for number in range(500)]

    tx = empty_platform.register(rows, {"from": requests})

    assert len(tx.events["WalletRegistered"]) == 500
    assert tx.gas_used < 30_000_000 / 2
