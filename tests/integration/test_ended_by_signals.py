"""What a program started ends with it, also where it is ended from outside."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jp20.chain.local import PATIENCE, stop_on_signals

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 0)]
)
def test_a_chain_ends_with_the_program_that_started_it(port, sent, code):
    with started("tools/chain.py", "anvil", JP20_NETWORK=f"http://127.0.0.1:{port}") as running:
        assert running.stdout is not None
        assert str(port) in running.stdout.readline()

        running.send_signal(sent)

        assert running.wait(PATIENCE) == code
        assert is_free(port)


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGHUP])
def test_the_demo_leaves_no_chain_behind(sent):
    with started("scripts/demo.py") as running:
        (chain,) = eventually(lambda: children(running.pid, "ganache"))

        running.send_signal(sent)

        assert running.wait(PATIENCE) == 128 + sent
        assert eventually(lambda: not Path(f"/proc/{chain}").exists())


def test_a_signal_that_is_ignored_stays_ignored(monkeypatch):
    # As `nohup` leaves it to the program that it starts.
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        stop_on_signals()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def started(script: str, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    running = subprocess.Popen(
        [sys.executable, script, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # what ends it does not reach what it started
        preexec_fn=_heed_signals,
    )
    with running:
        try:
            yield running
        finally:
            running.kill()


def _heed_signals() -> None:
    # Who runs the tests may ignore them, as `nohup` and a job in the background do, and a program
    # is born with that.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def children(parent: int, program: str) -> list[int]:
    found = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(each) for each in found if program in Path(f"/proc/{each}/cmdline").read_text()]


def eventually(happens):
    deadline = time.monotonic() + PATIENCE
    while not (found := happens()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
