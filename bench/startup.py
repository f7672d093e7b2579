"""How long `jp20 --help` takes, in both languages."""

import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from bench.rows import JP20, Row

MARK: Final = 300
"""Milliseconds."""

_RUNS: Final = 11


def measure() -> list[Row]:
    """The median of some runs after a first one, which may have to compile."""
    return [
        Row(f"jp20 --help ({language})", JP20, round(_median(language)), MARK, "ms")
        for language in ("en", "ja")
    ]


def _median(language: str) -> float:
    command = [Path(sys.executable).with_name("jp20"), "--help", "--lang", language]
    seconds = []
    for _ in range(_RUNS + 1):
        begun = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds[1:]) * 1000
