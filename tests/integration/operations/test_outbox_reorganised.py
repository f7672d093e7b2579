"""A distribution on a chain whose last blocks are replaced, carried out once (issue 4)."""

from collections.abc import Iterator

import pytest
from crashing import TRANSACTIONS, UNITS, Delivery, Points, run_until_it_ends
from example_world import TRUST_BANK, found

from jp20.chain.local import LocalChain
from jp20.chain.rpc.networks import Finality, Network

pytestmark = [pytest.mark.requirement("G2"), pytest.mark.usefixtures("five_at_once")]


@pytest.fixture
def delivery(policy, organisations, tmp_path) -> Iterator[Delivery]:
    with LocalChain("anvil") as connection:
        yield Delivery.of(found(connection, policy, organisations, tmp_path / "chain.json"))


@pytest.mark.parametrize("depth", range(1, 4))
def test_what_was_in_blocks_that_were_replaced_comes_again(delivery, tmp_path, depth):
    # given: a delivery on a chain without instant finality, whose last blocks are replaced: those
    # with executions, then that with the signature, and that with the proposal
    connection = delivery.world.session.connection
    network = Network(connection.network.url, finality=Finality(6))
    delivery.run(tmp_path, network)
    connection.rpc("anvil_reorg", depth, [])
    assert delivery.mined[TRUST_BANK] < 4

    # when: the same is begun again
    delivery.run(tmp_path, network)

    # then: the same transactions are in blocks, and no others
    assert (delivery.balances, delivery.mined) == (UNITS, TRANSACTIONS)


@pytest.mark.parametrize("number", range(1, 4))
def test_a_reorganisation_in_the_midst_of_it(delivery, tmp_path, number):
    connection = delivery.world.session.connection
    network = Network(connection.network.url, finality=Finality(6))
    # when: the block with the proposal, the signature, or the last execution is replaced
    points = Points(10 * number, lambda: connection.rpc("anvil_reorg", 1, []))
    with points.watched():
        run_until_it_ends(delivery, tmp_path, network)
    delivery.run(tmp_path, network)

    # then
    assert points.passed >= 10 * number
    assert (delivery.balances, delivery.mined) == (UNITS, TRANSACTIONS)
