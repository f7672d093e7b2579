"""The policy beside the chain's, and what nobody confirmed."""

from dataclasses import replace

import pytest
from example_world import AML, alice, bob, carol, evidence

from jp20.domain.governance.matrix import matrix
from jp20.domain.governance.policy import Kind, Policy
from jp20.operations.governance.acts import carry_out
from jp20.operations.governance.policy import overdue, policy_differences, policy_on_chain
from jp20.operations.investors.whitelist import confirm_suspension, reinstate, suspend_at_once
from jp20.operations.token.restraints import confirm_freeze, freeze_at_once, set_frozen

HOURS_72 = 72 * 3600


@pytest.mark.requirement("G17")
def test_the_chain_has_the_shipped_policy_and_its_matrix(world, policy):
    assert policy_differences(world.session, policy) == ()
    assert matrix(policy_on_chain(world.session, policy), "ja") == matrix(policy, "ja")


@pytest.mark.requirement("G17")
def test_where_the_chain_differs_is_named(world, policy):
    first, *others = policy.acts
    stricter = replace(first, rule=replace(first.rule, delay=7_200))
    changed = Policy((stricter, *others), policy.open_functions)
    (difference,) = policy_differences(world.session, changed)
    assert (difference.kind, difference.function) == (Kind.CONSORTIUM, first.functions[0])
    assert difference.planned == stricter.rule
    assert difference.on_chain == first.rule


@pytest.mark.requirement("G17", "G19")
def test_what_nobody_confirmed_within_72_hours_is_overdue(world):
    carry_out(world.session, suspend_at_once(world.session, [alice.address], evidence("ALONE-1")))
    suspended_at = world.session.now()
    carry_out(
        world.session,
        freeze_at_once(
            world.session, world.token, [(bob.address, 10), (carol.address, 5)], evidence("ALONE-1")
        ),
    )
    frozen_at = world.session.now()
    carry_out(
        world.session,
        confirm_freeze(world.session, world.token, carol.address, AML, evidence("ALONE-1")),
    )
    assert overdue(world.session, suspended_at + HOURS_72 - 1) == ()
    world.pass_time(HOURS_72)
    suspension, freeze = overdue(world.session)
    assert (suspension.what.en, suspension.token, suspension.account) == (
        "suspension",
        None,
        alice.address,
    )
    assert (suspension.organisation, suspension.since) == (AML, suspended_at)
    assert suspension.due == suspended_at + HOURS_72
    assert (freeze.what.ja, freeze.token, freeze.account) == ("凍結", world.token, bob.address)
    assert (freeze.since, freeze.due) == (frozen_at, frozen_at + HOURS_72)


@pytest.mark.requirement("G17", "G19")
def test_what_was_confirmed_late_or_lifted_is_overdue_no_more(world):
    carry_out(
        world.session,
        suspend_at_once(world.session, [alice.address, bob.address], evidence("ALONE-1")),
    )
    carry_out(
        world.session,
        freeze_at_once(world.session, world.token, [(carol.address, 5)], evidence("ALONE-1")),
    )
    world.pass_time(HOURS_72)
    assert len(overdue(world.session)) == 3
    carry_out(
        world.session, confirm_suspension(world.session, [alice.address], evidence("ALONE-1"))
    )
    carry_out(world.session, reinstate(world.session, [bob.address], evidence("C-1")))
    carry_out(
        world.session, set_frozen(world.session, world.token, carol.address, 0, evidence("C-2"))
    )
    assert overdue(world.session) == ()
