"""`jp20 status` and `jp20 resume-sending`: what is under way, and going on with it."""

import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from running import Bad, done, run, settle

from jp20.chain.local import LocalChain
from jp20.chain.rpc.connection import connect
from jp20.chain.sending.outbox import State, view_outbox

BAD = [
    Bad("status", ("all",), 2, "all"),
    Bad("status", ("--config", "no-such.toml"), 2, "no-such.toml"),
    Bad("resume-sending", ("now",), 2, "now"),
    Bad("resume-sending", ("--config", "no-such.toml"), 2, "no-such.toml"),
]


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_bad_input_to_sending(bad, folder):
    bad.check(folder)


@pytest.mark.requirement("G16")
def test_with_nothing_under_way_the_platform_is_shown_running(folder):
    shown = done("status", "--format", "json", folder=folder).json

    assert shown["sending"] == []
    assert shown["platform"]["halted"] is False
    assert shown["platform"]["since"] is None


def test_going_on_with_nothing_is_done_at_once(folder):
    assert "Nothing is under way" in done("resume-sending", folder=folder).err


def test_status_says_what_is_under_way_though_no_node_answers(folder, tmp_path):
    away = tmp_path / "jp20.toml"
    text = (folder / "jp20.toml").read_text("utf-8")
    rpc = next(line for line in text.splitlines() if line.startswith("rpc"))
    away.write_text(text.replace(rpc, 'rpc = ["http://127.0.0.1:9"]'), "utf-8")

    ran = run("status", "--config", str(away), "--format", "json", folder=folder)

    assert ran.code == 1
    assert ran.json == {"sending": []}
    assert "127.0.0.1:9" in ran.err


@pytest.mark.requirement("G2", "G16")
def test_what_was_sent_and_is_in_no_block_is_shown_and_gone_on_with(tmp_path: Path):
    # given: a node that makes no blocks, and a halt that was sent and is in none
    with LocalChain("anvil") as connection:
        place = tmp_path / "work"
        done("init", str(place))
        settle(place, connection.network.url)
        done("platform", "deploy", "--yes", folder=place)
        connection.rpc("evm_setAutomine", False)
        leave_a_halt_under_way(place)

        # when
        shown = done("status", "--format", "json", folder=place).json
        unasked = run("resume-sending", folder=place)
        with closing(connect(connection.network)) as chain:
            chain.rpc("evm_setAutomine", True)
        after = done("resume-sending", "--yes", "--format", "json", folder=place).json

        # then
        (entry,) = shown["sending"]
        assert entry["label"] == "halt"
        assert entry["where"] == "with_node"
        assert shown["platform"]["halted"] is False
        assert unasked.code == 2
        assert [each["state"] for each in after["transactions"]] == ["succeeded"]
        assert done("status", "--format", "json", folder=place).json["platform"]["halted"] is True


HALT = """
from jp20.cli.frame.workspace import workspace
from jp20.operations.governance.acts import carry_out
from jp20.operations.governance.emergency import halt

session = workspace().session()
carry_out(session, halt(session))
"""


def leave_a_halt_under_way(place: Path) -> None:
    """As a process leaves it that is killed while it waits for the block."""
    process = subprocess.Popen([sys.executable, "-c", HALT], cwd=place)
    while not any(is_sent(file) for file in (place / "outbox").glob("*.sqlite")):
        assert process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.wait()


def is_sent(file: Path) -> bool:
    return any(entry.state is State.SENT for entry in view_outbox(file).unfinished)
