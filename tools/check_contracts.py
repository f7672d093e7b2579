"""What no test of behaviour would see, checked on the compiler's output.

- Each deployed contract stays under 22,000 bytes, a module of the token under 20,000, with room to
  the 24,576 that the chain allows (EIP-170).
- The token's creation code, which is stored as a contract behind one byte 0x00, stays under 24,576.
- The five contracts of a token have one storage layout: the modules run on the token's storage by
  `delegatecall`.
- Their selectors are disjoint, so that none hides behind another's.
- `Routing` lists the functions of each contract, no more and no less.
- Their ABIs together, constructors apart, are exactly the interface that is shown outside; only
  errors of the standards may stand there unused.
"""

import itertools
import re
import sys
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table

from compile_contracts import ROOT, TOKEN_INTERFACE, compile_sources, is_deployed

CHAIN_LIMIT = 24_576
MAX_BYTES = 22_000
MAX_MODULE_BYTES = 20_000
TOKEN = (
    "JP20Token",
    "JP20Servicing",
    "JP20Restraints",
    "JP20Enforcer",
    "JP20Terms",
    "JP20Takeover",
)
MODULES = TOKEN[1:]

Contracts = dict[str, dict[str, Any]]


def faults(contracts: Contracts) -> Iterator[str]:
    """Each broken rule, as one sentence."""
    for name, contract in deployed(contracts).items():
        if size(contract) > limit(name):
            yield f"{name} has {size(contract):,} bytes of code; {limit(name):,} are allowed"
    missing = [name for name in (*TOKEN, TOKEN_INTERFACE, "Routing") if name not in contracts]
    if missing:
        yield f"The token is not whole: {', '.join(missing)} missing"
        return
    if stored_creation_code(contracts) > CHAIN_LIMIT:
        yield (
            f"The creation code of {TOKEN[0]} takes {stored_creation_code(contracts):,} bytes to "
            f"store; {CHAIN_LIMIT:,} are allowed"
        )
    yield from layout_faults(contracts)
    yield from selector_faults(contracts)
    yield from routing_faults(contracts)
    yield from interface_faults(contracts)


def layout_faults(contracts: Contracts) -> Iterator[str]:
    first, *others = TOKEN
    for other in others:
        pairs = itertools.zip_longest(layout(contracts[first]), layout(contracts[other]))
        for ours, theirs in pairs:
            if ours != theirs:
                yield f"Storage of {first} and {other} differs: {ours} and {theirs}"


def selector_faults(contracts: Contracts) -> Iterator[str]:
    for one, other in itertools.combinations(TOKEN, 2):
        for selector in sorted(selectors(contracts[one]).keys() & selectors(contracts[other])):
            signature = selectors(contracts[one])[selector]
            yield f"{one} and {other} both have {signature} ({selector})"


def routing_faults(contracts: Contracts) -> Iterator[str]:
    """What `Routing` lists for a contract and what the contract has."""
    listed = routed(contracts)
    for name in TOKEN:
        has = set(selectors(contracts[name]))
        if listed[name] != has:
            wrong = ", ".join(sorted(listed[name] ^ has))
            yield f"Routing and {name} differ in {wrong}"


def routed(contracts: Contracts) -> dict[str, set[str]]:
    """The selectors that `Routing` lists, by contract. Its constants are named after them."""
    source = (ROOT / contracts["Routing"]["source"]).read_text()
    owners = {name.removeprefix("JP20").upper(): name for name in TOKEN}
    listed: dict[str, set[str]] = {name: set() for name in TOKEN}
    for constant, row in re.findall(r"constant ([A-Z]+)_\d+ = (.*?);", source, re.DOTALL):
        for interface, function in re.findall(r"(\w+)\.(\w+)\.selector", row):
            # OpenZeppelin's interfaces are not among ours: the token's has their functions too.
            known = contracts.get(interface, contracts[TOKEN_INTERFACE])
            listed[owners[constant]] |= {
                selector
                for selector, signature in selectors(known).items()
                if signature.startswith(f"{function}(")
            }
    return listed


def interface_faults(contracts: Contracts) -> Iterator[str]:
    shown = entries(contracts[TOKEN_INTERFACE])
    made = set().union(*(entries(contracts[name]) for name in TOKEN))
    for entry in sorted(shown - made):
        # The standards name errors for refusals that the token has a more exact one for.
        if not entry.startswith("error "):
            yield f"{TOKEN_INTERFACE} promises what no contract of the token has: {entry}"
    for entry in sorted(made - shown):
        yield f"{TOKEN_INTERFACE} lacks what the token has: {entry}"


def deployed(contracts: Contracts) -> Contracts:
    return {name: contract for name, contract in contracts.items() if is_deployed(contract)}


def limit(name: str) -> int:
    return MAX_MODULE_BYTES if name in MODULES else MAX_BYTES


def stored_creation_code(contracts: Contracts) -> int:
    """Bytes of code that the contract has which stores the token's creation code."""
    return 1 + len(contracts[TOKEN[0]]["evm"]["bytecode"]["object"]) // 2


def size(contract: dict[str, Any]) -> int:
    return len(contract["evm"]["deployedBytecode"]["object"]) // 2


def selectors(contract: dict[str, Any]) -> dict[str, str]:
    return {f"0x{s}": signature for signature, s in contract["evm"]["methodIdentifiers"].items()}


def layout(contract: dict[str, Any]) -> list[str]:
    # They are compiled in one run, so that equal types have equal names, structs included.
    return [
        f"slot {item['slot']}+{item['offset']} {item['label']} ({item['type']})"
        for item in contract["storageLayout"]["storage"]
    ]


def entries(contract: dict[str, Any]) -> set[str]:
    """The ABI as text, without constructor and fallback, and without the parameters' names."""

    def types(parameters: list[dict[str, Any]]) -> str:
        return ", ".join(
            canonical(p) + (" indexed" if p.get("indexed") else "") for p in parameters
        )

    def canonical(parameter: dict[str, Any]) -> str:
        if not parameter["type"].startswith("tuple"):
            return str(parameter["type"])
        return f"({types(parameter['components'])}){parameter['type'].removeprefix('tuple')}"

    def mutability(function: dict[str, Any]) -> str:
        # A promise to read the state is kept by not even reading it.
        return str(function["stateMutability"]).replace("pure", "view")

    return {
        f"{item['type']} {item['name']}({types(item['inputs'])})"
        + (
            f" {mutability(item)} returns ({types(item['outputs'])})"
            if item["type"] == "function"
            else ""
        )
        for item in contract["abi"]
        if item["type"] in ("function", "event", "error")
    }


def table(contracts: Contracts) -> Table:
    rows = Table("contract", title="Deployed contracts")
    for column in ("bytes", "room", "functions", "storage slots"):
        rows.add_column(column, justify="right")
    for name, contract in sorted(deployed(contracts).items()):
        slots = {item["slot"] for item in contract["storageLayout"]["storage"]}
        room = limit(name) - size(contract)
        functions = len(selectors(contract))
        rows.add_row(name, f"{size(contract):,}", f"{room:,}", str(functions), str(len(slots)))
    return rows


def main() -> None:
    contracts = compile_sources()
    Console().print(table(contracts))
    print(f"{TOKEN[0]}'s creation code, stored: {stored_creation_code(contracts):,} bytes")
    found = list(faults(contracts))
    if found:
        sys.exit("\n".join(found))
    print("Sizes, storage layouts, selectors, routing and interface are as they must be.")


if __name__ == "__main__":
    main()
