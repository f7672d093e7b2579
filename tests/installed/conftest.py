"""The wheel, installed as README says, in a copy of the clone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scenarios"))
from pages import ROOT, Block, blocks, copy_of_the_clone

UV = Path(sys.executable).with_name("uv")


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What git has, and nothing that was installed or built."""
    return copy_of_the_clone(tmp_path_factory.mktemp("installed") / "jp20")


@pytest.fixture(scope="session")
def light_start() -> Block:
    """The commands of README by which an officer installs `jp20`."""
    (found,) = [
        block
        for block in blocks(ROOT / "README.md")
        if any(line.command == "make wheel" for line in block.lines)
    ]
    return found


@pytest.fixture(scope="session")
def told(clone: Path, light_start: Block) -> str:
    """What the terminal showed to whoever followed README, without a development environment."""
    bare = os.pathsep.join(
        folder
        for folder in os.environ["PATH"].split(os.pathsep)
        if not Path(folder).is_relative_to(ROOT)
    )
    ran = subprocess.run(
        ["bash", "-e"],
        input="\n".join(line.command for line in light_start.lines),
        cwd=clone,
        env={**os.environ, "PATH": bare},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="session")
def wheel(clone: Path, told: str) -> Path:
    (found,) = (clone / "dist").glob("*.whl")
    return found


@pytest.fixture(scope="session")
def installed(clone: Path, told: str) -> Path:
    """The programs of the officer's environment."""
    return clone / "build" / "officer" / "bin"


def environment(folder: Path, *packages: "str | Path", options: tuple[str, ...] = ()) -> Path:
    """An environment of its own with some packages; returns its Python."""
    subprocess.run([UV, "venv", "--quiet", folder], check=True)
    python = folder / "bin" / "python"
    install = [UV, "pip", "install", "--quiet", "--python", python, *options, *packages]
    subprocess.run(install, check=True)
    return python
