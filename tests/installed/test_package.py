"""The installed package alone deploys: without Node, Brownie, a compiler or this checkout."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jp20.chain.local import LocalChain

ROOT = Path(__file__).resolve().parents[2]

DEPLOY = """
import sys
from pathlib import Path

import jp20
from jp20.chain.rpc.connection import connect
from jp20.chain.rpc.networks import Network
from jp20.chain.signing.signers import development_signers
from jp20.operations.files.inputs import load_consortium, load_policy
from jp20.operations.governance.platform import deploy_platform, verify

assert Path(jp20.__file__).is_relative_to(sys.prefix), jp20.__file__
url, chain_id, consortium_file, deployment_file = sys.argv[1:]
connection = connect(Network(url, int(chain_id)))
consortium = load_consortium(Path(consortium_file))
founder = next(s for s in development_signers(30) if s.address == consortium.founder)
deployment = deploy_platform(
    connection, founder, load_policy(), consortium.organisations, Path(deployment_file)
)
print(all(check.matches for check in verify(connection, deployment)))
"""


# PATH without Node, without the compiler and without this environment
BARE = {"PATH": "/nonexistent", "LANG": os.environ.get("LANG", "C.UTF-8")}


def test_the_installed_package_brings_no_brownie_and_no_compiler(installed: Path) -> None:
    listed = subprocess.run(
        [installed / "python", "-m", "pip", "list", "--format=freeze"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    assert "eth-brownie" not in listed
    assert "py-solc-x" not in listed


@pytest.mark.requirement("G1")
def test_the_installed_package_deploys_without_node_brownie_or_a_compiler(
    installed: Path, tmp_path: Path
) -> None:
    with LocalChain("anvil") as connection:
        done = subprocess.run(
            [
                installed / "python",
                "-c",
                DEPLOY,
                connection.network.url,
                "31337",
                ROOT / "examples/consortium.toml",
                "deployment.json",
            ],
            check=False,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=BARE | {"HOME": str(tmp_path)},
        )

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "True"
    assert sys.prefix not in done.stderr


def test_the_installed_command_makes_a_working_folder_with_every_example(
    installed: Path, tmp_path: Path
) -> None:
    for example in ("real-estate", "qualified-bond", "minimal"):
        subprocess.run(
            [installed / "jp20", "init", example, "--example", example],
            check=True,
            capture_output=True,
            cwd=tmp_path,
            env=BARE | {"HOME": str(tmp_path)},
        )

    allotments = ROOT / "examples/real-estate/allotments.csv"
    assert (tmp_path / "real-estate/allotments.csv").read_bytes() == allotments.read_bytes()
    assert {file.name for file in (tmp_path / "minimal").iterdir()} == {
        ".gitignore",
        "jp20.toml",
        "consortium.toml",
        "governance.toml",
    }
