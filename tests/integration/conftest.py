"""A real chain for the tests that need one: each runs on Ganache and on anvil."""

from collections.abc import Iterator

import pytest

from jp20.chain.connection import Connection
from jp20.chain.local import LocalChain


@pytest.fixture(scope="session", params=["ganache", "anvil"])
def chain(request: pytest.FixtureRequest) -> Iterator[Connection]:
    with LocalChain(request.param) as connection:
        yield connection
