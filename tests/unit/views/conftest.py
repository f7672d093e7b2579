"""The tests of the forms of files find `exports_by_hand.py` beside this file."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
