"""A distribution that is killed at every step in turn, and carried out once (issue 4)."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from crashing import TRANSACTIONS, UNITS, Delivery, SlowBlocks, killed_at
from example_world import KEYS, alice, bob, found

from jp20.chain.local import LocalChain
from jp20.chain.rpc.connection import Connection, connect
from jp20.domain.plans.outcomes import Done
from jp20.operations.session import open_session
from jp20.operations.token.transfer import transfer, transfer_act
from jp20.operations.transactions.acts import done_before, make_once, mark_reported
from jp20.operations.transactions.sending import resume_sending

pytestmark = [pytest.mark.requirement("G2"), pytest.mark.usefixtures("five_at_once")]


@pytest.fixture(scope="module")
def delivery(request, policy, organisations, tmp_path_factory) -> Iterator[Delivery]:
    with LocalChain(request.param) as connection:
        file = tmp_path_factory.mktemp("deployment") / "deployment.json"
        yield Delivery.of(found(connection, policy, organisations, file))


@contextmanager
def undone(connection: Connection) -> Iterator[None]:
    """What is done inside has not been, afterwards."""
    snapshot = connection.rpc("evm_snapshot")
    yield
    connection.rpc("evm_revert", snapshot)


def kill_and_begin_again(delivery: Delivery, folder, point: int, between=lambda: None) -> bool:
    """Kills a process at a point, begins the same again, and looks what came of it; False where
    the process ended before the point.
    """
    # when: a process is killed at this point, and another begins the same
    killed = killed_at(point, lambda: delivery.run(folder / str(point)))
    between()
    done = delivery.run(folder / str(point))

    # then: each holder has their units, and no transaction was made twice
    assert delivery.balances == UNITS, point
    assert delivery.mined == TRANSACTIONS, point
    assert len(done.done) + len(done.already) == len(UNITS), point
    return killed


@pytest.mark.parametrize("delivery", ["anvil"], indirect=True)
def test_killed_at_every_step_in_turn_each_holder_gets_their_units_once(delivery, tmp_path):
    connection = delivery.world.session.connection
    point, killed = 0, True
    while killed:
        point += 1
        with undone(connection):
            killed = kill_and_begin_again(delivery, tmp_path, point)
    assert point > 30  # five steps with two points each, three times


@pytest.mark.parametrize("delivery", ["ganache"], indirect=True)
@pytest.mark.parametrize("point", [6, 8, 16, 18, 24, 26, 28])
def test_killed_on_ganache_where_the_node_has_it_and_the_outbox_does_not(delivery, tmp_path, point):
    # Ganache carries out an account's first transaction as often as it is sent. Here are the points
    # after a hand-over and after it was noted, for each of the three steps, and one before.
    with undone(delivery.world.session.connection):
        assert kill_and_begin_again(delivery, tmp_path, point)


@pytest.mark.parametrize("delivery", ["anvil"], indirect=True)
def test_killed_while_the_chain_takes_its_time_each_holder_gets_their_units_once(
    delivery, tmp_path
):
    connection = delivery.world.session.connection
    point, killed = 1, True
    while killed:
        with undone(connection), SlowBlocks(connection) as blocks:
            killed = kill_and_begin_again(delivery, tmp_path, point, blocks.rest)
        point += 1
    assert point > 30


@pytest.mark.requirement("G3")
@pytest.mark.parametrize("delivery", ["anvil"], indirect=True)
def test_a_transfer_that_is_killed_at_every_step_and_begun_again_is_made_once(delivery, tmp_path):
    # given: alice has 100 units, and nothing but the call itself says which transfer it is
    world = delivery.world
    connection = world.session.connection

    def give(folder) -> Done:
        with open_session(
            connect(connection.network), world.deployment, KEYS, outbox=folder
        ) as session:
            return transfer(session, world.token, alice, bob.address, 5)

    count = connection.next_nonce(alice.address)
    point, killed = 0, True
    while killed:
        point += 1
        folder = tmp_path / str(point)
        with undone(connection):
            # when: it is killed, and begun again
            killed = killed_at(point, partial(give, folder))
            if killed:
                give(folder)

            # then: it was made once; and once more where somebody wants it once more
            assert (world.balance(alice), connection.next_nonce(alice.address)) == (95, count + 1)
            give(folder)
            assert (world.balance(alice), connection.next_nonce(alice.address)) == (90, count + 2)
    assert point == 11  # five transitions with two points each


@pytest.mark.requirement("G3")
@pytest.mark.parametrize("delivery", ["anvil"], indirect=True)
def test_a_single_act_that_is_killed_resumed_and_asked_for_again_is_made_once(delivery, tmp_path):
    # given: alice has 100 units, and a transfer that is known by its id
    world = delivery.world
    connection = world.session.connection

    def give(folder, *, again: bool = False) -> Done:
        with open_session(
            connect(connection.network), world.deployment, KEYS, outbox=folder
        ) as session:
            act = transfer_act(session, world.token, alice, bob.address, 5, again=again)
            done = done_before(session, act) or make_once(session, act)
            mark_reported(session, act)
            return done

    point, killed = 0, True
    while killed:
        point += 1
        folder = tmp_path / str(point)
        with undone(connection):
            # when: it is killed, somebody resumes what is under way, and it is asked for twice
            killed = killed_at(point, partial(give, folder))
            if folder.exists():
                with open_session(connection, world.deployment, [], outbox=folder) as nobody:
                    resume_sending(nobody)
            first, second = give(folder), give(folder)

            # then: it was made once, whatever was killed; and once more where a word says so
            assert first.transaction == second.transaction
            assert world.balance(alice) == 95, point
            assert give(folder, again=True).earlier is None
            assert world.balance(alice) == 90, point
    assert point == 11  # five transitions with two points each
