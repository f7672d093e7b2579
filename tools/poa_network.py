"""A chain of several organisations on this machine: geth validators as `jp20 network init` sets
them up, on free ports of 127.0.0.1, to be killed, paused, cut from each other and brought back.

    with PoaNetwork(ORGANISATIONS) as network:
        network.nodes[0].kill()

Everything it starts it stops, and nothing else; its folder goes with it. A program that uses it
calls `stop_on_signals()` first, so that SIGTERM and SIGHUP end it as Ctrl-C does.
"""

import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from geth import ensure_geth
from jp20.chain.local import PATIENCE
from jp20.chain.rpc.connection import CannotConnect, Connection, NodeFailure, NodeRefused, connect
from jp20.chain.rpc.networks import Network
from jp20.domain.base.finality import clique_finality
from jp20.network.init import expected_genesis, init_node, load_network
from jp20.network.network_file import NetworkFile, NetworkNode
from jp20.network.node_files import DATA, FREE_GAS, arguments, preparation
from jp20.network.operator_channel import NoOperatorChannel, OperatorChannel, operator_channel
from jp20.network.stall import Stall, unstick

CHAIN_ID = 20_260
GAS_LIMIT = 200_000_000
STILL, TURN, WATCH = 8.0, 8.0, 3.0  # seconds; see jp20.network.stall
PASSWORD = "of a network for tests"  # noqa: S105
"""Its keys live as long as the network."""

# Two cores run four nodes and what tests them.
_SMALL = ("--cache", "256", "--verbosity", "3", "--ipcpath", "geth.ipc")


class PoaNode:
    """A validator as a process."""

    def __init__(self, network: "PoaNetwork", name: str, geth: Path) -> None:
        self._network = network
        self.program = geth
        self.name = name
        self.process: subprocess.Popen[bytes] | None = None
        self.is_paused = False

    def __repr__(self) -> str:
        return f"PoaNode({self.name})"

    @property
    def entry(self) -> NetworkNode:
        """What the network file says of it."""
        return self._network.file.node(self.name)

    @property
    def organisation(self) -> str:
        return self._network.file.organisation_of(self.entry).name

    @property
    def folder(self) -> Path:
        return self._network.folder / self.name

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.entry.rpc}"

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def operator(self) -> OperatorChannel:
        return operator_channel(self._network.file, self.entry, self._network.folder)

    def connection(self) -> Connection:
        """To this node alone."""
        return connect(Network(self.url, CHAIN_ID, gas_price=0))

    def start(self, *extra: str, seals: bool = True) -> None:
        """`extra` are options for geth beside those of `jp20 network init`."""
        if self.is_running:
            raise RuntimeError(f"{self.name} runs already")
        self._run_once(preparation(self._network.file) or ())
        command = arguments(self._network.file, self.entry, str(self._network.password_file))
        if not seals:
            command = tuple(each for each in command if each != "--mine")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [self.program, *command, *_SMALL, *extra],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the program that started it
            )

    def wait_until_it_answers(self) -> None:
        def answers() -> bool:
            if not self.is_running:
                raise RuntimeError(f"{self.name} ended: {self.last_words()}")
            try:
                self.operator.rpc(*FREE_GAS)
                self.operator.rpc("eth_sign", self.entry.validator, "0x")  # its key is unlocked
                self.connection()
            except (NoOperatorChannel, NodeFailure, NodeRefused):
                return False
            return True

        wait_until(answers, f"{self.name} answers")

    def stop(self) -> None:
        """As an operator would: it writes down what it has."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """SIGKILL: it has no time for anything."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """SIGSTOP: it hangs, and its connections stay open."""
        if self.process is not None:
            self.process.send_signal(signal.SIGSTOP)
            self.is_paused = True

    def resume(self) -> None:
        if self.process is not None and self.is_paused:
            self.process.send_signal(signal.SIGCONT)
        self.is_paused = False

    def wipe(self) -> None:
        """Removes its chain and its pool, and leaves its keys."""
        if self.is_running:
            raise RuntimeError(f"{self.name} runs")
        shutil.rmtree(self.folder / DATA)

    def head(self) -> tuple[int, str]:
        """The number and the hash of its newest block."""
        block = self.operator.rpc("eth_getBlockByNumber", "latest", False)
        return int(block["number"], 16), block["hash"]

    def peers(self) -> set[str]:
        """The names of the nodes that it is connected with."""
        known = {node.node_id.hex(): node.name for node in self._network.file.nodes if node.node_id}
        enodes = (peer["enode"] for peer in self.operator.rpc("admin_peers"))
        return {known[enode.removeprefix("enode://").split("@")[0]] for enode in enodes}

    @property
    def log(self) -> Path:
        return self.folder / "geth.log"

    def last_words(self) -> str:
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-5:])

    def _run_once(self, command: Iterable[str]) -> None:
        done = subprocess.run(
            [self.program, *command], cwd=self.folder, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"{self.name}: {done.stderr.strip().splitlines()[-1:]}")

    def _end(self, how: signal.Signals) -> None:
        if self.process is None:
            return
        self.resume()
        self.process.send_signal(how)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


class PoaNetwork:
    """Four validators of four organisations, or as many as there are names."""

    def __init__(
        self,
        organisations: Sequence[str] = ("org-1", "org-2", "org-3", "org-4"),
        *,
        block_period: int = 1,
        gas_limit: int = GAS_LIMIT,
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="jp20-poa-"))
        self.password_file = self.folder / "password"
        self._organisations = organisations
        self._block_period = block_period
        self._gas_limit = gas_limit
        self._file: NetworkFile | None = None
        self._ended = threading.Event()
        self._operators = threading.Thread(target=self._operate, daemon=True)
        self.nodes: list[PoaNode] = []
        self.unstuck: list[tuple[str, Stall]] = []
        """The nodes that gave up a branch to get the chain going again, and what came of it."""
        self.is_watched = True
        """Whether the organisations look whether their chain stands still."""

    @property
    def file(self) -> NetworkFile:
        if self._file is None:
            raise RuntimeError("the network was not set up")
        return self._file

    @property
    def network_file(self) -> Path:
        return self.folder / "network.toml"

    @property
    def running(self) -> list[PoaNode]:
        return [node for node in self.nodes if node.is_running and not node.is_paused]

    def network(self, nodes: Iterable[PoaNode] | None = None) -> Network:
        """All nodes for a client, or these, in this order."""
        chosen = self.nodes if nodes is None else list(nodes)
        return Network(
            [node.url for node in chosen],
            CHAIN_ID,
            gas_price=0,
            genesis=expected_genesis(self.file, self.folder),
            finality=clique_finality(len(self.nodes)),
        )

    def set_up(self) -> None:
        """What the organisations do with each other: everybody makes keys, the public parts are put
        together, everybody makes the files.
        """
        geth = ensure_geth()
        self.password_file.touch(0o600)
        self.password_file.write_text(PASSWORD)
        names = [f"node-{number}" for number in range(1, len(self._organisations) + 1)]
        ports = free_ports(2 * len(names))
        places = {name: (ports[2 * n], ports[2 * n + 1]) for n, name in enumerate(names)}
        self._write(places, {})
        public = {
            name: init_node(self.file, name, self.folder, lambda: PASSWORD).public.toml
            for name in names
        }
        self._write(places, public)
        for name in names:
            init_node(self.file, name, self.folder, lambda: PASSWORD)
        self.nodes = [PoaNode(self, name, geth) for name in names]

    def start(self) -> None:
        """Starts all, and waits until they are connected and a block has come."""
        for node in self.nodes:
            # Each alone would seal a first block of its own.
            node.start(seals=False)
        for node in self.nodes:
            node.wait_until_it_answers()
        wait_until(self.is_connected, "the nodes are connected")
        for node in self.nodes:
            node.operator.rpc("miner_start")
        self._operators.start()
        wait_until(lambda: min(self.heads()) >= 1, "the first block")

    def stop(self) -> None:
        self._ended.set()
        if self._operators.is_alive():
            self._operators.join()
        for node in self.nodes:
            node.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> "PoaNetwork":
        try:
            self.set_up()
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # What is looked at

    def heads(self) -> list[int]:
        """The numbers of the newest blocks of the nodes that run."""
        return [node.head()[0] for node in self.running]

    def is_connected(self) -> bool:
        """Whether every node that runs has every other as a peer."""
        names = {node.name for node in self.running}
        return all(names <= {node.name} | node.peers() for node in self.running)

    def is_one_chain(self) -> bool:
        """Whether the nodes that run have the same blocks, up to the lowest of their heads. For a
        moment they may not, where two validators have just sealed at once.
        """
        block = hex(min(self.heads()))
        return len({self.hash_at(node, block) for node in self.running}) == 1

    @staticmethod
    def hash_at(node: PoaNode, block: str) -> Any:
        return node.operator.rpc("eth_getBlockByNumber", block, False)["hash"]

    # What is done to it

    def cut(self, half: Iterable[PoaNode]) -> None:
        """Takes the connections between these nodes and the others away."""
        inside = list(half)
        names = {node.name for node in inside}

        def is_cut() -> bool:
            # Again and again: one that was being made while it was taken away comes after all.
            self._across(inside, "admin_removePeer")
            return not any(
                (node.name in names) != (peer in names)
                for node in self.running
                for peer in node.peers()
            )

        wait_until(is_cut, "the halves are cut from each other", pause=0.5)

    def join(self, half: Iterable[PoaNode]) -> None:
        """Gives the connections back, and waits for them."""
        self._across(half, "admin_addPeer")
        wait_until(self.is_connected, "the halves are connected again", 120)

    def _operate(self) -> None:
        """What each organisation's machine does at its own node: jp20 network unstick."""
        while not self._ended.wait(1):
            for node in self.running if self.is_watched else ():
                with suppress(NoOperatorChannel, NodeRefused):
                    found = unstick(
                        self.file, node.entry, node.operator, still=STILL, turn=TURN, watch=WATCH
                    )
                    if found in (Stall.MOVED, Stall.TRIED):
                        self.unstuck.append((node.name, found))

    def _across(self, half: Iterable[PoaNode], method: str) -> None:
        inside = list(half)
        for one in inside:
            for other in self.nodes:
                if other not in inside:
                    one.operator.rpc(method, other.entry.enode)
                    other.operator.rpc(method, one.entry.enode)

    def _write(self, places: dict[str, tuple[int, int]], public: dict[str, str]) -> None:
        tables = "".join(
            f'\n[[organisations]]\nname = "{organisation}"\n'
            f'[[organisations.nodes]]\nname = "{name}"\nhost = "127.0.0.1"\n'
            f"p2p = {p2p}\nrpc = {rpc}\n{public.get(name, '')}"
            for organisation, (name, (p2p, rpc)) in zip(
                self._organisations, places.items(), strict=True
            )
        )
        self.network_file.write_text(
            f'chain_id = {CHAIN_ID}\nconsensus = "clique"\n'
            f"block_period = {self._block_period}\ngas_limit = {self._gas_limit}\n{tables}",
            encoding="utf-8",
        )
        self._file = load_network(self.network_file)


def wait_until(
    condition: Callable[[], bool], what: str, seconds: float = PATIENCE, pause: float = 0.1
) -> float:
    """Waits for something, and says after how many seconds it was so. TimeoutError if never."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        try:
            if condition():
                return time.monotonic() - started
        except (NoOperatorChannel, CannotConnect):
            pass
        time.sleep(pause)
    raise TimeoutError(f"not within {seconds:.0f} s: {what}")


def free_ports(count: int) -> list[int]:
    """Ports that nobody has, each another one; below those that a machine gives to connections that
    go out, so that they stay free while a node is down.
    """
    found: list[int] = []
    candidates = list(range(10_000, 32_000))
    random.shuffle(candidates)
    for port in candidates:
        if len(found) == count:
            break
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
    return found
