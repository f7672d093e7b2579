"""A transfer followed on a chain: what the reversals that are proposed then really bring."""

import pytest
from example_world import alice, bob, carol, dave, evidence

from jp20.domain.token.movements import Original
from jp20.operations.governance.acts import carry_out
from jp20.operations.token.enforce import find_original, reversal_of, reverse
from jp20.operations.token.follow import follow
from jp20.operations.token.lifecycle import allow_redemption, redeem_holder, split
from jp20.operations.token.restraints import placed, pledge
from jp20.operations.token.transfer import transfer


def bring_back(world, onward) -> None:
    """The reversals of the onward hops, the last one first, each with what it could bring."""
    for number, each in enumerate(reversed(onward)):
        of = each.hop.movement
        original = Original(of.at.transaction, each.ordinal, of.from_, of.to, of.units, of.splits)
        if each.could_bring:
            done = reversal_of(
                carry_out(
                    world.session,
                    reverse(
                        world.session,
                        world.token,
                        original,
                        evidence(f"H-{number}"),
                        each.could_bring,
                    ),
                )
            )
            assert (done.taken, done.shortfall) == (each.could_bring, 0)


@pytest.mark.requirement("G10", "G6")
def test_across_a_split_what_is_proposed_comes_back(world):
    sale = transfer(world.session, world.token, alice, dave.address, 30).transaction
    transfer(world.session, world.token, dave, bob.address, 20)  # Bob: 80, 20 disputed
    carry_out(
        world.session, split(world.session, world.token, 2, evidence("S"))
    )  # 60 disputed, Dave 20, Bob 160 with 40
    transfer(world.session, world.token, bob, carol.address, 130)  # Bob's other 120, and 10

    found = follow(world.session, world.token, sale)

    assert (found.takable, found.shortfall, found.could_come) == (20, 40, 40)
    assert [(each.hop.disputed, each.hop.remaining, each.could_bring) for each in found.onward] == [
        (40, 30, 40),
        (10, 10, 10),
    ]
    bring_back(world, found.onward)
    original = find_original(world.session, world.token, sale).original
    assert (
        reversal_of(
            carry_out(world.session, reverse(world.session, world.token, original, evidence("R")))
        ).taken
        == 60
    )
    # Alice has her 200 again, Carol her 80 and 120 of Bob's.
    assert [world.balance(each) for each in (alice, bob, carol, dave)] == [200, 0, 200, 0]


@pytest.mark.requirement("G10", "G24")
def test_what_a_pledge_keeps_is_not_promised(world):
    sale = transfer(world.session, world.token, alice, dave.address, 30).transaction
    transfer(world.session, world.token, dave, bob.address, 20)
    placed(
        world.session, pledge(world.session, world.token, dave.address, 4, "BANK", evidence("P-1"))
    )
    placed(
        world.session, pledge(world.session, world.token, bob.address, 65, "BANK", evidence("P-2"))
    )

    found = follow(world.session, world.token, sale)

    # Dave: 10 there, 4 pledged. Bob: 80 there, 65 pledged, so 15 of the 20.
    assert (found.takable, found.shortfall, found.could_come) == (6, 24, 15)
    bring_back(world, found.onward)
    original = find_original(world.session, world.token, sale).original
    done = reversal_of(
        carry_out(world.session, reverse(world.session, world.token, original, evidence("R")))
    )
    assert (done.taken, done.shortfall) == (21, 9)


@pytest.mark.requirement("G10")
def test_a_reversal_may_take_what_came_later_and_then_nobody_else_is_followed(world):
    sale = transfer(world.session, world.token, alice, dave.address, 30).transaction
    transfer(world.session, world.token, dave, bob.address, 30)
    transfer(world.session, world.token, carol, dave.address, 40)

    found = follow(world.session, world.token, sale)

    assert (found.takable, found.shortfall, found.could_come) == (30, 0, 0)
    original = find_original(world.session, world.token, sale).original
    reversal_of(
        carry_out(world.session, reverse(world.session, world.token, original, evidence("R")))
    )
    after = follow(world.session, world.token, sale)
    assert (after.found.remaining, after.trace.returned, after.trace.moved_on) == (0, 30, 0)
    assert [each.could_bring for each in after.onward] == [0]


@pytest.mark.requirement("G10", "G4")
def test_what_was_redeemed_can_come_from_nowhere(world):
    sale = transfer(world.session, world.token, alice, dave.address, 30).transaction
    transfer(world.session, world.token, dave, bob.address, 30)
    allow_redemption(world.session, world.token, bob, 75)
    carry_out(
        world.session, redeem_holder(world.session, world.token, bob.address, 75, evidence("D"))
    )

    found = follow(world.session, world.token, sale)

    # Bob had 60 + 30 and gave 75: his 60, and 15 of the 30.
    assert (found.takable, found.could_come, found.trace.redeemed) == (0, 15, 15)
    assert [each.could_bring for each in found.onward] == [15, 0]


@pytest.mark.requirement("G10")
def test_an_onward_transfer_that_was_partly_taken_back_brings_only_the_rest(world):
    sale = transfer(world.session, world.token, alice, dave.address, 30).transaction
    onward = transfer(world.session, world.token, dave, bob.address, 20).transaction
    original = find_original(world.session, world.token, onward).original
    reversal_of(
        carry_out(world.session, reverse(world.session, world.token, original, evidence("R"), 15))
    )

    found = follow(world.session, world.token, sale)

    # Dave: 10 + 15; Bob: 5 of the 20.
    assert (found.takable, found.shortfall, found.could_come) == (25, 5, 5)
    assert [(each.hop.remaining, each.could_bring) for each in found.onward] == [(5, 5), (15, 0)]
