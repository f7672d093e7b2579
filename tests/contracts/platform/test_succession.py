"""A platform comes in place of another: facts, the stop, the directory (G12, G32)."""

import pytest
from brownie import ZERO_ADDRESS, Contract, chain, reverts
from registry_rows import (
    GENERAL,
    ISSUER_ACCOUNT,
    NEVER,
    NON_RESIDENT,
    PROFESSIONAL,
    RESERVED,
    RETIRED,
    RING,
    SUSPENDED,
    Reason,
    create,
    error,
    facts,
    refusals,
    row,
    wallet,
)

pytestmark = pytest.mark.requirement("G32")

PLATFORM = 2
AML, AUDITOR = 2, 4


@pytest.fixture(scope="module")
def old(platform, authority, requests):
    """A platform with an investor of one wallet and one of three, as the Consortium knows it."""
    authority.setKind(platform, PLATFORM, {"from": requests})
    return platform


@pytest.fixture(scope="module")
def fresh(Platform, authority, requests):
    """A new platform that nothing uses yet."""
    fresh = requests.deploy(Platform, authority)
    authority.setKind(fresh, PLATFORM, {"from": requests})
    return fresh


@pytest.fixture
def new(old, fresh, requests):
    """The successor, in charge, with nothing carried yet."""
    old.appointSuccessor(fresh, {"from": requests})
    return fresh


@pytest.fixture
def carried(new, lone, ring, stranger):
    new.carry([lone, ring[0]], {"from": stranger})
    return new


# Who is in charge


def test_a_successor_is_appointed_and_knows_what_is_to_come_over(old, fresh, requests):
    tx = old.appointSuccessor(fresh, {"from": requests})

    assert old.successor() == fresh
    assert fresh.predecessor() == old
    assert (old.predecessor(), fresh.successor()) == (ZERO_ADDRESS, ZERO_ADDRESS)
    # One wallet of the lone investor, three of the other; no token.
    assert tuple(fresh.left()) == (4, 0)
    assert tx.events["SuccessorAppointed"]["successor"] == fresh
    assert dict(tx.events["PlatformSucceeded"]) == {"predecessor": old, "wallets": 4, "tokens": 0}


def test_the_old_platform_writes_nothing_any_more(
    new, old, requests, kyc, aml, lone, expiry, terms
):
    refused = error("NotInCharge", new.address.lower())
    for act in (
        lambda: old.register.call([row(wallet(99), expiry)], {"from": requests}),
        lambda: old.addWallets.call([(lone, wallet(99))], {"from": requests}),
        lambda: old.renew.call([(lone, expiry)], {"from": kyc}),
        lambda: old.reclassify.call([(lone, GENERAL, NEVER, 1)], {"from": kyc}),
        lambda: old.suspendAtOnce.call([lone], {"from": aml}),
        lambda: old.suspend.call([lone], {"from": requests}),
        lambda: old.confirmSuspension.call([(lone, 1)], {"from": requests}),
        lambda: old.reinstate.call([(lone, 1)], {"from": requests}),
        lambda: old.retireWallets.call([lone], {"from": kyc}),
        lambda: old.createToken.call(1, terms(), 7, 8, {"from": requests}),
        lambda: old.appointSuccessor.call(new, {"from": requests}),
        lambda: old.adopt.call([], {"from": requests}),
        lambda: old.succeed.call(0, 0, 0, {"from": requests}),
    ):
        with reverts(refused):
            act()


def test_only_a_platform_of_the_consortium_is_appointed(old, empty_platform, requests):
    with reverts(error("UnknownPlatform", empty_platform.address.lower())):
        old.appointSuccessor.call(empty_platform, {"from": requests})
    with reverts(error("NotEmpty")):
        old.appointSuccessor.call(old, {"from": requests})


def test_a_platform_with_an_investor_or_a_predecessor_is_no_successor(
    Platform, authority, old, fresh, requests, expiry
):
    fresh.register([row(wallet(99), expiry)], {"from": requests})
    with reverts(error("NotEmpty")):
        old.appointSuccessor.call(fresh, {"from": requests})

    first, second = (requests.deploy(Platform, authority) for _ in range(2))
    for each in (first, second):
        authority.setKind(each, PLATFORM, {"from": requests})
    first.appointSuccessor(second, {"from": requests})
    with reverts(error("NotEmpty")):
        old.appointSuccessor.call(second, {"from": requests})


def test_only_a_platform_of_the_sealed_consortium_appoints(
    fresh, authority, old, requests, stranger
):
    with reverts(error("UnknownPlatform", stranger.address.lower())):
        fresh.succeed.call(0, 1, 1, {"from": stranger})
    authority.unseal({"from": requests})
    with reverts(error("NotSealed")):
        old.appointSuccessor.call(fresh, {"from": requests})


def test_a_platform_hands_over_only_what_it_has_taken_over_itself(
    Platform, authority, new, requests, lone, ring, stranger
):
    third = requests.deploy(Platform, authority)
    authority.setKind(third, PLATFORM, {"from": requests})
    with reverts(error("SuccessionUnfinished", 4, 0)):
        new.appointSuccessor.call(third, {"from": requests})

    new.carry([lone, ring[0]], {"from": stranger})
    new.appointSuccessor(third, {"from": requests})
    third.carry([lone, ring[1]], {"from": stranger})

    assert tuple(third.left()) == (0, 0)
    assert third.factsOf(ring[2]) == new.factsOf(ring[2])


# Facts


def test_investors_are_carried_as_words_with_the_ring_of_their_wallets(
    old, new, stranger, lone, ring
):
    tx = new.carry([lone, ring[2]], {"from": stranger})

    for each in (lone, *ring):
        assert new.factsOf(each) == old.factsOf(each)
        assert new.walletsOf(each) == old.walletsOf(each)
    assert tuple(new.left()) == (0, 0)
    assert new.walletCount() == old.walletCount() == 4
    carried = [dict(event) for event in tx.events["WalletCarried"]]
    assert {event["wallet"] for event in carried} == {lone, *ring}
    assert carried[0] == {"wallet": lone, "next": ZERO_ADDRESS, "facts": old.factsOf(lone)}


@pytest.mark.requirement("G7")
def test_an_investor_whose_kyc_ran_out_and_one_without_a_first_wallet_come_over(
    old, fresh, requests, kyc, stranger, expiry, lone, ring
):
    old.retireWallets([ring[0]], {"from": kyc})
    old.appointSuccessor(fresh, {"from": requests})
    chain.sleep(expiry - chain.time() + 10)
    chain.mine()

    fresh.carry([ring[1], lone], {"from": stranger})

    assert fresh.factsOf(lone) == facts(lone, expiry)
    assert fresh.factsOf(ring[0]) == facts(ring[0], expiry) | RING | RETIRED
    assert fresh.factsOf(ring[1]) == facts(ring[0], expiry) | RING


@pytest.mark.requirement("G19")
def test_suspensions_come_over_with_their_record(
    old, fresh, requests, aml, auditor, stranger, lone, ring
):
    confirmed = old.suspendAtOnce([lone], {"from": aml}).timestamp
    old.confirmSuspension([(lone, confirmed)], {"from": auditor})
    open_ = old.suspendAtOnce([ring[0]], {"from": aml}).timestamp
    before = [tuple(old.suspension(each)) for each in (lone, ring[0])]
    old.appointSuccessor(fresh, {"from": requests})

    tx = fresh.carry([lone, ring[1]], {"from": stranger})

    assert [tuple(fresh.suspension(each)) for each in (lone, ring[2])] == before
    events = [dict(event) for event in tx.events["SuspensionCarried"]]
    assert [(each["organisation"], each["since"]) for each in events] == [
        (AML, confirmed),
        (AML, open_),
    ]
    # What was decided about before counts here as well.
    fresh.confirmSuspension([(ring[1], open_)], {"from": auditor})
    fresh.reinstate([(lone, confirmed)], {"from": requests})
    assert fresh.suspension(ring[0])["confirmedBy"] == AUDITOR
    assert not fresh.investor(lone)["suspended"]


@pytest.mark.requirement("G19")
def test_an_organisation_does_not_repeat_what_nobody_confirmed_on_the_old_platform(
    old, fresh, requests, aml, lone
):
    since = old.suspendAtOnce([lone], {"from": aml}).timestamp
    old.reinstate([(lone, since)], {"from": requests})
    old.appointSuccessor(fresh, {"from": requests})

    tx = fresh.suspendAtOnce([lone], {"from": aml})

    assert refusals(tx) == [(0, lone, Reason.SIGNATURE_REQUIRED)]
    assert fresh.needsSignatureToSuspend(lone, AML)


def test_carrying_again_does_nothing(carried, lone, ring, stranger):
    tx = carried.carry([lone, ring[1], ring[1]], {"from": stranger})

    assert not tx.events
    assert tuple(carried.left()) == (0, 0)


def test_whom_the_old_platform_does_not_know_is_not_carried(new, stranger, lone):
    tx = new.carry([wallet(99), lone], {"from": stranger})

    assert refusals(tx) == [(0, wallet(99), Reason.NOT_REGISTERED)]
    assert tuple(new.left()) == (3, 0)


def test_a_platform_without_a_predecessor_has_nothing_to_carry(old, stranger, lone):
    tx = old.carry([wallet(99), lone], {"from": stranger})

    assert refusals(tx) == [(0, wallet(99), Reason.NOT_REGISTERED)]


def test_an_investor_who_is_changed_first_is_carried_by_the_change(
    old, new, kyc, aml, requests, lone, ring, expiry
):
    new.renew([(lone, expiry + 7)], {"from": kyc})
    new.addWallets([(ring[1], wallet(14))], {"from": requests})
    registered = new.register([row(lone, expiry), row(wallet(2), expiry)], {"from": requests})

    assert refusals(registered) == [(0, lone, Reason.ALREADY_REGISTERED)]
    assert new.factsOf(lone) == facts(lone, expiry + 7)
    assert sorted(new.walletsOf(wallet(14))) == sorted([*ring, wallet(14)])
    assert tuple(new.left()) == (0, 0)
    # Four that were carried, a new one of the ring's investor, and a new investor.
    assert new.walletCount() == 6


@pytest.mark.requirement("G15")
def test_the_registry_can_be_rebuilt_from_the_events_of_the_new_platform(
    new, web3, requests, kyc, stranger, lone, ring, expiry
):
    first_block = web3.eth.block_number
    new.carry([ring[1]], {"from": stranger})
    new.addWallets([(lone, wallet(2))], {"from": requests})
    new.retireWallets([ring[2]], {"from": kyc})

    contract = web3.eth.contract(address=new.address, abi=new.abi)
    rebuilt = {}
    for log in web3.eth.get_logs({"address": new.address, "fromBlock": first_block}):
        for name in ("WalletRegistered", "WalletAdded", "FactsChanged", "WalletCarried"):
            event = contract.events[name]()
            if log["topics"][0] == web3.keccak(text=event.signature):
                arguments = event.process_log(log)["args"]
                rebuilt[arguments["wallet"]] = arguments["facts"]
    assert rebuilt == {each: new.factsOf(each) for each in (lone, *ring, wallet(2))}


# While tokens are still at the old one


@pytest.fixture
def with_token(old, fresh, requests, creation_code, modules, terms):
    """A successor in charge, and a token that still asks the old platform."""
    code_hash = old.codeHashOf(creation_code, modules)
    old.approveVersion(creation_code, modules, code_hash, {"from": requests})
    token = create(old, requests, terms()).events["TokenCreated"]["token"]
    old.appointSuccessor(fresh, {"from": requests})
    return token


def test_what_changes_at_the_new_platform_counts_for_tokens_of_the_old(
    with_token, old, fresh, requests, kyc, aml, lone, ring, expiry
):
    fresh.renew([(ring[0], expiry + 7)], {"from": kyc})
    fresh.reclassify([(lone, PROFESSIONAL, NEVER, NON_RESIDENT)], {"from": kyc})
    fresh.suspendAtOnce([lone], {"from": aml})
    fresh.retireWallets([ring[1]], {"from": kyc})
    fresh.register([row(wallet(2), expiry)], {"from": requests})
    fresh.addWallets([(wallet(2), wallet(3))], {"from": requests})

    changed = facts(lone, expiry, NEVER, PROFESSIONAL, NON_RESIDENT) | SUSPENDED
    assert old.factsOf(lone) == fresh.factsOf(lone) == changed
    assert old.factsOf(ring[1]) == facts(ring[0], expiry + 7) | RING | RETIRED
    # The old platform takes no more wallets into a ring: each stands alone there.
    for each in (wallet(2), wallet(3)):
        assert old.factsOf(each) == facts(wallet(2), expiry)
        assert old.walletsOf(each) == [each]
    assert tuple(old.transferFacts([lone, wallet(3)])) == (False, changed, facts(wallet(2), expiry))


def test_only_the_successor_writes_facts_here(with_token, old, fresh, requests, lone):
    for platform, sender in ((old, requests), (fresh, requests)):
        with reverts(error("NotNeighbour", sender.address.lower())):
            platform.mirror.call(lone, 0, {"from": sender})


def test_a_token_follows_only_when_every_wallet_was_carried(
    with_token, fresh, requests, stranger, lone, ring
):
    fresh.carry([lone], {"from": stranger})
    with reverts(error("NotAllCarried", 3)):
        fresh.adopt.call([with_token], {"from": requests})

    fresh.carry([ring[0]], {"from": stranger})
    tx = fresh.adopt([with_token], {"from": requests})

    assert fresh.tokens() == [with_token]
    assert fresh.isToken(with_token)
    assert fresh.versionOf(with_token) == 0
    assert fresh.tokenByCode("JP0000000001") == fresh.tokenBySymbol("TK1") == with_token
    assert tuple(fresh.left()) == (0, 0)
    assert dict(tx.events["TokenAdopted"]) == {"token": with_token, "code": "JP0000000001"}


def test_a_token_and_its_issuers_account_become_no_investors_of_the_new_platform(
    with_token, old, fresh, requests, expiry, lone, ring, stranger
):
    before = fresh.register(
        [row(ISSUER_ACCOUNT, expiry), row(with_token, expiry)], {"from": requests}
    )
    fresh.carry([lone, ring[0]], {"from": stranger})
    fresh.adopt([with_token], {"from": requests})
    after = fresh.addWallets([(lone, ISSUER_ACCOUNT), (lone, with_token)], {"from": requests})

    for tx in (before, after):
        assert [reason for _, _, reason in refusals(tx)] == [Reason.RESERVED_ACCOUNT] * 2
    assert fresh.factsOf(with_token) == fresh.factsOf(ISSUER_ACCOUNT) == RESERVED


def test_a_token_is_adopted_once_and_only_from_the_predecessor(
    with_token, fresh, requests, stranger, lone, ring, probe
):
    fresh.carry([lone, ring[0]], {"from": stranger})
    with reverts(error("NotToAdopt", probe.address.lower())):
        fresh.adopt.call([probe], {"from": requests})
    fresh.adopt([with_token], {"from": requests})
    with reverts(error("NotToAdopt", with_token.lower())):
        fresh.adopt.call([with_token], {"from": requests})


def test_a_platform_without_a_predecessor_adopts_nothing(old, requests, probe):
    with reverts(error("NotToAdopt", probe.address.lower())):
        old.adopt.call([probe], {"from": requests})


@pytest.mark.requirement("G1")
def test_code_and_symbol_of_a_token_that_is_still_to_come_are_taken(
    with_token,
    fresh,
    requests,
    creation_code,
    modules,
    terms,
):
    code_hash = fresh.codeHashOf(creation_code, modules)
    fresh.approveVersion(creation_code, modules, code_hash, {"from": requests})

    with reverts(error("CodeTaken", "JP0000000001", with_token.lower())):
        create_call(fresh, requests, terms(symbol="TK2"))
    with reverts(error("SymbolTaken", "TK1", with_token.lower())):
        create_call(fresh, requests, terms(code="JP0000000002"))
    create(fresh, requests, terms(symbol="TK2", code="JP0000000002"))


def create_call(platform, requests, sheet):
    return platform.createToken.call(1, sheet, 7, 8, {"from": requests})


def test_when_the_last_token_has_come_the_old_platform_hears_nothing_more(
    with_token, old, fresh, requests, kyc, stranger, lone, ring, expiry
):
    fresh.carry([lone, ring[0]], {"from": stranger})
    fresh.adopt([with_token], {"from": requests})

    fresh.renew([(lone, expiry + 7)], {"from": kyc})

    assert old.factsOf(lone) == facts(lone, expiry)
    assert fresh.factsOf(lone) == facts(lone, expiry + 7)


# One stop


@pytest.mark.requirement("G12")
@pytest.mark.parametrize(("first", "other"), [("old", "fresh"), ("fresh", "old")])
def test_one_halt_stops_both_and_one_resumption_starts_both(
    with_token, old, fresh, requests, kyc, first, other
):
    platforms = {"old": old, "fresh": fresh}
    tx = platforms[first].halt({"from": kyc})

    assert old.haltedSince() == fresh.haltedSince() == tx.timestamp
    assert [event["by"] for event in tx.events["Halted"]] == [kyc, platforms[first]]
    with reverts(error("AlreadyHalted", tx.timestamp)):
        platforms[other].halt.call({"from": kyc})

    platforms[other].resume(tx.timestamp, {"from": requests})

    assert (old.haltedSince(), fresh.haltedSince()) == (0, 0)


@pytest.mark.requirement("G12")
def test_a_halt_goes_through_a_whole_line(Platform, authority, carried, old, requests, kyc):
    third = requests.deploy(Platform, authority)
    authority.setKind(third, PLATFORM, {"from": requests})
    carried.appointSuccessor(third, {"from": requests})

    since = third.halt({"from": kyc}).timestamp

    assert [each.haltedSince() for each in (old, carried, third)] == [since] * 3
    old.resume(since, {"from": requests})
    assert [each.haltedSince() for each in (old, carried, third)] == [0] * 3


@pytest.mark.requirement("G12")
def test_a_halted_platform_is_succeeded_by_a_halted_one(old, fresh, requests, kyc):
    since = old.halt({"from": kyc}).timestamp

    tx = old.appointSuccessor(fresh, {"from": requests})

    assert fresh.haltedSince() == since
    assert dict(tx.events["Halted"]) == {"by": old, "time": since}


@pytest.mark.requirement("G12")
def test_of_two_stops_the_later_counts_so_that_a_resumption_of_the_earlier_ends_neither(
    old, fresh, requests, kyc
):
    earlier = old.halt({"from": kyc}).timestamp
    chain.sleep(10)
    later = fresh.halt({"from": kyc}).timestamp

    old.appointSuccessor(fresh, {"from": requests})

    assert old.haltedSince() == fresh.haltedSince() == later
    with reverts(error("HaltedAgain", later)):
        old.resume.call(earlier, {"from": requests})


@pytest.mark.requirement("G12")
def test_only_a_neighbour_passes_a_stop_on(new, old, requests, stranger):
    for platform in (old, new):
        for sender in (stranger, requests):
            with reverts(error("NotNeighbour", sender.address.lower())):
                platform.followStop.call(1, {"from": sender})


@pytest.mark.requirement("G12")
def test_tokens_are_adopted_while_halted_and_stay_halted(
    with_token, old, fresh, requests, kyc, stranger, lone, ring, BareToken
):
    old.halt({"from": kyc})

    fresh.carry([lone, ring[0]], {"from": stranger})
    fresh.adopt([with_token], {"from": requests})

    token = Contract.from_abi("BareToken", with_token, BareToken.abi)
    assert token.platform() == fresh
    assert fresh.transferFacts([lone, ring[0]])[0]
