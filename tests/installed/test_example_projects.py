"""The projects of other people: each in an environment of its own, with the wheel."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import UV, environment
from pages import ROOT

PYTEST = "pytest==9.1.1"
BROWNIE = "eth-brownie==1.22.2"


@pytest.fixture
def project(request, tmp_path) -> Path:
    return Path(shutil.copytree(ROOT / "examples" / request.param, tmp_path / request.param))


def run_in(project: Path, program: Path, *arguments: str) -> str:
    """As its developer runs it: with anvil on the PATH, a home of its own, and no JP20 nearby."""
    home = project.parent / "home"
    home.mkdir()
    settings = {
        "HOME": str(home),
        "PATH": os.pathsep.join([str(program.parent), str(UV.parent), os.environ["PATH"]]),
        # On the developer's machine Brownie fetches the compiler.
        "SOLCX_BINARY_PATH": str(ROOT / "tools" / "solc"),
        "LC_ALL": "C.UTF-8",
    }
    ran = subprocess.run(
        [program, *arguments],
        cwd=project,
        env=settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.mark.parametrize("project", ["pytest-project"], indirect=True)
def test_a_project_without_brownie(project, wheel, tmp_path):
    python = environment(tmp_path / "env", wheel, PYTEST)

    assert " passed" in run_in(project, python, "-m", "pytest", "-q")


@pytest.mark.parametrize("project", ["brownie-project"], indirect=True)
def test_a_brownie_project(project, wheel, tmp_path):
    python = environment(tmp_path / "env", wheel, PYTEST, BROWNIE)

    told = run_in(project, python.with_name("brownie"), "test", "--network", "development")

    assert "5 passed" in told
