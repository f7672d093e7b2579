"""How deep what comes from outside may be nested, whatever the interpreter was told."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_LEVELS: Final = 3_000
"""Calls in one another: more than any file or answer that is meant, less than the stack holds."""


@contextmanager
def bounded_recursion() -> Iterator[None]:
    """Inside, what is nested too deep is a RecursionError. Packages raise the interpreter's limit
    for the whole process (py_ecc, which eth-account brings, to 100,000): beyond the stack, where a
    file of brackets would end the process without a word.
    """
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(min(before, _LEVELS))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
