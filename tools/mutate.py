"""Breaks the token on purpose, one way at a time, and sees that an invariant finds it.

`python tools/mutate.py [WORD…]` takes the mutants of `tests/invariants/mutants.toml` whose names
hold every word, applies each to a copy of the tree, and runs the invariant, or the test, that has
to fail. It says `killed` or `SURVIVED`, and ends with 1 where one survived. It takes about a
quarter of a minute a mutant, so it is no part of `make test`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("contracts", "tests/invariants", "foundry.toml")
LINKED = ("node_modules", "tools")


def main(words: list[str]) -> int:
    mutants = tomllib.loads((ROOT / "tests/invariants/mutants.toml").read_text())["mutant"]
    chosen = [m for m in mutants if all(word in m["name"] for word in words)]
    survivors = 0
    with tempfile.TemporaryDirectory(prefix="jp20-mutants-") as folder:
        tree = Path(folder)
        copy_tree(tree)
        for mutant in chosen:
            verdict = judge(tree, mutant)
            survivors += not verdict.startswith("killed")
            print(f"{verdict:9} {mutant['name']}  [{mutant['caught_by']}]", flush=True)
    print(f"{len(chosen) - survivors} of {len(chosen)} killed")
    return 1 if survivors else 0


def copy_tree(tree: Path) -> None:
    for name in COPIED:
        source, target = ROOT / name, tree / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    for name in LINKED:
        (tree / name).symlink_to(ROOT / name)


def judge(tree: Path, mutant: dict[str, Any]) -> str:
    """Whether the invariant fails on this mutant, as a word or two."""
    path = tree / "contracts" / mutant["file"]
    text = path.read_text()
    if text.count(mutant["find"]) != 1:
        return "NOT FOUND"
    path.write_text(text.replace(mutant["find"], mutant["replace"]))
    try:
        done = run_forge(tree, f"(invariant|test)_({mutant['caught_by']})")
    finally:
        path.write_text(text)
    if "Compiler run failed" in done.stdout + done.stderr:
        return "NO CODE"
    if "[FAIL" in done.stdout:
        return "killed"
    return "SURVIVED" if "[PASS]" in done.stdout else "NOT RUN"


def run_forge(tree: Path, test: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "FOUNDRY_OUT": str(tree / "out"),
        "FOUNDRY_CACHE_PATH": str(tree / "cache"),
        # Compiling is most of the time.
        "FOUNDRY_OPTIMIZER": "false",
        # That it fails is enough; how, nobody reads here.
        "FOUNDRY_INVARIANT_SHRINK_RUN_LIMIT": "0",
        "FOUNDRY_INVARIANT_FAILURE_PERSIST_DIR": str(tree / "failures"),
    }
    shutil.rmtree(tree / "failures", ignore_errors=True)
    return subprocess.run(
        [ROOT / ".venv/bin/forge", "test", "--fail-fast", "--match-test", test],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
