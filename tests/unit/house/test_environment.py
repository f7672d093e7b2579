"""`make env`: what npm left out is noticed, fetched again, or named."""

import json
from collections import Counter
from pathlib import Path

import pytest

import environment

LOCKED = ("linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64", "win32-amd64")


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A clone without anything installed, on Linux and x86-64, and what npm does there."""
    for name in ("BIN", "MODULES"):
        folder = tmp_path / name.lower()
        folder.mkdir()
        monkeypatch.setattr(environment, name, folder)
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    compiler = tmp_path / "tools" / "solc" / "solc-v0.8.30"
    program(compiler)
    packages = {
        f"node_modules/@foundry-rs/{tool}-{machine}": {}
        for tool in ("anvil", "cast", "forge")
        for machine in LOCKED
    }
    (tmp_path / "package-lock.json").write_text(json.dumps({"packages": packages}))
    on(monkeypatch, "linux", "x86_64")
    return tmp_path


def on(monkeypatch, system, machine):
    monkeypatch.setattr(environment.sys, "platform", system)
    monkeypatch.setattr(environment.platform, "machine", lambda: machine)


def program(file, code=0):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\nexit {code}\n")
    file.chmod(0o755)


def npm(monkeypatch, *left_out):
    """An npm that ends well, whatever it leaves out: one set of tools each time it runs."""
    runs = []

    def run(*command):
        lacking = left_out[len(runs)] if len(runs) < len(left_out) else ()
        runs.append(command)
        for name, file in environment.node_tools().items():
            if name not in lacking:
                program(file)

    monkeypatch.setattr(environment, "run", run)
    return runs


def test_one_run_of_npm_is_enough_where_it_fetched_everything(house, monkeypatch):
    runs = npm(monkeypatch)

    environment.install_node()

    assert len(runs) == 1
    assert {file.name for file in (house / "bin").iterdir()} == {
        "anvil",
        "cast",
        "forge",
        "ganache",
        "solhint",
    }


def test_what_npm_left_out_is_fetched_again(house, monkeypatch):
    runs = npm(monkeypatch, ("anvil", "forge"))

    environment.install_node()

    assert len(runs) == 2


def test_what_npm_leaves_out_twice_is_named(house, monkeypatch):
    runs = npm(monkeypatch, ("anvil",), ("anvil",))

    with pytest.raises(SystemExit) as ended:
        environment.install_node()

    assert len(runs) == 2
    assert "anvil" in str(ended.value)
    assert "cast" not in str(ended.value)
    assert "make env" in str(ended.value)


def test_a_program_that_does_not_start_is_named(house, monkeypatch):
    npm(monkeypatch)
    program(house / "tools" / "solc" / "solc-v0.8.30", code=1)

    with pytest.raises(SystemExit, match="solc"):
        environment.install_node()


@pytest.mark.parametrize(
    ("system", "machine", "package"),
    [
        ("linux", "x86_64", "@foundry-rs/anvil-linux-amd64"),
        ("linux", "aarch64", "@foundry-rs/anvil-linux-arm64"),
        ("darwin", "arm64", "@foundry-rs/anvil-darwin-arm64"),
        ("win32", "AMD64", "@foundry-rs/anvil-win32-amd64"),
    ],
)
def test_a_machine_has_its_own_package(house, monkeypatch, system, machine, package):
    on(monkeypatch, system, machine)

    assert environment.native_package("anvil") == package


def test_a_machine_for_which_there_is_none_is_told_which_there_are(house, monkeypatch):
    on(monkeypatch, "linux", "riscv64")

    with pytest.raises(SystemExit, match=r"riscv64.*arm64"):
        environment.native_package("anvil")


ROOT = Path(__file__).resolve().parents[3]


def test_the_lock_has_every_machines_native_programs_and_names_no_host():
    locked = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]

    assert [each for each, found in locked.items() if "resolved" in found] == []
    for tool in ("anvil", "cast", "forge"):
        for machine in LOCKED:
            assert locked[f"node_modules/@foundry-rs/{tool}-{machine}"]["integrity"]


def test_every_python_pin_has_its_hashes():
    pins = (ROOT / "requirements-dev.txt").read_text("utf-8").replace("\\\n", " ").splitlines()

    assert len(pins) > 50
    assert [pin for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []


def test_no_two_test_files_have_one_name():
    # pytest, and so `brownie test`, cannot collect two modules of one name.
    named = Counter(file.name for file in (ROOT / "tests").rglob("test_*.py"))

    assert [name for name, count in named.items() if count > 1] == []
