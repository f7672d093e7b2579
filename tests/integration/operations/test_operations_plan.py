"""Plans: made from a file, saved, applied by those whose part it is, and applied again."""

import time
from dataclasses import replace

import pytest
from eth_hash.auto import keccak
from example_world import (
    AML,
    BROKER,
    ISSUER,
    KYC,
    TRUST_BANK,
    alice,
    allotments,
    bob,
    carol,
    dave,
    erin,
    evidence,
    frank,
    grace,
    pass_time,
)
from faulty_proxy import FaultyProxy

from jp20.chain.rpc.connection import NodeFailure, connect
from jp20.chain.sending import sender as sender_module
from jp20.chain.sending.waiting import OutcomeUnknown
from jp20.domain.base.addresses import address_of
from jp20.domain.base.roles import Role
from jp20.domain.governance.policy import Kind, Rule
from jp20.domain.investors.investors import InvestorClass
from jp20.domain.plans.costs import PlannedAct
from jp20.domain.plans.outcomes import Outcome
from jp20.domain.plans.plan import (
    NotNow,
    Plan,
    PlanBlocked,
    PlanElsewhere,
    PlanOutOfDate,
    TamperedPlan,
    plan_from_json,
    plan_to_json,
)
from jp20.operations.governance import emergency, requests
from jp20.operations.governance.acts import carry_out
from jp20.operations.governance.policy import PolicyChange, change_policy
from jp20.operations.investors.whitelist import (
    investor,
    renew,
    retire_wallets,
    suspend_at_once,
    wallets_of,
)
from jp20.operations.plans.distribute import AnotherDeliveryUnderWay
from jp20.operations.plans.plan import (
    PlanAwaitingOthers,
    PlanProgress,
    apply_plan,
    check_plan,
    distribute,
    enrol,
    load_plan,
    prepare_distribution,
    prepare_whitelist,
    save_plan,
)
from jp20.operations.session import open_session
from jp20.operations.token import lifecycle
from jp20.operations.token.issue import issue_units
from jp20.operations.token.transfer import transfer


def told(outcomes) -> list[tuple[int | None, str, str | None]]:
    return [(row.line, row.outcome.text.en, row.code) for row in outcomes.rows]


def height(world) -> int:
    return world.session.connection.block_number()


def single_organisation(world, *organisations: int):
    """The session of organisations that work in turn with others."""
    keys = world.session_of(*organisations).signers.values()
    return open_session(world.session.connection, world.deployment, keys, single_organisation=True)


def deliver_plan(world, *given, case: str = "C-1", **more) -> Plan:
    return prepare_distribution(
        world.session, world.token, allotments(*given), evidence(case), **more
    )


@pytest.fixture
def whitelist(world) -> Plan:
    """A plan of all four acts."""
    file = world.investors(
        world.row("K-0", alice),  # 2: as it is
        world.row("K-1", bob, years=2),  # 3: renewed
        world.row("K-2", carol, "professional"),  # 4: reclassified
        world.row("K-3", dave),  # 5: as it is
        world.row("K-3", frank),  # 6: the same investor's further wallet
        world.row("K-4", erin),  # 7: new
        world.row("K-4", grace),  # 8: the same investor's further wallet
        "秘密の顧客,秘密の名前,秘密の値,general,resident,2020-01-01",  # 9: two faults
        world.row("K-6", world.token),  # 10: the token itself
    )
    return prepare_whitelist(world.session, file, evidence("C-1"))


@pytest.mark.requirement("G7", "G17", "S5")
def test_a_whitelist_plan_says_what_changes_and_what_is_refused_and_carries_no_person(
    world, whitelist
):
    assert [(each.act, [row.line for row in each.rows]) for each in whitelist.decisions] == [
        (PlannedAct.REGISTER, [7]),
        (PlannedAct.ADD_WALLETS, [6, 8]),
        (PlannedAct.RENEW, [3]),
        (PlannedAct.RECLASSIFY, [4]),
    ]
    (renewed,) = whitelist.decisions[2].rows
    assert renewed.after.kyc_expiry - renewed.before.kyc_expiry == 365 * 86_400
    assert [row.line for row in whitelist.settled] == [2, 5]
    assert [(row.line, row.field, row.code) for row in whitelist.refused] == [
        (9, "wallet", "FILE"),
        (9, "kyc_expiry", "FILE"),
        (10, "wallet", "RESERVED_ACCOUNT"),
    ]
    # register: propose, sign, execute; addWallets the same; renew and reclassify one call each
    assert whitelist.cost.transactions == 3 + 3 + 1 + 1
    written = plan_to_json(whitelist)
    assert "K-0" not in written
    assert "名前" not in written
    assert "秘密" not in written
    assert plan_from_json(written, "plan.json") == whitelist


@pytest.mark.requirement("G7", "G17")
def test_a_whitelist_plan_is_applied_and_applied_again_it_sends_nothing(world, whitelist):
    seen: list[PlanProgress] = []
    done = apply_plan(world.session, whitelist, progress=seen.append)
    assert told(done) == [
        (2, "unchanged", None),
        (3, "done", None),
        (4, "done", None),
        (5, "unchanged", None),
        (6, "done", None),
        (7, "done", None),
        (8, "done", None),
        (9, "refused", "FILE"),
        (10, "refused", "RESERVED_ACCOUNT"),
    ]
    assert seen[0] == PlanProgress(PlannedAct.REGISTER, 0, 1)
    assert seen[-1] == PlanProgress(PlannedAct.RECLASSIFY, 1, 1)
    assert investor(world.session, carol.address).investor_class is InvestorClass.PROFESSIONAL
    assert investor(world.session, bob.address).kyc_expiry == world.year_from_now + 365 * 86_400
    assert set(wallets_of(world.session, erin.address)) == {erin.address, grace.address}
    assert set(wallets_of(world.session, dave.address)) == {dave.address, frank.address}

    before = height(world)
    again = apply_plan(world.session, whitelist)
    assert (again.steps, height(world)) == ((), before)
    assert len(again.already) == 5
    assert (again.done, again.unknown, again.pending) == ((), (), ())


@pytest.mark.requirement("G7")
def test_an_unchanged_file_is_a_plan_that_says_so(world):
    file = world.investors(world.row("K-0", alice), world.row("K-1", bob))
    plan = prepare_whitelist(world.session, file, evidence("C-1"))
    before = height(world)
    assert plan.is_unchanged
    assert [row.outcome for row in apply_plan(world.session, plan).rows] == [Outcome.UNCHANGED] * 2
    assert height(world) == before
    assert plan.cost.transactions == 0


@pytest.mark.requirement("G7", "G17", "S3")
def test_each_organisation_applies_the_same_plan_with_its_own_key(world, whitelist, tmp_path):
    save_plan(tmp_path / "plan.json", whitelist)
    plan = load_plan(tmp_path / "plan.json")
    kyc, aml = single_organisation(world, KYC), single_organisation(world, AML)

    # KYC proposes and signs the registration, and does alone what it may: renews, reclassifies.
    with pytest.raises(PlanAwaitingOthers) as first:
        apply_plan(kyc, plan)
    assert told(first.value.outcomes)[:7] == [
        (2, "unchanged", None),
        (3, "done", None),
        (4, "done", None),
        (5, "unchanged", None),
        (6, "pending", None),
        (7, "pending", None),
        (8, "pending", None),
    ]
    assert [step.what for step in first.value.steps] == ["propose", "call", "call"]
    with pytest.raises(PlanAwaitingOthers) as second:
        apply_plan(aml, plan)
    assert [step.what for step in second.value.steps] == ["sign"]
    # KYC executes the registration, and proposes the further wallets.
    with pytest.raises(PlanAwaitingOthers) as third:
        apply_plan(kyc, plan)
    assert [step.what for step in third.value.steps] == ["propose", "execute"]
    with pytest.raises(PlanAwaitingOthers):
        apply_plan(aml, plan)
    last = apply_plan(kyc, plan)
    assert [step.what for step in last.steps] == ["execute"]
    assert set(wallets_of(world.session, erin.address)) == {erin.address, grace.address}
    before = height(world)
    for session in (kyc, aml):
        assert apply_plan(session, plan).steps == ()
    assert height(world) == before


@pytest.mark.requirement("G7", "G17")
@pytest.mark.parametrize("moved", ["retired", "renewed", "registered", "suspended"])
def test_a_whitelist_plan_whose_ground_moved_is_not_begun(world, whitelist, moved):
    match moved:
        case "retired":
            carry_out(
                world.session, retire_wallets(world.session, [bob.address], evidence("ALONE-1"))
            )
            line = 3
        case "renewed":
            carry_out(
                world.session,
                renew(world.session, [(bob.address, world.year_from_now + 5)], evidence("ALONE-1")),
            )
            line = 3
        case "registered":
            enrol(
                world.session,
                world.investors(world.row("X", erin, "professional")),
                evidence("C-9"),
            )
            line = 7
        case "suspended":
            carry_out(
                world.session, suspend_at_once(world.session, [dave.address], evidence("ALONE-1"))
            )
            line = 6
    before = height(world)
    with pytest.raises(PlanOutOfDate, match="out of date") as refused:
        apply_plan(world.session, whitelist)
    assert f"Line {line}," in refused.value.why.en
    assert height(world) == before


@pytest.mark.requirement("G7")
def test_what_somebody_else_brought_to_the_chain_meanwhile_is_done(world):
    file = world.investors(world.row("K-4", erin), world.row("K-5", frank))
    plan = prepare_whitelist(world.session, file, evidence("C-1"))
    enrol(world.session, world.investors(world.row("K-5", frank)), evidence("C-2"))
    done = apply_plan(world.session, plan)
    assert told(done) == [(2, "done", None), (3, "done before", None)]
    whole = prepare_whitelist(
        world.session, world.investors(world.row("K-6", grace)), evidence("C-3")
    )
    enrol(world.session, world.investors(world.row("K-6", grace)), evidence("C-4"))
    before = height(world)
    assert told(apply_plan(world.session, whole)) == [(2, "done before", None)]
    assert height(world) == before


@pytest.mark.requirement("G7")
def test_two_references_that_are_one_investor_on_the_chain_are_refused(world):
    file = world.investors(world.row("K-0", alice), world.row("K-0", erin))
    apply_plan(world.session, prepare_whitelist(world.session, file, evidence("C-1")))
    torn = world.investors(world.row("K-0", alice), world.row("K-9", erin, years=2))
    plan = prepare_whitelist(world.session, torn, evidence("C-2"))
    assert plan.is_empty
    assert [(row.line, row.code) for row in plan.refused] == [(3, "SAME_INVESTOR")]


@pytest.mark.requirement("G7")
def test_an_expiry_is_judged_by_the_chains_time(world):
    pass_time(world.session.connection, 2 * 366 * 86_400)
    file = world.investors(world.row("K-4", erin), now=1)
    plan = prepare_whitelist(world.session, file, evidence("C-1"))
    assert [(row.line, row.code) for row in plan.refused] == [(2, "KYC_EXPIRED")]
    assert plan.is_empty


@pytest.mark.requirement("G2", "G17")
def test_a_distribution_plan_says_what_passes_and_what_does_not(world):
    plan = deliver_plan(world, (dave, 7), (erin, 5), ("0x12", 3), (alice, 3))
    (decision,) = plan.decisions
    assert [(row.line, row.units) for row in decision.rows] == [(2, 7), (5, 3)]
    assert [(row.line, row.units, row.code) for row in plan.refused] == [
        (3, 5, "RECIPIENT_UNKNOWN"),
        (4, None, "FILE"),
    ]
    # 1,000 issued, 200 delivered
    assert (plan.total, plan.undistributed, plan.is_blocked) == (10, 800, False)
    assert plan.cost.transactions == 3  # propose, sign, execute
    (approval,) = plan.cost.approvals
    assert [{role.name for role in slot} for slot in approval.slots] == [{"BROKER"}, {"ISSUER"}]
    assert plan_from_json(plan_to_json(plan), "plan.json") == plan


@pytest.mark.requirement("G2", "G17")
def test_a_distribution_plan_is_applied_once(world):
    plan = deliver_plan(world, (dave, 7), (erin, 5), (alice, 3))
    done = apply_plan(world.session, plan)
    assert told(done) == [
        (2, "done", None),
        (3, "refused", "RECIPIENT_UNKNOWN"),
        (4, "done", None),
    ]
    assert (world.balance(dave), world.balance(alice)) == (7, 103)
    before = height(world)
    again = apply_plan(world.session, plan)
    assert told(again) == [
        (2, "done before", None),
        (3, "refused", "RECIPIENT_UNKNOWN"),
        (4, "done before", None),
    ]
    assert (again.steps, height(world)) == ((), before)
    assert again.already[0].transaction == done.done[0].transaction


@pytest.mark.requirement("G2", "G17")
def test_a_plan_is_compared_without_sending_and_says_how_many_rows_are_left(
    world, ten, small_calls, monkeypatch
):
    plan = deliver_plan(world, *((each, 10 + n) for n, each in enumerate(ten)))
    before = height(world)
    assert check_plan(world.session, plan) == 10
    assert height(world) == before
    interrupt(monkeypatch, world, plan, executed=2)
    assert check_plan(world.session, plan) == 6  # 10 − 2 × 2
    apply_plan(world.session, plan)
    assert check_plan(world.session, plan) == 0


@pytest.mark.requirement("G2", "G17", "S3")
def test_a_distribution_is_applied_in_turn(world):
    plan = deliver_plan(world, (dave, 7))
    with pytest.raises(PlanAwaitingOthers) as proposed:
        apply_plan(single_organisation(world, BROKER), plan)
    assert "same plan" in proposed.value.next_step.en
    with pytest.raises(PlanAwaitingOthers):
        apply_plan(single_organisation(world, ISSUER), plan)
    done = apply_plan(single_organisation(world, TRUST_BANK), plan)
    assert told(done) == [(2, "done", None)]
    assert world.balance(dave) == 7


@pytest.mark.requirement("G2")
def test_a_row_that_the_chain_skipped_by_then_is_refused_and_planned_anew(world):
    plan = deliver_plan(world, (dave, 7), (bob, 3))
    with pytest.raises(PlanAwaitingOthers):
        apply_plan(single_organisation(world, BROKER), plan)
    carry_out(world.session, suspend_at_once(world.session, [dave.address], evidence("ALONE-1")))
    done = apply_plan(world.session, plan)
    assert told(done) == [(2, "refused", "RECIPIENT_SUSPENDED"), (3, "done", None)]
    assert apply_plan(world.session, plan).steps == ()
    again = deliver_plan(world, (dave, 7), (bob, 3))
    assert [(row.line, row.code) for row in again.refused] == [(2, "RECIPIENT_SUSPENDED")]
    assert [row.line for row in again.settled] == [3]
    assert again.is_empty


@pytest.mark.requirement("G2", "G17")
@pytest.mark.parametrize("moved", ["suspended", "sold out", "delivered", "split", "rule"])
def test_a_distribution_plan_whose_ground_moved_is_not_begun(world, moved):
    plan = deliver_plan(world, (dave, 700), (bob, 3))
    match moved:
        case "suspended":
            carry_out(
                world.session, suspend_at_once(world.session, [dave.address], evidence("ALONE-1"))
            )
            why = f"Line 2, {dave.address}"
        case "sold out":  # 800 − 98 = 702 are left, and 703 are needed
            distribute(world.session, world.token, allotments((carol, 98)), evidence("C-2"))
            why = "703 units are to be delivered, and 702 are undistributed"
        case "delivered":
            distribute(world.session, world.token, allotments((bob, 3)), evidence("C-1"))
            why = f"Line 3, {bob.address}"
        case "split":
            carry_out(
                world.session, lifecycle.split(world.session, world.token, 2, evidence("SP-1"))
            )
            why = "split"
        case "rule":
            plan = _with_another_rule(plan)
            why = "rule"
    before = height(world)
    with pytest.raises(PlanOutOfDate) as refused:
        apply_plan(world.session, plan)
    assert why in refused.value.why.en
    assert refused.value.why.ja
    assert height(world) == before


@pytest.mark.requirement("G2", "G26")
@pytest.mark.parametrize(("whose", "units"), [(dave, 8), (bob, 1)])
def test_a_row_that_a_plan_says_was_delivered_is_looked_for_on_the_chain(world, whose, units):
    distribute(world.session, world.token, allotments((dave, 7)), evidence("C-1"))
    plan = deliver_plan(world, (dave, 7), (bob, 3))
    claimed = replace(plan.settled[0], account=whose.address, units=units)
    before = height(world)
    with pytest.raises(PlanOutOfDate) as refused:
        apply_plan(world.session, replace(plan, settled=(claimed,)))
    assert f"Line 2, {whose.address}" in refused.value.why.en
    assert height(world) == before
    assert told(apply_plan(world.session, plan)) == [(2, "done before", None), (3, "done", None)]


def _with_another_rule(plan: Plan) -> Plan:
    (decision,) = plan.decisions
    return replace(plan, decisions=(replace(decision, rule=decision.rule ^ 1 << 176),))


@pytest.mark.requirement("G2")
def test_holders_may_trade_between_plan_and_apply(world):
    plan = deliver_plan(world, (bob, 3))
    transfer(world.session, world.token, bob, carol.address, 5)
    apply_plan(world.session, plan)
    assert world.balance(bob) == 58  # 60 − 5 + 3


@pytest.mark.requirement("G2", "G17")
def test_a_plan_is_for_its_chain_platform_and_token(world):
    plan = deliver_plan(world, (dave, 7))
    before = height(world)
    for other in (
        replace(plan, chain_id=1),
        replace(plan, genesis=b"\1" * 32),
        replace(plan, platform=plan.token),
        replace(plan, token=plan.platform),
    ):
        with pytest.raises(PlanElsewhere):
            apply_plan(world.session, other)
    assert height(world) == before


@pytest.mark.requirement("G2", "G17")
def test_a_tampered_plan_is_not_read(world, tmp_path):
    file = tmp_path / "plan.json"
    save_plan(file, deliver_plan(world, (dave, 7)))
    file.write_text(file.read_text().replace('"units": 7', '"units": 8'))
    with pytest.raises(TamperedPlan) as refused:
        load_plan(file)
    assert "make a new one" in refused.value.next_step.en


@pytest.mark.requirement("G2")
def test_more_than_is_undistributed_blocks_the_plan(world):
    plan = deliver_plan(world, (dave, 801), (erin, 5))
    assert [(row.line, row.code) for row in plan.faults] == [(None, "NOT_ENOUGH_UNITS")]
    before = height(world)
    with pytest.raises(PlanBlocked) as refused:
        apply_plan(world.session, plan)
    assert "801" in refused.value.why.en
    assert height(world) == before
    # What would be refused anyway does not count: 800 of 805.
    assert not deliver_plan(world, (dave, 800), (erin, 5)).is_blocked


@pytest.mark.requirement("G2")
def test_a_total_that_the_officer_names_is_met_exactly(world):
    plan = deliver_plan(world, (dave, 7), (bob, 3), expected_total=11)
    assert [row.code for row in plan.faults] == ["TOTAL"]
    assert "come to 10" in plan.faults[0].reason.en
    assert not deliver_plan(world, (dave, 7), (bob, 3), expected_total=10).is_blocked


@pytest.mark.requirement("G2", "G12")
def test_nothing_is_planned_or_begun_while_all_is_halted(world):
    plan = deliver_plan(world, (dave, 7))
    carry_out(world.session, emergency.halt(world.session))
    before = height(world)
    with pytest.raises(NotNow):
        apply_plan(world.session, plan)
    halted = deliver_plan(world, (dave, 7))
    assert [row.code for row in halted.faults] == ["PLATFORM_HALTED"]
    assert height(world) == before


@pytest.mark.requirement("G2")
def test_a_plan_that_was_lost_is_made_anew_while_its_decision_is_under_way(
    world, ten, small_calls, monkeypatch
):
    given = [(each, 10 + n) for n, each in enumerate(ten)]
    plan = deliver_plan(world, *given, (frank, 5))  # frank is not whitelisted
    interrupt(monkeypatch, world, plan, executed=2)
    anew = deliver_plan(world, *given, (frank, 5))
    assert anew.id == plan.id
    done = apply_plan(world.session, anew)
    assert (len(done.already), len(done.done), len(done.refused)) == (4, 6, 1)
    assert balances(world, ten) == [10, 11, 12, 13, 14, 15, 16, 17, 18, 19]


@pytest.mark.requirement("G2")
def test_a_decision_on_other_rows_that_is_under_way_stands_in_the_way(world, monkeypatch):
    interrupt(monkeypatch, world, deliver_plan(world, (bob, 1)), executed=0)
    with pytest.raises(AnotherDeliveryUnderWay):
        deliver_plan(world, (bob, 2))


@pytest.mark.requirement("G2")
@pytest.mark.parametrize("executed", range(6))
def test_a_plan_that_was_interrupted_goes_on(world, ten, small_calls, monkeypatch, executed):
    plan = deliver_plan(world, *((each, 10 + n) for n, each in enumerate(ten)))
    interrupt(monkeypatch, world, plan, executed)
    done = apply_plan(world.session, plan)
    assert balances(world, ten) == [10, 11, 12, 13, 14, 15, 16, 17, 18, 19]
    assert [len(done.already), len(done.done)] == [2 * executed, 10 - 2 * executed]
    assert "propose" not in {step.what for step in done.steps}


@pytest.mark.requirement("G2", "G17")
def test_what_is_sent_and_in_no_block_is_unknown_and_known_when_it_is_applied_again(
    world, ten, small_calls
):
    plan = deliver_plan(world, *((each, 10 + n) for n, each in enumerate(ten)))
    for organisation in (BROKER, ISSUER):
        with pytest.raises(PlanAwaitingOthers):
            apply_plan(single_organisation(world, organisation), plan)
    registrar = single_organisation(world, TRUST_BANK)
    registrar.sender(next(iter(registrar.signers.values()))).patience = 0.5
    rpc = world.session.connection.rpc
    rpc("evm_setAutomine", False)
    try:
        first = apply_plan(registrar, plan)
        assert {row.outcome for row in first.rows} <= {Outcome.UNKNOWN, Outcome.PENDING}
        assert first.unknown
        assert all(row.transaction and row.reason.ja for row in first.unknown)
        assert sum(balances(world, ten)) == 0
        with pytest.raises(OutcomeUnknown):
            apply_plan(registrar, plan)  # what was sent is waited for before anything else
    finally:
        rpc("evm_setAutomine", True)
        rpc("evm_mine")
    done = apply_plan(registrar, plan)
    assert len(done.done) + len(done.already) == 10
    assert {row.transaction for row in first.unknown} <= {row.transaction for row in done.rows}
    assert balances(world, ten) == [10, 11, 12, 13, 14, 15, 16, 17, 18, 19]


@pytest.mark.requirement("G2")
def test_a_node_that_is_lost_in_the_middle_is_told_with_what_is_done_and_what_waits(
    world, ten, small_calls, tmp_path
):
    # given: a delivery that is signed, in calls of two rows; and a way to the node that goes away
    # when the second execution is handed over
    plan = deliver_plan(world, *[(each, 10 + n) for n, each in enumerate(ten)])
    for organisation in (BROKER, ISSUER):
        with pytest.raises(PlanAwaitingOthers):
            apply_plan(single_organisation(world, organisation), plan)
    proxy = FaultyProxy(world.session.connection.network.url)
    sent = []

    height_before = height(world)

    def goes_away(methods: list[str]) -> str:
        sent.extend(each for each in methods if each == "eth_sendRawTransaction")
        while "eth_getTransactionReceipt" in methods and height(world) == height_before:
            time.sleep(0.01)  # on a busy machine a block comes a moment after what is in it
        return "reset" if len(sent) > 1 else ""

    keys = world.session_of(TRUST_BANK).signers.values()
    folder = tmp_path / "outbox"
    with open_session(connect(proxy.url), world.deployment, keys, outbox=folder) as bank:
        bank.sender(next(iter(keys))).patience = 1.0
        proxy.fault = goes_away
        # when
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sender_module, "BATCH_SIZE", 1)
            broken = apply_plan(bank, plan)
    proxy.stop()

    # then: what is done, what waits, and what was not sent
    rows = {kind: len(broken.of(kind)) for kind in (Outcome.DONE, Outcome.UNKNOWN, Outcome.PENDING)}
    assert (rows[Outcome.DONE], sum(rows.values())) == (2, 10)
    assert rows[Outcome.UNKNOWN] > 0
    assert isinstance(broken.trouble, NodeFailure)
    assert all(row.transaction for row in (*broken.done, *broken.unknown))
    # and it is gone on with
    with open_session(world.session.connection, world.deployment, keys, outbox=folder) as bank:
        apply_plan(bank, plan)
    assert balances(world, ten) == [10, 11, 12, 13, 14, 15, 16, 17, 18, 19]


@pytest.mark.requirement("G2", "G17")
def test_where_one_key_delivers_alone_nothing_is_delivered_twice_either(world, policy):
    act = policy.act(Kind.TOKEN, "deliver(address[],uint256[])")
    broker = frozenset({Role.BROKER})
    alone = Rule(broker, (broker,), broker, 0, act.rule.lifetime)
    session = world.session_of(*range(1, 11), wait=lambda until: world.pass_time(8 * 86_400))
    change_policy(session, PolicyChange((replace(act, rule=alone),), ()), evidence("POLICY-1"))

    distribute(world.session, world.token, allotments((bob, 3)), evidence("C-0"))
    plan = deliver_plan(world, (dave, 7), (bob, 3))
    assert plan.cost.transactions == 1
    done = apply_plan(world.session_of(BROKER), plan)
    assert [step.what for step in done.steps] == ["call"]
    again = apply_plan(world.session_of(BROKER), plan)
    assert told(again) == [(2, "done before", None), (3, "done before", None)]
    assert (again.steps, world.balance(dave), world.balance(bob)) == ((), 7, 66)


@pytest.fixture
def alone(world, policy, tmp_path):
    """A session of the broker's, which delivers alone, with an outbox."""
    act = policy.act(Kind.TOKEN, "deliver(address[],uint256[])")
    broker = frozenset({Role.BROKER})
    rule = Rule(broker, (broker,), broker, 0, act.rule.lifetime)
    all_of_them = world.session_of(*range(1, 11), wait=lambda until: world.pass_time(8 * 86_400))
    change_policy(all_of_them, PolicyChange((replace(act, rule=rule),), ()), evidence("POLICY-1"))
    keys = world.session_of(BROKER).signers.values()
    chain = world.session.connection
    with open_session(chain, world.deployment, keys, outbox=tmp_path / "outbox") as session:
        yield session


@pytest.mark.requirement("G2")
def test_two_plans_of_one_key_for_one_wallet_are_not_taken_for_each_other(world, alone):
    # given: two cases with equal units for one holder, planned before either was applied
    first = deliver_plan(world, (dave, 7), (bob, 3))
    second = deliver_plan(world, (dave, 7), case="C-2")
    apply_plan(alone, first)

    # when, then: the second does not take what came by the first for its own
    with pytest.raises(PlanOutOfDate):
        apply_plan(alone, second)
    apply_plan(alone, deliver_plan(world, (dave, 7), case="C-2"))
    assert world.balance(dave) == 14
    # and the first is done, though more came since
    again = apply_plan(alone, first)
    assert told(again) == [(2, "done before", None), (3, "done before", None)]
    assert again.steps == ()


@pytest.mark.requirement("G2")
def test_a_plan_of_one_key_whose_block_was_changed_delivers_nothing_twice(world, alone):
    # given: a plan that was applied, and whose block somebody has raised
    plan = deliver_plan(world, (dave, 7))
    apply_plan(alone, plan)
    world.pass_time(10)
    raised = replace(plan, block=height(world))
    later = replace(raised, block_hash=world.session.connection.block(raised.block).hash)

    # when, then
    with pytest.raises(PlanOutOfDate):
        apply_plan(alone, raised)
    assert told(apply_plan(alone, later)) == [(2, "done before", None)]
    assert world.balance(dave) == 7


@pytest.mark.requirement("G2")
def test_a_file_with_one_more_row_is_another_plan_of_the_same_case(world, alone):
    # given: 7 for dave delivered by one key; and a file that has 3 for bob besides
    apply_plan(alone, deliver_plan(world, (dave, 7)))
    longer = prepare_distribution(
        alone, world.token, allotments((dave, 7), (bob, 3)), evidence("C-1")
    )
    # when
    done = apply_plan(alone, longer)
    # then
    assert told(done) == [(2, "done before", None), (3, "done", None)]
    assert (world.balance(dave), world.balance(bob)) == (7, 63)
    # and another number under the same case is no second delivery
    changed = prepare_distribution(alone, world.token, allotments((dave, 9)), evidence("C-1"))
    assert [row.code for row in changed.refused] == ["FILE_CHANGED"]


@pytest.mark.requirement("G2")
def test_the_script_run_twice_where_one_key_delivers_alone_delivers_once(world, alone):
    file = allotments((dave, 7), (bob, 3))
    first = distribute(alone, world.token, file, evidence("C-1"))
    again = distribute(alone, world.token, file, evidence("C-1"))
    assert [row.outcome for row in first.rows] == [Outcome.DONE] * 2
    assert [row.outcome for row in again.rows] == [Outcome.ALREADY_DONE] * 2
    assert (world.balance(dave), world.balance(bob)) == (7, 63)


@pytest.mark.requirement("G2", "G7")
def test_a_delivery_by_one_key_that_broke_off_is_gone_on_with_by_the_same_command(world, alone):
    # given: a delivery that was handed over, and whose process saw no block
    plan = deliver_plan(world, (dave, 7), (bob, 3))
    sender = alone.sender(next(iter(alone.signers.values())))
    patience, sender.patience = sender.patience, 0.2
    rpc = world.session.connection.rpc
    rpc("evm_setAutomine", False)
    try:
        broken = apply_plan(alone, plan)
    finally:
        rpc("evm_setAutomine", True)
        rpc("evm_mine")
    assert {row.outcome for row in broken.rows} == {Outcome.UNKNOWN}
    # when: as the command does, it is compared first and then applied
    sender.patience = patience
    assert check_plan(alone, plan) == 0
    assert told(apply_plan(alone, plan)) == [(2, "done before", None), (3, "done before", None)]
    assert (world.balance(dave), world.balance(bob)) == (7, 63)


@pytest.mark.requirement("G2", "G17")
@pytest.mark.parametrize("act", ["split(uint256)", "issue(uint256)"])
def test_what_one_key_may_do_alone_is_done_once_under_a_case(world, policy, tmp_path, act):
    # given: a policy by which the issuer splits, or issues more, alone
    listed = policy.act(Kind.TOKEN, act)
    issuer = frozenset({Role.ISSUER})
    rule = Rule(issuer, (issuer,), issuer, 0, listed.rule.lifetime)
    everybody = world.session_of(*range(1, 11), wait=lambda until: world.pass_time(8 * 86_400))
    change_policy(everybody, PolicyChange((replace(listed, rule=rule),), ()), evidence("POLICY-2"))
    token = world.session.token(world.token)
    before = token.read(int, "totalSupply")
    keys = world.session_of(ISSUER).signers.values()
    done = []
    for _ in range(2):
        with open_session(
            world.session.connection, world.deployment, keys, outbox=tmp_path / "outbox"
        ) as session:
            # when: it is done twice under a case
            done.append(
                carry_out(session, lifecycle.split(session, world.token, 2, evidence("S-1")))
                if act.startswith("split")
                else issue_units(session, world.token, before, evidence("S-1")).decided
            )
    # then: it is done once, and twice as much is in issue
    assert [each.earlier for each in done] == [False, True]
    assert token.read(int, "totalSupply") == 2 * before


@pytest.mark.requirement("G2", "S3")
def test_a_request_that_ran_out_is_proposed_again(world):
    plan = deliver_plan(world, (dave, 7))
    with pytest.raises(PlanAwaitingOthers):
        apply_plan(single_organisation(world, BROKER), plan)
    world.pass_time(8 * 86_400)
    carry_out(world.session, suspend_at_once(world.session, [dave.address], evidence("ALONE-1")))
    with pytest.raises(PlanOutOfDate):  # nothing is under way any more
        apply_plan(world.session, plan)
    anew = deliver_plan(world, (bob, 3))
    assert "propose" in [step.what for step in apply_plan(world.session, anew).steps]
    assert world.balance(bob) == 63


@pytest.mark.requirement("G7", "G17")
def test_a_proposal_that_is_in_no_block_is_told_as_such(world):
    plan = deliver_plan(world, (dave, 7))
    session = single_organisation(world, BROKER)
    session.sender(next(iter(session.signers.values()))).patience = 0.2
    rpc = world.session.connection.rpc
    rpc("evm_setAutomine", False)
    try:
        with pytest.raises(OutcomeUnknown):
            apply_plan(session, plan)
    finally:
        rpc("evm_setAutomine", True)
        rpc("evm_mine")
    with pytest.raises(PlanAwaitingOthers) as waiting:
        apply_plan(session, plan)
    assert waiting.value.steps == ()  # it was proposed


def wallet(number: int) -> str:
    return address_of(keccak(number.to_bytes(32, "big"))[-20:])


@pytest.fixture
def ten(world):
    """Ten more investors."""
    wallets = [wallet(number) for number in range(10)]
    lines = [world.row(f"T-{number}", each) for number, each in enumerate(wallets)]
    enrol(world.session, world.investors(*lines), evidence("WL-10"))
    return wallets


@pytest.fixture
def small_calls(monkeypatch):
    """Calls of two rows, so that ten rows are five transactions."""
    monkeypatch.setattr(PlannedAct, "at_once", 2)


def interrupt(monkeypatch, world, plan, executed: int) -> None:
    """Applies a plan, and ends after so many executions."""
    send = requests.send_executions

    def killed(session, signer, decision, indices, *rest, **more):
        send(session, signer, decision, indices[:executed], *rest, **more)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(requests, "send_executions", killed)
        with pytest.raises(KeyboardInterrupt):
            apply_plan(world.session, plan)


def balances(world, wallets) -> list[int]:
    token = world.session.token(world.token)
    return token.read_many(int, "balanceOf", [(each,) for each in wallets])
