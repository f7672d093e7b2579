"""A policy changed through itself: what of it is not on the chain, and bringing it there."""

from dataclasses import replace

import pytest
from example_world import evidence

from jp20.domain.base.roles import Role
from jp20.domain.governance.policy import Kind, Policy, PolicyAct, selector_of
from jp20.operations.governance.decide import NotBefore
from jp20.operations.governance.policy import (
    CannotDecide,
    Regrouped,
    change_policy,
    policy_change,
    policy_differences,
)

WEEK = 7 * 24 * 3600


def act(policy: Policy, function: str) -> PolicyAct:
    """The token's act of a function, by its name."""
    return next(
        each
        for each in policy.acts
        if each.kind is Kind.TOKEN and f"{function}(" in " ".join(each.functions)
    )


def with_acts(policy: Policy, old: PolicyAct, *new: PolicyAct) -> Policy:
    """The policy with other acts in the place of one."""
    acts = [each for each in policy.acts if each is not old]
    return replace(policy, acts=(*acts, *new))


@pytest.mark.requirement("G17")
def test_the_policy_that_the_chain_has_is_no_change(world, policy):
    assert policy_change(world.session, policy).is_empty


@pytest.mark.requirement("G17", "S3")
def test_a_rule_is_changed_a_week_after_the_last_signature(world, policy):
    split = act(policy, "split")
    changed = with_acts(policy, split, replace(split, rule=replace(split.rule, delay=3_600)))
    change = policy_change(world.session, changed)

    assert [each.key for each in change.acts] == ["split"]
    assert change.removed == ()
    with pytest.raises(NotBefore):
        change_policy(world.session, change, evidence("POL-1"))
    assert len(policy_differences(world.session, changed)) == 1
    world.pass_time(WEEK)
    change_policy(world.session, change, evidence("POL-1"))

    assert policy_differences(world.session, changed) == ()


@pytest.mark.requirement("G17")
def test_an_act_that_the_file_lists_no_more_is_taken_off_a_week_later(world, policy):
    pause = act(policy, "pause")
    without = with_acts(policy, pause)
    change = policy_change(world.session, without)

    assert change.acts == ()
    assert change.removed == ((Kind.TOKEN, (selector_of("pause()"),)),)
    with pytest.raises(NotBefore):
        change_policy(world.session, change, evidence("POL-2"))
    world.pass_time(WEEK)
    change_policy(world.session, change, evidence("POL-2"))

    assert policy_differences(world.session, without) == ()
    assert policy_change(world.session, without).is_empty


@pytest.mark.requirement("G17")
def test_functions_put_together_otherwise_with_the_same_rule_are_no_change(world, policy):
    lock_up = act(policy, "setTokenLockUp")
    apart = with_acts(policy, lock_up, *apart_from_each_other(lock_up))

    assert policy_differences(world.session, apart) == ()
    assert policy_change(world.session, apart).is_empty


@pytest.mark.requirement("G17")
def test_functions_put_together_otherwise_with_another_rule_are_refused(world, policy):
    lock_up = act(policy, "setTokenLockUp")
    first, second = apart_from_each_other(lock_up)
    stricter = replace(first, rule=replace(first.rule, delay=60))

    with pytest.raises(Regrouped, match="other acts"):
        policy_change(world.session, with_acts(policy, lock_up, stricter, second))


@pytest.mark.requirement("G17")
def test_a_function_left_out_of_an_act_of_several_is_refused(world, policy):
    lock_up = act(policy, "setTokenLockUp")
    first, _ = apart_from_each_other(lock_up)

    with pytest.raises(Regrouped, match="other acts"):
        policy_change(world.session, with_acts(policy, lock_up, first))


def apart_from_each_other(act: PolicyAct) -> tuple[PolicyAct, PolicyAct]:
    """An act of two functions as two acts of one."""
    first, second = act.functions
    return replace(act, functions=(first,)), replace(act, key="other", functions=(second,))


@pytest.mark.requirement("G17", "S3")
def test_a_rule_that_the_organisations_cannot_meet_is_refused(world, policy):
    # The example has one AUDITOR: two signatures of AUDITOR cannot come from two organisations.
    split = act(policy, "split")
    twice = (frozenset({Role.AUDITOR}),) * 2
    impossible = with_acts(policy, split, replace(split, rule=replace(split.rule, slots=twice)))

    with pytest.raises(CannotDecide, match="never"):
        policy_change(world.session, impossible)
