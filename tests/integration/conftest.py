"""A real chain for the tests that need one: each runs on Ganache and on anvil."""

from collections.abc import Iterator

import pytest
from postgres import PostgresForTests, postgres_server

from jp20.chain.local import LocalChain
from jp20.chain.rpc import node, nodes
from jp20.chain.rpc.connection import Connection


@pytest.fixture(scope="session", params=["ganache", "anvil"])
def chain(request: pytest.FixtureRequest) -> Iterator[Connection]:
    with LocalChain(request.param) as connection:
        yield connection


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresForTests]:
    """A PostgreSQL for the whole session."""
    with postgres_server(tmp_path_factory.mktemp("pg")) as server:
        yield server


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several nodes with shorter times, so that a test waits for less.

    A node has as long for an answer as in use: on a busy machine, less would end one that is sound.
    """
    monkeypatch.setattr(node, "SILENCE", 0.2)
    monkeypatch.setattr(nodes, "LOOK", 0.1)
    monkeypatch.setattr(nodes, "CATCH_UP", 0.5)
    monkeypatch.setattr(nodes, "_BACK_OFF", (0.05, 0.1))
