"""One key stops everything; four organisations let it go on."""

import pytest
from example_world import (
    AUDITOR,
    BROKER,
    EMERGENCY,
    OPERATOR,
    TRUST_BANK,
    alice,
    bob,
    evidence,
)

from jp20.chain.contracts.errors import Refused
from jp20.domain.governance.assignment import NotEnoughOrganisations
from jp20.operations.governance.acts import carry_out
from jp20.operations.governance.emergency import NotHalted, halt, platform_status, resume
from jp20.operations.token.issue import issue_units
from jp20.operations.token.transfer import transfer


@pytest.mark.requirement("G12")
def test_one_key_halts_and_the_operator_with_three_organisations_resumes(world):
    halted = carry_out(world.session_of(EMERGENCY), halt(world.session_of(EMERGENCY)))
    assert [step.organisation for step in halted.steps] == [EMERGENCY]
    now = platform_status(world.session)
    assert (now.halted, now.since) == (True, world.session.now())
    with pytest.raises(Refused, match="PLATFORM_HALTED"):
        transfer(world.session, world.token, alice, bob.address, 1)
    with pytest.raises(Refused, match="PLATFORM_HALTED"):
        issue_units(world.session, world.token, 1, evidence("C-1"))
    with pytest.raises(NotEnoughOrganisations, match="Slot 3 of 4"):
        carry_out(
            world.session_of(OPERATOR, AUDITOR),
            resume(world.session_of(OPERATOR, AUDITOR), evidence("C-2")),
        )
    resumed = carry_out(
        world.session_of(OPERATOR, AUDITOR, BROKER, TRUST_BANK),
        resume(world.session_of(OPERATOR, AUDITOR, BROKER, TRUST_BANK), evidence("C-2")),
    )
    assert {step.organisation for step in resumed.steps} == {
        OPERATOR,
        AUDITOR,
        BROKER,
        TRUST_BANK,
    }
    assert not platform_status(world.session).halted
    transfer(world.session, world.token, alice, bob.address, 1)


@pytest.mark.requirement("G12")
def test_halting_twice_sends_once_and_resuming_nothing_is_refused(world):
    with pytest.raises(NotHalted):
        carry_out(world.session, resume(world.session, evidence("C-1")))
    assert len(carry_out(world.session, halt(world.session)).steps) == 1
    assert carry_out(world.session, halt(world.session)).steps == ()


@pytest.mark.requirement("G12")
def test_the_status_names_every_token(world):
    (token,) = platform_status(world.session).tokens
    assert (token.token, token.code, token.paused, token.supply, token.splits) == (
        world.token,
        "JP20-TEST",
        False,
        1_000,
        0,
    )
