"""A token is replaced by another that takes its register over (G32)."""

from types import SimpleNamespace

import pytest
from brownie import Contract
from eth_abi import encode
from eth_utils import keccak
from token_words import (
    CREDITOR,
    DAY,
    LOCK_UP,
    OPEN,
    PLEDGEE,
    ZERO_ADDRESS,
    Position,
    Restraint,
    at,
    emitted,
    name_hash,
    now,
    position,
    restraints,
    reverts_with,
)

from jp20.domain.token.reasons import Reason
from jp20.domain.token.storage import (
    data_of,
    document_slots,
    field,
    in_mapping,
    request_slots,
    snapshot_slots,
)

pytestmark = pytest.mark.requirement("G32")

DOCUMENT = name_hash("prospectus")
URI = "https://registrar.example/prospectus-of-the-first-tranche.pdf"  # two words of data
INCIDENT = name_hash("incident")
NUMBER = 1


def so_far(token) -> tuple[int, ...]:
    """Whether it has begun, units, investors."""
    return tuple(int(each) for each in token.carried())


def words(slots) -> list[str]:
    return [f"0x{slot:064x}" for slot in slots]


@pytest.fixture(scope="module")
def make_successor(platform, version, term_sheet, token_abi, decided):
    """A token that names another in its terms."""

    def make(token, number=NUMBER, **terms):
        names = {"name": token.name(), "symbol": token.symbol(), "code": token.code()}
        extra = encode(["address", "uint256"], [token.address, number])
        sheet = term_sheet(**(names | {"extra": extra} | terms))
        platform.createToken(version.number, sheet, 7, 8, decided)
        return Contract.from_abi("successor", platform.tokens()[-1], token_abi, persist=False)

    return make


@pytest.fixture(scope="module")
def old(make_issue, alice, alices_other, bob, carol, dave, decided, aml):
    """10,000 units, split 1:2 after the first record date. Alice has two wallets."""
    old = make_issue({alice: 100, alices_other: 10, bob: 50}, holderCap=5, consentRequired=True)
    old.setDocument(DOCUMENT, URI, name_hash("content"), decided)
    first = now() + DAY
    old.setRecordDate(first, decided)
    old.setRecordDate(first + 20 * DAY, decided)
    old.lockUp([alice], [30], first + 10 * DAY, decided)
    pledged = old.pledge(bob, 5, PLEDGEE, decided)
    attached = old.placeAttachment(bob, 7, CREDITOR, decided)
    assert pledged.status == attached.status == 1
    at(first + 1)
    old.split(2, decided)
    asked = old.requestTransfer(carol, 20, now() + 30 * DAY, {"from": alice})
    taken = old.reverse((asked.txid, 0, alice.address, bob.address, 6, 1), bob, alice, 6, decided)
    assert emitted(taken, "TransferReversed")[0][3:] == (6, 0)
    # Dave holds nothing, and is frozen.
    old.freezeAtOnce([dave], [40], {"from": aml})
    old.recordIncident(INCIDENT, [(asked.txid, 1, bob.address, ZERO_ADDRESS, 4, 1)], decided)
    return SimpleNamespace(
        token=old,
        first=first,
        reversed=(asked.txid, 0, alice.address, bob.address, 6, 1),
        lost=(asked.txid, 1, bob.address, ZERO_ADDRESS, 4, 1),
    )


@pytest.fixture(scope="module")
def new(old, make_successor):
    return make_successor(old.token, holderCap=5, consentRequired=True)


@pytest.fixture(scope="module")
def everybody(alice, alices_other, bob, dave, issuer_account):
    return [alice, alices_other, bob, dave, issuer_account]


@pytest.fixture
def closed(old, new, decided):
    old.token.closeFor(new, decided)
    return old


def other_slots(old, everybody) -> list[str]:
    token = old.token
    place = encode(["bytes32", "uint32"], [bytes.fromhex(old.reversed[0][2:]), 0])
    lost = encode(["bytes32", "uint32"], [bytes.fromhex(old.lost[0][2:]), 1])
    dave = everybody[3].address
    names = tuple(bytes(name) for name in token.getAllDocuments())
    return words(
        [
            *request_slots(1),
            *document_slots(names, (len(URI),)),
            *(slot for holder in everybody for slot in snapshot_slots(holder.address, 1)),
            in_mapping(field("_reversed"), keccak(place)),
            in_mapping(field("_losses"), keccak(lost)),
            in_mapping(field("_freezesAtOnce"), dave, 2),
        ]
    )


@pytest.fixture
def carried(closed, new, everybody, stranger):
    """By whom it does not matter."""
    new.carryHolders(everybody, {"from": stranger})
    new.carrySlots(other_slots(closed, everybody), {"from": stranger})
    return closed


# What is not begun


def test_a_new_token_waits_and_names_the_one_that_it_is_to_replace(
    old, new, platform, alice, bob, decided
):
    assert new.predecessor() == old.token
    assert (new.successor(), old.token.successor()) == (ZERO_ADDRESS, ZERO_ADDRESS)
    assert (old.token.inForce(), new.inForce()) == (True, False)
    assert platform.tokenByCode(old.token.code()) == old.token
    assert platform.tokenBySymbol(old.token.symbol()) == old.token
    assert (new.totalSupply(), new.balanceOf(alice)) == (0, 0)
    assert new.preview(alice, alice, bob, 1) == Reason.TOKEN_CLOSED
    for refused in (
        lambda: new.issue.call(1, decided),
        lambda: new.transfer.call(bob, 1, {"from": alice}),
        lambda: new.approve.call(bob, 1, {"from": alice}),
        lambda: new.setDocument.call(DOCUMENT, URI, DOCUMENT, decided),
    ):
        with reverts_with("TransferRefused", Reason.TOKEN_CLOSED):
            refused()


def test_before_it_is_appointed_it_carries_nothing(new, everybody, stranger, decided):
    for refused in (
        lambda: new.carryHolders.call(everybody, {"from": stranger}),
        lambda: new.carrySlots.call([], {"from": stranger}),
        lambda: new.takeOver.call(decided),
        lambda: new.reopen.call(decided),
        lambda: new.handOver.call(decided),
    ):
        with reverts_with("NotTakingOver"):
            refused()


def test_only_a_token_of_that_name_may_be_made_to_replace_it(
    old, make_successor, make_token, platform
):
    stranger = make_token()
    for terms in ({"code": "JP-OTHER"}, {"symbol": "OTHER"}):
        with reverts_with("NotInForce", old.token):
            make_successor(old.token, 2, **terms)
    with reverts_with("NotInForce", stranger):
        make_successor(stranger, 2, code=old.token.code(), symbol=old.token.symbol())
    assert platform.tokenByCode(stranger.code()) == stranger


def test_what_names_no_token_is_refused(platform, version, term_sheet, decided):
    sheet = term_sheet(
        symbol="NONE", code="NONE", extra=encode(["address", "uint256"], [ZERO_ADDRESS, 1])
    )
    with reverts_with("NotInForce", ZERO_ADDRESS):
        platform.createToken.call(version.number, sheet, 7, 8, decided)


def test_nobody_else_becomes_the_successor(
    old, new, make_token, make_successor, alice, wallet_of_nobody, decided
):
    other = make_token()
    of_another = make_successor(other)
    elsewhere = make_successor(old.token, 3, issuerAccount=wallet_of_nobody)
    for account in (alice, other, of_another, elsewhere):
        with reverts_with("NotASuccessor", account):
            old.token.closeFor.call(account, decided)


@pytest.fixture
def wallet_of_nobody():
    return "0x" + "77" * 20


def test_whose_token_it_is_does_not_change_with_it(old, new, authority, decided):
    """Who signs has the same roles for both; named brokers are named again."""
    authority.setStrangersSigned(True, decided)
    with reverts_with("OtherParties", new):
        old.token.closeFor.call(new, decided)
    authority.setStrangersSigned(False, decided)
    authority.setBrokers(old.token, 1, decided)
    with reverts_with("OtherParties", new):
        old.token.closeFor.call(new, decided)
    authority.setBrokers(new, 1, decided)
    old.token.closeFor(new, decided)
    assert old.token.successor() == new


def test_appointing_breaking_off_and_taking_over_are_decided(old, new, stranger):
    for refused in (
        lambda: old.token.closeFor.call(new, {"from": stranger}),
        lambda: old.token.reopen.call({"from": stranger}),
        lambda: new.takeOver.call({"from": stranger}),
    ):
        with reverts_with("AccessManagedUnauthorized", stranger):
            refused()


# While it goes on


def test_the_old_token_is_closed_and_answers_for_every_unit(
    closed, new, alice, bob, carol, dave, aml, auditor, decided
):
    token = closed.token
    assert token.successor() == new
    assert (token.inForce(), new.inForce()) == (True, False)
    # 10,000 × 2; Alice 100 × 2 + 6 reversed.
    assert (token.totalSupply(), token.balanceOf(alice)) == (20_000, 206)
    assert token.preview(alice, alice, bob, 1) == Reason.TOKEN_CLOSED
    assert token.canTransfer["address,address,uint256"](alice, bob, 1) is False
    for refused in (
        lambda: token.transfer.call(bob, 1, {"from": alice}),
        lambda: token.issue.call(1, decided),
        lambda: token.deliver.call([bob], [1], decided),
        lambda: token.approveTransfer.call(0, decided),
        lambda: token.cancelTransfer.call(0, {"from": alice}),
        lambda: token.forcedTransfer.call(alice, bob, 1, decided),
        lambda: token.freezeAtOnce.call([bob], [1], {"from": aml}),
        lambda: token.confirmFreeze.call(dave, 2, 1, {"from": auditor}),
        lambda: token.lockUp.call([bob], [1], now() + DAY, decided),
        lambda: token.split.call(2, decided),
        lambda: token.setDocument.call(DOCUMENT, URI, DOCUMENT, decided),
        lambda: token.removeDocument.call(DOCUMENT, decided),
        lambda: token.approve.call(bob, 1, {"from": alice}),
        lambda: token.redeemAtMaturity.call([alice], decided),
        lambda: token.closeFor.call(new, decided),
    ):
        with reverts_with("TransferRefused", Reason.TOKEN_CLOSED):
            refused()


def test_the_old_token_tells_who_its_successor_is(old, new, decided):
    told = old.token.closeFor(new, decided)

    assert emitted(told, "SuccessorAppointed") == [(new.address,)]
    assert old.token.successor() == new.address


def test_a_position_comes_over_as_it_is(closed, new, alice, bob, dave, stranger):
    tx = new.carryHolders([alice, bob, dave, stranger], {"from": stranger})

    # The split that there was, then each position in today's units.
    assert emitted(tx, "UnitsSplit") == [(1, 2)]
    assert emitted(tx, "PositionCarried") == [(alice, 206), (bob, 94), (dave, 0)]
    assert emitted(tx, "Transfer") == [(ZERO_ADDRESS, alice, 206), (ZERO_ADDRESS, bob, 94)]
    assert emitted(tx, "Frozen") == [(dave, 40)]
    assert [(each[0], each[1], each[3]) for each in emitted(tx, "RestraintSet")] == [
        (alice, 1, 60),
        (bob, 2, 10),
        (bob, 3, 14),
    ]
    # Two investors so far, 206 + 94 units.
    assert so_far(new) == (1, 300, 2)
    # It does not answer for them yet.
    assert (new.totalSupply(), new.balanceOf(alice), closed.token.balanceOf(alice)) == (0, 0, 206)


def test_copied_twice_is_copied_once(carried, new, everybody, alice, stranger):

    again = new.carryHolders([*everybody, alice], {"from": stranger})
    new.carrySlots(other_slots(carried, everybody), {"from": stranger})

    assert len(again.events) == 0
    assert so_far(new) == (1, 20_000, 2)


def test_words_that_were_copied_by_their_slots_first_are_counted_all_the_same(
    closed, new, platform, everybody, alice, decided, stranger
):
    """Nobody stops a takeover by copying what is there."""
    slots = [in_mapping(field(name), alice.address) for name in ("_holders", "_restrained")]
    investor = int(platform.investor(alice)[0])
    slots.append(in_mapping(field("_walletsWithUnits"), investor))
    new.carrySlots(words(slots), {"from": stranger})

    new.carryHolders(everybody, {"from": stranger})
    new.takeOver(decided)

    assert new.holderCount() == 2
    assert new.totalSupply() == 20_000


def test_the_splits_come_before_whatever_is_copied_first(
    old, new, alice, bob, everybody, decided, stranger
):
    """The last factor alone would leave every older word without its own."""
    old.token.split(5, decided)
    old.token.closeFor(new, decided)
    last_factor = in_mapping(field("_splitFactors"), 2)
    bobs_word = in_mapping(field("_holders"), bob.address)

    tx = new.carrySlots(words([last_factor, bobs_word]), {"from": stranger})

    assert emitted(tx, "UnitsSplit") == [(1, 2), (2, 5)]
    assert new.balanceOf(bob) == 0
    tx = new.carryHolders(everybody, {"from": stranger})
    assert "UnitsSplit" not in tx.events
    new.takeOver(decided)
    assert (new.splitFactor(0), new.splitFactor(1)) == (10, 5)
    # 206 × 5
    assert new.balanceOf(alice) == 1_030


def test_a_long_name_stays_the_new_tokens_own(make_token, make_successor, stranger, decided):
    old = make_token(name="JP20 real estate, the first series, Tokyo")
    new = make_successor(old, name="JP20 real estate, the first series, Osaka")
    old.closeFor(new, decided)
    data = data_of(field("_name"))

    for slot in words([data, data + 1]):
        with reverts_with("NotASlotToCarry", slot):
            new.carrySlots.call([slot], {"from": stranger})

    assert new.name() == "JP20 real estate, the first series, Osaka"


def test_a_field_is_not_copied_by_its_slot(closed, new, stranger):
    for name in ("_authority", "_word", "_supply", "_isCarried"):
        (slot,) = words([field(name)])
        with reverts_with("NotASlotToCarry", slot):
            new.carrySlots.call([slot], {"from": stranger})


def test_it_is_not_in_force_before_every_position_came(
    closed, new, everybody, alice, alices_other, bob, dave, issuer_account, decided
):
    with reverts_with("NotCarried", 0, 20_000):
        new.takeOver.call(decided)
    new.carryHolders([alice, bob, dave, issuer_account], decided)
    # Alice's other wallet is missing, with 20.
    with reverts_with("NotCarried", 19_980, 20_000):
        new.takeOver.call(decided)


def test_only_the_successor_is_handed_over_to(closed, decided, stranger):
    for sender in (decided, {"from": stranger}):
        with reverts_with("NotTakingOver"):
            closed.token.handOver.call(sender)


def test_it_is_broken_off_and_the_old_token_goes_on(
    carried, new, make_successor, alice, bob, everybody, decided, stranger
):
    token = carried.token

    tx = token.reopen(decided)

    assert emitted(tx, "SuccessorWithdrawn") == [(new,)]
    assert token.successor() == ZERO_ADDRESS
    assert token.inForce() is True
    token.approveTransfer(0, decided)
    # The record date that was to come still comes.
    assert token.recordDates()[1] == carried.first + 20 * DAY
    at(carried.first + 20 * DAY + 1)
    token.setRecordDate(now() + DAY, decided)
    assert token.supplyAtRecordDate(1) == 20_000
    # What was copied is of the past: that token never takes over.
    for refused in (
        lambda: new.carryHolders.call(everybody, {"from": stranger}),
        lambda: new.takeOver.call(decided),
    ):
        with reverts_with("NotTakingOver"):
            refused()
    with reverts_with("NotASuccessor", new):
        token.closeFor.call(new, decided)
    another = make_successor(token, 9, holderCap=5, consentRequired=True)
    token.closeFor(another, decided)
    assert token.successor() == another


def test_a_pause_that_comes_meanwhile_comes_over(carried, new, alice, bob, decided):
    carried.token.pause(decided)

    new.takeOver(decided)

    assert new.paused() is True
    assert new.preview(alice, alice, bob, 1) == Reason.TOKEN_PAUSED


@pytest.mark.requirement("G12")
def test_a_pause_of_the_new_token_is_not_lifted_by_putting_it_in_force(
    carried, new, alice, bob, decided
):
    new.pause(decided)

    new.takeOver(decided)

    assert new.paused() is True
    assert new.preview(alice, alice, bob, 1) == Reason.TOKEN_PAUSED


@pytest.mark.requirement("G12")
def test_halted_in_the_middle_it_goes_on_and_stays_halted(
    closed, new, platform, everybody, alice, bob, decided, stranger
):
    platform.halt(decided)

    new.carryHolders(everybody, {"from": stranger})
    new.carrySlots(other_slots(closed, everybody), {"from": stranger})
    new.takeOver(decided)

    assert new.preview(alice, alice, bob, 1) == Reason.PLATFORM_HALTED


def test_what_is_stored_by_another_layout_is_not_copied(
    version, platform, make_successor, term_sheet, token_abi, alice, LaterLayout, decided, stranger
):
    *modules, _ = version.modules
    later = decided["from"].deploy(LaterLayout)
    code = platform.version(version.number)[0]
    code_hash = platform.codeHashOf(code, [*modules, later])
    approved = platform.approveVersion(code, [*modules, later], code_hash, decided)
    number = approved.events["VersionApproved"]["version"]
    sheet = term_sheet(symbol="LATER", code="JP9900000000")
    platform.createToken(number, sheet, 7, 8, decided)
    token = Contract.from_abi("later", platform.tokens()[-1], token_abi, persist=False)
    new = make_successor(token)
    token.closeFor(new, decided)

    assert (token.storageLayout(), new.storageLayout()) == (3, 2)
    with reverts_with("UnknownLayout", 3):
        new.carryHolders.call([alice], {"from": stranger})
    with reverts_with("UnknownLayout", 3):
        new.carrySlots.call(words([field("_losses")]), {"from": stranger})


# When it is done


def test_units_are_never_in_both_and_never_in_none(old, new, everybody, decided, stranger):
    """Whoever asks both adds up to what it was, after each step."""
    token = old.token
    expected = [token.balanceOf(holder) for holder in everybody]
    steps = [
        lambda: token.closeFor(new, decided),
        lambda: new.carryHolders(everybody[:2], {"from": stranger}),
        lambda: new.carryHolders(everybody[2:], {"from": stranger}),
        lambda: new.carrySlots(other_slots(old, everybody), {"from": stranger}),
        lambda: new.takeOver(decided),
    ]
    for step in steps:
        step()
        assert token.totalSupply() + new.totalSupply() == 20_000
        assert [token.balanceOf(each) + new.balanceOf(each) for each in everybody] == expected
        assert token.inForce() != new.inForce()


def test_the_new_token_has_what_the_old_one_had(
    carried, new, platform, alice, alices_other, bob, carol, dave, decided
):
    token = carried.token
    holders = (alice, alices_other, bob, carol, dave)
    positions = {each: position(token, each) for each in holders}
    restrained = {each: restraints(token, each) for each in holders}

    tx = new.takeOver(decided)

    assert emitted(tx, "TookOver") == [(token,)]
    assert emitted(tx, "Retired") == [(new,)]
    assert {each: position(new, each) for each in holders} == positions
    assert {each: restraints(new, each) for each in holders} == restrained
    # 206, of which 20 are promised and 60 locked up.
    assert positions[alice] == Position(balance=206, committed=20, locked=60, free=126)
    assert restrained[bob][0] == Restraint(2, 1, 10, claimant=PLEDGEE)
    assert restrained[alice] == [Restraint(1, LOCK_UP, 60, carried.first + 10 * DAY)]
    assert new.restraintOf(3)[0] == bob
    assert (new.totalSupply(), new.cap(), new.tranches()) == (20_000, 2_000_000, 1)
    assert (new.splits(), new.splitFactor(0), new.holderCount()) == (1, 2, 2)
    assert new.getFrozenTokens(dave) == 40
    frozen_at, confirmed = new.freezeAtOnceOf(dave, 2)
    assert (frozen_at != 0, confirmed) == (True, False)
    from_, to, units, _, status = new.consentTransfer(0)
    assert (from_, to, units, status) == (alice, carol, 20, OPEN)
    assert new.reversed(carried.reversed)[0] == 6
    assert new.lossOf(INCIDENT, carried.lost) == 4
    uri, content, _ = new.getDocument(DOCUMENT)
    assert (uri, content) == (URI, name_hash("content"))
    assert new.getAllDocuments() == [DOCUMENT]
    assert new.termSheetHash() == token.termSheetHash()
    # It is found by their name.
    assert platform.tokenByCode(token.code()) == new
    assert platform.tokenBySymbol(token.symbol()) == new
    assert platform.isToken(token) is True


def test_record_dates_go_on_and_what_was_answered_is_answered(
    carried, new, alice, alices_other, bob, decided
):
    token = carried.token
    new.takeOver(decided)

    # Before the split: 100, 10 and 50; by both, for ever.
    for each in (token, new):
        assert [each.balanceAtRecordDate(holder, 0) for holder in (alice, alices_other, bob)] == [
            100,
            10,
            50,
        ]
        assert each.supplyAtRecordDate(0) == 10_000
    new.approveTransfer(0, decided)  # 20 to Carol
    at(carried.first + 20 * DAY + 1)
    assert new.balanceAtRecordDate(alice, 1) == 186
    assert new.supplyAtRecordDate(1) == 20_000
    # The units were the successor's then.
    assert (token.balanceAtRecordDate(alice, 1), token.supplyAtRecordDate(1)) == (0, 0)


def test_a_record_date_that_passes_while_it_is_closed_is_answered_by_both(
    closed, new, everybody, alice, decided, stranger
):
    at(closed.first + 20 * DAY + 1)
    assert closed.token.balanceAtRecordDate(alice, 1) == 206
    new.carryHolders(everybody, {"from": stranger})
    new.carrySlots(other_slots(closed, everybody), {"from": stranger})
    new.takeOver(decided)

    for each in (closed.token, new):
        assert each.balanceAtRecordDate(alice, 1) == 206
        assert each.supplyAtRecordDate(1) == 20_000


def test_life_goes_on_in_the_new_token(carried, new, alice, alices_other, bob, carol, decided):
    new.takeOver(decided)

    new.approveTransfer(0, decided)
    new.setRecordDate(now() + 40 * DAY, decided)
    new.split(2, decided)
    new.pledge(carol, 1, PLEDGEE, decided)

    # 206 less 20 to Carol, × 2
    assert (new.balanceOf(alice), new.balanceOf(carol)) == (372, 40)
    assert new.holderCount() == 3
    # The ids go on: 1 to 3 came over.
    assert restraints(new, carol) == [Restraint(4, 1, 1, claimant=PLEDGEE)]
    new.redistribute(INCIDENT, [carried.lost], [bob], decided)
    assert new.lossOf(INCIDENT, carried.lost) == 0
    assert new.reversed(carried.reversed)[0] == 12


def test_the_old_token_is_retired(carried, new, alice, bob, everybody, decided, stranger):
    token = carried.token
    new.takeOver(decided)

    assert (token.inForce(), token.successor()) == (False, new)
    assert (token.totalSupply(), token.balanceOf(alice), token.freeBalanceOf(bob)) == (0, 0, 0)
    assert token.isIssuable() is False
    assert (token.code(), token.recordDates()) == (new.code(), new.recordDates())
    assert token.preview(alice, alice, bob, 1) == Reason.TOKEN_CLOSED
    for refused in (
        lambda: token.transfer.call(bob, 0, {"from": alice}),
        lambda: token.issue.call(1, decided),
        lambda: token.closeFor.call(new, decided),
    ):
        with reverts_with("TransferRefused", Reason.TOKEN_CLOSED):
            refused()
    for refused in (
        lambda: token.reopen.call(decided),
        lambda: token.handOver.call({"from": new}),
        lambda: new.takeOver.call(decided),
        lambda: new.carryHolders.call(everybody, {"from": stranger}),
    ):
        with reverts_with("NotTakingOver"):
            refused()


def test_a_token_that_took_over_is_replaced_itself(
    carried, new, make_successor, platform, everybody, alice, carol, decided, stranger
):
    new.takeOver(decided)
    third = make_successor(new, holderCap=5, consentRequired=True)
    new.closeFor(third, decided)
    third.carryHolders([*everybody, carol], {"from": stranger})

    third.takeOver(decided)

    assert [each.inForce() for each in (carried.token, new, third)] == [False, False, True]
    assert (third.totalSupply(), third.balanceOf(alice), third.holderCount()) == (20_000, 206, 2)
    assert platform.tokenByCode(third.code()) == third
    # Nothing is copied into one that was retired.
    with reverts_with("NotTakingOver"):
        new.carryHolders.call(everybody, {"from": stranger})


def test_only_who_is_in_force_answers_to_the_code(carried, new, platform, decided, stranger):
    with reverts_with("NotInForce", new):
        platform.relist.call(new, {"from": stranger})
    with reverts_with("NotInForce", stranger):
        platform.relist.call(stranger, {"from": stranger})
    new.takeOver(decided)
    with reverts_with("NotInForce", carried.token):
        platform.relist.call(carried.token, {"from": stranger})
    platform.relist(new, {"from": stranger})
    assert platform.tokenByCode(new.code()) == new
