"""Lock-ups, freezes, pledges, attachments: set, seen, in the way, released."""

import pytest
from example_world import (
    AML,
    AUDITOR,
    BROKER,
    ISSUER,
    TRUST_BANK,
    alice,
    bob,
    erin,
    evidence,
)

from jp20.chain.contracts.errors import Refused, Restrained, Reverted
from jp20.domain.governance.assignment import NotEnoughOrganisations
from jp20.domain.register.events import RestraintKind
from jp20.domain.token.reasons import Reason
from jp20.operations.governance.acts import carry_out
from jp20.operations.token.restraints import (
    Position,
    attach,
    confirm_freeze,
    freeze_at_once,
    lock_up,
    placed,
    pledge,
    position,
    release,
    restraints_of,
    set_frozen,
    set_token_lock_up,
    shorten_lock_up,
    shorten_token_lock_up,
)
from jp20.operations.token.transfer import preview, transfer

DAY = 86_400


@pytest.mark.requirement("G8")
def test_a_lock_up_keeps_units_until_its_time_and_is_shortened_by_three(world):
    until = world.session.now() + DAY
    rows = [(alice.address, 80), (bob.address, 0)]
    done = carry_out(
        world.session, lock_up(world.session, world.token, rows, until, evidence("C-1"))
    )
    assert [(row.units, row.code) for row in done.rows] == [(80, None), (0, "ZERO_AMOUNT")]
    # 100 units, 80 locked up: 20 free
    assert position(world.session, world.token, alice.address) == Position(100, 0, 80, 0, 0, 0, 20)
    with pytest.raises(Restrained, match=r"LOCKED_UP \(28\): .* 20 are free") as kept:
        transfer(world.session, world.token, alice, bob.address, 21)
    assert kept.value.free == 20
    assert preview(world.session, world.token, alice.address, bob.address, 21).reason is (
        Reason.LOCKED_UP
    )
    (restraint,) = restraints_of(world.session, world.token, alice.address)
    assert (restraint.kind, restraint.units, restraint.until) == (RestraintKind.LOCK_UP, 80, until)
    with pytest.raises(NotEnoughOrganisations, match="Slot 3"):
        carry_out(
            world.session_of(ISSUER, TRUST_BANK),
            shorten_lock_up(
                world.session_of(ISSUER, TRUST_BANK),
                world.token,
                alice.address,
                restraint.id,
                1,
                evidence("C-2"),
            ),
        )
    carry_out(
        world.session,
        shorten_lock_up(
            world.session, world.token, alice.address, restraint.id, 1, evidence("C-2")
        ),
    )
    assert position(world.session, world.token, alice.address).free == 100


@pytest.mark.requirement("G8")
def test_the_token_s_own_lock_up_is_set_later_and_shortened_earlier(world):
    now = world.session.now()
    carry_out(
        world.session, set_token_lock_up(world.session, world.token, now + DAY, evidence("C-1"))
    )
    with pytest.raises(Refused, match="TOKEN_LOCKED_UP"):
        transfer(world.session, world.token, alice, bob.address, 1)
    with pytest.raises(Reverted, match="later time"):
        carry_out(
            world.session, set_token_lock_up(world.session, world.token, now + 1, evidence("C-2"))
        )
    shortened = carry_out(
        world.session, shorten_token_lock_up(world.session, world.token, now, evidence("C-3"))
    )
    assert {step.organisation for step in shortened.steps} == {ISSUER, TRUST_BANK, AUDITOR}
    transfer(world.session, world.token, alice, bob.address, 1)


@pytest.mark.requirement("G19", "S3")
def test_a_freeze_is_one_officer_s_and_another_organisation_s_to_confirm(world):
    frozen = carry_out(
        world.session_of(AML),
        freeze_at_once(
            world.session_of(AML), world.token, [(alice.address, 150)], evidence("ALONE-1")
        ),
    )
    assert [step.organisation for step in frozen.steps] == [AML]
    assert position(world.session, world.token, alice.address).free == 0
    with pytest.raises(Reverted, match="freeze more, not less"):
        carry_out(
            world.session,
            freeze_at_once(world.session, world.token, [(alice.address, 10)], evidence("ALONE-1")),
        )
    with pytest.raises(NotEnoughOrganisations):
        carry_out(
            world.session_of(AML),
            confirm_freeze(
                world.session_of(AML), world.token, alice.address, AML, evidence("ALONE-1")
            ),
        )
    carry_out(
        world.session,
        confirm_freeze(world.session, world.token, alice.address, AML, evidence("ALONE-1")),
    )
    lowered = carry_out(
        world.session, set_frozen(world.session, world.token, alice.address, 60, evidence("C-1"))
    )
    assert len({step.organisation for step in lowered.steps}) >= 2
    assert position(world.session, world.token, alice.address).free == 40


@pytest.mark.requirement("G24", "G11")
def test_pledges_and_attachments_overlap_and_are_released(world):
    pledged = placed(
        world.session,
        pledge(world.session, world.token, alice.address, 60, "BANK-7", evidence("C-1")),
    )
    attached = placed(
        world.session,
        attach(world.session, world.token, alice.address, 30, b"\x05" * 32, evidence("C-2")),
    )
    assert {step.organisation for step in pledged.decided.steps} == {BROKER, TRUST_BANK}
    assert {step.organisation for step in attached.decided.steps} == {TRUST_BANK, AUDITOR}
    # Kinds overlap: of 100 units the larger of 60 and 30 stays.
    assert position(world.session, world.token, alice.address) == Position(100, 0, 0, 0, 60, 30, 40)
    assert [
        restraint.claimant.rstrip(b"\0")
        for restraint in restraints_of(world.session, world.token, alice.address)
    ] == [b"BANK-7", b"\x05" * 32]
    carry_out(
        world.session,
        release(
            world.session,
            world.token,
            RestraintKind.PLEDGE,
            alice.address,
            pledged.id,
            45,
            evidence("C-3"),
        ),
    )
    # 15 pledged, 30 attached
    assert position(world.session, world.token, alice.address).free == 70
    carry_out(
        world.session,
        release(
            world.session,
            world.token,
            RestraintKind.ATTACHMENT,
            alice.address,
            attached.id,
            30,
            evidence("C-4"),
        ),
    )
    assert position(world.session, world.token, alice.address).free == 85
    with pytest.raises(Refused, match="INSUFFICIENT_BALANCE"):
        placed(
            world.session,
            pledge(world.session, world.token, erin.address, 1, "BANK-7", evidence("C-5")),
        )
    with pytest.raises(Reverted, match="no such restraint"):
        carry_out(
            world.session,
            release(
                world.session,
                world.token,
                RestraintKind.PLEDGE,
                bob.address,
                99,
                1,
                evidence("C-6"),
            ),
        )
