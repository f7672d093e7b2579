"""Investors from a file to the chain, and what the officers do with them."""

import pytest
from example_world import AML, KYC, alice, bob, carol, dave, erin, evidence, frank, grace

from jp20.chain.contracts.errors import Reverted
from jp20.domain.base.addresses import address_of
from jp20.domain.governance.assignment import NotEnoughOrganisations
from jp20.domain.investors.investors import NEVER, InvestorClass, Residency, parse_investors
from jp20.domain.plans.outcomes import Outcome
from jp20.operations.governance.acts import ActState, carry_out, state_of
from jp20.operations.investors.whitelist import (
    NobodysWallet,
    add_wallets,
    confirm_suspension,
    facts_of,
    investor,
    plan_whitelist,
    reclassify,
    reinstate,
    renew,
    retire_wallets,
    suspend,
    suspend_at_once,
    wallets_of,
)
from jp20.operations.plans.plan import enrol

WITHOUT_KEY = "0x000000000000000000000000000000000000dEaD"


def outcomes(found) -> list[tuple[int | None, str, str | None]]:
    return [(row.line, row.outcome.text.en, row.code) for row in found.rows]


@pytest.mark.requirement("G7", "G18", "S7")
def test_a_file_is_compared_with_the_chain_and_carried_out(world):
    file = world.investors(
        world.row("K-0", alice),  # 2: as it is
        world.row("K-1", bob, years=2),  # 3: renewed
        world.row("K-2", carol, "professional"),  # 4: reclassified
        world.row("K-3", dave),  # 5: as it is
        world.row("K-3", frank),  # 6: the same investor's further wallet
        world.row("K-4", erin),  # 7: new
        world.row("K-4", grace),  # 8: the same investor's further wallet
        "K-5,名前,0x12,general,resident,2020-01-01",  # 9: two faults
        world.row("K-6", world.token),  # 10: the token itself
        world.row("K-7", world.sheet.terms.issuer_account),  # 11: the issuer's account
    )
    plan = plan_whitelist(world.session, file)
    assert [each.line for each in plan.new] == [7]
    assert [(each.line, new) for each, _, new in plan.wallets] == [
        (5, frank.address),
        (7, grace.address),
    ]
    assert [each.line for each in plan.renew] == [3]
    assert [each.line for each in plan.reclassify] == [4]
    assert [each.line for each in plan.unchanged] == [2]
    assert [(row.line, row.code) for row in plan.refused] == [
        (9, "FILE"),
        (10, "RESERVED_ACCOUNT"),
        (11, "RESERVED_ACCOUNT"),
    ]
    done = enrol(world.session, file, evidence("C-1"))
    assert outcomes(done) == [
        (2, "unchanged", None),
        (3, "done", None),
        (4, "done", None),
        (5, "unchanged", None),
        (6, "done", None),
        (7, "done", None),
        (8, "done", None),
        (9, "refused", "FILE"),
        (10, "refused", "RESERVED_ACCOUNT"),
        (11, "refused", "RESERVED_ACCOUNT"),
    ]
    assert investor(world.session, carol.address).investor_class is InvestorClass.PROFESSIONAL
    assert investor(world.session, bob.address).kyc_expiry == world.year_from_now + 365 * 86_400
    assert set(wallets_of(world.session, erin.address)) == {erin.address, grace.address}
    assert all("名前" not in str(row) for row in done.rows)


@pytest.mark.requirement("G7")
def test_an_unchanged_file_says_so_and_sends_nothing(world):
    file = world.investors(world.row("K-0", alice), world.row("K-1", bob))
    before = world.session.connection.block_number()
    assert plan_whitelist(world.session, file).is_empty
    again = enrol(world.session, file, evidence("C-1"))
    assert [row.outcome for row in again.rows] == [Outcome.UNCHANGED, Outcome.UNCHANGED]
    assert (again.steps, world.session.connection.block_number()) == ((), before)


@pytest.mark.requirement("G7", "S3")
def test_kyc_and_aml_both_sign_a_registration(world):
    file = world.investors(world.row("K-4", erin))
    with pytest.raises(NotEnoughOrganisations, match="Slot 2"):
        enrol(world.session_of(KYC), file, evidence("C-1"))
    done = enrol(world.session, file, evidence("C-1"))
    assert {step.organisation for step in done.steps} == {KYC, AML}


@pytest.mark.requirement("G7", "G13")
def test_wallets_of_two_investors_or_given_up_or_suspended_are_refused_by_line(world):
    carry_out(world.session, retire_wallets(world.session, [carol.address], evidence("ALONE-1")))
    carry_out(world.session, suspend_at_once(world.session, [dave.address], evidence("ALONE-1")))
    file = world.investors(
        world.row("K-0", alice),
        world.row("K-0", bob),
        world.row("K-2", carol),
        world.row("K-3", dave),
    )
    plan = plan_whitelist(world.session, file)
    assert plan.is_empty
    assert [(row.line, row.code) for row in plan.refused] == [
        (2, "OTHER_INVESTOR"),
        (3, "OTHER_INVESTOR"),
        (4, "ALREADY_RETIRED"),
        (5, "ALREADY_SUSPENDED"),
    ]


@pytest.mark.requirement("G7")
def test_renewal_and_reclassification_are_the_kyc_officer_s_alone(world):
    later = world.year_from_now + 1
    renewed = carry_out(
        world.session_of(KYC),
        renew(
            world.session_of(KYC),
            [(alice.address, later), (bob.address, later)],
            evidence("ALONE-1"),
        ),
    )
    assert len(renewed.done) == 2
    carry_out(
        world.session_of(KYC),
        reclassify(
            world.session_of(KYC),
            [(bob.address, InvestorClass.QUALIFIED_INSTITUTION, NEVER, Residency.NON_RESIDENT)],
            evidence("ALONE-1"),
        ),
    )
    facts = investor(world.session, bob.address)
    assert (facts.kyc_expiry, facts.residency) == (later, Residency.NON_RESIDENT)
    with pytest.raises(Reverted, match="not in the future"):
        carry_out(world.session, renew(world.session, [(alice.address, 1)], evidence("ALONE-1")))
    with pytest.raises(NotEnoughOrganisations):
        carry_out(
            world.session_of(AML),
            renew(world.session_of(AML), [(alice.address, later)], evidence("ALONE-1")),
        )


@pytest.mark.requirement("G19", "S3")
def test_a_suspension_is_confirmed_by_another_and_lifted_by_two(world):
    done = carry_out(
        world.session,
        suspend_at_once(world.session, [alice.address, erin.address], evidence("ALONE-1")),
    )
    assert outcomes(done) == [(None, "done", None), (None, "refused", "NOT_REGISTERED")]
    with pytest.raises(NotEnoughOrganisations):
        carry_out(
            world.session_of(AML),
            confirm_suspension(world.session_of(AML), [alice.address], evidence("ALONE-1")),
        )
    confirmed = carry_out(
        world.session, confirm_suspension(world.session, [alice.address], evidence("ALONE-1"))
    )
    assert AML not in {step.organisation for step in confirmed.steps}
    assert investor(world.session, alice.address).suspended
    lifted = carry_out(world.session, reinstate(world.session, [alice.address], evidence("C-1")))
    assert len(lifted.done) == 1
    assert not investor(world.session, alice.address).suspended
    carry_out(world.session, suspend(world.session, [alice.address], evidence("C-2")))
    assert investor(world.session, alice.address).suspended
    # The first decision was about the first suspension.
    again = carry_out(world.session, reinstate(world.session, [alice.address], evidence("C-3")))
    assert len(again.done) == 1


@pytest.mark.requirement("G7", "G19")
@pytest.mark.parametrize("count", [1, 70, 101])
def test_a_reinstatement_that_is_run_again_is_known_however_many_it_lifted(world, count):
    """One call is published with its proposal; one of 70 rows (4,548 bytes) is too long for that,
    and 101 rows are two calls.
    """
    wallets = [address_of((0xBB00 + n) << 8) for n in range(count)]
    rows = "".join(f"{each},{each},general,resident,2035-03-31\n" for each in wallets)
    file = parse_investors(f"investor,wallet,class,residency,kyc_expiry\n{rows}".encode(), "x", 0)
    enrol(world.session, file, evidence("MANY-0"))

    def suspended() -> set[bool]:
        return {each.suspended for each in facts_of(world.session, wallets)}

    carry_out(world.session, suspend(world.session, wallets, evidence("MANY-1")))
    lifted = carry_out(world.session, reinstate(world.session, wallets, evidence("MANY-2")))
    assert (len(lifted.done), suspended()) == (count, {False})

    sent = world.session.connection.block_number()
    again = reinstate(world.session, wallets, evidence("MANY-2"))
    assert state_of(world.session, again) is ActState.DONE
    assert {row.outcome for row in carry_out(world.session, again).rows} == {Outcome.ALREADY_DONE}
    assert world.session.connection.block_number() == sent

    # What came later is not lifted by that decision; another case lifts it.
    world.pass_time(60)
    carry_out(world.session, suspend(world.session, wallets, evidence("MANY-3")))
    again = reinstate(world.session, wallets, evidence("MANY-2"))
    assert state_of(world.session, again) is ActState.DONE
    assert suspended() == {True}
    other = carry_out(world.session, reinstate(world.session, wallets, evidence("MANY-4")))
    assert (len(other.done), suspended()) == (count, {False})


@pytest.mark.requirement("G13")
def test_wallets_come_and_go(world):
    added = carry_out(
        world.session, add_wallets(world.session, [(alice.address, erin.address)], evidence("C-1"))
    )
    assert len(added.done) == 1
    retired = carry_out(
        world.session,
        retire_wallets(world.session, [alice.address, WITHOUT_KEY], evidence("ALONE-1")),
    )
    assert [row.code for row in retired.rows] == [None, "NOT_REGISTERED"]
    assert investor(world.session, alice.address).retired
    assert investor(world.session, erin.address).investor == int(alice.address, 16) >> 8
    with pytest.raises(NobodysWallet):
        wallets_of(world.session, frank.address)
