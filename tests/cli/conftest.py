"""A platform that `jp20` itself deployed, on a real chain, and the folder in which it works."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from running import done, settle

from jp20.chain.local import LocalChain


@pytest.fixture(scope="session")
def node() -> Iterator[str]:
    """The address of a node of a chain without fees."""
    with LocalChain("anvil") as connection:
        yield connection.network.url


@pytest.fixture(scope="session")
def folder(node: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with the real-estate example, and a platform on its chain. For what leaves
    no trace on the chain; a test that changes something takes a token of its own.
    """
    made = tmp_path_factory.mktemp("work") / "work"
    done("init", str(made), "--example", "real-estate")
    settle(made, node)
    done("platform", "deploy", "--yes", folder=made)
    return made


@pytest.fixture(autouse=True)
def _logs_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that a failing test makes does not stay with whoever ran it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
