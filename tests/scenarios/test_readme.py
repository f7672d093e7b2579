"""README in both languages, command by command, in a copy of the clone and on a chain that stays.

The block that installs the wheel runs in `tests/installed`, where an environment of its own is.
"""

import os
import signal
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest
from pages import ROOT, Line, blocks, copy_of_the_clone

PAGES = (ROOT / "README.md", ROOT / "README.ja.md")

LEFT_OUT = ("make test",)
"""What contains this test."""

CHAIN = "make chain"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with what `make env` installed, which has to be up to date: installed anew, it would
    be the copy's.
    """
    ready = subprocess.run(["make", "--question", "node_modules/.installed"], cwd=ROOT, check=False)
    assert ready.returncode == 0, "the environment is not up to date: make env"
    made = copy_of_the_clone(tmp_path_factory.mktemp("readme") / "jp20")
    for installed in (".venv", "node_modules"):
        (made / installed).symlink_to(ROOT / installed)
    return made


@pytest.fixture(scope="module")
def environment(clone: Path) -> dict[str, str]:
    """A user with an empty home, and a port that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = clone.parent / "home"
    home.mkdir()
    return {
        "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]),
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "JP20_LANG": "en",
        "JP20_NETWORK": f"http://127.0.0.1:{port}",
    }


@pytest.fixture(scope="module")
def chain(clone: Path, environment: dict[str, str]) -> Iterator[None]:
    """`make chain`, which stays until it is ended as a closed terminal ends it."""
    with subprocess.Popen(
        ["make", "chain"],
        cwd=clone,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        assert running.stdout is not None
        assert environment["JP20_NETWORK"] in running.stdout.readline()
        yield
        os.killpg(running.pid, signal.SIGHUP)
    with socket.socket() as probe:
        port = int(environment["JP20_NETWORK"].rpartition(":")[2])
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def run_lines(lines: list[Line], folder: Path, environment: dict[str, str]) -> None:
    """In one terminal: what a line changes (folder, environment) holds for the next."""
    node = environment["JP20_NETWORK"].removeprefix("http://")
    script = (
        [f"sed -i s/127.0.0.1:8545/{node}/ jp20.toml"] if (folder / "jp20.toml").exists() else []
    )
    for line in lines:
        script.append(f'{line.command}\necho "@@ $?"')
        if line.command.startswith("jp20 init"):
            script.append(f"sed -i s/127.0.0.1:8545/{node}/ jp20.toml")
    ran = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )

    codes = [int(each[3:]) for each in ran.stdout.splitlines() if each.startswith("@@ ")]
    told = dict(zip([line.command for line in lines], codes, strict=True))
    assert told == {line.command: line.code for line in lines}, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stdout + ran.stderr


def test_every_command_of_readme_does_what_it_says(clone, environment, chain):
    lines = [
        line
        for block in blocks(PAGES[0])
        if block.language == "sh" and all(line.command != "make wheel" for line in block.lines)
        for line in block.lines
        if line.command not in (CHAIN, *LEFT_OUT)
    ]
    assert len(lines) > 15

    run_lines(lines, clone, environment)

    (snippet,) = [block.text for block in blocks(PAGES[0]) if block.language == "python"]
    snippet = snippet.replace("http://127.0.0.1:8545", environment["JP20_NETWORK"])
    told = subprocess.run(
        [sys.executable, "-c", snippet],
        cwd=clone,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout == "True\n", told.stderr

    # Both pages end with the register; so many holders and units as the files say.
    assert (clone / "results" / "report.json").exists()
    holders = (clone / "results" / "holders.csv").read_text("utf-8-sig").splitlines()
    assert len(holders) == 1 + 1_200


def test_a_clone_in_which_readme_was_followed_has_nothing_for_git(clone, environment):
    made = ["deployments/x", "outbox/x", "results/x", "dist/x", "build/x"]
    ignored = subprocess.run(
        ["git", "check-ignore", *made], cwd=ROOT, check=False, capture_output=True, text=True
    )

    assert ignored.stdout.split() == made
    # `work` has a .gitignore of its own, which `jp20 init` lays.
    assert (clone / "work" / ".gitignore").read_text("utf-8").splitlines()[-1] == "*"


@pytest.mark.parametrize("name", ["README", "docs/scripts", "docs/testing"])
def test_both_pages_have_the_same_commands(name):
    def told(page: Path) -> list[tuple[str, object]]:
        return [
            (block.language, block.lines if block.language == "sh" else block.text)
            for block in blocks(page)
        ]

    assert told(ROOT / f"{name}.md") == told(ROOT / f"{name}.ja.md")
    assert told(ROOT / f"{name}.md")


def test_the_test_of_the_page_is_one_that_ci_runs():
    # docs/testing.md shows a test of examples/pytest-project, which tests/installed runs.
    run = (ROOT / "examples" / "pytest-project" / "test_token.py").read_text("utf-8")
    python = [block.text for block in blocks(ROOT / "docs" / "testing.md")]
    shown = next(text for text in python if "def test_a_sale" in text)

    body = shown.partition("def test_a_sale")[2].splitlines()
    assert len(body) > 5
    assert [line for line in body if line not in run.splitlines()] == ["(token, investors):"]


def test_no_block_of_readme_is_left_out_by_its_language():
    assert {block.language for page in PAGES for block in blocks(page)} == {"sh", "python"}
