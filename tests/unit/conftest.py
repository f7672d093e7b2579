"""Tests in folders by subject find `solidity.py` beside this file, and the tools they test."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
