import ast
from pathlib import Path

import pytest

DOMAIN = Path(__file__).parents[2] / "jp20" / "domain"
NODES = {"web3", "eth_account", "requests"}
WORLD = {"os", "pathlib", "socket", "subprocess", "sqlite3", "time", "logging", "random"}


@pytest.mark.parametrize("module", sorted(DOMAIN.glob("*.py")), ids=lambda path: path.stem)
def test_the_domain_knows_nobody(module):
    imported: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
    assert not {name.split(".")[0] for name in imported} & (NODES | WORLD)
    assert all(name.startswith("jp20.domain") for name in imported if name.startswith("jp20"))
