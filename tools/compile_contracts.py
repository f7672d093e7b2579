"""Compile the contracts into `jp20/contracts`, so that the installed package needs no compiler.

    compile_contracts.py           write the files
    compile_contracts.py --check   fail when they are not what the sources give

A file holds the ABI, the creation code and the compiler's settings of one contract that is
deployed: one that stands directly in `contracts/`, or that its folder is named after, as
`settlement/Settlement.sol`. What else the folders hold are parts. With them goes IJP20Token, the
interface under which a token's five contracts are seen as one.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "contracts"
PACKAGE = ROOT / "jp20" / "contracts"
COMPILER = ROOT / "tools" / "solc" / "solc-v0.8.30"
TOKEN_INTERFACE = "IJP20Token"  # noqa: S105

SETTINGS: dict[str, Any] = {
    "evmVersion": "berlin",
    "optimizer": {"enabled": True, "runs": 200},
    "viaIR": False,
    # A comment changes no byte, and so not the hash under which a version of the token is approved.
    "metadata": {"bytecodeHash": "none"},
    "remappings": ["@openzeppelin/=node_modules/@openzeppelin/"],
}
OUTPUTS = [
    "abi",
    "evm.bytecode.object",
    "evm.deployedBytecode.object",
    "evm.methodIdentifiers",
    "storageLayout",
]


def compile_sources(
    contract: str = "*", outputs: Sequence[str] = OUTPUTS
) -> dict[str, dict[str, Any]]:
    """Every contract under `contracts/`, by name, with its source and the compiler's outputs. With
    a name only that one has outputs: of a single one, or without code, they cost next to nothing.
    """
    sources = {str(path.relative_to(ROOT)): path.read_text() for path in SOURCES.rglob("*.sol")}
    request = {
        "language": "Solidity",
        "sources": {name: {"content": sources[name]} for name in sorted(sources)},
        "settings": SETTINGS | {"outputSelection": {"*": {contract: outputs}}},
    }
    done = subprocess.run(
        [COMPILER, "--standard-json"],
        cwd=ROOT,
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"The compiler did not run: {done.stderr.strip()}")
    answer = json.loads(done.stdout)
    errors = [e for e in answer.get("errors", []) if e["severity"] == "error"]
    if errors:
        sys.exit("\n".join(error["formattedMessage"] for error in errors))
    return {
        name: contract | {"source": source}
        for source, contracts in answer["contracts"].items()
        if source in sources
        for name, contract in contracts.items()
    }


def is_deployed(contract: dict[str, Any]) -> bool:
    """Whether it stands directly in `contracts/`, or bears its folder's name, and has code."""
    source = Path(contract["source"])
    on_top = source.parent.name in (SOURCES.name, source.stem.lower())
    return on_top and bool(contract["evm"]["bytecode"]["object"])


def packaged(contracts: dict[str, dict[str, Any]]) -> dict[Path, str]:
    """What the package is to carry: the text of each file."""
    files = {}
    for name, contract in sorted(contracts.items()):
        if is_deployed(contract) or name == TOKEN_INTERFACE:
            carried = {
                "contractName": name,
                "sourceName": contract["source"],
                "compiler": {"name": "solc", "version": version(), "settings": SETTINGS},
                "abi": contract["abi"],
                "bytecode": f"0x{contract['evm']['bytecode']['object']}",
            }
            executing = executing_slots(contract)
            if executing:
                carried["executing"] = executing
            files[PACKAGE / f"{name}.json"] = json.dumps(carried, indent=1) + "\n"
    return files


def executing_slots(contract: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """Slot and first byte of what says which call is under way: with it a node is asked what a call
    of the Consortium would do.
    """
    return {
        item["label"]: (int(item["slot"]), item["offset"])
        for item in contract["storageLayout"]["storage"]
        if item["label"].startswith("_executing")
    }


def version() -> str:
    return COMPILER.name.removeprefix("solc-v")


def main() -> None:
    wanted = packaged(compile_sources())
    if not wanted:
        sys.exit(f"No contract to compile in {SOURCES.relative_to(ROOT)}/")
    present = {path: path.read_text() for path in PACKAGE.glob("*.json")}
    if sys.argv[1:] == ["--check"]:
        stale = {path.stem for path, _ in wanted.items() ^ present.items()}
        if stale:
            sys.exit(f"make compile: behind the sources are {', '.join(sorted(stale))}")
        print(f"jp20/contracts: {len(wanted)} contracts, as the sources give them")
        return
    PACKAGE.mkdir(parents=True, exist_ok=True)
    for path in present.keys() - wanted.keys():
        path.unlink()
    for path, text in wanted.items():
        path.write_text(text)
    print(f"jp20/contracts: {', '.join(path.stem for path in wanted)}")


if __name__ == "__main__":
    main()
