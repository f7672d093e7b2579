"""A chain of four organisations for the whole run; each test finds it whole, and may break it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "cli")]

from poa_network import PoaNetwork, wait_until  # noqa: E402


@pytest.fixture(scope="session")
def started() -> Iterator[PoaNetwork]:
    with PoaNetwork() as network:
        make_whole(network)
        yield network


@pytest.fixture
def network(started: PoaNetwork) -> Iterator[PoaNetwork]:
    """Four validators that run, are connected and seal; mended after the test."""
    yield started
    make_whole(started)


def make_whole(network: PoaNetwork) -> None:
    network.is_watched = True
    for node in network.nodes:
        node.resume()
        if not node.is_running:
            node.start()
    for node in network.nodes:
        node.wait_until_it_answers()
        node.operator.rpc("miner_start")
    network.join(network.nodes[:2])
    network.join(network.nodes[::2])
    newest = max(network.heads())
    wait_until(lambda: min(network.heads()) > newest, "every node has a new block", 120)
    wait_until(network.is_one_chain, "one chain", 60)
