"""One anvil with a platform, a token and three holders; every test begins from the same state."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from example_world import EXAMPLES, KEYS, World, found

from jp20.chain.local import LocalChain
from jp20.chain.rpc.connection import Connection
from jp20.domain.governance.consortium_file import ConsortiumFile
from jp20.domain.governance.policy import Policy
from jp20.domain.plans.costs import PlannedAct
from jp20.operations.files.inputs import load_consortium, load_policy
from jp20.operations.session import open_session


@pytest.fixture(scope="session")
def anvil() -> Iterator[Connection]:
    with LocalChain("anvil") as connection:
        yield connection


@pytest.fixture(scope="session")
def organisations() -> ConsortiumFile:
    return load_consortium(EXAMPLES / "consortium.toml")


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy()


@pytest.fixture(scope="session")
def founded(
    anvil: Connection,
    organisations: ConsortiumFile,
    policy: Policy,
    tmp_path_factory: pytest.TempPathFactory,
) -> World:
    file = tmp_path_factory.mktemp("deployment") / "31337.json"
    return found(anvil, policy, organisations, file)


@pytest.fixture
def world(founded: World) -> Iterator[World]:
    """The platform as it was founded, and again after the test. The session is the test's own: it
    has noted nothing of blocks that are no more.
    """
    connection = founded.session.connection
    snapshot = connection.rpc("evm_snapshot")
    yield replace(founded, session=open_session(connection, founded.deployment, KEYS))
    connection.rpc("evm_revert", snapshot)


@pytest.fixture
def five_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls of five rows."""
    monkeypatch.setattr(PlannedAct, "at_once", 5)
