"""Split, record dates, redemption, pause."""

import pytest
from example_world import (
    AUDITOR,
    EMERGENCY,
    ISSUER,
    PAYING,
    TRUST_BANK,
    alice,
    bob,
    carol,
    dave,
    evidence,
)

from jp20.chain.contracts.errors import Refused, Reverted
from jp20.domain.governance.assignment import NotEnoughOrganisations
from jp20.domain.register.events import RestraintKind
from jp20.operations.governance import batches, requests
from jp20.operations.governance.acts import carry_out
from jp20.operations.register.report import report
from jp20.operations.token.lifecycle import (
    OtherRedemption,
    TooManyUnits,
    allow_redemption,
    pause,
    redeem_at_maturity,
    redeem_early,
    redeem_holder,
    redeem_part,
    set_record_date,
    split,
    unpause,
)
from jp20.operations.token.record_dates import restrained_at
from jp20.operations.token.restraints import (
    attach,
    lock_up,
    placed,
    pledge,
    position,
    release,
    set_frozen,
)
from jp20.operations.token.transfer import transfer


def holdings(world) -> list[int]:
    return [world.balance(each) for each in (alice, bob, carol)]


@pytest.mark.requirement("G6")
def test_a_split_multiplies_everything_in_one_transaction(world):
    done = carry_out(world.session, split(world.session, world.token, 3, evidence("C-1")))
    assert len([step for step in done.steps if step.what == "execute"]) == 1
    assert holdings(world) == [300, 180, 120]
    with pytest.raises(Reverted, match="split by 1"):
        carry_out(world.session, split(world.session, world.token, 1, evidence("C-2")))
    assert report(world.session, world.token).reconciled


@pytest.mark.requirement("G5", "G21")
def test_a_record_date_keeps_what_was_held(world):
    at = world.session.now() + 100
    carry_out(world.session, set_record_date(world.session, world.token, at, evidence("C-1")))
    world.pass_time(101)
    transfer(world.session, world.token, alice, dave.address, 25)
    token = world.session.token(world.token)
    assert token.read(int, "balanceAtRecordDate", alice.address, 0) == 100
    assert token.read(int, "balanceAtRecordDate", dave.address, 0) == 0
    with pytest.raises(Reverted, match="record date"):
        carry_out(world.session, set_record_date(world.session, world.token, at, evidence("C-2")))


@pytest.mark.requirement("G21", "G23", "G24")
def test_what_kept_the_units_at_a_record_date_is_told_afterwards_in_the_units_of_that_date(world):
    session, token = world.session, world.token
    pledged = placed(session, pledge(session, token, alice.address, 40, "BANK", evidence("C-1")))
    placed(session, attach(session, token, bob.address, 70, "CREDITOR", evidence("C-2")))
    at = session.now() + 1_000
    carry_out(session, set_record_date(session, token, at, evidence("C-3")))
    block = session.connection.block_number()
    then = {each: position(session, token, each.address, block) for each in (alice, bob, carol)}
    with pytest.raises(Reverted, match="has not come"):
        restrained_at(session, token, 0)

    world.pass_time(1_001)
    carry_out(session, split(session, token, 2, evidence("C-4")))
    placed(session, pledge(session, token, carol.address, 10, "BANK", evidence("C-5")))
    carry_out(
        session,
        release(
            session,
            token,
            RestraintKind.PLEDGE,
            alice.address,
            pledged.id,
            80,
            evidence("C-6"),
        ),
    )
    found = {each.holder: each for each in restrained_at(session, token, 0)}

    assert list(found) == sorted([alice.address, bob.address])
    assert [(r.id, r.kind, r.units) for r in found[alice.address].restraints] == [
        (pledged.id, RestraintKind.PLEDGE, 40)
    ]
    # 70 of 60 units: what is still to come is attached too
    assert [(r.kind, r.units) for r in found[bob.address].restraints] == [
        (RestraintKind.ATTACHMENT, 70)
    ]
    for each in (alice, bob):
        kinds = {r.kind: r.units for r in found[each.address].restraints}
        assert found[each.address].units == then[each].balance
        assert kinds.get(RestraintKind.PLEDGE, 0) == then[each].pledged
        assert kinds.get(RestraintKind.ATTACHMENT, 0) == then[each].attached
    # of now: none of Alice's is pledged, 10 of Carol's are
    assert position(session, token, alice.address).pledged == 0
    assert position(session, token, carol.address).pledged == 10


@pytest.mark.requirement("G8", "G19", "G21")
def test_a_freeze_counts_at_a_record_date_and_a_lock_up_that_ended_with_it_does_not(world):
    session, token = world.session, world.token
    at = session.now() + 1_000
    carry_out(session, set_frozen(session, token, alice.address, 30, evidence("C-1")))
    carry_out(session, lock_up(session, token, [(bob.address, 20)], at, evidence("C-2")))
    carry_out(session, lock_up(session, token, [(carol.address, 20)], at + 1, evidence("C-3")))
    carry_out(session, set_record_date(session, token, at, evidence("C-4")))
    world.pass_time(1_001)

    found = {each.holder: each for each in restrained_at(session, token, 0)}

    assert (found[alice.address].frozen, found[alice.address].restraints) == (30, ())
    assert bob.address not in found
    (locked,) = found[carol.address].restraints
    assert (locked.kind, locked.units, locked.until) == (RestraintKind.LOCK_UP, 20, at + 1)


@pytest.mark.requirement("G4")
def test_a_part_is_redeemed_pro_rata_and_pledged_units_are_refused_by_row(world):
    placed(
        world.session,
        pledge(world.session, world.token, carol.address, 40, "BANK", evidence("C-1")),
    )
    done = carry_out(world.session, redeem_part(world.session, world.token, 33, evidence("C-2")))
    # 33 of 200 units: 16.5, 9.9, 6.6 -> 16, 9, 6 and one more for bob (0.9) and carol (0.6).
    # All of carol's are pledged.
    by_account = {row.account: (row.units, row.code) for row in done.rows}
    assert by_account == {
        alice.address: (16, None),
        bob.address: (10, None),
        carol.address: (7, "PLEDGED"),
    }
    assert holdings(world) == [84, 50, 40]
    assert {step.organisation for step in done.steps} == {ISSUER, TRUST_BANK, PAYING, AUDITOR}
    assert report(world.session, world.token).reconciled


@pytest.mark.requirement("G4")
def test_an_interrupted_part_goes_on_with_the_shares_that_were_decided_on(world, monkeypatch):
    monkeypatch.setattr(batches, "BATCH_SIZE", 1)
    monkeypatch.setattr("jp20.operations.token.lifecycle.BATCH_SIZE", 1)
    send = requests.send_executions

    def killed(session, signer, decision, indices, progress=None):
        send(session, signer, decision, indices[:1])
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(requests, "send_executions", killed)
        with pytest.raises(KeyboardInterrupt):
            carry_out(world.session, redeem_part(world.session, world.token, 20, evidence("C-1")))
    # 20 of 200: 10, 6, 4, and one of the three is redeemed.
    assert sum(holdings(world)) in (190, 194, 196)
    done = carry_out(world.session, redeem_part(world.session, world.token, 20, evidence("C-1")))
    assert holdings(world) == [90, 54, 36]
    assert (len(done.already), len(done.done)) == (1, 2)
    again = carry_out(world.session, redeem_part(world.session, world.token, 20, evidence("C-1")))
    assert (len(again.already), again.steps) == (3, ())
    with pytest.raises(OtherRedemption):
        carry_out(world.session, redeem_part(world.session, world.token, 30, evidence("C-1")))


@pytest.mark.requirement("G4")
def test_the_whole_issue_is_redeemed_early_and_its_history_stays(world):
    done = redeem_early(world.session, world.token, evidence("C-1"))
    assert len(done.done) == 4  # three holders, and the issuer's account
    found = report(world.session, world.token)
    assert (found.register.supply, found.register.holders(), found.reconciled) == (0, {}, True)
    assert len(found.register.history) == 1 + 3 + 4


@pytest.mark.requirement("G4")
def test_maturity_redeems_all_and_nothing_before(world):
    with pytest.raises(Refused, match="REDEMPTION_NOT_ALLOWED"):
        carry_out(world.session, redeem_at_maturity(world.session, world.token, evidence("C-1")))
    world.pass_time(world.sheet.terms.maturity - world.session.now())
    with pytest.raises(Refused, match="TOKEN_MATURED"):
        transfer(world.session, world.token, alice, bob.address, 1)
    carry_out(world.session, redeem_at_maturity(world.session, world.token, evidence("C-1")))
    assert world.session.token(world.token).read(int, "totalSupply") == 0


@pytest.mark.requirement("G4")
def test_one_holder_s_units_and_too_many(world):
    with pytest.raises(Refused, match="INSUFFICIENT_ALLOWANCE"):
        carry_out(
            world.session,
            redeem_holder(world.session, world.token, alice.address, 30, evidence("C-0")),
        )
    allow_redemption(world.session, world.token, alice, 30)
    carry_out(
        world.session, redeem_holder(world.session, world.token, alice.address, 30, evidence("C-1"))
    )
    assert world.balance(alice) == 70
    allow_redemption(world.session, world.token, alice, 100)
    with pytest.raises(Refused, match="INSUFFICIENT_BALANCE"):
        carry_out(
            world.session,
            redeem_holder(world.session, world.token, alice.address, 71, evidence("C-2")),
        )
    for units in (0, 171):
        with pytest.raises(TooManyUnits):
            carry_out(
                world.session, redeem_part(world.session, world.token, units, evidence("C-3"))
            )


@pytest.mark.requirement("G12")
def test_one_key_pauses_a_token_and_three_organisations_let_it_go_on(world):
    carry_out(
        world.session_of(EMERGENCY),
        pause(world.session_of(EMERGENCY), world.token, evidence("ALONE-1")),
    )
    with pytest.raises(Refused, match="TOKEN_PAUSED"):
        transfer(world.session, world.token, alice, bob.address, 1)
    with pytest.raises(NotEnoughOrganisations):
        carry_out(
            world.session_of(EMERGENCY, ISSUER),
            unpause(world.session_of(EMERGENCY, ISSUER), world.token, evidence("C-1")),
        )
    assert (
        len(
            {
                s.organisation
                for s in carry_out(
                    world.session, unpause(world.session, world.token, evidence("C-1"))
                ).steps
            }
        )
        == 3
    )
    transfer(world.session, world.token, alice, bob.address, 1)
