import pytest
from brownie import chain, reverts
from registry_rows import (
    GENERAL,
    NEVER,
    NON_RESIDENT,
    PROFESSIONAL,
    RESIDENT,
    RETIRED,
    RING,
    SUSPENDED,
    error,
    facts,
    row,
    wallet,
)

pytestmark = pytest.mark.requirement("G7")


def test_renewing_sets_the_kyc_expiry_and_nothing_else(platform, kyc, expiry, lone):
    tx = platform.renew([(lone, expiry + 7)], {"from": kyc})

    assert platform.factsOf(lone) == facts(lone, expiry + 7)
    assert dict(tx.events["FactsChanged"]) == {"wallet": lone, "facts": facts(lone, expiry + 7)}


def test_kyc_can_be_given_an_earlier_end(platform, kyc, expiry, lone):
    platform.renew([(lone, expiry - 7)], {"from": kyc})

    assert platform.investor(lone)["kycExpiry"] == expiry - 7


def test_renewing_reaches_all_wallets_of_the_investor(platform, kyc, expiry, lone, ring):
    tx = platform.renew([(ring[1], expiry + 7)], {"from": kyc})

    assert [platform.factsOf(each) for each in ring] == [facts(ring[0], expiry + 7) | RING] * 3
    assert len(tx.events["FactsChanged"]) == 3
    assert platform.factsOf(lone) == facts(lone, expiry)


def test_renewal_has_to_end_after_this_second(platform, probe, lone):
    with reverts(revert_pattern="ExpiryNotInFuture: .*"):
        probe.renewFromNow.call(platform, lone, 0)

    tx = probe.renewFromNow(platform, lone, 1)

    assert platform.investor(lone)["kycExpiry"] == tx.timestamp + 1


def test_renewing_an_unknown_wallet_is_refused_and_so_is_the_whole_batch(
    platform, kyc, expiry, lone
):
    with reverts(error("WalletNotRegistered", wallet(99).lower())):
        platform.renew.call([(lone, expiry + 7), (wallet(99), expiry)], {"from": kyc})


def test_reclassifying_sets_class_and_residency_and_nothing_else(platform, kyc, expiry, lone):
    tx = platform.reclassify([(lone, PROFESSIONAL, expiry - 1, NON_RESIDENT)], {"from": kyc})

    changed = facts(lone, expiry, expiry - 1, PROFESSIONAL, NON_RESIDENT)
    assert platform.factsOf(lone) == changed
    assert dict(tx.events["FactsChanged"]) == {"wallet": lone, "facts": changed}


def test_reclassifying_reaches_all_wallets_and_leaves_their_status(
    platform, kyc, aml, expiry, ring
):
    platform.retireWallets([ring[1]], {"from": kyc})
    platform.suspendAtOnce([ring[1]], {"from": aml})

    platform.reclassify([(ring[2], PROFESSIONAL, NEVER, NON_RESIDENT)], {"from": kyc})

    changed = facts(ring[0], expiry, NEVER, PROFESSIONAL, NON_RESIDENT) | RING | SUSPENDED
    assert [platform.factsOf(each) for each in ring] == [changed, changed | RETIRED, changed]


def test_a_class_given_anew_has_to_lapse_after_this_second(platform, probe, lone):
    with reverts(revert_pattern="ExpiryNotInFuture: .*"):
        probe.reclassifyFromNow.call(platform, lone, 0)

    tx = probe.reclassifyFromNow(platform, lone, 1)

    assert platform.investor(lone)["classExpiry"] == tx.timestamp + 1


@pytest.mark.parametrize(("class_", "residency"), [(0, RESIDENT), (GENERAL, 0)])
def test_no_class_and_no_residency_are_no_classification(platform, kyc, lone, class_, residency):
    with reverts(error("IncompleteClassification", lone.lower())):
        platform.reclassify.call([(lone, class_, NEVER, residency)], {"from": kyc})


def test_reclassifying_an_unknown_wallet_is_refused(platform, kyc):
    with reverts(error("WalletNotRegistered", wallet(99).lower())):
        platform.reclassify.call([(wallet(99), GENERAL, NEVER, RESIDENT)], {"from": kyc})


def test_a_suspended_investor_stays_suspended_when_renewed(platform, kyc, aml, expiry, lone):
    platform.suspendAtOnce([lone], {"from": aml})

    platform.renew([(lone, expiry + 7)], {"from": kyc})

    assert platform.factsOf(lone) == facts(lone, expiry + 7) | SUSPENDED


@pytest.mark.requirement("G15")
def test_the_registry_can_be_rebuilt_from_its_events(
    empty_platform, web3, requests, kyc, aml, auditor, expiry
):
    first_block = web3.eth.block_number + 1
    a, b, c, d = (wallet(number) for number in range(4))
    empty_platform.register([row(a, expiry), row(b, expiry)], {"from": requests})
    empty_platform.addWallets([(a, c), (a, d), (c, d)], {"from": requests})
    empty_platform.renew([(c, expiry + 7), (b, expiry + 8)], {"from": kyc})
    empty_platform.reclassify([(d, PROFESSIONAL, expiry, NON_RESIDENT)], {"from": kyc})
    since = empty_platform.suspendAtOnce([a, b], {"from": aml}).timestamp
    empty_platform.confirmSuspension([(b, since)], {"from": auditor})
    empty_platform.reinstate([(d, since)], {"from": requests})
    empty_platform.retireWallets([d], {"from": kyc})

    contract = web3.eth.contract(address=empty_platform.address, abi=empty_platform.abi)
    rebuilt = {}
    for log in web3.eth.get_logs(
        {"address": empty_platform.address, "fromBlock": first_block, "toBlock": "latest"}
    ):
        for name in ("WalletRegistered", "WalletAdded", "FactsChanged"):
            event = contract.events[name]()
            if log["topics"][0] == web3.keccak(text=event.signature):
                arguments = event.process_log(log)["args"]
                rebuilt[arguments["wallet"]] = arguments["facts"]

    assert rebuilt == {each: empty_platform.factsOf(each) for each in (a, b, c, d)}
    assert chain.height >= first_block
