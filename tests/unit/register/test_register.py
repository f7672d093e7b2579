"""The register as a fold. Each figure is worked out beside it."""

from dataclasses import replace

import pytest
from solidity import CONTRACTS

from jp20.domain.base.addresses import ZERO_ADDRESS, address_of
from jp20.domain.base.at import At
from jp20.domain.register.events import (
    Cause,
    Delivered,
    ForcedTransfer,
    LoggedEvent,
    Other,
    PositionMoved,
    Redeemed,
    Redistributed,
    TermsSet,
    TrancheIssued,
    Transfer,
    TransferApproved,
    TransferRecorded,
    TransferRequested,
    TransferReversed,
    UnitsSplit,
)
from jp20.domain.register.journal import Journal
from jp20.domain.register.movements import BrokenRegister, Split, Why
from jp20.domain.register.register import Discrepancy, Register, fold, reconcile, register_of
from jp20.domain.token.term_sheet import parse_term_sheet

TOKEN, ISSUER, ALICE, BOB, CAROL = (address_of(n) for n in (1, 2, 3, 4, 5))


def terms():
    sheet = (CONTRACTS.parent / "examples/term-sheets/qualified-bond.toml").read_text()
    text = sheet.replace("0x9DCCe783B6464611f38631e6C851bf441907c710", ISSUER)
    return parse_term_sheet(text.encode(), "t").terms


def chain(*transactions):
    """Entries: one transaction a block from block 1 on, its events in order."""
    return [
        LoggedEvent(event, TOKEN, At(block, bytes([block]) * 32, log, 1000 + block))
        for block, events in enumerate(transactions, 1)
        for log, event in enumerate(events)
    ]


CREATED = [TermsSet(terms())]
ISSUED = [Transfer(ZERO_ADDRESS, ISSUER, 100), TrancheIssued(1, 100)]
DELIVERED = [
    Transfer(ISSUER, ALICE, 30),
    Transfer(ISSUER, BOB, 20),
    Delivered(50),
]
ASKED = [TransferRequested(7, ALICE, BOB, 5, 2000)]


def whys(register):
    return [entry.why for entry in register.history if not isinstance(entry, Split)]


def test_nothing_happened():
    assert fold([]) == Register()
    assert fold([], block=7).block == 7


@pytest.mark.requirement("G1", "G2", "G15")
def test_issue_and_delivery():
    register = fold(chain(CREATED, ISSUED, DELIVERED))
    assert register.block == 3
    assert register.supply == 100
    assert register.undistributed == 50  # 100 − 30 − 20
    assert register.holders() == {ALICE: 30, BOB: 20}
    assert whys(register) == [Why.ISSUED, Why.DELIVERED, Why.DELIVERED]
    assert register.history[0].reference == 1  # the tranche


@pytest.mark.requirement("G15")
def test_as_of_any_block():
    entries = chain(CREATED, ISSUED, DELIVERED, [Transfer(ALICE, BOB, 5)])
    assert fold(entries, block=2).balances() == {ISSUER: 100}
    assert fold(entries, block=3).holders() == {ALICE: 30, BOB: 20}
    assert fold(entries, block=4).holders() == {ALICE: 25, BOB: 25}  # 30 − 5, 20 + 5


@pytest.mark.requirement("G15")
def test_going_on_from_an_earlier_block_is_the_same_and_can_be_taken_back():
    entries = chain(CREATED, ISSUED, DELIVERED, [Transfer(ALICE, BOB, 5)])
    journal = Journal()
    journal.follow(entries[:-1])
    earlier = register_of(journal, TOKEN)
    journal.follow(entries[-1:])
    assert register_of(journal, TOKEN) == fold(entries)
    assert earlier.holders() == {ALICE: 30, BOB: 20}
    journal.back_to(3)
    assert register_of(journal, TOKEN) == earlier


@pytest.mark.requirement("G3", "S1")
def test_a_holder_who_gives_all_is_no_holder():
    register = fold(chain(CREATED, ISSUED, DELIVERED, [Transfer(ALICE, CAROL, 30)]))
    assert register.holders() == {BOB: 20, CAROL: 30}
    assert ALICE not in register.holdings


def test_a_transfer_to_oneself_and_one_of_nothing_change_nothing():
    register = fold(
        chain(CREATED, ISSUED, DELIVERED, [Transfer(ALICE, ALICE, 30), Transfer(BOB, CAROL, 0)])
    )
    assert register.holders() == {ALICE: 30, BOB: 20}


@pytest.mark.requirement("G6")
def test_a_split_touches_no_holding_and_multiplies_all():
    before = fold(chain(CREATED, ISSUED, DELIVERED))
    register = fold(
        chain(
            CREATED,
            ISSUED,
            DELIVERED,
            [UnitsSplit(1, 3)],
            [Transfer(ALICE, CAROL, 10)],
            [UnitsSplit(2, 2)],
        )
    )
    assert register.holdings[BOB] == before.holdings[BOB]
    assert register.supply == 600  # 100 × 3 × 2
    assert register.undistributed == 300  # 50 × 6
    # Alice (30 × 3 − 10) × 2 = 160, Bob 20 × 6 = 120, Carol 10 × 2 = 20; with 300: 600
    assert register.holders() == {ALICE: 160, BOB: 120, CAROL: 20}
    movement = register.history[4]
    assert (movement.units, movement.splits) == (10, 1)  # as they were then
    assert sum(register.balances().values()) == register.supply


@pytest.mark.requirement("G15")
@pytest.mark.parametrize(
    ("events", "why", "reference"),
    [
        ([Transfer(ALICE, BOB, 5)], Why.TRANSFERRED, None),
        ([Transfer(ALICE, BOB, 5), TransferApproved(7, 5)], Why.APPROVED, 7),
        ([Transfer(ALICE, BOB, 5), TransferRecorded(ALICE, BOB, 5, Cause.SALE)], Why.SALE, None),
        ([Transfer(ALICE, BOB, 5), TransferRecorded(ALICE, BOB, 5, Cause.GIFT)], Why.GIFT, None),
        (
            [Transfer(ALICE, BOB, 5), TransferRecorded(ALICE, BOB, 5, Cause.INHERITANCE)],
            Why.INHERITANCE,
            None,
        ),
        (
            [Transfer(ALICE, BOB, 5), TransferRecorded(ALICE, BOB, 5, Cause.MERGER)],
            Why.MERGER,
            None,
        ),
        ([Transfer(ALICE, BOB, 5), ForcedTransfer(ALICE, BOB, 5)], Why.FORCED, None),
        (
            [Transfer(ALICE, BOB, 5), TransferReversed(b"r", ALICE, BOB, 5, 2)],
            Why.REVERSED,
            b"r",
        ),
        (
            [
                Transfer(ALICE, BOB, 5),
                ForcedTransfer(ALICE, BOB, 5),
                TransferReversed(b"r", ALICE, BOB, 5, 0),
            ],
            Why.REVERSED,
            b"r",
        ),
        (
            [Transfer(ZERO_ADDRESS, BOB, 5), Redistributed(b"i", b"l", ALICE, BOB, 5)],
            Why.REDISTRIBUTED,
            b"i",
        ),
        ([Transfer(ALICE, CAROL, 30), PositionMoved(ALICE, CAROL, 30)], Why.POSITION_MOVED, None),
        ([Transfer(ALICE, ZERO_ADDRESS, 5), Redeemed(ISSUER, ALICE, 5, b"")], Why.REDEEMED, None),
    ],
    ids=lambda value: value.name if isinstance(value, Why) else "",
)
def test_every_movement_has_its_cause(events, why, reference):
    register = fold(chain(CREATED, ISSUED, DELIVERED, ASKED, events))
    movement = register.history[-1]
    assert (movement.why, movement.reference) == (why, reference)
    assert movement.at == At(5, b"\x05" * 32, 0, 1005)


def test_a_cause_belongs_to_the_movement_before_it():
    register = fold(
        chain(
            CREATED,
            ISSUED,
            DELIVERED,
            [Transfer(ALICE, BOB, 5), Transfer(ALICE, BOB, 5), ForcedTransfer(ALICE, BOB, 5)],
        )
    )
    assert whys(register)[-2:] == [Why.TRANSFERRED, Why.FORCED]


@pytest.mark.parametrize(
    "other",
    [Transfer(ALICE, BOB, 3), Transfer(ALICE, CAROL, 5), Transfer(ISSUER, BOB, 5)],
    ids=["amount", "recipient", "sender"],
)
def test_a_cause_belongs_to_the_movement_of_its_amount_and_parties(other):
    events = [Transfer(ALICE, BOB, 5), other, ForcedTransfer(ALICE, BOB, 5)]
    register = fold(chain(CREATED, ISSUED, DELIVERED, events))
    assert whys(register)[-2:] == [Why.FORCED, Why.TRANSFERRED]
    assert register.history[-2].units == 5


@pytest.mark.parametrize(
    "said",
    [
        ForcedTransfer(ALICE, BOB, 4),
        ForcedTransfer(ALICE, CAROL, 5),
        ForcedTransfer(CAROL, BOB, 5),
        TransferApproved(7, 4),
        TransferRecorded(ALICE, BOB, 6, Cause.GIFT),
        TransferReversed(b"r", ALICE, BOB, 6, 0),
        PositionMoved(ALICE, BOB, 6),
    ],
    ids=lambda event: type(event).__name__,
)
def test_a_cause_without_a_movement_of_its_amount_and_parties_is_refused(said):
    with pytest.raises(BrokenRegister, match="without its Transfer"):
        fold(chain(CREATED, ISSUED, DELIVERED, ASKED, [Transfer(ALICE, BOB, 5), said]))


@pytest.mark.requirement("G10")
def test_a_reversal_that_finds_nothing_moves_nothing():
    register = fold(chain(CREATED, ISSUED, DELIVERED, [TransferReversed(b"r", ALICE, BOB, 0, 5)]))
    assert len(register.history) == 3


@pytest.mark.requirement("G4", "G9")
def test_redemption_and_redistribution_change_the_supply():
    register = fold(
        chain(
            CREATED,
            ISSUED,
            DELIVERED,
            [Transfer(ALICE, ZERO_ADDRESS, 30), Redeemed(ISSUER, ALICE, 30, b"")],
            [Transfer(ZERO_ADDRESS, ALICE, 4), Redistributed(b"i", b"l", ALICE, ALICE, 4)],
        )
    )
    assert register.supply == 74  # 100 − 30 + 4


@pytest.mark.requirement("G15")
def test_the_history_of_an_account_is_its_movements_and_the_splits():
    register = fold(
        chain(CREATED, ISSUED, DELIVERED, [UnitsSplit(1, 2)], [Transfer(BOB, CAROL, 40)])
    )
    assert list(register.history_of(ALICE)) == [register.history[1], register.history[3]]
    assert list(register.history_of(CAROL)) == [register.history[3], register.history[4]]


def test_events_of_no_consequence_are_passed_over():
    assert fold(chain([Other("Approval", {})])).block == 1


@pytest.mark.parametrize(
    "transactions",
    [
        ([Transfer(ALICE, BOB, 1)],),  # gives what it does not have
        ([TrancheIssued(1, 5)],),  # without its Transfer
        (CREATED, [Transfer(ZERO_ADDRESS, ALICE, 5), Delivered(5)]),  # not the issuer's
        ([UnitsSplit(2, 2)],),  # the second split first
    ],
)
@pytest.mark.requirement("G15")
def test_events_that_do_not_add_up_are_refused(transactions):
    with pytest.raises(BrokenRegister):
        fold(chain(*transactions))


def test_events_out_of_order_or_twice_are_refused():
    entries = chain(CREATED, ISSUED, DELIVERED)
    with pytest.raises(BrokenRegister):
        fold(reversed(entries))
    with pytest.raises(BrokenRegister):
        fold([*entries, *entries])
    with pytest.raises(BrokenRegister):
        fold([*entries[:2], entries[1], *entries[2:]])


@pytest.mark.requirement("G15", "G13")
def test_what_agrees_has_no_differences():
    register = fold(chain(CREATED, ISSUED, DELIVERED))
    assert reconcile(register, {ISSUER: 50, ALICE: 30, BOB: 20, CAROL: 0}, 100) == ()


@pytest.mark.requirement("G15", "G13")
def test_every_difference_is_named():
    register = fold(chain(CREATED, ISSUED, DELIVERED))
    assert reconcile(register, {ISSUER: 50, ALICE: 29, CAROL: 1}, 101) == (
        Discrepancy(ALICE, 30, 29),
        Discrepancy(BOB, 20, 0),
        Discrepancy(CAROL, 0, 1),
        Discrepancy(None, 100, 101),
    )


@pytest.mark.requirement("G15", "G13")
def test_holdings_that_do_not_add_up_to_the_supply_are_a_difference():
    register = replace(fold(chain(CREATED, ISSUED, DELIVERED)), supply=101)
    # Each account and the supply are the chain's; the holdings are 50 + 30 + 20 = 100.
    assert reconcile(register, {ISSUER: 50, ALICE: 30, BOB: 20}, 101) == (
        Discrepancy(None, 100, 101),
    )
