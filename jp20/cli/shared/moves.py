"""What a platform that is replaced and a token that is replaced show alike."""

from typing import TYPE_CHECKING

from jp20.cli.frame.output import Column, Table, table
from jp20.cli.shared.results import WALLET
from jp20.domain.base.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jp20.operations.governance.moving import Difference, Reached


def stages(reached: "Iterable[Reached]") -> Table:
    """How far it has come."""
    return table(
        "stages",
        Text("How far it has come"),
        reached,
        (Column("stage", Text("stage")), lambda each: each.stage),
        (number("done", Text("done", context="migration")), lambda each: each.done),
        (number("all", Text("of")), lambda each: each.all),
    )


def differences(found: "Iterable[Difference]", old: Text, new: Text) -> Table:
    """Where the two are not the same; `old` and `new` name them."""
    return table(
        "differences",
        Text("Differences", context="migration"),
        found,
        (Column("what", Text("what", context="migration")), lambda each: each.what),
        (WALLET, lambda each: each.account),
        (Column("old", old), lambda each: each.old),
        (Column("new", new), lambda each: each.new),
    )


def number(key: str, name: Text) -> Column:
    return Column(key, name, number=True)
