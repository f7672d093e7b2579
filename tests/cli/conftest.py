"""A platform that `jp20` itself deployed, on a real chain, and the folder in which it works."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import done, settle

from jp20.chain.local import LocalChain
from jp20.cli.frame import output
from jp20.domain.base.text import Text


@pytest.fixture(scope="session")
def node() -> Iterator[str]:
    """The address of a node of a chain without fees."""
    with LocalChain("anvil") as connection:
        yield connection.network.url


@pytest.fixture(scope="session")
def folder(node: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with the real-estate example, and a platform on its chain. For what leaves
    no trace on the chain; a test that changes something takes a token of its own.
    """
    made = tmp_path_factory.mktemp("work") / "work"
    done("init", str(made), "--example", "real-estate")
    settle(made, node)
    done("platform", "deploy", "--yes", folder=made)
    return made


@pytest.fixture(autouse=True)
def _no_program_has_to_read_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a command shows, in whatever form: a text for people stands in a column of prose."""
    shown = output.show

    def watched(*parts: output.Table | output.Record) -> None:
        for part in parts:
            rows = (
                [part.fields]
                if isinstance(part, output.Record)
                else [list(zip(part.columns, row, strict=True)) for row in part.rows]
            )
            for column, value in (cell for row in rows for cell in row):
                assert column.prose or not isinstance(value, Text), f"{part.key}.{column.key}"
        shown(*parts)

    for module in [each for name, each in sys.modules.items() if name.startswith("jp20.cli.")]:
        if getattr(module, "show", None) is shown:
            monkeypatch.setattr(module, "show", watched)
    monkeypatch.setattr(output, "show", watched)


@pytest.fixture(autouse=True)
def _logs_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that a failing test makes does not stay with whoever ran it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
