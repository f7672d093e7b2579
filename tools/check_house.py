"""Hold the house's marks that neither ruff nor import-linter knows (docs/architecture.md).

    python tools/check_house.py

Ends with 1, a line for each fault.
"""

import ast
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).resolve().parents[1] / "jp20"
FLOORS: Final = ("domain", "operations")
MOST_ROOMS: Final = 8
# Rooms beside the token, each with a contract of its own: not counted among the eight.
BESIDE: Final = {"settlement"}
READS_LOGS: Final = ("chain",)
DATES: Final = Path("domain/files/dates.py")
UNITS: Final = Path("domain/files/units.py")
# Where the fields of the contracts' words begin that are more than a byte away from the end.
FIELDS: Final = (16, 56, 96, 104, 144, 160)
WORDS: Final = (Path("domain/investors/facts.py"), Path("domain/governance/policy.py"))
READERS: Final = ("eth_getLogs", "read_events")
ASKS_A_CONTRACT: Final = ("read", "read_many", "call", "function", "executed_call")


def too_many_rooms() -> Iterator[str]:
    """A floor is one that a newcomer can remember."""
    for floor in FLOORS:
        found = {each.parent.name for each in (PACKAGE / floor).glob("*/__init__.py")}
        rooms = sorted(found - BESIDE)
        if len(rooms) > MOST_ROOMS:
            yield f"jp20/{floor} has {len(rooms)} rooms, at most {MOST_ROOMS}: {', '.join(rooms)}"


def readers_of_logs() -> Iterator[str]:
    """One reader of the past: nobody else asks a node for logs."""
    for file, tree in _modules():
        if file.parts[0] in READS_LOGS:
            continue
        for node in ast.walk(tree):
            named = node.value if isinstance(node, ast.Constant) else None
            named = node.name if isinstance(node, ast.alias) else named
            if named in READERS:
                yield f"jp20/{file}:{node.lineno} reads logs itself"


def names_twice() -> Iterator[str]:
    """One name means one thing: classes and functions of modules, outside the command line."""
    places: dict[str, list[str]] = defaultdict(list)
    for file, tree in _modules():
        if file.parts[0] == "cli":
            continue
        for node in tree.body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
                if any(ast.unparse(each) == "overload" for each in node.decorator_list):
                    continue
                places[node.name].append(f"jp20/{file}")
    for name, files in sorted(places.items()):
        if len(files) > 1:
            yield f"{name} is defined {len(files)} times: {', '.join(files)}"


def functions_named_in_cli() -> Iterator[str]:
    """The command line asks operations; it knows no function of a contract by name."""
    names = {
        entry["name"]
        for file in (PACKAGE / "contracts").glob("*.json")
        for entry in json.loads(file.read_text("utf-8"))["abi"]
        if entry["type"] == "function"
    }
    for file, tree in _modules():
        if file.parts[0] != "cli":
            continue
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else None
            called = node.func.id if isinstance(node.func, ast.Name) else called
            if called in ASKS_A_CONTRACT:
                for given in node.args:
                    if isinstance(given, ast.Constant) and given.value in names:
                        yield f"jp20/{file}:{node.lineno} names {given.value} of a contract"


def proposed_twice() -> Iterator[str]:
    """One pipeline a job: the call of each function of a contract is made in one place."""
    places: dict[str, list[str]] = defaultdict(list)
    for file, tree in _modules():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "call"
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                contract = ast.unparse(node.func.value).rpartition(".")[2]
                name = f"{contract}.{node.args[0].value}"
                places[name].append(f"jp20/{file}:{node.lineno}")
    for name, calls in sorted(places.items()):
        if len(calls) > 1:
            yield f"{name} is called in {len(calls)} places: {', '.join(calls)}"


def readers_of_what_people_write() -> Iterator[str]:
    """One parser of dates and one of units."""
    for file, tree in _modules():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr in ("fromisoformat", "strptime") and file != DATES:
                yield f"jp20/{file}:{node.lineno} reads a date itself"
            given = [each.value for each in node.args if isinstance(each, ast.Constant)]
            if node.func.attr == "replace" and given == [",", ""] and file != UNITS:
                yield f"jp20/{file}:{node.lineno} reads units itself"


def words_packed() -> Iterator[str]:
    """A contract's word is put together in the one file that has its layout."""
    for file, tree in _modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.LShift | ast.RShift):
                place = node.right
                is_far = isinstance(place, ast.Constant) and place.value in FIELDS
                if is_far and file not in WORDS:
                    yield f"jp20/{file}:{node.lineno} knows the layout of a word"


def _modules() -> Iterator[tuple[Path, ast.Module]]:
    for file in sorted(PACKAGE.rglob("*.py")):
        yield file.relative_to(PACKAGE), ast.parse(file.read_text("utf-8"))


def main() -> int:
    faults = [
        *too_many_rooms(),
        *names_twice(),
        *functions_named_in_cli(),
        *readers_of_logs(),
        *proposed_twice(),
        *readers_of_what_people_write(),
        *words_packed(),
    ]
    for fault in faults:
        print(fault, file=sys.stderr)
    if not faults:
        print("Rooms, names and readers of the past are as they must be.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
