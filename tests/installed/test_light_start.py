"""README's light start: a minute, Python alone."""

import importlib.metadata
import zipfile


def test_the_commands_of_readme_install_jp20(told):
    assert told.splitlines()[-1] == f"jp20 {importlib.metadata.version('jp20')}"


def test_the_wheel_has_no_tests_and_no_sources_of_the_contracts(wheel):
    names = zipfile.ZipFile(wheel).namelist()

    assert {name.split("/")[0] for name in names if "dist-info" not in name} == {"jp20"}
    assert "jp20/testing.py" in names
    assert "jp20/data/examples/documents/kyc-review.txt" in names
    assert [name for name in names if name.endswith(".sol")] == []
