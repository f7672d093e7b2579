"""Where the units of a transfer went, by the rule that the disputed ones leave last. Each figure is
worked out beside it.
"""

import random

import pytest

from jp20.domain.base.addresses import ZERO_ADDRESS, address_of
from jp20.domain.base.at import At
from jp20.domain.register.events import (
    LoggedEvent,
    PositionMoved,
    Redeemed,
    Transfer,
    TransferReversed,
    UnitsSplit,
)
from jp20.domain.register.register import fold
from jp20.domain.register.trace import trace

TOKEN, ISSUER, ALICE, BOB, CAROL, DAVE, ERIN = (address_of(n) for n in range(1, 8))
REFERENCE = b"\x07" * 32
"""The id under which the disputed transfer is reversed."""

SALE = [Transfer(ALICE, BOB, 30)]


def register(*transactions):
    """One transaction a block, after an issue of 100 to Alice, 60 to Bob, 40 to Carol; the second
    block is the disputed transfer where a test begins with it.
    """
    issued = [
        Transfer(ZERO_ADDRESS, ALICE, 100),
        Transfer(ZERO_ADDRESS, BOB, 60),
        Transfer(ZERO_ADDRESS, CAROL, 40),
    ]
    return fold(
        LoggedEvent(event, TOKEN, At(block, bytes([block]) * 32, log, 1000 + block))
        for block, events in enumerate((issued, *transactions), 1)
        for log, event in enumerate(events)
    )


def sale(*transactions, block: int = 2):
    """The trace of the transfer in a block, the second by default."""
    return trace(register(*transactions), bytes([block]) * 32, 0, REFERENCE)


def hops(traced):
    return [
        (h.movement.from_, h.movement.to, h.depth, h.disputed, h.remaining) for h in traced.hops
    ]


@pytest.mark.requirement("G10")
def test_units_that_nobody_moved_are_with_the_recipient():
    traced = sale(SALE)

    assert hops(traced) == [(ALICE, BOB, 0, 30, 30)]
    assert (traced.moved_on, traced.returned, traced.redeemed) == (0, 0, 0)


@pytest.mark.requirement("G10")
def test_the_recipient_s_own_units_leave_first():
    # Bob has 60 + 30 = 90 and gives 70: his 60 and 10 of the 30.
    traced = sale(SALE, [Transfer(BOB, CAROL, 70)])

    assert hops(traced) == [(ALICE, BOB, 0, 30, 20), (BOB, CAROL, 1, 10, 10)]
    assert traced.hops[1].units == 70
    assert traced.hops[1].sources == ((0, 10),)
    assert traced.moved_on == 10


@pytest.mark.requirement("G10")
def test_as_long_as_the_rest_is_enough_nobody_else_is_followed():
    traced = sale(SALE, [Transfer(BOB, CAROL, 60)])

    assert hops(traced) == [(ALICE, BOB, 0, 30, 30)]


@pytest.mark.requirement("G10")
def test_what_comes_later_from_elsewhere_is_not_disputed():
    # Bob gives all 90, then buys 50: those are not Alice's, the 30 are with Carol.
    traced = sale(SALE, [Transfer(BOB, CAROL, 90)], [Transfer(ALICE, BOB, 50)])

    assert hops(traced) == [(ALICE, BOB, 0, 30, 0), (BOB, CAROL, 1, 30, 30)]


@pytest.mark.requirement("G10")
def test_units_are_followed_from_hand_to_hand():
    traced = sale(
        SALE,
        [Transfer(BOB, DAVE, 85)],  # his 60, then 25 of the 30; Dave has 85, 25 of them disputed
        [Transfer(DAVE, ERIN, 65)],  # Dave's other 60, then 5
        [Transfer(BOB, ERIN, 2)],  # of Bob's last 5, all disputed
    )

    assert hops(traced) == [
        (ALICE, BOB, 0, 30, 3),  # 30 − 25 − 2
        (BOB, DAVE, 1, 25, 20),  # 25 − 5
        (DAVE, ERIN, 2, 5, 5),
        (BOB, ERIN, 1, 2, 2),
    ]
    assert traced.moved_on == 27  # 20 + 5 + 2


@pytest.mark.requirement("G10")
def test_of_two_portions_the_one_that_came_first_goes_first():
    traced = sale(
        SALE,
        [Transfer(BOB, DAVE, 70)],  # 60 and 10 of the 30
        [Transfer(DAVE, ERIN, 60)],  # Dave's 60 others
        [Transfer(BOB, DAVE, 15)],  # 15 of the 20 that Bob has left
        [Transfer(DAVE, ERIN, 12)],  # Dave has 25, all disputed: the first 10, then 2 of the 15
    )

    assert traced.hops[3].sources == ((1, 10), (2, 2))
    assert hops(traced) == [
        (ALICE, BOB, 0, 30, 5),
        (BOB, DAVE, 1, 10, 0),
        (BOB, DAVE, 1, 15, 13),
        (DAVE, ERIN, 2, 12, 12),
    ]


@pytest.mark.requirement("G10", "G6")
def test_a_split_in_between_multiplies_everything():
    # 1 → 2 after the sale: Bob has 180, 60 disputed; he gives 140: his 120 and 20.
    traced = sale(SALE, [UnitsSplit(1, 2)], [Transfer(BOB, CAROL, 140)])

    assert hops(traced) == [(ALICE, BOB, 0, 60, 40), (BOB, CAROL, 1, 20, 20)]
    assert traced.hops[0].units == 60


@pytest.mark.requirement("G10")
def test_what_was_taken_back_is_not_followed_any_more():
    traced = sale(
        SALE,
        [Transfer(BOB, CAROL, 70)],
        [Transfer(BOB, ALICE, 12), TransferReversed(REFERENCE, BOB, ALICE, 12, 0)],
    )

    assert hops(traced) == [(ALICE, BOB, 0, 30, 8), (BOB, CAROL, 1, 10, 10)]  # 20 − 12
    assert traced.returned == 12


@pytest.mark.requirement("G10")
def test_what_a_reversal_took_of_later_units_frees_those_that_went_on_the_last_ones_first():
    traced = sale(
        SALE,
        [Transfer(BOB, CAROL, 70)],  # 10 disputed
        [Transfer(BOB, DAVE, 15)],  # 15 of the 20 left
        [Transfer(ALICE, BOB, 50)],  # Bob has 5 + 50
        [Transfer(BOB, ALICE, 25), TransferReversed(REFERENCE, BOB, ALICE, 25, 0)],
    )

    # 25: the 5 at Bob's, then all 15 at Dave's, then 5 of the 10 at Carol's.
    assert hops(traced) == [
        (ALICE, BOB, 0, 30, 0),
        (BOB, CAROL, 1, 10, 5),
        (BOB, DAVE, 1, 15, 0),
    ]
    assert traced.returned == 25


@pytest.mark.requirement("G10")
def test_a_reversal_of_a_later_transfer_brings_the_disputed_units_back_first():
    traced = sale(
        SALE,
        [Transfer(BOB, CAROL, 70)],  # Carol has 40 + 70, 10 of them disputed
        [Transfer(CAROL, BOB, 10), TransferReversed(b"\x01" * 32, CAROL, BOB, 10, 0)],
    )

    assert hops(traced) == [
        (ALICE, BOB, 0, 30, 20),
        (BOB, CAROL, 1, 10, 0),
        (CAROL, BOB, 2, 10, 10),
    ]
    assert traced.moved_on == 0


@pytest.mark.requirement("G10", "G13")
def test_a_position_that_moves_takes_the_disputed_units_along():
    traced = sale(SALE, [Transfer(BOB, ERIN, 90), PositionMoved(BOB, ERIN, 90)])

    assert hops(traced) == [(ALICE, BOB, 0, 30, 0), (BOB, ERIN, 1, 30, 30)]


@pytest.mark.requirement("G10", "G4")
def test_units_that_were_redeemed_have_ended():
    traced = sale(SALE, [Transfer(BOB, ZERO_ADDRESS, 90), Redeemed(ISSUER, BOB, 90, b"")])

    assert (traced.redeemed, traced.moved_on) == (30, 0)
    assert traced.hops[1].is_redemption
    assert traced.hops[1].remaining == 0


def test_a_transfer_to_oneself_moves_nothing_on():
    traced = sale(SALE, [Transfer(BOB, BOB, 90)])

    assert hops(traced) == [(ALICE, BOB, 0, 30, 30)]


def test_a_log_without_a_movement_is_no_beginning():
    with pytest.raises(ValueError, match="no such movement"):
        sale(SALE, block=9)


@pytest.mark.requirement("G10")
@pytest.mark.parametrize("seed", range(20))
def test_whatever_happens_every_unit_is_accounted_for_and_nobody_is_said_to_have_too_many(
    seed,
):
    dice = random.Random(seed)
    people = [ALICE, BOB, CAROL, DAVE, ERIN]
    balances = dict.fromkeys(people, 0) | {ALICE: 70, BOB: 90, CAROL: 40}
    events = []
    for _ in range(40):
        from_ = dice.choice([each for each in people if balances[each]])
        to = dice.choice([*people, ZERO_ADDRESS] if dice.random() < 0.1 else people)
        units = dice.randint(1, balances[from_])
        balances[from_] -= units
        balances[to] = balances.get(to, 0) + units
        events.append([Transfer(from_, to, units)])

    traced = sale(SALE, *events)

    remaining = sum(hop.remaining for hop in traced.hops)
    assert remaining + traced.returned + traced.redeemed == 30
    for person in people:
        held = sum(hop.remaining for hop in traced.hops if hop.movement.to == person)
        assert held <= balances[person]
