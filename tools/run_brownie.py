"""Brownie, which here knows the two development chains of `brownie-networks.yaml`.

Brownie itself keeps its networks in the user's home, where they would be every project's. `make
env` puts this in the place of its command, in `.venv` alone. Without `--network` it takes Ganache.

`brownie test` takes a free port: it never runs on a chain that somebody else is using, and two of
them run side by side. Every other command takes the file's port, which is the one of `make chain`,
or that of the address in JP20_NETWORK.
"""

import os
import socket
import sys
import time
import warnings
from pathlib import Path
from urllib.parse import urlsplit

import brownie.network.rpc as launcher
import yaml
from brownie import rpc, web3
from brownie._cli.__main__ import main
from brownie._config import CONFIG
from brownie.exceptions import BrownieEnvironmentWarning

from brownie_build import forget_what_is_stale
from jp20.chain.local import PATIENCE, stop_on_signals

NETWORKS = Path(__file__).resolve().with_name("brownie-networks.yaml")
ON_A_CHAIN = ("console", "run", "test")


class PatientClock:
    """What Brownie sleeps by while a chain starts: it looks a hundred times, 0.1 s apart. Here its
    first sleep lasts until the chain answers or has ended, however slow the machine is.
    """

    def sleep(self, seconds: float) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            time.sleep(seconds)
            if web3.is_connected() or rpc.process.poll() is not None:
                return


def know_the_chains(command: str) -> None:
    for chain in yaml.safe_load(NETWORKS.read_text("utf-8"))["development"]:
        named = urlsplit(os.environ.get("JP20_NETWORK", "")).port
        if command == "test":
            chain["cmd_settings"]["port"] = free_port()
        elif named is not None:
            chain["cmd_settings"]["port"] = named
        CONFIG.networks[chain["id"]] = chain


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    forget_what_is_stale(Path.cwd())
    know_the_chains(asked)
    launcher.time = PatientClock()
    if asked in ON_A_CHAIN and not any(each.startswith("--network") for each in sys.argv):
        sys.argv += ["--network", "ganache"]
    # The chain of `make chain` has blocks already, as it should.
    warnings.filterwarnings("ignore", "Development network has", BrownieEnvironmentWarning)
    stop_on_signals()
    sys.argv[0] = "brownie"
    sys.exit(main())
