"""What a platform that is replaced and a token that is replaced show alike."""

from collections.abc import Iterable
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from jp20.cli.frame.output import Column, Table
from jp20.cli.shared.results import WALLET
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from jp20.operations.governance.migration import Difference


class Reached(Protocol):
    """How much of a stage is done, of how much."""

    @property
    def stage(self) -> Enum: ...
    @property
    def done(self) -> int: ...
    @property
    def all(self) -> int: ...


def stages(reached: Iterable[Reached]) -> Table:
    """How far it has come."""
    return Table(
        "stages",
        Text("How far it has come"),
        (
            Column("stage", Text("stage")),
            number("done", Text("done", context="migration")),
            number("all", Text("of")),
        ),
        [(each.stage, each.done, each.all) for each in reached],
    )


def differences(found: "Iterable[Difference]", old: Text, new: Text) -> Table:
    """Where the two are not the same; `old` and `new` name them."""
    return Table(
        "differences",
        Text("Differences", context="migration"),
        (
            Column("what", Text("what", context="migration")),
            WALLET,
            Column("old", old),
            Column("new", new),
        ),
        [(each.what, each.account, each.old, each.new) for each in found],
    )


def number(key: str, name: Text) -> Column:
    return Column(key, name, number=True)
