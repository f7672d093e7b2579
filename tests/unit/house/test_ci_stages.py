"""The stages of CI: side by side, shown whole, and ended together."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools"))
import ci  # noqa: E402
from ci import ROUNDS  # noqa: E402

PATIENCE = 600
"""Seconds after which something is given up that a slow machine does in the end."""

PROGRAM = """
import sys
sys.path.insert(0, {tools!r})
import ci
from ci import Stage
ci.stop_on_signals()
ci.adopt_orphans()
sys.exit(ci.run({rounds}))
"""


def shell(name: str, script: str, chances: int = 1) -> str:
    """A stage, as the program below writes it."""
    return f"Stage({name!r}, ('sh', '-c', {script!r}), {chances})"


def program(*rounds: str) -> list[str]:
    """Runs rounds of lanes, each written out, as a program of its own."""
    listed = "[" + ", ".join(rounds) + "]"
    return [sys.executable, "-c", PROGRAM.format(tools=str(ROOT / "tools"), rounds=listed)]


def ran(*rounds: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(program(*rounds), capture_output=True, text=True, timeout=PATIENCE)


def eventually(found):
    deadline = time.monotonic() + PATIENCE
    while not (value := found()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return value


def test_lanes_run_side_by_side_and_rounds_one_after_the_other(tmp_path):
    # Each of two lanes waits for the other; whoever came first in the next round finds both.
    one, other = tmp_path / "one", tmp_path / "other"
    meets = "touch {mine}; until [ -e {theirs} ]; do sleep 0.02; done; echo met {mine}"
    done = ran(
        f"[[{shell('a', meets.format(mine=one, theirs=other))}],"
        f" [{shell('b', meets.format(mine=other, theirs=one))}]]",
        f"[[{shell('c', f'ls {tmp_path}')}]]",
    )

    assert done.returncode == 0, done.stderr
    assert f"met {one}" in done.stdout
    assert f"met {other}" in done.stdout
    assert done.stdout.index("▶ c") > done.stdout.index(f"met {other}")
    assert "one\nother\n" in done.stdout


def test_what_a_stage_prints_is_shown_whole_and_the_table_at_the_end():
    prints = "for n in 1 2 3; do echo $0 $n; sleep 0.05; done; echo to stderr >&2"
    done = ran(f"[[{shell('a', prints)}], [{shell('b', prints)}]]")

    assert done.stdout.count("sh 1\nsh 2\nsh 3\nto stderr\n") == 2
    assert done.stdout.index("| stage |") > done.stdout.rindex("to stderr")
    assert {"a", "b", "all"} <= {
        line.split(" | ")[0].removeprefix("| ")
        for line in done.stdout.splitlines()
        if line.startswith("| ")
    }


def test_one_that_fails_fails_all_is_shown_last_and_ends_the_others(tmp_path):
    started, chain = tmp_path / "started", tmp_path / "chain"
    # Its chain is a process of its own session, which nobody ends when its parent ends.
    lasts = f"setsid sh -c 'echo $$ >{chain}; exec sleep 1000' & touch {started}; wait"
    fails = f"until [ -s {chain} ]; do sleep 0.02; done; echo the reason; exit 3"
    done = ran(
        f"[[{shell('lasts', lasts)}], [{shell('fails', fails)}, {shell('next', 'echo never')}]]",
        f"[[{shell('later', 'echo never')}]]",
    )

    assert done.returncode == 3
    assert "never" not in done.stdout
    assert "the reason" in done.stdout
    assert done.stdout.splitlines()[-1] == "✗ fails failed with exit code 3"
    assert not Path(f"/proc/{chain.read_text().strip()}").exists()


def test_a_second_chance_is_taken_and_said(tmp_path):
    once = f"echo tried; [ -e {tmp_path}/before ] || {{ touch {tmp_path}/before; exit 2; }}"
    done = ran(f"[[{shell('a', once, 2)}]]")

    assert done.returncode == 0
    assert done.stdout.count("tried") == 2
    assert "▶ a, chance 2" in done.stdout


def test_without_a_further_chance_it_has_failed():
    done = ran(f"[[{shell('a', 'echo tried; exit 2', 2)}]]")

    assert done.returncode == 2
    assert done.stdout.count("tried") == 2


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all_that_was_started(tmp_path, sent):
    number = tmp_path / "number"
    # One that does not heed SIGTERM is killed after a while.
    lasts = f"trap '' TERM; echo $$ >{number}; while :; do sleep 1; done"
    command = program(f"[[{shell('a', lasts)}]]")
    command[2] = command[2].replace("ci.stop_on_signals()", "ci.TO_END = 0.5; ci.stop_on_signals()")
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        started = int(eventually(lambda: number.exists() and number.read_text().strip()))

        running.send_signal(sent)

        assert running.wait(PATIENCE) != 0
    assert not Path(f"/proc/{started}").exists()


def test_the_stages_are_what_make_test_and_ci_know():
    stages = [stage for each in ROUNDS for lane in each for stage in lane]
    targets = [stage.command[1] for stage in stages]

    # `make test`, and what CI runs beside it.
    assert sorted(targets) == [
        "lint",
        "poa",
        "test-anvil",
        "test-contracts",
        "test-installed",
        "test-invariants",
        "test-network",
        "test-python",
    ]
    again = {stage.name for stage in stages if stage.chances > 1}
    assert again == {"test-network", "poa"}


def test_some_can_be_run_alone_and_a_name_that_is_none_is_refused():
    found = [stage for each in ci.chosen(["lint", "poa"]) for lane in each for stage in lane]

    assert [stage.name for stage in found] == ["lint", "poa"]
    with pytest.raises(SystemExit, match=r"no stage: tests.*test-python"):
        ci.chosen(["tests"])


def test_processes_are_found_down_to_the_last():
    with subprocess.Popen(["sh", "-c", "sleep 1000 & wait"]) as parent:
        (child,) = eventually(lambda: ci.descendants(parent.pid))

        assert {parent.pid, child} <= set(ci.descendants(os.getpid()))

        os.kill(child, signal.SIGTERM)
