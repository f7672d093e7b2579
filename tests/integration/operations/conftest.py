"""One anvil with a platform, a token and three holders; every test begins from the same state."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import pytest
from eth_typing import ChecksumAddress
from example_world import (
    EXAMPLES,
    FOUNDER,
    ISSUER,
    KEYS,
    TERM_SHEET,
    TRUST_BANK,
    World,
    alice,
    allotments,
    bob,
    carol,
    dave,
    evidence,
)

from jp20.chain.connection import Connection
from jp20.chain.local import LocalChain
from jp20.domain.consortium_file import ConsortiumFile
from jp20.domain.governance import Policy
from jp20.domain.term_sheet import parse_term_sheet
from jp20.domain.times import in_tokyo
from jp20.operations.desk import open_desk
from jp20.operations.distribute import distribute
from jp20.operations.files import load_consortium, load_policy
from jp20.operations.issue import create_token, issue_units
from jp20.operations.platform import deploy_platform
from jp20.operations.whitelist import register


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
    deployment = deploy_platform(anvil, FOUNDER, policy, organisations.organisations, file)
    desk = open_desk(anvil, deployment, KEYS)
    year_from_now = desk.now() // 86400 * 86400 + 366 * 86400
    maturity = f'"{in_tokyo(year_from_now + 5 * 365 * 86400)}"'
    text = TERM_SHEET.format(maturity=maturity, digest=hashlib.sha256(b"p").hexdigest())
    sheet = parse_term_sheet(text.encode(), "term-sheet.toml")
    world = World(desk, deployment, ChecksumAddress("0x"), sheet, year_from_now)
    register(
        desk,
        world.investors(
            *(world.row(f"K-{n}", holder) for n, holder in enumerate((alice, bob, carol, dave)))
        ),
        evidence("WL-0"),
    )
    token = create_token(desk, sheet, ISSUER, TRUST_BANK, evidence("CREATE-0")).token
    issue_units(desk, token, 1_000, evidence("ISSUE-0"))
    distribute(desk, token, allotments((alice, 100), (bob, 60), (carol, 40)), evidence("AL-0"))
    return replace(world, token=token)


@pytest.fixture
def world(founded: World) -> Iterator[World]:
    """The platform as it was founded, and again after the test."""
    snapshot = founded.desk.connection.rpc("evm_snapshot")
    yield founded
    founded.desk.connection.rpc("evm_revert", snapshot)
