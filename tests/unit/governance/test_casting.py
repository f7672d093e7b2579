"""Who takes which part in a decision: found wherever possible, by distinct organisations."""

import pytest

from jp20.domain.base.roles import Role
from jp20.domain.governance.assignment import Assignment, NotEnoughOrganisations, assign, direct
from jp20.domain.governance.policy import Organisation, Rule

R = Role


def rule(proposers, slots, executors) -> Rule:
    return Rule(
        frozenset(proposers),
        tuple(frozenset(slot) for slot in slots),
        frozenset(executors),
        0,
        604800,
    )


def organisation(number: int, *roles: Role) -> Organisation:
    return Organisation(number, frozenset(roles))


REVERSE = rule(
    [R.AUDITOR, R.REGISTRAR, R.BROKER, R.ISSUER],
    [[R.AUDITOR], [R.REGISTRAR, R.AML], [R.ISSUER, R.BROKER, R.CUSTODIAN]],
    [R.AUDITOR, R.REGISTRAR],
)


@pytest.mark.requirement("S3")
def test_a_part_that_only_one_can_take_is_left_to_it():
    # 1 could sign the second slot or the third, 2 the second only: taken greedily 1 would stand in
    # the second, and nobody would be left for the third.
    everyone = [
        organisation(1, R.REGISTRAR, R.CUSTODIAN),
        organisation(2, R.AML),
        organisation(3, R.AUDITOR),
    ]
    assert assign(REVERSE, everyone) == Assignment(proposer=1, signers=(3, 2, 1), executor=1)


@pytest.mark.requirement("S3")
def test_one_organisation_with_all_roles_fills_one_slot():
    with pytest.raises(NotEnoughOrganisations, match="Slot 2 of 3") as refused:
        assign(REVERSE, [organisation(1, *Role)])
    assert refused.value.roles == {R.REGISTRAR, R.AML}


@pytest.mark.requirement("S4")
def test_a_party_neither_proposes_nor_signs_and_executes_where_nobody_else_can():
    everyone = [
        organisation(1, R.REGISTRAR),
        organisation(2, R.AML),
        organisation(3, R.AUDITOR),
        organisation(4, R.BROKER),
        organisation(5, R.ISSUER),
    ]
    parts = assign(REVERSE, everyone, parties=[1, 4])
    assert parts == Assignment(proposer=3, signers=(3, 2, 5), executor=3)
    only = rule([R.BROKER], [[R.BROKER], [R.ISSUER]], [R.REGISTRAR])
    assert assign(only, everyone, parties=[1]).executor == 1
    with pytest.raises(NotEnoughOrganisations, match="parties: 3"):
        assign(REVERSE, everyone, parties=[3])


def test_what_is_signed_already_stays_and_its_signer_signs_nothing_else():
    everyone = [organisation(1, R.REGISTRAR, R.CUSTODIAN), organisation(3, R.AUDITOR)]
    with pytest.raises(NotEnoughOrganisations, match="Slot 3"):
        assign(REVERSE, everyone, signed={1: 1}, proposed=True)
    # 9 is not here; it has signed the second slot on its own machine.
    parts = assign(REVERSE, everyone, signed={1: 9}, proposed=True)
    assert parts.signers == (3, 9, 1)


def test_who_may_propose_and_execute_is_named_where_nobody_can():
    issue = rule([R.ISSUER], [[R.REGISTRAR]], [R.KYC])
    with pytest.raises(NotEnoughOrganisations, match="propose"):
        assign(issue, [organisation(1, R.REGISTRAR)])
    with pytest.raises(NotEnoughOrganisations, match="execute"):
        assign(issue, [organisation(1, R.REGISTRAR), organisation(2, R.ISSUER)])


def test_one_signature_is_given_by_the_first_that_is_no_party():
    halt = rule([R.AUDITOR, R.REGISTRAR], [[R.AUDITOR, R.REGISTRAR]], [R.AUDITOR, R.REGISTRAR])
    both = [organisation(1, R.REGISTRAR), organisation(2, R.AUDITOR)]
    assert direct(halt, both) == 1
    assert direct(halt, both, parties=[1]) == 2
