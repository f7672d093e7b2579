"""What is nested too deep is refused, although a package raised the interpreter's limit."""

import subprocess
import sys

import pytest

# eth-account 0.14 brings py_ecc, which raises the limit to 100,000 when it is imported: a file of
# brackets then ended the process (SIGSEGV). In a process of its own, since that is what is seen.
PROGRAM = """
import sys
sys.setrecursionlimit(100_000)
from jp20.domain.base.faults import FaultyFile
from jp20.domain.files.fields import read_json, read_toml
for read, data in ((read_json, b"[" * 100_000), (read_toml, b"x = " + b"[" * 100_000)):
    try:
        read(data, "deep")
    except FaultyFile:
        print("refused", sys.getrecursionlimit())
"""

ANSWER = """
import sys
sys.setrecursionlimit(100_000)
from jp20.chain.rpc import node
deep = node.Node.__new__(node.Node)
deep.url = "http://127.0.0.1:1"
deep._post = lambda *_: (200, b"[" * 100_000)
try:
    deep.ask([("eth_blockNumber", [])])
except node.NotANode:
    print("refused", sys.getrecursionlimit())
"""


@pytest.mark.parametrize(
    ("program", "told"), [(PROGRAM, "refused 100000\n" * 2), (ANSWER, "refused 100000\n")]
)
def test_brackets_without_end_are_refused(program, told):
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == told
