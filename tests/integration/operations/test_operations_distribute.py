"""Delivery by an allotment file: each row once, whatever happens on the way."""

import pytest
from eth_hash.auto import keccak
from example_world import AML, BROKER, alice, allotments, bob, carol, dave, erin, evidence

from jp20.domain.base.addresses import address_of
from jp20.domain.governance.assignment import NotEnoughOrganisations
from jp20.domain.plans.costs import PlannedAct
from jp20.domain.plans.plan import PlanBlocked
from jp20.operations.governance import requests
from jp20.operations.governance.acts import carry_out
from jp20.operations.governance.requests import list_requests
from jp20.operations.investors.whitelist import suspend_at_once
from jp20.operations.plans.distribute import (
    AnotherDeliveryUnderWay,
)
from jp20.operations.plans.plan import distribute, enrol


def wallet(number: int) -> str:
    return address_of(keccak(number.to_bytes(32, "big"))[-20:])


@pytest.fixture
def small_calls(monkeypatch):
    """Calls of two rows, so that ten rows are five transactions."""
    monkeypatch.setattr(PlannedAct, "at_once", 2)


@pytest.fixture
def ten(world):
    """Ten more investors."""
    wallets = [wallet(number) for number in range(10)]
    lines = [world.row(f"T-{number}", each) for number, each in enumerate(wallets)]
    enrol(world.session, world.investors(*lines), evidence("WL-10"))
    return wallets


def balances(world, wallets) -> list[int]:
    token = world.session.token(world.token)
    return token.read_many(int, "balanceOf", [(each,) for each in wallets])


@pytest.mark.requirement("G2")
def test_rows_are_delivered_and_each_refusal_has_line_and_reason(world):
    file = allotments((dave, 7), (erin, 5), ("0x12", 3), (alice, 3))
    done = distribute(world.session, world.token, file, evidence("C-1"))
    assert [(row.line, row.units, row.outcome.text.en, row.code) for row in done.rows] == [
        (2, 7, "done", None),
        (3, 5, "refused", "RECIPIENT_UNKNOWN"),
        (4, None, "refused", "FILE"),
        (5, 3, "done", None),
    ]
    assert (world.balance(dave), world.balance(alice)) == (7, 103)


@pytest.mark.requirement("G2")
def test_run_again_it_delivers_nothing_and_sends_nothing(world):
    file = allotments((dave, 7), (erin, 5))
    distribute(world.session, world.token, file, evidence("C-1"))
    before = world.session.connection.block_number()
    again = distribute(world.session, world.token, file, evidence("C-1"))
    assert [(row.line, row.outcome.text.en, row.code) for row in again.rows] == [
        (2, "done before", None),
        (3, "refused", "RECIPIENT_UNKNOWN"),
    ]
    assert again.already[0].transaction is not None
    assert world.session.connection.block_number() == before
    assert world.balance(dave) == 7


@pytest.mark.requirement("G2")
def test_a_row_that_was_refused_is_delivered_once_nothing_stands_against_it(world):
    file = allotments((dave, 7), (erin, 5))
    distribute(world.session, world.token, file, evidence("C-1"))
    enrol(world.session, world.investors(world.row("K-4", erin)), evidence("WL-1"))
    again = distribute(world.session, world.token, file, evidence("C-1"))
    assert [row.outcome.text.en for row in again.rows] == ["done before", "done"]
    assert (world.balance(dave), world.balance(erin)) == (7, 5)
    third = distribute(world.session, world.token, file, evidence("C-1"))
    assert len(third.already) == 2


@pytest.mark.requirement("G2")
@pytest.mark.parametrize("executed", range(6))
def test_interrupted_between_calls_it_goes_on(world, ten, small_calls, monkeypatch, executed: int):
    file = allotments(*((each, 10 + n) for n, each in enumerate(ten)))
    send = requests.send_executions

    def killed(session, signer, decision, indices, progress=None):
        send(session, signer, decision, indices[:executed])
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(requests, "send_executions", killed)
        with pytest.raises(KeyboardInterrupt):
            distribute(world.session, world.token, file, evidence("C-1"))
    assert sum(each > 0 for each in balances(world, ten)) == 2 * executed
    if executed:  # whoever got something meanwhile is refused now, and it changes nothing
        carry_out(world.session, suspend_at_once(world.session, [ten[0]], evidence("ALONE-1")))
    done = distribute(world.session, world.token, file, evidence("C-1"))
    assert balances(world, ten) == [10, 11, 12, 13, 14, 15, 16, 17, 18, 19]
    assert [len(done.already), len(done.done)] == [2 * executed, 10 - 2 * executed]
    proposed = [step.what for step in done.steps].count("propose")
    assert proposed == 0


@pytest.mark.requirement("G2")
def test_more_than_is_undistributed_is_refused_before_anything_is_sent(world):
    before = world.session.connection.block_number()
    # 1,000 issued, 200 delivered: 800 left. What would be refused anyway does not count.
    with pytest.raises(PlanBlocked, match="801 units"):
        distribute(world.session, world.token, allotments((dave, 801), (erin, 5)), evidence("C-1"))
    assert world.session.connection.block_number() == before
    done = distribute(
        world.session, world.token, allotments((dave, 800), (erin, 5)), evidence("C-1")
    )
    assert len(done.done) == 1


@pytest.mark.requirement("G2")
def test_a_file_that_changed_under_the_same_case_delivers_nothing_twice(world):
    distribute(world.session, world.token, allotments((dave, 7)), evidence("C-1"))
    file = allotments((bob, 4), (dave, 8), (carol, 2))
    done = distribute(world.session, world.token, file, evidence("C-1"))
    assert [(row.outcome.text.en, row.code) for row in done.rows] == [
        ("done", None),
        ("refused", "FILE_CHANGED"),
        ("done", None),
    ]
    assert (world.balance(bob), world.balance(dave), world.balance(carol)) == (64, 7, 42)


@pytest.mark.requirement("G2")
def test_another_delivery_that_could_still_be_executed_stands_in_the_way(world):
    call = world.session.token(world.token).call("deliver", [dave.address], [3])
    broker = world.key(2)
    requests.propose(world.session, broker, [call], evidence("C-1"))
    with pytest.raises(AnotherDeliveryUnderWay) as refused:
        distribute(world.session, world.token, allotments((bob, 4)), evidence("C-1"))
    request = list_requests(world.session)[-1].id
    assert request.hex() in str(refused.value)
    requests.cancel_request(world.session, broker, request)
    distribute(world.session, world.token, allotments((bob, 4)), evidence("C-1"))
    assert world.balance(bob) == 64


@pytest.mark.requirement("G2", "S3")
def test_who_is_suspended_while_others_sign_changes_nothing_of_what_is_decided(world):
    # given: the broker proposed for dave and bob; erin is nobody's wallet
    file = allotments((dave, 7), (erin, 5), (bob, 4))
    with pytest.raises(NotEnoughOrganisations):
        distribute(world.session_of(BROKER), world.token, file, evidence("C-1"))
    call = world.session.token(world.token).call("deliver", [dave.address, bob.address], [7, 4])
    requests.propose(world.session, world.key(BROKER), [call], evidence("C-1"))
    # when: bob is suspended, and the same file is delivered by all
    aml = world.session_of(AML)
    carry_out(aml, suspend_at_once(aml, [bob.address], evidence("ALONE-1")))
    done = distribute(world.session, world.token, file, evidence("C-1"))
    # then: it is the broker's decision, of which the chain leaves bob out
    assert [step.what for step in done.steps].count("propose") == 0
    assert [(row.line, row.code) for row in done.rows] == [
        (2, None),
        (3, "RECIPIENT_UNKNOWN"),
        (4, "RECIPIENT_SUSPENDED"),
    ]
    assert (world.balance(dave), world.balance(bob)) == (7, 60)
