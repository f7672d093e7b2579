"""The installed package alone deploys: without Node, Brownie, a compiler or this checkout."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from jp20.chain.local import LocalChain

ROOT = Path(__file__).resolve().parents[2]

DEPLOY = """
import sys
from pathlib import Path

import jp20
from jp20.chain.connection import connect
from jp20.chain.networks import Network
from jp20.chain.signers import development_signers
from jp20.operations.files import load_consortium, load_policy
from jp20.operations.platform import deploy_platform, verify

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


@pytest.mark.requirement("G1")
def test_the_installed_package_deploys_without_node_brownie_or_a_compiler(tmp_path: Path) -> None:
    # given: an empty environment, and a folder outside the checkout
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", ROOT], check=True, cwd=tmp_path)
    installed = subprocess.run(
        [python, "-m", "pip", "list", "--format=freeze"],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    ).stdout
    assert "eth-brownie" not in installed
    assert "py-solc-x" not in installed
    # PATH without Node, without the compiler and without this environment
    bare = {
        "PATH": "/nonexistent",
        "HOME": str(tmp_path),
        "LANG": os.environ.get("LANG", "C.UTF-8"),
    }

    # when
    with LocalChain("anvil") as connection:
        url = connection.network.url
        done = subprocess.run(
            [
                python,
                "-c",
                DEPLOY,
                url,
                "31337",
                ROOT / "examples/consortium.toml",
                "deployment.json",
            ],
            check=False,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=bare,
        )

    # then
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "True"
    assert sys.prefix not in done.stderr
