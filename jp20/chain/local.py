"""A chain of one's own: Ganache or anvil, started on a free port and stopped again."""

import os
import shutil
import signal
import socket
import subprocess
import sysconfig
import tempfile
import threading
import time
from types import TracebackType
from typing import Final, Literal

from jp20.chain.rpc.connection import CannotConnect, Connection, NotANode, connect
from jp20.chain.rpc.networks import Network
from jp20.chain.signing.signers import DEVELOPMENT_MNEMONIC
from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text

Program = Literal["ganache", "anvil"]

GAS_LIMIT: Final = 100_000_000

PATIENCE: Final = float(os.environ.get("JP20_PATIENCE", "600"))
"""How long, in seconds, to wait for what a slow or busy machine does in the end: a chain's start.
Whoever waits is given up on, not hurried: a machine that is quick never waits so long.
"""

_TO_END: Final = 60
"""Seconds that a program has to end by itself before it is killed."""


class ChainNotStarted(JP20Error):
    """The development chain did not start; the message says why in one line."""


class LocalChain:
    """A development chain at the Berlin hard fork, with funded accounts of a mnemonic.

    Used as a context: it runs inside, and is stopped at the end. `port` 0 takes a free one;
    `block_time` in seconds, None for a block per transaction.
    """

    def __init__(
        self,
        program: Program = "ganache",
        *,
        port: int = 0,
        chain_id: int | None = None,
        accounts: int = 30,
        mnemonic: str = DEVELOPMENT_MNEMONIC,
        block_time: int | None = None,
        gas_limit: int = GAS_LIMIT,
    ) -> None:
        self.program: Final = program
        self.port: Final = port or _free_port()
        self.chain_id: Final = chain_id or {"ganache": 1337, "anvil": 31337}[program]
        self._accounts = accounts
        self._mnemonic = mnemonic
        self._block_time = block_time
        self._gas_limit = gas_limit
        self._output = tempfile.TemporaryFile()  # noqa: SIM115
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def network(self) -> Network:
        return Network(f"http://127.0.0.1:{self.port}", self.chain_id)

    def start(self) -> Connection:
        """Starts it and waits until it answers. Raises ChainNotStarted."""
        found = _found(self.program)
        if found is None:
            raise ChainNotStarted(
                Text("{program} is not installed.", program=self.program),
                next_step=Text("Run: make env"),
            )
        if _is_taken(self.port):
            raise ChainNotStarted(
                Text("Port {port} is taken by another program.", port=self.port),
                next_step=Text("Stop it, or choose another port."),
            )
        self._process = subprocess.Popen(
            [found, *self._options()],
            env={**os.environ, "PATH": _path()},
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )
        return self._wait(self._process)

    def stop(self) -> None:
        """Stops it; nothing of the chain stays."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_TO_END)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def wait(self) -> None:
        """Waits until it has ended, by itself or by whoever ended it."""
        if self._process is not None:
            self._process.wait()

    def __enter__(self) -> Connection:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _options(self) -> list[str]:
        if self.program == "anvil":
            options = {
                "--port": self.port,
                "--chain-id": self.chain_id,
                "--hardfork": "berlin",
                "--mnemonic": self._mnemonic,
                "--accounts": self._accounts,
                "--gas-limit": self._gas_limit,
                "--block-time": self._block_time,
            }
        else:
            options = {
                "--server.port": self.port,
                "--chain.chainId": self.chain_id,
                "--chain.networkId": self.chain_id,
                "--chain.hardfork": "berlin",
                "--wallet.mnemonic": self._mnemonic,
                "--wallet.totalAccounts": self._accounts,
                "--miner.blockGasLimit": hex(self._gas_limit),
                "--miner.callGasLimit": hex(self._gas_limit),
                "--miner.blockTime": self._block_time,
            }
        return [
            str(part)
            for name, value in options.items()
            if value is not None
            for part in (name, value)
        ]

    def _wait(self, process: subprocess.Popen[bytes]) -> Connection:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if process.poll() is not None:
                break
            try:
                return connect(self.network)
            except (CannotConnect, NotANode):
                time.sleep(0.05)
        said = self._said()
        raise ChainNotStarted(
            Text("{program} did not start.", program=self.program),
            Text.verbatim(said),
        )

    def _said(self) -> str:
        self._output.seek(0)
        lines = self._output.read().decode("utf-8", "replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


def is_installed(program: Program) -> bool:
    return _found(program) is not None


def stop_on_signals() -> None:
    """Makes SIGTERM and SIGHUP exceptions, as Ctrl-C is one, so that what was started is stopped.

    For a program, before it starts anything; outside its main thread it does nothing. A signal
    that is ignored already (`nohup`) stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        return

    def ended(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, ended)


def _found(program: Program) -> str | None:
    return shutil.which(program, path=_path())


def _path() -> str:
    """This environment's own programs first."""
    return os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
