"""What Brownie compiled before sources or settings changed is not used."""

import json
import os
from pathlib import Path

import pytest

from brownie_build import forget_what_is_stale


@pytest.fixture
def project(tmp_path):
    """A project with a contract that was compiled, after its settings were written."""
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "A.sol").write_text("")
    (tmp_path / "brownie-config.yaml").write_text("")
    built = tmp_path / "build" / "contracts"
    built.mkdir(parents=True)
    sources = {"sourcePath": "contracts/A.sol", "allSourcePaths": {"0": "contracts/B.sol"}}
    (built / "A.json").write_text(json.dumps(sources))
    (tmp_path / "contracts" / "B.sol").write_text("")
    return tmp_path


def is_kept(project: Path) -> bool:
    forget_what_is_stale(project)
    return (project / "build" / "contracts" / "A.json").exists()


def test_what_is_up_to_date_is_kept(project):
    assert is_kept(project)


@pytest.mark.parametrize("gone", ["A.sol", "B.sol"])
def test_what_was_made_of_a_source_that_is_gone_is_not(project, gone):
    (project / "contracts" / gone).unlink()

    assert not is_kept(project)


def test_what_was_made_with_other_settings_is_not(project):
    built = project / "build" / "contracts" / "A.json"
    before = (project / "brownie-config.yaml").stat().st_mtime - 10
    os.utime(built, (before, before))

    assert not is_kept(project)


def test_a_project_that_was_never_compiled_is_left_alone(project):
    (project / "build" / "contracts" / "A.json").unlink()

    assert not is_kept(project)
    assert (project / "contracts" / "A.sol").exists()
