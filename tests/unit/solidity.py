"""The Solidity sources, as far as tests compare them with Python."""

import re
from pathlib import Path

CONTRACTS = Path(__file__).parents[2] / "contracts"


def enum(file: str, name: str) -> list[str]:
    """The names of an enum's entries in their order."""
    return [entry.strip() for entry in _body(file, f"enum {name}").split(",")]


def struct(file: str, name: str) -> list[str]:
    """The names of a struct's fields in their order."""
    return [
        field.split()[-1] for field in _body(file, f"struct {name}").split(";") if field.strip()
    ]


def camel(name: str) -> str:
    """A field's name as Solidity has it."""
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name.rstrip("_"))


def _body(file: str, head: str) -> str:
    source = (CONTRACTS / file).read_text()
    source = re.sub(r"//.*", "", source)
    return re.search(rf"{head} \{{(.*?)\}}", source, re.DOTALL)[1].strip()  # type: ignore[index]
