"""A platform with the example consortium and the shipped policy, on a real chain."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from world import EXAMPLES, KEYS, World

from jp20.chain.local import LocalChain
from jp20.chain.rpc.connection import connect
from jp20.operations.files.inputs import load_consortium, load_policy
from jp20.operations.governance.platform import deploy_platform


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with LocalChain("anvil") as found:
        # A permissioned chain has no fees: an investor needs no coin to sign.
        connection = connect(replace(found.network, gas_price=0))
        consortium = load_consortium(EXAMPLES / "consortium.toml")
        deployment = deploy_platform(
            connection,
            KEYS[consortium.founder],
            load_policy(EXAMPLES / "governance.toml"),
            consortium.organisations,
            tmp_path_factory.mktemp("deployments") / "31337.json",
        )
        yield World(connection, deployment, consortium.organisations)
