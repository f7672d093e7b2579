"""Forced transfer, reversal, recovery, redistribution, transfers made elsewhere."""

from dataclasses import replace

import pytest
from example_world import (
    AUDITOR,
    BROKER,
    TRUST_BANK,
    alice,
    bob,
    carol,
    dave,
    erin,
    evidence,
    frank,
)

from jp20.chain.contracts.errors import Refused, Restrained
from jp20.domain.governance.assignment import NotEnoughOrganisations
from jp20.domain.register.events import Cause, Transfer
from jp20.domain.register.movements import Why
from jp20.domain.token.movements import ForcedMove, Waiver
from jp20.operations.governance.acts import carry_out
from jp20.operations.investors.whitelist import NobodysWallet, add_wallets, retire_wallets
from jp20.operations.register.report import report
from jp20.operations.token.enforce import (
    NoOriginal,
    OtherInvestor,
    find_loss,
    find_original,
    force_transfer,
    force_transfers,
    record_incident,
    record_transfers,
    recover,
    redistribute,
    reversal_of,
    reverse,
)
from jp20.operations.token.follow import follow
from jp20.operations.token.lifecycle import redeem_part, split
from jp20.operations.token.restraints import freeze_at_once, lock_up, placed, pledge, position
from jp20.operations.token.transfer import transfer


@pytest.mark.requirement("G11", "S4")
def test_a_forced_transfer_passes_lock_up_and_freeze_and_no_senior_pledge(world):
    carry_out(
        world.session,
        lock_up(
            world.session, world.token, [(alice.address, 100)], world.year_from_now, evidence("C-1")
        ),
    )
    carry_out(
        world.session,
        freeze_at_once(world.session, world.token, [(alice.address, 100)], evidence("ALONE-1")),
    )
    done = carry_out(
        world.session,
        force_transfer(
            world.session, world.token, alice.address, dave.address, 60, evidence("C-2")
        ),
    )
    assert len({step.organisation for step in done.steps}) == 3
    assert (world.balance(alice), world.balance(dave)) == (40, 60)
    placed(
        world.session, pledge(world.session, world.token, bob.address, 50, "BANK", evidence("C-3"))
    )
    with pytest.raises(Restrained, match="10 free"):
        carry_out(
            world.session,
            force_transfer(
                world.session, world.token, bob.address, dave.address, 11, evidence("C-4")
            ),
        )
    with pytest.raises(Refused, match="RECIPIENT_UNKNOWN"):
        carry_out(
            world.session,
            force_transfer(
                world.session, world.token, bob.address, erin.address, 1, evidence("C-5")
            ),
        )


@pytest.mark.requirement("G11")
def test_many_forced_transfers_report_the_refused_and_a_restraint_is_executed(world):
    pledged = placed(
        world.session, pledge(world.session, world.token, bob.address, 50, "BANK", evidence("C-1"))
    )
    moves = [
        ForcedMove(bob.address, dave.address, 50, Waiver.NOTHING, pledged.id),
        ForcedMove(carol.address, dave.address, 41),
        ForcedMove(carol.address, dave.address, 40, Waiver.CLASS | Waiver.RESIDENCY),
    ]
    done = carry_out(
        world.session, force_transfers(world.session, world.token, moves, evidence("C-2"))
    )
    assert [row.code for row in done.rows] == [None, "INSUFFICIENT_BALANCE", None]
    assert world.balance(dave) == 90


@pytest.mark.requirement("G10", "S4")
def test_a_transfer_is_found_on_the_node_and_taken_back_with_its_shortfall(world):
    sale = transfer(world.session, world.token, alice, dave.address, 30).transaction
    transfer(world.session, world.token, dave, bob.address, 12)  # moved on: 18 of 30 are left
    carry_out(world.session, split(world.session, world.token, 2, evidence("C-1")))
    found = find_original(world.session, world.token, sale)
    assert (found.original.amount, found.original.splits) == (30, 0)
    assert (found.reversed_units, found.remaining) == (0, 60)
    done = reversal_of(
        carry_out(
            world.session,
            reverse(world.session, world.token, found.original, evidence("C-2").excluding(BROKER)),
        )
    )
    # 60 asked, 36 there, 24 moved on
    assert (done.taken, done.shortfall, done.reference) == (36, 24, found.reference)
    assert BROKER not in {step.organisation for step in done.decided.steps}
    assert (world.balance(alice), world.balance(dave)) == (176, 0)
    later = find_original(world.session, world.token, sale)
    assert (later.reversed_units, later.remaining) == (36, 24)
    with pytest.raises(Refused, match="REVERSAL_EXCEEDED"):
        reversal_of(
            carry_out(
                world.session,
                reverse(world.session, world.token, found.original, evidence("C-3"), units=25),
            )
        )
    last = report(world.session, world.token).register.history[-1]
    assert (last.why, last.units) == (Why.REVERSED, 36)


@pytest.mark.requirement("G10")
def test_what_is_no_transfer_on_this_node_is_not_reversed(world):
    delivery = report(world.session, world.token).register.history[1]
    several = delivery.at.transaction  # three deliveries in one transaction
    with pytest.raises(NoOriginal, match="Logs with a transfer") as refused:
        find_original(world.session, world.token, several)
    logs = [int(each) for each in str(refused.value).split(": ")[1].split(".")[0].split(", ")]
    assert len(logs) == 3
    found = find_original(world.session, world.token, several, logs[1]).original
    assert (found.to, found.amount) == (bob.address, 60)
    with pytest.raises(NoOriginal, match="does not know"):
        find_original(world.session, world.token, b"\x01" * 32)
    forged = replace(found, amount=61)
    before = world.session.connection.block_number()
    with pytest.raises(NoOriginal, match="amount"):
        reversal_of(
            carry_out(world.session, reverse(world.session, world.token, forged, evidence("C-1")))
        )
    assert world.session.connection.block_number() == before
    # A delivery goes back to the issuer's account.
    assert (
        reversal_of(
            carry_out(world.session, reverse(world.session, world.token, found, evidence("C-2")))
        ).taken
        == 60
    )
    assert world.session.token(world.token).read(int, "undistributed") == 860


@pytest.mark.requirement("G10", "G13")
def test_units_return_to_the_new_wallet_where_the_old_one_was_given_up(world):
    sale = transfer(world.session, world.token, alice, dave.address, 30).transaction
    recover(world.session, alice.address, erin.address, evidence("C-1"))
    original = find_original(world.session, world.token, sale).original
    assert (
        reversal_of(
            carry_out(world.session, reverse(world.session, world.token, original, evidence("C-2")))
        ).taken
        == 30
    )
    assert world.balance(erin) == 100


@pytest.mark.requirement("G13")
def test_a_lost_key_s_position_moves_to_a_new_wallet_once(world):
    placed(
        world.session,
        pledge(world.session, world.token, alice.address, 25, "BANK", evidence("C-1")),
    )
    done = recover(world.session, alice.address, erin.address, evidence("C-2"))
    assert [(each.token, each.units) for each in done.moved] == [(world.token, 100)]
    moved = position(world.session, world.token, erin.address)
    assert (moved.balance, moved.pledged, moved.free) == (100, 25, 75)
    again = recover(world.session, alice.address, erin.address, evidence("C-2"))
    assert (again.retired, again.added, again.moved) == (None, None, ())
    with pytest.raises(Refused, match="SENDER_RETIRED"):
        transfer(world.session, world.token, alice, bob.address, 1)


@pytest.mark.requirement("G13")
def test_an_interrupted_recovery_goes_on(world):
    carry_out(world.session, retire_wallets(world.session, [alice.address], evidence("ALONE-1")))
    carry_out(
        world.session, add_wallets(world.session, [(alice.address, erin.address)], evidence("C-1"))
    )
    done = recover(world.session, alice.address, erin.address, evidence("C-2"), [world.token])
    assert (done.retired, done.added, done.moved[0].units) == (None, None, 100)


@pytest.mark.requirement("G13")
def test_only_one_s_own_new_wallet_is_taken(world):
    before = world.session.connection.block_number()
    with pytest.raises(OtherInvestor):
        recover(world.session, alice.address, bob.address, evidence("C-1"))
    with pytest.raises(NobodysWallet):
        recover(world.session, erin.address, frank.address, evidence("C-1"))
    assert world.session.connection.block_number() == before


@pytest.mark.requirement("G9")
def test_a_recorded_loss_is_restored_once(world):
    lost = carry_out(
        world.session, redeem_part(world.session, world.token, 100, evidence("C-1"))
    )  # taken for a system error
    # of 200 held a half each: Alice's 50, Bob's 30, Carol's 20
    rows = {row.account: row for row in lost.done}
    burns = [
        entry
        for decided in lost.decided
        for entry in decided.events
        if isinstance(entry.event, Transfer)
    ]
    places = {each.event.from_: each.at for each in burns}
    receipts = world.session.receipts_at(places.values())
    losses = {
        holder: find_loss(
            world.session, world.token, at.transaction, receipts[at.transaction].ordinal(at.log)
        )
        for holder, at in places.items()
    }
    assert {holder: loss.amount for holder, loss in losses.items()} == {
        holder: row.units for holder, row in rows.items()
    }
    first, second = losses[alice.address], losses[carol.address]
    recorded = carry_out(
        world.session,
        record_incident(world.session, world.token, "INC-1", [first], evidence("C-2")),
    )
    assert len(recorded.done) == 1
    again = carry_out(
        world.session,
        record_incident(world.session, world.token, "INC-2", [first], evidence("C-3")),
    )
    assert [row.code for row in again.rows] == ["LOSS_EXCEEDED"]
    pairs = [(first, alice.address), (second, carol.address)]
    done = carry_out(
        world.session, redistribute(world.session, world.token, "INC-1", pairs, evidence("C-4"))
    )
    assert [(row.units, row.code) for row in done.rows] == [
        (first.amount, None),
        (0, "NO_SUCH_LOSS"),
    ]
    once = carry_out(
        world.session, redistribute(world.session, world.token, "INC-1", pairs[:1], evidence("C-5"))
    )
    assert [row.code for row in once.rows] == ["LOSS_EXCEEDED"]
    assert world.balance(alice) == 100
    last = report(world.session, world.token).register.history[-1]
    assert (last.why, last.units) == (Why.REDISTRIBUTED, first.amount)


@pytest.mark.requirement("G10", "G13")
def test_a_reversal_follows_to_the_new_wallet_of_who_received(world):
    sale = transfer(world.session, world.token, alice, bob.address, 30).transaction
    recover(world.session, bob.address, erin.address, evidence("C-1"))
    followed = follow(world.session, world.token, sale)
    assert (followed.source, followed.takable) == (erin.address, 30)
    original = followed.found.original
    assert (
        reversal_of(
            carry_out(world.session, reverse(world.session, world.token, original, evidence("C-2")))
        ).taken
        == 30
    )
    assert (world.balance(alice), world.balance(erin)) == (100, 60)


@pytest.mark.requirement("G13", "G19")
def test_restraints_of_a_wallet_without_units_follow_to_the_new_one(world):
    transfer(world.session, world.token, alice, bob.address, 100)
    carry_out(
        world.session,
        freeze_at_once(world.session, world.token, [(alice.address, 80)], evidence("ALONE-1")),
    )
    done = recover(world.session, alice.address, erin.address, evidence("C-1"))
    assert [(each.token, each.units) for each in done.moved] == [(world.token, 0)]
    assert position(world.session, world.token, erin.address).frozen == 80


@pytest.mark.requirement("G3")
def test_a_transfer_made_elsewhere_is_recorded_with_its_cause(world):
    placed(
        world.session,
        pledge(world.session, world.token, alice.address, 100, "BANK", evidence("C-1")),
    )
    rows = [(alice.address, dave.address, 100), (bob.address, erin.address, 1)]
    done = carry_out(
        world.session,
        record_transfers(world.session, world.token, rows, Cause.INHERITANCE, evidence("C-2")),
    )
    assert [row.code for row in done.rows] == [None, "RECIPIENT_UNKNOWN"]
    assert position(world.session, world.token, dave.address).pledged == 100
    assert report(world.session, world.token).register.history[-1].why is Why.INHERITANCE


@pytest.mark.requirement("S4")
def test_nobody_does_it_alone(world):
    sale = transfer(world.session, world.token, alice, dave.address, 30).transaction
    original = find_original(world.session, world.token, sale).original
    for alone in (AUDITOR, TRUST_BANK):
        with pytest.raises(NotEnoughOrganisations):
            reversal_of(
                carry_out(
                    world.session_of(alone),
                    reverse(world.session_of(alone), world.token, original, evidence("C-1")),
                )
            )
        with pytest.raises(NotEnoughOrganisations):
            carry_out(
                world.session_of(alone),
                force_transfer(
                    world.session_of(alone),
                    world.token,
                    alice.address,
                    dave.address,
                    1,
                    evidence("C-2"),
                ),
            )
