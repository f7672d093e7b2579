"""Whose keys `jp20` signs with, by the settings: typed passwords, the environment, a server."""

import sys
from pathlib import Path

import pytest
from eth_account.hdaccount import key_from_seed, seed_from_mnemonic
from running import done, run, settle, with_signer

from jp20.chain.local import LocalChain
from jp20.chain.signing.signers import DEVELOPMENT_MNEMONIC

sys.path.insert(0, str(Path(__file__).parents[1] / "integration"))
from signing_server import SigningServer

SEED = seed_from_mnemonic(DEVELOPMENT_MNEMONIC, "")
OPERATOR = key_from_seed(SEED, "m/44'/60'/0'/0/1")  # examples/consortium.toml
OPERATOR_ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
PROPOSE = ("governance", "propose", "changed.toml", "--yes", "--case")


@pytest.fixture(scope="module")
def operators(tmp_path_factory: pytest.TempPathFactory):
    """A working folder of the operator alone, on a platform of its own, with a changed policy."""
    with LocalChain("anvil") as connection:
        place = tmp_path_factory.mktemp("operator") / "work"
        done("init", str(place))
        settle(place, connection.network.url)
        done("platform", "deploy", "--yes", folder=place)
        policy = (place / "governance.toml").read_text("utf-8")
        changed = policy.replace(
            "[token.acts.split]\n", '[token.acts.split]\nlifetime = "30d"\n', 1
        )
        (place / "changed.toml").write_text(changed, "utf-8")
        yield place


@pytest.mark.requirement("G27")
def test_a_key_in_the_environment_signs_on_a_development_chain_and_is_warned_of(operators):
    with_signer(operators, 'environment = "JP20_KEY"')

    ran = run(*PROPOSE, "ENV-1", folder=operators, JP20_KEY=OPERATOR.hex())

    assert ran.code == 6
    assert "development only" in ran.err
    assert ".py" not in ran.err
    assert OPERATOR.hex() not in ran.out + ran.err


@pytest.mark.requirement("G27")
def test_an_environment_without_the_key_is_a_usage_error(operators):
    with_signer(operators, 'environment = "JP20_NO_SUCH_KEY"')

    ran = run(*PROPOSE, "ENV-2", folder=operators)

    assert ran.code == 2
    assert "JP20_NO_SUCH_KEY" in ran.err


@pytest.mark.requirement("G13", "G27")
def test_a_signing_server_signs(operators):
    with SigningServer([OPERATOR]) as server:
        with_signer(operators, f'web3signer = "{server.url}"\naddresses = ["{OPERATOR_ADDRESS}"]')

        ran = run(*PROPOSE, "SRV-1", folder=operators)

    assert ran.code == 6
    assert "AUDITOR" in ran.err


@pytest.mark.requirement("G13")
def test_a_signing_server_that_is_away_is_one_clear_message(operators):
    with_signer(operators, f'web3signer = "http://127.0.0.1:9"\naddresses = ["{OPERATOR_ADDRESS}"]')

    ran = run(*PROPOSE, "SRV-2", folder=operators)

    assert ran.code == 1
    assert "127.0.0.1:9" in ran.err


@pytest.mark.requirement("G27")
def test_a_folder_without_a_keystore_names_the_command_that_makes_one(operators):
    with_signer(operators, 'keystore = "no-such-folder"')

    ran = run(*PROPOSE, "KEY-1", folder=operators)

    assert ran.code == 2
    assert "jp20 keys create" in ran.err
