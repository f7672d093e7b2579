"""From when on a block stays: the rule of a network, written `instant` or `depth:N`."""

import re
from dataclasses import dataclass
from typing import Final

from jp20.domain.base.errors import JP20Error
from jp20.domain.base.text import Text


class FaultyFinality(JP20Error):
    """The rule is written in a way that nobody understands."""

    what = Text('finality: "{written}" is not a rule.')
    next_step = Text("Write instant (QBFT) or depth:N with N of at least 1 (Clique).")

    def __init__(self, written: str) -> None:
        super().__init__(written=written)


@dataclass(frozen=True, slots=True)
class Finality:
    """A block is final when `depth` blocks stand on it; 0 when it is there at all.

    Raises ValueError for a depth below 0.
    """

    depth: int = 0

    def __post_init__(self) -> None:
        if self.depth < 0:
            raise ValueError(f"a depth of {self.depth}")

    @classmethod
    def parse(cls, written: str) -> "Finality":
        """Reads `instant` or `depth:N`. Raises FaultyFinality."""
        if written == "instant":
            return INSTANT
        found = re.fullmatch(r"depth:([1-9][0-9]{0,8})", written)
        if found is None:
            raise FaultyFinality(written)
        return cls(int(found.group(1)))

    def __str__(self) -> str:
        return f"depth:{self.depth}" if self.depth else "instant"

    def final_block(self, head: int) -> int:
        """The highest block that is final while `head` is the newest. The genesis block always
        is.
        """
        return max(head - self.depth, 0)

    @property
    def reason(self) -> Text:
        """Why a final block stays, in a sentence."""
        if self.depth == 0:
            return Text(
                "A block is final at once: more than two thirds of the validators have signed it."
            )
        return Text(
            "A block is final when {depth} more stand on it: until then the validators may "
            "still agree on another.",
            depth=self.depth,
        )


INSTANT: Final = Finality()
"""The rule of QBFT and IBFT."""


def clique_finality(validators: int) -> Finality:
    """The rule to take for a Clique network of so many validators: two rounds of a majority.

    A validator seals at most one of any v // 2 + 1 blocks in a row (EIP-225): so many blocks in a
    row have as many sealers, a majority. The first round on a block shows that a majority has built
    on it; the second that a majority has done so knowing of the first. The others alone can add
    only v - (v // 2 + 1) blocks to another branch before they must wait for the majority. It rests
    on validators that do not seal on two branches at once; Clique itself promises nothing.
    """
    return Finality(2 * (validators // 2 + 1))
