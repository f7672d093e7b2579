import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[3] / "jp20"
NODES = {"web3", "eth_account", "requests"}
WORLD = {"os", "pathlib", "socket", "subprocess", "sqlite3", "time", "logging", "random"}
NETWORK = ("client_versions", "genesis", "network_file", "node_files")


def modules() -> list[Path]:
    pure = [PACKAGE / "network" / f"{name}.py" for name in NETWORK]
    return [*sorted((PACKAGE / "domain").rglob("*.py")), *pure]


@pytest.mark.parametrize("module", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_domain_and_a_network_s_files_know_nobody(module):
    imported: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
    assert not {name.split(".")[0] for name in imported} & (NODES | WORLD)
    known = {
        "jp20.domain",
        *(f"jp20.network.{name}" for name in NETWORK if "network" in module.parts),
    }
    ours = [name for name in imported if name.split(".")[0] == "jp20"]
    assert all(name in known or name.startswith("jp20.domain.") for name in ours)
