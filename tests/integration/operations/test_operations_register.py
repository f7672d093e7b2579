"""What the register answers about a past whose figures are worked out by hand."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from acting import PLEDGEE, Acting, fresh
from example_world import (
    ISSUER,
    TRUST_BANK,
    World,
    alice,
    bob,
    carol,
    dave,
    frank,
)

from jp20.domain.base.addresses import ZERO_ADDRESS
from jp20.domain.investors.investors import InvestorClass, Residency, investor_id
from jp20.domain.register.answers import RestrainedUnits, Stamp
from jp20.domain.register.events import Cause, RestraintKind
from jp20.domain.register.movements import Why
from jp20.operations.governance.acts import carry_out
from jp20.operations.register.asking import ask
from jp20.operations.register.by_calls import ByCalls
from jp20.operations.token.enforce import find_original, reverse
from jp20.register.questions import NoSuchBlock, NoSuchTime, NotInRegister, Questions

ALICE, BOB, CAROL, DAVE = (investor_id(each.address) for each in (alice, bob, carol, dave))


class Past:
    """Alice has 100 units of 1,000, bob 60, carol 40, dave none. Then, a block each or more:

    1. `sold`: alice gives bob 10.
    2. 30 of alice's units are pledged; 5 of bob's are frozen.
    3. `split` 1 to 2: alice 180, bob 140, carol 80; the pledge 60, the freeze 10.
    4. `inherited`: dave inherits 100 of alice's 180. The 80 that she keeps cover the pledge.
    5. `further`: carol has frank's wallet besides, and gives it 30.
    6. `forced`: 20 of bob's units go to carol by force.
    7. `redeemed`: 6 of carol's units, from her first wallet.
    8. A second tranche of 50 is issued.
    9. `reversed`: 15 of the 20 that alice's sale became are taken back from bob.
    """

    def __init__(self, world: World) -> None:
        acting = Acting(world)
        self.world, self.session, self.token = world, acting.session, acting.token.address
        self.founded = self._block()
        self.sale = acting.own(alice, "transfer", bob.address, 10).transaction
        self.sold = self._block()
        world.pass_time(60)  # so that the blocks after it have another time
        acting.act("pledge", alice.address, 30, PLEDGEE)
        acting.act("setFrozenTokens", bob.address, 5)
        acting.act("split", 2)
        self.split = self._block()
        acting.act("recordSuccession", [alice.address], [dave.address], [100], Cause.INHERITANCE)
        self.inherited = self._block()
        acting.decide(self.session.platform, "addWallets", [(carol.address, frank.address)])
        acting.own(carol, "transfer", frank.address, 30)
        self.further = self._block()
        acting.act("forcedTransfer", bob.address, carol.address, 20)
        self.forced, self.forced_case = self._block(), acting.case
        acting.own(carol, "redeem", 6, b"")
        self.redeemed = self._block()
        acting.act("issue(uint256)", 50)
        original = find_original(self.session, self.token, self.sale, 0)
        carry_out(
            self.session, reverse(self.session, self.token, original.original, acting.case, 15)
        )
        self.reversed = self._block()

    def _block(self) -> int:
        return self.session.connection.block_number()


@pytest.fixture(scope="module")
def past(founded: World) -> Iterator[Past]:
    rpc = founded.session.connection.rpc
    snapshot = rpc("evm_snapshot")
    yield Past(founded)
    rpc("evm_revert", snapshot)


@pytest.fixture(scope="module")
def register(past: Past) -> Questions:
    return ask(fresh(past.world))


@pytest.fixture(scope="module")
def now(past: Past, register: Questions) -> Stamp:
    return register.stamp(past.reversed)


def units(register: Questions, at: Stamp, token: str) -> dict[int, int]:
    return {each.investor: each.units for each in register.holdings(at, token)}


@pytest.mark.requirement("G15", "S1")
def test_holdings_are_by_investor_and_their_wallets_below(past, register, now):
    found = register.holdings(now, past.token)

    # alice 180 - 100 + 15, bob 140 - 20 - 15, carol 80 + 20 - 6, dave 100
    assert [(each.investor, each.units) for each in found] == [
        (BOB, 105),
        (DAVE, 100),
        (ALICE, 95),
        (CAROL, 94),
    ]
    # Of 2,044 units: 105 / 2044 = 0.0513698…
    assert [each.share for each in found] == [51_369, 48_923, 46_477, 45_988]
    carols = {each.wallet: each.units for each in found[3].wallets}
    assert carols == {carol.address: 64, frank.address: 30}  # 80 - 30 + 20 - 6
    assert [each.wallet for each in found[3].wallets] == sorted(carols)
    assert (found[0].restrained, found[0].free) == (RestrainedUnits(frozen=10), 95)
    assert (found[2].restrained, found[2].free) == (RestrainedUnits(pledged=60), 35)
    facts = found[0].facts
    assert (facts.investor_class, facts.residency) == (InvestorClass.GENERAL, Residency.RESIDENT)
    assert (facts.kyc_expiry, facts.suspended) == (past.world.year_from_now, False)


@pytest.mark.requirement("G15")
def test_any_past_block_is_answered_as_it_was(past, register):
    at = {name: register.stamp(getattr(past, name)) for name in ("founded", "sold", "further")}

    assert units(register, at["founded"], past.token) == {ALICE: 100, BOB: 60, CAROL: 40}
    assert units(register, at["sold"], past.token) == {ALICE: 90, BOB: 70, CAROL: 40}
    assert units(register, at["further"], past.token) == {BOB: 140, DAVE: 100, ALICE: 80, CAROL: 80}
    assert register.holding(at["founded"], past.token, DAVE).units == 0
    assert register.holding(at["founded"], past.token, DAVE).wallets == ()
    assert register.holding(at["founded"], past.token, 1) is None


@pytest.mark.requirement("G15")
def test_a_stamp_is_a_block_by_number_by_time_or_the_latest(past, register):
    chain = past.session.connection
    sold = chain.block(past.sold)

    assert register.stamp(past.sold) == Stamp(31337, past.sold, sold.hash, sold.time, final=True)
    assert register.stamp() == register.stamp(past.reversed)
    by_time = register.stamp(time=sold.time)
    assert by_time.time == sold.time
    assert chain.block(by_time.block + 1).time > sold.time
    with pytest.raises(NoSuchBlock, match=str(past.reversed)):
        register.stamp(past.reversed + 1)
    with pytest.raises(NoSuchBlock):
        register.stamp(-1)
    with pytest.raises(NoSuchTime):
        register.stamp(time=chain.block(0).time - 1)
    with pytest.raises(NoSuchTime):
        register.stamp(time=2**33)


@pytest.mark.requirement("G15")
def test_a_token_that_was_not_there_yet_is_not_in_the_register(past, register):
    created = register.token(register.stamp(), past.token).created
    with pytest.raises(NotInRegister, match="later block or time"):
        register.holdings(register.stamp(created.block - 1), past.token)
    with pytest.raises(NotInRegister):
        register.token(register.stamp(), alice.address)


@pytest.mark.requirement("G4", "G15")
def test_tranches_say_what_was_issued_redeemed_and_is_outstanding(past, register, now):
    found = register.tranches(now, past.token)

    assert [(t.number, t.units_then, t.splits) for t in found] == [(1, 1000, 0), (2, 50, 1)]
    assert [(t.issued, t.redeemed, t.outstanding) for t in found] == [(2000, 6, 1994), (50, 0, 50)]
    token = register.token(now, past.token)
    # 1,000 - 200 delivered, times 2, and the 50
    assert (token.supply, token.undistributed, token.redeemed) == (2044, 1650, 6)
    assert (token.holders, token.wallets, token.factors) == (4, 5, (1, 2))
    assert (token.code, token.issuer, token.registrar) == ("JP20-TEST", ISSUER, TRUST_BANK)


@pytest.mark.requirement("G15")
def test_the_history_of_an_investor_goes_over_all_wallets(past, register, now):
    lines = list(register.history(now, past.token, investor=CAROL))
    of_wallet = list(register.history(now, past.token, wallet=frank.address))

    assert [(line.why, line.change, line.balance) for line in lines] == [
        (Why.DELIVERED, 40, 40),
        (None, 40, 80),
        (Why.TRANSFERRED, 0, 80),  # to a wallet of her own
        (Why.FORCED, 20, 100),
        (Why.REDEEMED, -6, 94),
    ]
    assert lines[1].ratio == 2
    assert (lines[0].units, lines[0].splits, lines[0].units_now) == (40, 0, 80)
    assert (lines[0].from_investor, lines[0].to_investor) == (0, CAROL)
    assert [(line.why, line.balance) for line in of_wallet] == [(Why.TRANSFERRED, 30)]
    later = register.history(now, past.token, investor=CAROL, first=past.forced)
    assert [line.balance for line in later] == [100, 94]
    before = register.history(register.stamp(past.sold), past.token, investor=CAROL)
    assert [line.units_now for line in before] == [40]
    assert len(list(register.history(now, past.token))) == 12  # 2 issues, 3 deliveries, 7 acts


@pytest.mark.requirement("G10", "G15", "G17")
def test_a_movement_says_who_decided_it_and_what_took_it_back(past, register, now):
    (forced,) = (line for line in register.history(now, past.token) if line.why is Why.FORCED)
    (detail,) = register.movements(now, past.token, forced.at.transaction)
    (sale,) = register.movements(now, past.token, past.sale)
    (back,) = (line for line in register.history(now, past.token) if line.why is Why.REVERSED)
    (reversal,) = register.movements(now, past.token, back.at.transaction, back.at.log)

    decision, names = detail.decision, {m.number: m.name for m in past.session.members()}
    assert (detail.forced, detail.line.at) == (True, forced.at)
    assert decision.case_id == past.forced_case.case_id
    assert decision.case == past.forced_case.case
    assert decision.document_hash == past.forced_case.document_hash
    assert tuple(each.organisation.number for each in decision.signers) == forced.grounds.signers
    assert len(decision.signers) >= 2
    assert {each.organisation.name for each in decision.signers} <= set(names.values())
    assert all(
        past.session.organisation_of(each.key) == each.organisation.number
        and decision.proposed.block <= each.at.block <= forced.at.block
        for each in decision.signers
    )
    assert decision.executor.name == names[forced.grounds.executor]
    assert (sale.forced, sale.decision, sale.reverses) == (False, None, None)
    assert sale.reversed_by == (back.at,)
    assert (reversal.forced, reversal.reverses, reversal.shortfall) == (True, sale.line.at, 0)
    assert register.movements(now, past.token, b"\1" * 32) == ()
    before = register.movements(register.stamp(past.redeemed), past.token, past.sale)
    assert before[0].reversed_by == ()


@pytest.mark.requirement("G15", "G21")
def test_lots_keep_their_dates_through_split_inheritance_and_reversal(past, register, now):
    def lots(investor):
        found = register.lots(now, past.token, investor)
        return [(lot.why, lot.units, lot.carried) for lot in found]

    # The reversal takes back 15 of the 20 that the sale became; alice has them with the old date.
    assert lots(ALICE) == [(Why.DELIVERED, 95, False)]
    assert lots(BOB) == [(Why.DELIVERED, 100, False), (Why.TRANSFERRED, 5, False)]
    assert lots(CAROL) == [(Why.DELIVERED, 74, False), (Why.FORCED, 20, False)]  # 80 - 6 first in
    assert lots(DAVE) == [(Why.DELIVERED, 100, True)]  # as alice acquired them
    (inherited,) = register.lots(now, past.token, DAVE)
    assert inherited.acquired.block == past.founded
    assert register.lots(register.stamp(past.founded), past.token, DAVE) == ()


@pytest.mark.requirement("G15")
def test_differences_between_two_blocks_are_in_units_of_the_later_one(past, register, now):
    split, sold = register.stamp(past.split), register.stamp(past.sold)

    found = register.differences(split, now, past.token)

    assert [(each.investor, each.before, each.after, each.change) for each in found] == [
        (BOB, 140, 105, -35),
        (DAVE, 0, 100, 100),
        (ALICE, 180, 95, -85),
        (CAROL, 80, 94, 14),
    ]
    assert register.differences(sold, split, past.token) == ()  # a split is none
    assert register.differences(now, now, past.token) == ()


@pytest.mark.requirement("G7", "G25")
def test_whose_kyc_lapses_is_said_by_time(past, register, now):
    lapses = past.world.year_from_now

    assert register.lapses(now, lapses, past.token) == ()
    found = register.lapses(now, lapses + 1, past.token)
    assert [(each.what, each.expiry) for each in found] == [("kyc", lapses)] * 4
    assert {each.investor: each.units for each in found} == {
        ALICE: 95,
        BOB: 105,
        CAROL: 94,
        DAVE: 100,
    }
    at_first = register.stamp(past.founded)
    assert DAVE not in {each.investor for each in register.lapses(at_first, 2**39, past.token)}
    assert DAVE in {each.investor for each in register.lapses(at_first, 2**39)}


@pytest.mark.requirement("G7", "G15")
def test_an_investor_has_wallets_facts_and_the_case_of_the_enrolment(past, register, now):
    found = register.investor(now, CAROL)

    assert [(each.wallet, each.retired) for each in found.wallets] == [
        (carol.address, False),
        (frank.address, False),
    ]
    assert found.enrolled.case_id.rstrip(b"\0") == b"WL-0"
    assert register.investor_of(now, frank.address) == CAROL
    before = register.stamp(past.founded)
    assert register.investor_of(before, frank.address) == 0
    assert [each.wallet for each in register.investor(before, CAROL).wallets] == [carol.address]
    assert [each.investor for each in register.investors(now)] == [ALICE, BOB, CAROL, DAVE]
    assert register.investor(now, 1) is None


@pytest.mark.requirement("G15", "G24")
def test_restraints_are_said_one_by_one(past, register, now):
    (pledge,) = register.restraints(now, past.token)

    assert (pledge.kind, pledge.wallet, pledge.units) == (RestraintKind.PLEDGE, alice.address, 60)
    assert pledge.claimant == PLEDGEE
    assert register.restraints(now, past.token, BOB) == ()
    assert register.restraints(register.stamp(past.sold), past.token) == ()


@pytest.mark.requirement("G15", "G17")
def test_organisations_and_requests_are_known_as_of_a_block(past, register, now):
    found = {each.number: each for each in register.organisations(now)}
    for member in past.session.members():
        assert (found[member.number].name, found[member.number].active) == (member.name, True)
        assert found[member.number].keys == member.keys
        at_large = dict(found[member.number].roles).get(ZERO_ADDRESS, frozenset())
        assert at_large == member.roles
    requests = register.requests(now)
    assert all(each.executed == each.record.request.calls for each in requests)
    assert len(register.requests(register.stamp(past.founded))) < len(requests)


@pytest.mark.requirement("G15", "G17")
def test_without_decisions_the_answers_are_the_same_but_for_who_decided(past, register, now):
    alone = ask(fresh(past.world), decisions=False)

    assert alone.holdings(now, past.token) == register.holdings(now, past.token)
    without = [replace(line, grounds=None) for line in register.history(now, past.token)]
    assert list(alone.history(now, past.token)) == without
    assert alone.organisations(now) == ()


@pytest.mark.requirement("G13", "G15")
@pytest.mark.parametrize("name", ["founded", "sold", "split", "further", "reversed"])
def test_calls_at_the_block_answer_what_the_events_add_up_to(past, register, name):
    by_calls: Questions = ByCalls(past.session.connection, register)
    at = by_calls.stamp(getattr(past, name))

    assert at == register.stamp(at.block)
    assert by_calls.token(at, past.token) == register.token(at, past.token)
    assert by_calls.holdings(at, past.token) == register.holdings(at, past.token)
    assert by_calls.restraints(at, past.token) == register.restraints(at, past.token)
    first = by_calls.stamp(past.founded)
    changed = register.differences(first, at, past.token)
    assert by_calls.differences(first, at, past.token) == changed
    for each in (ALICE, BOB, CAROL, DAVE):
        holding = register.holding(at, past.token, each)
        assert by_calls.holding(at, past.token, each) == holding
