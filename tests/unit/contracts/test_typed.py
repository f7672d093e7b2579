from dataclasses import dataclass

import pytest
from eth_typing import ChecksumAddress

from jp20.chain.contracts.typed import typed
from jp20.domain.token.reasons import Reason


@dataclass(frozen=True)
class Point:
    x: int
    why: Reason


def test_values_become_what_they_are():
    assert typed(int, 5) == 5
    assert typed(bytes, b"a") == b"a"
    assert typed(ChecksumAddress, "0x") == "0x"
    assert typed(Reason, 29) is Reason.FROZEN
    assert typed(Point, (1, 29)) == Point(1, Reason.FROZEN)
    assert typed(tuple[Point, ...], [(1, 0)]) == (Point(1, Reason.NONE),)
    assert typed(tuple[int, str], (1, "a")) == (1, "a")


@pytest.mark.parametrize(
    ("kind", "value"),
    [(int, "5"), (int, True), (bool, 1), (str, b"a"), (Point, 5), (ChecksumAddress, 5), ("x", 5)],
)
def test_what_it_is_not_is_refused(kind, value):
    with pytest.raises(TypeError):
        typed(kind, value)


def test_a_struct_of_another_length_and_an_unknown_code_are_refused():
    with pytest.raises(ValueError, match="shorter"):
        typed(Point, (1,))
    with pytest.raises(ValueError, match="not a valid Reason"):
        typed(Reason, 200)
