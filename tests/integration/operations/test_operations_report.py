"""The register: from events alone, to the unit, for now and for any past time."""

import json
import random

import pytest
from example_world import alice, allotments, bob, carol, dave, evidence

from jp20.chain.rpc.connection import connect
from jp20.chain.rpc.networks import Finality, Network
from jp20.domain.base.errors import JP20Error
from jp20.domain.register.movements import Why
from jp20.operations.governance.acts import carry_out
from jp20.operations.plans.plan import distribute
from jp20.operations.register.report import (
    NoSuchTime,
    holders_table,
    movements_table,
    read_register,
    register_to_json,
    report,
    summary_table,
    to_csv,
)
from jp20.operations.session import open_session
from jp20.operations.token.enforce import find_original, force_transfer, reversal_of, reverse
from jp20.operations.token.issue import issue_units
from jp20.operations.token.lifecycle import redeem_part, split
from jp20.operations.token.transfer import transfer


@pytest.mark.requirement("G15", "S1")
def test_the_register_says_who_holds_and_why(world):
    found = report(world.session, "JP20-TEST")
    assert found.reconciled
    assert found.register.holders() == {alice.address: 100, bob.address: 60, carol.address: 40}
    assert (found.register.supply, found.register.undistributed) == (1_000, 800)
    assert [entry.why for entry in found.register.history] == [Why.ISSUED, *[Why.DELIVERED] * 3]


@pytest.mark.requirement("G15")
def test_it_is_read_as_of_a_block_or_a_time(world):
    before = world.session.connection.block()
    world.pass_time(1_000)
    done = transfer(world.session, world.token, alice, dave.address, 10)
    assert read_register(world.session, world.token).balance_of(dave.address) == 10
    assert read_register(world.session, world.token, done.block - 1).balance_of(dave.address) == 0
    for time in (before.time, before.time + 900):
        then = report(world.session, world.token, time=time)
        assert (then.register.balance_of(alice.address), then.reconciled) == (100, True)
    assert report(world.session, world.token, time=before.time + 900).block == before.number
    for time in (0, world.session.now() + 10 * 366 * 86_400):
        with pytest.raises(NoSuchTime):
            report(world.session, world.token, time=time)


@pytest.mark.requirement("G15")
def test_tables_and_exports_name_the_block(world):
    carry_out(world.session, split(world.session, world.token, 2, evidence("C-1")))
    found = report(world.session, world.token)
    holders = holders_table(found, "ja")
    # 200, 120 and 80 of 2,000 units
    assert holders.rows == (
        (alice.address, 200, "10.0000"),
        (bob.address, 120, "6.0000"),
        (carol.address, 80, "4.0000"),
    )
    assert dict(summary_table(found).rows)["block"] == found.block
    assert len(movements_table(found).rows) == 5
    csv = to_csv(holders)
    assert csv.startswith("\ufeffウォレット,口数,".encode())
    assert to_csv(movements_table(found, "ja"), "cp932").decode("cp932").count("\r\n") == 6
    content = json.loads(register_to_json(found))
    assert (content["block"], content["block_hash"]) == (
        found.block,
        f"0x{found.block_hash.hex()}",
    )
    assert content["history"][-1]["why"] == "split 1 to 2"
    assert register_to_json(report(world.session, world.token, found.block)) == register_to_json(
        found
    )


@pytest.mark.requirement("G15", "S8")
def test_a_report_says_up_to_which_block_nothing_can_change_it(world):
    # given: a chain on which a block is final when six more stand on it
    network = Network(world.session.connection.network.url, finality=Finality(6))
    session = open_session(connect(network), world.deployment, [])
    session.connection.rpc("anvil_mine", "0xa")
    newest = report(session, world.token)
    assert newest.final_block == newest.block - 6
    assert dict(summary_table(newest, "ja").rows)["確定済みブロック"] == newest.block - 6
    assert json.loads(register_to_json(newest))["final_block"] == newest.block - 6

    # then: a past block is final as a whole, and so is the newest where blocks are final at once
    assert report(session, world.token, newest.block - 10).final_block == newest.block - 10
    assert report(world.session, world.token).final_block == newest.block


@pytest.mark.requirement("G15")
@pytest.mark.parametrize("seed", range(3))
def test_it_reconciles_after_whatever_happened(world, seed: int):
    dice = random.Random(seed)
    people = [alice, bob, carol, dave]
    sales: list[bytes] = []

    def act(case: int) -> None:
        a, b = dice.sample(people, 2)
        units = dice.randint(1, 40)
        case_ = evidence(f"R-{case}")
        match dice.randint(0, 8):
            case 0:
                issue_units(world.session, world.token, units, case_)
            case 1:
                distribute(world.session, world.token, allotments((a, units)), case_)
            case 2:
                carry_out(
                    world.session,
                    force_transfer(world.session, world.token, a.address, b.address, units, case_),
                )
            case 3 if sales:
                found = find_original(world.session, world.token, dice.choice(sales))
                reversal_of(
                    carry_out(
                        world.session, reverse(world.session, world.token, found.original, case_)
                    )
                )
            case 4:
                carry_out(world.session, redeem_part(world.session, world.token, units, case_))
            case 5:
                carry_out(world.session, split(world.session, world.token, 2, case_))
            case _:
                sales.append(transfer(world.session, world.token, a, b.address, units).transaction)

    done = 0
    for case in range(25):
        try:
            act(case)
            done += 1
        except JP20Error:
            pass  # refused; the register must not care
    found = report(world.session, world.token)
    assert found.differences == ()
    assert done > 8
    assert sum(found.register.balances().values()) == found.register.supply
